"""The lines of a text document to the rows of its tables, joined again where page breaks have cut them.

What stands in cells and belongs to no known table is kept as a leftover with its line, never dropped.
"""

import re

from tracker.plans import phrases
from tracker.plans.cells import cell_text, flowing, over_pages
from tracker.plans.codes import clear_instrument, lettered_instrument
from tracker.plans.columns import Meaning
from tracker.plans.item_cells import read_item_cell
from tracker.plans.likeness import likeness
from tracker.plans.model import Instrument
from tracker.plans.plan_rows import Column, Document, PlanRow
from tracker.plans.row_starts import begins_row, is_heading_alone, repeats_item
from tracker.plans.score_tables import ScoreTable, score_table
from tracker.plans.text_columns import Columns, Sorted, is_long, plan_columns, sorted_cells
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

__all__ = ["Column", "Document", "PlanRow", "begins_row", "instrument_named", "plan_columns", "read_rows"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_LETTERS_OF_INSTRUMENT = re.compile(r"(?<![A-Za-z])(IIT|EIT|OIT)(?![A-Za-z])")
_NUMBER_MARK = re.compile(r"[(\[]?\d{1,2}[)\].]?")
_LONGEST_HEADING = 120
_FEWEST_COLUMNS = 4
_LIKE_HEADING = 0.75

_ABOUT_THE_PLANNED_YEAR = frozenset({Meaning.ACTIONS, Meaning.FOLLOW_UP, Meaning.TIMELINE})


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
        self._columns: Columns = {}
        self._heading_cells: list[str] = []
        self._scores: ScoreTable | None = None
        self._section: Instrument | None = None
        self._section_is_named = False
        self._open: PlanRow | None = None
        self._heading = ""
        self._between: list[tuple[int, str]] = []
        self._is_interrupted = False
        self._ordinals_named = False

    def read(self, number: int, line: str) -> None:
        """Take one line: a heading, a row of the table it stands in, or text."""
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells):
            return
        if len(cells) == 1:
            self._read_text(number, cells[0])
        elif columns := self._heading_of_plan(cells):
            self._begin_plan(cells, columns)
        elif table := score_table(cells):
            self._begin_scores(number, line, table)
        elif self._scores is not None and len(cells) <= self._scores.width:
            self._read_score(number, cells)
        elif self._columns:
            self._read_cells(number, cells)
        elif len(cells) >= _FEWEST_COLUMNS:
            self.document.leftovers.append((number, line))
        else:
            self.document.lines.append(line)

    def _heading_of_plan(self, cells: list[str]) -> Columns:
        """The columns that the cells head; a misspelt heading that repeats the one before has its columns."""
        if columns := plan_columns(cells):
            return columns
        if not self._heading_cells or len(cells) != len(self._heading_cells) or is_long(cells):
            return {}
        pairs = zip(map(flowing, map(cell_text, cells)), self._heading_cells, strict=True)
        like = [likeness(cell, heading) for cell, heading in pairs]
        return self._columns if sum(like) / len(like) >= _LIKE_HEADING else {}

    def _begin_plan(self, cells: list[str], columns: Columns) -> None:
        self._columns, self._scores, self._is_interrupted = columns, None, False
        self._heading_cells = [flowing(cell_text(cell)) for cell in cells]
        for place, heading in enumerate(self._heading_cells):
            is_planned = columns.get(place) in _ABOUT_THE_PLANNED_YEAR
            (self.document.headings if is_planned else self.document.lines).append(heading)

    def _begin_scores(self, number: int, line: str, table: ScoreTable) -> None:
        table.instrument = instrument_named(line) or self._section
        if self._scores is not None and self._scores.instrument is table.instrument:
            table.last = self._scores.last
        self._columns, self._heading_cells, self._scores = {}, [], table
        self._section_is_named = False

    def _read_score(self, number: int, cells: list[str]) -> None:
        assert self._scores is not None
        if not self._scores.has_items:
            self.document.lines.append(" ".join(cells))
            return
        row = self._scores.add(cells, number)
        if row is None:
            return
        instrument = clear_instrument(row.token) or self._scores.instrument
        if instrument is None:
            self.document.leftovers.append((number, " | ".join(cells)))
        else:
            self.document.scores.setdefault(instrument, []).append(row)

    def _read_text(self, number: int, text: str) -> None:
        plain = to_arabic(text)
        if phrases.PAGE_NUMBER.fullmatch(plain):
            return
        self.document.lines.append(text)
        named = instrument_named(text)
        if named is not None:
            self._begin_section(named)
        elif phrases.INDICATOR.match(plain):
            self._heading = text
        elif self._columns:
            self._between.append((number, text))
            self._is_interrupted = True

    def _begin_section(self, instrument: Instrument) -> None:
        if instrument is not self._section or not self._section_is_named:
            self._open = None
        self._scores = None
        self._section, self._section_is_named = instrument, True

    def _read_cells(self, number: int, cells: list[str]) -> None:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and self._is_group(number, cell_text(filled[0])):
            return
        if len(filled) >= _FEWEST_COLUMNS and all(_NUMBER_MARK.fullmatch(to_arabic(cell)) for cell in filled):
            return
        if self.document.rows:
            self.document.leftovers += self._between
        self._between = []
        self._place(number, *self._by_column(number, cells))

    def _is_group(self, number: int, text: str) -> bool:
        """Whether a lone cell names a section or a group of rows; a group's name is kept as a leftover."""
        named = instrument_named(text)
        plain = to_arabic(text)
        if phrases.INDICATOR.match(plain) or read_item_cell(text).token:
            return False
        if named is not None and len(text) <= _LONGEST_HEADING:
            self.document.lines.append(flowing(text))
            self._begin_section(named)
            return True
        if phrases.GROUP.match(plain):
            self.document.leftovers.append((number, flowing(text)))
            return True
        return False

    def _by_column(self, number: int, cells: list[str]) -> Sorted:
        """The cells by column; those of no column are leftovers."""
        by_column, aside = sorted_cells(cells, self._columns)
        for place, cell in aside:
            self._keep_aside(number, place, cell)
        return by_column

    def _keep_aside(self, number: int, place: int, cell: str) -> None:
        text = flowing(cell_text(cell))
        heading = self._heading_cells[place] if place < len(self._heading_cells) else ""
        if folded_key(heading) in _ORDINALS and _NUMBER_MARK.fullmatch(to_arabic(text)):
            text = "" if self._ordinals_named else text
            self._ordinals_named = True
        if text.strip(" -–—"):
            self.document.leftovers.append((number, f"{heading}: {text}" if heading else text))

    def _place(self, number: int, cells: dict[Column, str], further: dict[tuple[Column, int], str]) -> None:
        """Begin a row of the plan, or go on with the open one, unless text without a heading lies between."""
        if is_heading_alone(cells):
            self._heading = cells[Column.ITEM]
        elif not repeats_item(cells, self._open) and begins_row(cells, self._open):
            self._begin_row(number, cells, further)
        elif self._open is None or self._is_interrupted:
            texts = (flowing(cell_text(cell)) for cell in [*cells.values(), *further.values()])
            self.document.leftovers.append((number, " | ".join(filter(None, texts))))
        else:
            self._go_on(number, cells, further)

    def _begin_row(
        self, number: int, cells: dict[Column, str], further: dict[tuple[Column, int], str]
    ) -> None:
        item = [self._heading] * bool(self._heading) + [cells[Column.ITEM]]
        self._heading, self._is_interrupted = "", False
        said = read_item_cell(over_pages(item))
        if said.heading is not None and not self._section_is_named:
            self._section = dict(phrases.INSTRUMENTS_OF_INDICATORS).get(said.heading.number, self._section)
        named = self._section if self._section_is_named else lettered_instrument(said.token)
        instrument = clear_instrument(said.token) or named or self._section
        self._open = PlanRow(instrument, number, number, {column: [cell] for column, cell in cells.items()})
        self._open.further = {key: [cell] for key, cell in further.items()}
        self._open.cells[Column.ITEM] = item
        self.document.rows.append(self._open)

    def _go_on(self, number: int, cells: dict[Column, str], further: dict[tuple[Column, int], str]) -> None:
        assert self._open is not None
        if repeats_item(cells, self._open):
            item = flowing(cell_text(cells[Column.ITEM]))
            text = f"The item is printed again, this goes on with its row: {item}"
            self.document.doubts.append((number, "row-repeated", text))
            cells = {**cells, Column.ITEM: ""}
        for column, cell in cells.items():
            self._open.cells.setdefault(column, []).append(cell)
        for key, cell in further.items():
            self._open.further.setdefault(key, []).append(cell)
        self._open.last_line = number


_ORDINALS = frozenset(map(folded_key, phrases.ORDINAL_HEADINGS))


def instrument_named(text: str) -> Instrument | None:
    """The one instrument that a line names, by its letters or in words; None if it names several."""
    letters = set(_LETTERS_OF_INSTRUMENT.findall(text))
    if letters:
        return Instrument(letters.pop()) if len(letters) == 1 else None
    key = folded_key(text)
    named = [each for each, name in phrases.INSTRUMENT_NAMES.items() if folded_key(name) in key]
    return named[0] if len(named) == 1 else None
