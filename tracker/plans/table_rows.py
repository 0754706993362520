"""The tables of a document to lines for ``rows``, and to records where the code has a column of its own.

A table in the published form, with the whole item in its first column, goes the way of the text form, cell
for cell. With a column for the code nobody need guess where a row begins, so its rows are read here.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from tracker.plans import phrases
from tracker.plans.cells import cell_text, flowing
from tracker.plans.columns import FORM_HEADING, Meaning, heading_key, recognise, refusal
from tracker.plans.grid import Row, Table
from tracker.plans.headings import Heading, HeadingFinder
from tracker.plans.model import Instrument
from tracker.plans.printed_facts import is_facts_heading
from tracker.plans.rows import instrument_named
from tracker.plans.score_tables import is_score_heading
from tracker.thai.digits import to_arabic
from tracker.thai.text import fit

_FORM = (
    *(Meaning.ITEM, Meaning.ANALYSIS, Meaning.WEAKNESSES, Meaning.ACTIONS, Meaning.FOLLOW_UP),
    *(Meaning.TIMELINE, Meaning.RESPONSIBLE),
)
_FILLED = frozenset(Meaning) - {Meaning.CODE, Meaning.TITLE, Meaning.ITEM, Meaning.IGNORED}
"""What a cell merged over several rows says of each of them."""
_TAG = re.compile(r"<\s*/?\s*(?:p|ul|ol|li|br|div)\b", re.IGNORECASE)
_NUMBER_MARK = re.compile(r"[(\[]?\d{1,2}[)\].]?")
_FEWEST_MARKS = 3
_ROWS_BEFORE_HEADING = 500
_LONGEST_SHOWN = 600
_LONGEST_FACT = 40
_MOST_SCORE_COLUMNS = 6


@dataclass(slots=True)
class Record:
    """A row whose code stands by itself, with the lines that go on with it: its cells by their meaning."""

    section: Instrument | None
    group: str
    first: int
    last: int
    columns: frozenset[Meaning]
    cells: dict[Meaning, list[str]] = field(default_factory=dict)

    def text(self, meaning: Meaning) -> str:
        """All that stands in the column, one below the other."""
        return "\n".join(self.cells.get(meaning, []))


@dataclass(slots=True)
class Found:
    """What the tables hold. Lines are counted through the whole document; ``places`` tells where each is.

    ``of_form`` holds, by line, the cells of tables in the published form.
    """

    lines: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    of_form: dict[int, dict[Meaning, str]] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    facts: list[list[str]] = field(default_factory=list)
    doubts: list[tuple[int, str, str]] = field(default_factory=list)
    refused: str = ""


def read_tables(tables: Iterable[Table], names: Mapping[str, str] | None = None) -> Found:
    """Everything that the tables say; ``refused`` says why none of them is a plan table, if so."""
    reader = _Reader(names)
    for table in tables:
        reader.read(table)
    if not reader.found.headings:
        nearest = reader.finder.nearest
        reader.found.refused = refusal(nearest, recognise(nearest, names))
    return reader.found


class _Reader:
    """Goes through the tables once and knows in which columns, section and record it stands."""

    def __init__(self, names: Mapping[str, str] | None) -> None:
        self.found = Found()
        self.finder = HeadingFinder(names)
        self._table = Table("", ())
        self._heading: Heading | None = None
        self._width = 0
        self._scores: list[int] = []
        self._in_facts = False
        self._after_gap = True
        self._section: Instrument | None = None
        self._group = ""
        self._open: Record | None = None
        self._unknown: list[str] = []
        self._unkept: dict[int, int] = {}

    def read(self, table: Table) -> None:
        """Take one table, or the text between two."""
        rows = iter(table.rows)
        row = next(rows, None)
        if row is None:
            return
        self._begin(table, row)
        first = row.number
        for below in chain(rows, [None]):
            if row is not None and not self._take(row, below):
                below = None if below is None else next(rows, None)  # the heading took two rows
            row = below
            if row is None or len(self._unknown) > _ROWS_BEFORE_HEADING:
                break
        self._end(first)

    def _begin(self, table: Table, first: Row) -> None:
        self._table, self._scores, self._in_facts, self._after_gap = table, [], False, True
        if table.is_text:
            return
        self._unknown, self._unkept = [], {}
        if instrument_named(table.name) is not None:
            self._text(self._number(first.number), table.name)
        if not (table.may_go_on and first.width == self._width):
            self._heading, self._open = None, None
        elif self._heading is not None and self._heading.is_form:
            self.found.lines[self._number(first.number) - 1] = FORM_HEADING

    def _end(self, first: int) -> None:
        if self._unknown and not self._table.is_hidden:
            self.found.unread += self._unknown
            shown = fit(" / ".join(self._unknown), _LONGEST_SHOWN)
            self._doubt(
                first, "table-not-read", f"These rows stand in no plan table and were not read: {shown}"
            )
        if self._unkept and self._heading is not None:
            columns = (f"{flowing(self._heading.shown[at])} ({n} cells)" for at, n in self._unkept.items())
            self._doubt(
                first, "column-not-kept", f"A plan does not keep these columns: {', '.join(columns)}."
            )
        self._unknown, self._unkept = [], {}

    def _doubt(self, row: int, code: str, text: str) -> None:
        self.found.doubts.append((self._number(row), code, text))

    def _number(self, row: int) -> int:
        """The number of a new line, which stands at this row of the table."""
        self.found.lines.append("")
        self.found.places.append((self._table.name, row))
        return len(self.found.lines)

    def _take(self, row: Row, below: Row | None) -> bool:
        """Read one row; False when it heads a table together with the row below it."""
        number = self._number(row.number)
        self.found.doubts += [(number, "date-era", doubt) for doubt in row.doubts]
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        if not cells and not row.above:
            self._in_facts, self._scores, self._after_gap = False, [], True
        elif self._table.is_text:
            self._text(number, " ".join(cells))
        elif _may_head_facts(row.cells) and is_facts_heading(row.cells):
            self._in_facts, self._heading, self._scores = True, None, []
            self.found.facts += [[], row.cells]
        elif self._in_facts:
            self.found.facts.append(row.cells)
        elif (heading := self._plan_heading(row, below)) is not None:
            self._begin_plan(number, row, heading)
            return heading.rows == 1
        elif places := self._score_places(row):
            self._scores, self._heading = places, None
            self._line(number, [row.cells[place] for place in places])
        else:
            self._read_cells(number, row, cells)
        self._after_gap = not cells
        return True

    def _plan_heading(self, row: Row, below: Row | None) -> Heading | None:
        if self._heading and not self._after_gap and not self._heading.may_be_repeated_by(row):
            return None
        return self.finder.find(row, below)

    def _begin_plan(self, number: int, row: Row, heading: Heading) -> None:
        if self._heading is None or self._heading.columns != heading.columns:
            self._open = None
        self._heading, self._width, self._scores, self._in_facts = heading, row.width, [], False
        self.found.headings.append(" ".join(heading.shown))
        self.found.lines[number - 1] = FORM_HEADING if heading.is_form else ""

    def _score_places(self, row: Row) -> list[int]:
        """Where the columns of a score table stand that the row heads; none when it heads none."""
        places = [place for place, cell in enumerate(row.cells) if cell.strip()]
        may_be = self._heading is None or self._after_gap or len(places) <= _MOST_SCORE_COLUMNS
        return places if may_be and is_score_heading([row.cells[place] for place in places]) else []

    def _read_cells(self, number: int, row: Row, cells: list[str]) -> None:
        if self._scores:
            self._line(number, [row.shown(place) for place in self._scores])
        elif self._heads_group(row, cells):
            self._text(number, cells[0])
        elif self._heading is None:
            self._unknown.append(" | ".join(flowing(cell_text(cell)) for cell in cells))
        elif not _is_number_marks(cells):
            self._row(number, row, self._heading)

    def _heads_group(self, row: Row, cells: list[str]) -> bool:
        """Whether one cell stands over the whole row, or alone in it with the name of a group."""
        if len(cells) != 1 or row.above:
            return False
        named = instrument_named(cells[0]) is not None or phrases.INDICATOR.match(to_arabic(cells[0]))
        return bool(named) or len(row.beside) + 1 >= max(self._width, 2) or row.width == 1

    def _text(self, number: int, text: str) -> None:
        plain = flowing(cell_text(literal(text)))
        self.found.lines[number - 1] = plain
        named = instrument_named(plain)
        if named is not None:
            self._section = named
        elif phrases.INDICATOR.match(to_arabic(plain)):
            self._group = plain

    def _line(self, number: int, cells: list[str]) -> None:
        self.found.lines[number - 1] = "\t".join(literal(cell) for cell in cells)

    def _row(self, number: int, row: Row, heading: Heading) -> None:
        begins = any(
            row.cells[place].strip()
            for place, meaning in heading.columns.items()
            if meaning in (Meaning.ITEM, Meaning.CODE, Meaning.TITLE) and place < len(row.cells)
        )
        by_meaning: dict[Meaning, list[str]] = {}
        for place in range(row.width):
            cell = row.cells[place] if place < len(row.cells) else ""
            meaning = heading.columns.get(place)
            text = cell if cell or not begins or meaning not in _FILLED else row.above.get(place, "")
            if not text.strip():
                continue
            if meaning is None:
                self.found.doubts.append(_not_placed(number, heading, place, text))
            elif meaning is Meaning.IGNORED:
                self._unkept[place] = self._unkept.get(place, 0) + (not _is_number_marks([text]))
            else:
                by_meaning.setdefault(meaning, []).append(text)
        if heading.is_form:
            self._form_row(number, by_meaning)
        else:
            self._record(number, by_meaning, heading)

    def _form_row(self, number: int, cells: dict[Meaning, list[str]]) -> None:
        texts = {meaning: "\n".join(lines) for meaning, lines in cells.items()}
        self.found.of_form[number] = texts
        if any(meaning in cells for meaning in _FORM):
            self._line(number, [texts.get(meaning, "") for meaning in _FORM])

    def _record(self, number: int, cells: dict[Meaning, list[str]], heading: Heading) -> None:
        code = " ".join(cells.get(Meaning.CODE, []))
        is_whole = Meaning.RULES in cells and Meaning.ENDS_ON in cells  # as our own writers print every row
        repeats = self._open is not None and code == self._open.text(Meaning.CODE) and not is_whole
        goes_on = phrases.CONTINUED.search(code) or repeats
        is_new = bool(code or (Meaning.TITLE in cells and Meaning.ACTIONS in cells)) and not goes_on
        if is_new:
            columns = frozenset(heading.columns.values())
            self._open = Record(self._section, self._group, number, number, columns, cells)
            self._group = ""
            self.found.records.append(self._open)
        elif self._open is None:
            left = " | ".join(flowing(text) for texts in cells.values() for text in texts)
            self.found.doubts.append((number, "text-not-placed", f"This text belongs to no row: {left}"))
        else:
            self._go_on(self._open, number, cells)

    def _go_on(self, record: Record, number: int, cells: dict[Meaning, list[str]]) -> None:
        record.last = number
        for meaning, texts in cells.items():
            printed = record.cells.setdefault(meaning, [])
            if meaning is not Meaning.CODE:
                printed += [text for text in texts if text not in printed]


def _may_head_facts(cells: list[str]) -> bool:
    """A quick answer, because it is asked of every row."""
    return len(cells[0]) <= _LONGEST_FACT and len(cells) > 1 and not cells[0][:1].isascii()


def _not_placed(number: int, heading: Heading, place: int, text: str) -> tuple[int, str, str]:
    column = flowing(heading.shown[place]) if place < len(heading.shown) else ""
    where = (
        f"in the column {column!r}" if heading_key(column) else f"in column {place + 1}, which has no heading"
    )
    return number, "text-not-placed", f"This text, {where}, was not read: {flowing(cell_text(text))}"


def _is_number_marks(cells: list[str]) -> bool:
    """Whether a row holds the numbers of its columns alone; a single cell, the number of a row."""
    marks = [_NUMBER_MARK.fullmatch(to_arabic(cell.strip())) for cell in cells]
    return all(marks) and (len(cells) == 1 or len(cells) >= _FEWEST_MARKS)


def literal(cell: str) -> str:
    """The cell for readers that take tags and entities away: only what has the form's own tags keeps them."""
    return (cell if _TAG.search(cell) else html.escape(cell, quote=False)).replace("\t", " ")
