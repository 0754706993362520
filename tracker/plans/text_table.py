"""The text form of an assessment plan to a Plan: rows to measures, doubts to warnings."""

import datetime as dt
from dataclasses import dataclass, field

from tracker.domain.fiscal import FiscalYear
from tracker.errors import InputError, UnreadableDate
from tracker.plans.cadence_words import rules_in
from tracker.plans.cells import bullets, flowing
from tracker.plans.codes import LETTERS, PrintedItem, ReadCode, likeliest_instrument, read_codes
from tracker.plans.cover import agency_named, assessed_year, planned_year
from tracker.plans.item_cells import ItemCell
from tracker.plans.model import AbsentItem, Indicator, Instrument, Measure, Plan, PlanWarning, Source
from tracker.plans.responsible import Responsible, read_responsible
from tracker.plans.rows import Column, Document, PlanRow, read_rows, split_lines
from tracker.plans.score_tables import ScoreItem
from tracker.plans.timeline import span_of, split_timeline
from tracker.thai.text import repair

_Scores = dict[Instrument, list[ScoreItem]]


@dataclass(slots=True)
class _Findings:
    """What is known of the whole document, and the warnings gathered on the way."""

    agency: str
    year: FiscalYear
    warnings: list[PlanWarning] = field(default_factory=list)

    def warn(self, line: int, code: str, text: str) -> None:
        self.warnings.append(PlanWarning(line, code, text))

    def doubt_code(self, line: int, instrument: Instrument, read: ReadCode) -> None:
        if read.doubt:
            self.warn(line, "code-doubtful", f"{LETTERS[instrument]}{read.number}: {read.doubt}.")


@dataclass(frozen=True, slots=True)
class _Item:
    """A row of the plan with all that its first cell and the tables around it say."""

    row: PlanRow
    cell: ItemCell
    instrument: Instrument
    number: int
    indicator: Indicator | None
    in_table: ScoreItem | None

    @property
    def code(self) -> str:
        return f"{LETTERS[self.instrument]}{self.number}"


def read_text_plan(
    text: str, source: Source, *, fiscal_year: int | None = None, agency: str | None = None
) -> Plan:
    """The plan that a text document holds; InputError when it holds none, or not whose or for which year.

    The fiscal year (BE) and the agency given take the place of those printed.
    """
    document = read_rows([repair(line) for line in split_lines(text)])
    if not document.rows:
        raise InputError("no plan table was found in it: a line of headings and rows of cells between tabs.")
    year = fiscal_year or planned_year(document.headings, document.lines)
    if year is None:
        raise InputError("it does not say for which fiscal year it is; give it with --fiscal-year.")
    printed_agency = agency_named(document.lines)
    if not (agency or printed_agency):
        raise InputError("it does not name the agency; give it with --agency.")
    findings = _Findings(printed_agency or agency or "", FiscalYear(year))
    if fiscal_year and planned_year(document.headings, document.lines) not in (None, fiscal_year):
        findings.warn(
            0, "fiscal-year-differs", f"Fiscal year {year} was asked for; the document names another."
        )
    scores = _score_items(document, findings)
    items = _read_items(document.rows, scores, findings)
    for line, left in document.leftovers:
        findings.warn(line, "text-not-placed", f"This text belongs to no row of the plan: {left}")
    measures = tuple(_measure(item, findings) for item in items)
    return Plan(
        agency=agency or printed_agency,
        fiscal_year=year,
        assessed_year=assessed_year(document.lines, year),
        starts_on=findings.year.starts_on,
        ends_on=findings.year.ends_on,
        source=source,
        indicators=_indicators(items),
        measures=measures,
        absent=_absent(scores, measures),
        warnings=tuple(sorted(findings.warnings, key=lambda warning: warning.line)),
    )


def _score_items(document: Document, findings: _Findings) -> _Scores:
    scores: _Scores = {}
    for instrument, rows in document.scores.items():
        printed = [PrintedItem(row.token, row.title, row.score) for row in rows]
        scores[instrument] = []
        for row, code in zip(rows, read_codes(printed, instrument, ()), strict=True):
            findings.doubt_code(row.line, instrument, code)
            scores[instrument].append(ScoreItem(instrument, code.number, row.title, row.score, row.line))
    return scores


def _codes(
    rows: list[PlanRow], cells: list[ItemCell], scores: _Scores, findings: _Findings
) -> dict[int, tuple[Instrument, ReadCode]]:
    """The code of each row by its place; a row that no instrument can be found for has none."""
    printed = [PrintedItem(cell.token, cell.title, cell.score) for cell in cells]
    of_rows = [
        likeliest_instrument(item, row.instrument, scores) for row, item in zip(rows, printed, strict=True)
    ]
    codes: dict[int, tuple[Instrument, ReadCode]] = {}
    for instrument in Instrument:
        places = [place for place, found in enumerate(of_rows) if found is instrument]
        read = read_codes([printed[place] for place in places], instrument, scores.get(instrument, ()))
        for place, code in zip(places, read, strict=True):
            codes[place] = instrument, code
            findings.doubt_code(rows[place].first_line, instrument, code)
    return codes


