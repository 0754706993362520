"""The lines of a text document to the rows of its tables, joined again where page breaks have cut them.

What stands in cells and belongs to no known table is kept as a leftover with its line, never dropped.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.plans import phrases
from tracker.plans.cells import cell_text, flowing, over_pages
from tracker.plans.codes import clear_instrument
from tracker.plans.item_cells import ItemCell, read_item_cell
from tracker.plans.model import Instrument
from tracker.plans.responsible import names_lead
from tracker.plans.score_tables import ScoreRow, add_score_row, is_score_heading
from tracker.plans.timeline import split_timeline
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

_LINE_END = re.compile(r"\r\n|\n|\r")
_PAGE_NUMBER = re.compile(r"[\s\-–|/.]*\d{0,4}[\s\-–|/.]*")
_LETTERS_OF_INSTRUMENT = re.compile(r"(?<![A-Za-z])(IIT|EIT|OIT)(?![A-Za-z])")
_LONGEST_HEADING = 120
_FEWEST_COLUMNS = 4


class Column(StrEnum):
    """What a column of a plan table holds."""

    ITEM = "item"
    ANALYSIS = "analysis"
    WEAKNESSES = "weaknesses"
    ACTIONS = "actions"
    FOLLOW_UP = "follow_up"
    TIMELINE = "timeline"
    RESPONSIBLE = "responsible"


_HEADINGS = (
    (Column.RESPONSIBLE, phrases.RESPONSIBLE_HEADINGS),
    (Column.FOLLOW_UP, phrases.FOLLOW_UP_HEADINGS),
    (Column.TIMELINE, phrases.TIMELINE_HEADINGS),
    (Column.ACTIONS, phrases.ACTIONS_HEADINGS),
    (Column.WEAKNESSES, phrases.WEAKNESSES_HEADINGS),
    (Column.ANALYSIS, phrases.ANALYSIS_HEADINGS),
    (Column.ITEM, phrases.ITEM_HEADINGS),
)


@dataclass(slots=True)
class PlanRow:
    """One row of the plan, over all its pages: the printed cells of each column, and its lines."""

    instrument: Instrument | None
    first_line: int
    last_line: int
    cells: dict[Column, list[str]] = field(default_factory=dict)

    def text(self, column: Column) -> str:
        """The column's text with its breaks, see ``cells``."""
        return over_pages(self.cells.get(column, []))

    def item(self) -> ItemCell:
        """What the first column says."""
        return read_item_cell(self.text(Column.ITEM))


