"""The rows of a document to items: the survey that each belongs to, its code, its indicator."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.domain.fiscal import FiscalYear
from tracker.plans.cells import flowing
from tracker.plans.codes import LETTERS, PrintedItem, ReadCode, likeliest_instrument, number_in, read_codes
from tracker.plans.item_cells import ItemCell
from tracker.plans.model import Indicator, Instrument, PlanWarning
from tracker.plans.plan_rows import Column, Document, PlanRow
from tracker.plans.score_tables import ScoreItem

Scores = dict[Instrument, list[ScoreItem]]


@dataclass(slots=True)
class Findings:
    """What is known of the whole document, and the warnings gathered on the way."""

    agency: str
    year: FiscalYear
    warnings: list[PlanWarning] = field(default_factory=list)

    def warn(self, line: int, code: str, text: str) -> None:
        """Keep a doubt about a line."""
        self.warnings.append(PlanWarning(line, code, text))

    def doubt_code(self, line: int, instrument: Instrument, read: ReadCode) -> None:
        """Keep the doubt about a code, if there is one."""
        if read.doubt:
            self.warn(line, "code-doubtful", f"{LETTERS[instrument]}{read.number}: {read.doubt}.")


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the plan with all that its first cell and the tables around it say."""

    row: PlanRow
    cell: ItemCell
    instrument: Instrument
    number: int
    indicator: Indicator | None
    in_table: ScoreItem | None

    @property
    def code(self) -> str:
        """The item's code, as stated or as read."""
        return self.row.stated.code or f"{LETTERS[self.instrument]}{self.number}"


def score_items(document: Document, findings: Findings) -> Scores:
    """The items of the score tables with their codes."""
    scores: Scores = {}
    for instrument, rows in document.scores.items():
        printed = [PrintedItem(row.token, row.title, row.score) for row in rows]
        scores[instrument] = []
        for row, code in zip(rows, read_codes(printed, instrument, ()), strict=True):
            findings.doubt_code(row.line, instrument, code)
            scores[instrument].append(ScoreItem(instrument, code.number, row.title, row.score, row.line))
    return scores


def read_items(rows: list[PlanRow], scores: Scores, findings: Findings) -> list[Item]:
    """The rows with their codes, in document order; a row of no known instrument is named in a warning."""
    cells = [row.item() for row in rows]
    codes = _codes(rows, cells, scores, findings)
    tables = {each: {entry.number: entry for entry in entries} for each, entries in scores.items()}
    items: list[Item] = []
    indicator: Indicator | None = None
    for place, (row, cell) in enumerate(zip(rows, cells, strict=True)):
        if place not in codes:
            _leave_out(row, findings)
            continue
        instrument, code = codes[place]
        indicator = _indicator(row, cell, instrument, indicator)
        in_table = tables.get(instrument, {}).get(code.number)
        items.append(Item(row, cell, instrument, code.number, indicator, in_table))
    return items


def _leave_out(row: PlanRow, findings: Findings) -> None:
    left = " | ".join(text for column in Column if (text := flowing(row.text(column))))
    text = f"It is not clear to which survey this row belongs: {left}"
    findings.warn(row.first_line, "text-not-placed", text)


def _indicator(
    row: PlanRow, cell: ItemCell, instrument: Instrument, before: Indicator | None
) -> Indicator | None:
    """The indicator of a row: its own heading's, else that of the row before in the same survey."""
    if cell.heading is not None:
        return Indicator(cell.heading.number, cell.heading.title, instrument, cell.heading.score)
    if row.stated.has_indicator or (before is not None and before.instrument is not instrument):
        return None
    return before


def _codes(
    rows: list[PlanRow], cells: list[ItemCell], scores: Scores, findings: Findings
) -> dict[int, tuple[Instrument, ReadCode]]:
    """The code of each row by its place; a row that no instrument can be found for has none."""
    printed = [PrintedItem(cell.token, cell.title, cell.score) for cell in cells]
    of_rows = _instruments(rows, printed, scores, findings)
    codes: dict[int, tuple[Instrument, ReadCode]] = {
        place: (stated, ReadCode(number_in(row.stated.code)))
        for place, row in enumerate(rows)
        if row.stated.code and (stated := row.stated.instrument or of_rows[place])
    }
    for instrument in Instrument:
        places = [at for at, found in enumerate(of_rows) if found is instrument and not rows[at].stated.code]
        read = read_codes([printed[place] for place in places], instrument, scores.get(instrument, ()))
        for place, code in zip(places, read, strict=True):
            codes[place] = instrument, code
            findings.doubt_code(rows[place].first_line, instrument, code)
    return codes


def _instruments(
    rows: Sequence[PlanRow], printed: Sequence[PrintedItem], scores: Scores, findings: Findings
) -> list[Instrument | None]:
    """The survey of each row, for want of anything else that of the row before or else after it."""
    tables = {each: list({entry.number: entry for entry in table}.values()) for each, table in scores.items()}
    known = [
        likeliest_instrument(item, row.instrument, tables) for row, item in zip(rows, printed, strict=True)
    ]
    following: Instrument | None = None
    after: list[Instrument | None] = []
    for found in reversed(known):
        following = found or following
        after.append(following)
    before: Instrument | None = None
    for place, (row, found) in enumerate(zip(rows, known, strict=True)):
        if found is None and not row.stated.code and (near := before or after[-1 - place]):
            known[place] = near
            text = (
                f"{printed[place].token!r}: no heading says of which survey; {near} is taken, as beside it."
            )
            findings.warn(row.first_line, "code-doubtful", text)
        before = known[place] or before
    return known