def _read_items(rows: list[PlanRow], scores: _Scores, findings: _Findings) -> list[_Item]:
    """The rows with their codes, in document order; a row of no known instrument is named in a warning."""
    cells = [row.item() for row in rows]
    codes = _codes(rows, cells, scores, findings)
    items: list[_Item] = []
    indicator: Indicator | None = None
    for place, (row, cell) in enumerate(zip(rows, cells, strict=True)):
        if place not in codes:
            left = flowing(row.text(Column.ITEM))
            findings.warn(
                row.first_line, "text-not-placed", f"It is not clear to which survey this row belongs: {left}"
            )
            continue
        instrument, code = codes[place]
        if cell.heading is not None:
            indicator = Indicator(cell.heading.number, cell.heading.title, instrument, cell.heading.score)
        elif indicator is not None and indicator.instrument is not instrument:
            indicator = None
        in_table = {entry.number: entry for entry in scores.get(instrument, ())}.get(code.number)
        items.append(_Item(row, cell, instrument, code.number, indicator, in_table))
    return items


def _measure(item: _Item, findings: _Findings) -> Measure:
    row, code = item.row, item.code
    timeline, follow_up = _timeline(row)
    follow_up_bullets = bullets(follow_up)
    reading = rules_in(follow_up_bullets, findings.year)
    for doubt in reading.doubts:
        findings.warn(row.first_line, "date-without-rule", f"{code}: {doubt}")
    owners = read_responsible(row.text(Column.RESPONSIBLE), findings.agency)
    _check_owners(item, owners, findings)
    _check_score(item, findings)
    starts_on, ends_on = _span(item, timeline, findings)
    return Measure(
        code=code,
        title=item.cell.title,
        instrument=item.instrument,
        indicator=item.indicator.number if item.indicator else None,
        score=item.cell.score,
        score_table_score=item.in_table.score if item.in_table else None,
        analysis=bullets(row.text(Column.ANALYSIS)),
        weaknesses=bullets(row.text(Column.WEAKNESSES)),
        actions=bullets(row.text(Column.ACTIONS)),
        follow_up=follow_up_bullets,
        timeline=timeline,
        starts_on=starts_on,
        ends_on=ends_on,
        lead=owners.lead,
        supporting=owners.supporting,
        rules=reading.rules,
        source_lines=(row.first_line, row.last_line),
    )


def _timeline(row: PlanRow) -> tuple[str, str]:
    """The timeline, from its own column or the head of the follow-up column, and the follow-up's text."""
    own, follow_up = row.text(Column.TIMELINE), row.text(Column.FOLLOW_UP)
    return (flowing(own), follow_up) if own else split_timeline(follow_up)


def _span(item: _Item, timeline: str, findings: _Findings) -> tuple[dt.date, dt.date]:
    year = findings.year
    if not timeline:
        findings.warn(
            item.row.first_line, "span-missing", f"{item.code}: no span is printed, the whole year is taken."
        )
    try:
        return span_of(timeline, year)
    except UnreadableDate as problem:
        findings.warn(
            item.row.first_line, "span-unreadable", f"{item.code}: {problem} The whole year is taken."
        )
        return year.starts_on, year.ends_on


def _check_owners(item: _Item, owners: Responsible, findings: _Findings) -> None:
    line, code = item.row.first_line, item.code
    if not owners.lead:
        findings.warn(line, "lead-missing", f"{code}: no lead division is printed.")
    elif not owners.lead_is_marked:
        findings.warn(
            line, "lead-not-marked", f"{code}: no lead is marked; {owners.lead} stands first and is taken."
        )
    if owners.more_leads:
        others = ", ".join(owners.more_leads)
        findings.warn(
            line, "several-leads", f"{code}: {owners.lead} leads; {others}, marked as lead too, supports."
        )


def _check_score(item: _Item, findings: _Findings) -> None:
    line, code, score = item.row.first_line, item.code, item.cell.score
    in_table = item.in_table.score if item.in_table else None
    if score is None:
        findings.warn(line, "score-missing", f"{code}: no score is printed in the row.")
    elif in_table is not None and score != in_table:
        text = f"{code}: the row says {score:.2f}, the score table {in_table:.2f}."
        findings.warn(line, "score-differs", text)


def _indicators(items: list[_Item]) -> tuple[Indicator, ...]:
    found: dict[int, Indicator] = {}
    for item in items:
        if item.indicator is not None:
            found.setdefault(item.indicator.number, item.indicator)
    return tuple(found.values())


def _absent(scores: _Scores, measures: tuple[Measure, ...]) -> tuple[AbsentItem, ...]:
    present = {measure.code for measure in measures}
    entries = (entry for table in scores.values() for entry in table)
    return tuple(
        AbsentItem(code, entry.title, entry.score)
        for entry in entries
        if (code := f"{LETTERS[entry.instrument]}{entry.number}") not in present
    )