@dataclass(slots=True)
class Document:
    """What the lines of a document hold."""

    rows: list[PlanRow] = field(default_factory=list)
    scores: dict[Instrument, list[ScoreRow]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    leftovers: list[tuple[int, str]] = field(default_factory=list)


def split_lines(text: str) -> list[str]:
    """The lines as an editor counts them."""
    return _LINE_END.split(text)


def read_rows(lines: list[str]) -> Document:
    """The rows, score tables and plain lines of a document whose lines are repaired already."""
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        reader.read(number, line)
    return reader.document


class _Reader:
    """Goes through the lines once and knows in which table and section it stands."""

    def __init__(self) -> None:
        self.document = Document()
        self._columns: list[Column | None] = []
        self._scores: list[ScoreRow] | None = None
        self._section: Instrument | None = None
        self._open: PlanRow | None = None
        self._heading = ""
        self._between: list[tuple[int, str]] = []
        self._is_interrupted = False

    def read(self, number: int, line: str) -> None:
        """Take one line: a heading, a row of the table it stands in, or text."""
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells):
            return
        columns = plan_columns(cells)
        if columns:
            self._columns, self._scores, self._is_interrupted = columns, None, False
            self.document.headings.append(line)
        elif is_score_heading(cells):
            self._begin_scores(number, line)
        elif len(cells) == 1:
            self._read_text(number, cells[0])
        elif self._scores is not None:
            add_score_row(self._scores, cells, number)
        elif self._columns:
            self._read_row(number, cells)
        elif len(cells) >= _FEWEST_COLUMNS:
            self.document.leftovers.append((number, line))
        else:
            self.document.lines.append(line)

    def _begin_scores(self, number: int, line: str) -> None:
        instrument = _instrument_named(line) or self._section
        self._columns, self._scores = [], []
        if instrument is not None:
            self._scores = self.document.scores.setdefault(instrument, [])
        else:
            self.document.leftovers.append((number, line))

    def _read_text(self, number: int, text: str) -> None:
        self._scores = None
        self.document.lines.append(text)
        named = _instrument_named(text)
        if named is not None:
            if named is not self._section:
                self._open = None
            self._section = named
        elif phrases.INDICATOR.match(to_arabic(text)):
            self._heading = text
        elif self._columns and not _PAGE_NUMBER.fullmatch(to_arabic(text)):
            self._between.append((number, text))
            self._is_interrupted = True

    def _read_row(self, number: int, cells: list[str]) -> None:
        if self.document.rows:
            self.document.leftovers += self._between
        self._between = []
        by_column: dict[Column, str] = {}
        for place, cell in enumerate(cells):
            column = self._columns[place] if place < len(self._columns) else None
            if column is not None:
                by_column[column] = cell
            elif cell:
                self.document.leftovers.append((number, flowing(cell_text(cell))))
        self._place(number, by_column)

    def _place(self, number: int, cells: dict[Column, str]) -> None:
        """Begin a row of the plan, or go on with the open one, unless text without a heading lies between."""
        if self._is_heading_alone(cells):
            self._heading = cells[Column.ITEM]
        elif begins_row(cells, self._open):
            item = [self._heading] * bool(self._heading) + [cells[Column.ITEM]]
            self._heading, self._is_interrupted = "", False
            instrument = clear_instrument(read_item_cell(over_pages(item)).token) or self._section
            self._open = PlanRow(instrument, number, number, {column: [cells[column]] for column in cells})
            self._open.cells[Column.ITEM] = item
            self.document.rows.append(self._open)
        elif self._open is None or self._is_interrupted:
            text = " | ".join(flowing(cell_text(cell)) for cell in cells.values() if cell)
            self.document.leftovers.append((number, text))
        else:
            for column, cell in cells.items():
                self._open.cells[column].append(cell)
            self._open.last_line = number

    def _is_heading_alone(self, cells: dict[Column, str]) -> bool:
        item = read_item_cell(cell_text(cells.get(Column.ITEM, "")))
        others = any(cell for column, cell in cells.items() if column is not Column.ITEM)
        return item.heading is not None and not item.token and not item.title and not others


def plan_columns(cells: list[str]) -> list[Column | None]:
    """The columns that a heading names, in order; empty when the cells are no heading of a plan table."""
    keys = [folded_key(cell_text(cell)) for cell in cells]
    if len(keys) < _FEWEST_COLUMNS or any(len(key) > _LONGEST_HEADING for key in keys):
        return []
    columns = [_column_named(key) for key in keys]
    named = [column for column in columns if column is not None]
    needed = {Column.ITEM, Column.ACTIONS, Column.RESPONSIBLE}
    return columns if needed <= set(named) and len(named) == len(set(named)) else []


def begins_row(cells: dict[Column, str], before: PlanRow | None) -> bool:
    """Whether the cells begin a row of the plan; otherwise they go on with the row before.

    A row begins with an indicator or a code. Where the code is lost it begins with a title that has its own
    timeline, lead or score, two of the three, when the row before has got its score already.
    """
    printed = cells.get(Column.ITEM, "")
    if not printed or phrases.CONTINUED.search(printed):
        return False
    item = read_item_cell(cell_text(printed))
    if item.heading is not None:
        return True
    timeline, _ = split_timeline(cell_text(cells.get(Column.FOLLOW_UP, "")))
    has_timeline = bool(timeline) and not timeline.startswith("(")
    has_lead = names_lead(cell_text(cells.get(Column.RESPONSIBLE, "")))
    whole_before = before is None or before.item().score is not None
    if item.token:
        return has_timeline or has_lead or whole_before
    signs = has_timeline + has_lead + (item.score is not None)
    return bool(item.title) and whole_before and signs >= 2


def _column_named(key: str) -> Column | None:
    for column, headings in _HEADINGS:
        if any(folded_key(heading) in key for heading in headings):
            return column
    return None


def _instrument_named(text: str) -> Instrument | None:
    """The one instrument that a line names, by its letters or in words; None if it names several."""
    letters = set(_LETTERS_OF_INSTRUMENT.findall(text))
    if letters:
        return Instrument(letters.pop()) if len(letters) == 1 else None
    key = folded_key(text)
    named = [each for each, name in phrases.INSTRUMENT_NAMES.items() if folded_key(name) in key]
    return named[0] if len(named) == 1 else None
