"""The text form of an assessment plan to a Plan: rows to measures, doubts to warnings."""

import datetime as dt

from tracker.domain.fiscal import FiscalYear
from tracker.errors import InputError
from tracker.plans import phrases
from tracker.plans.cadence_words import rules_in
from tracker.plans.cells import BREAK, bullets, flowing
from tracker.plans.codes import LETTERS
from tracker.plans.cover import agency_named, assessed_year, planned_year
from tracker.plans.model import AbsentItem, Indicator, Measure, Plan, Source
from tracker.plans.plan_rows import Column, Document, PlanRow
from tracker.plans.responsible import Responsible, is_vague, names_lead, read_responsible
from tracker.plans.row_items import Findings, Item, Scores, read_items, score_items
from tracker.plans.rows import read_rows, split_lines
from tracker.plans.timeline import read_span, split_timeline
from tracker.thai.text import repair


class NoPlanTable(InputError):
    """The text has no plan table in the published form."""


def read_text_plan(
    text: str, source: Source, *, fiscal_year: int | None = None, agency: str | None = None
) -> Plan:
    """The plan that a text document holds; InputError when it holds none, or not whose or for which year.

    The fiscal year (BE) and the agency given take the place of those printed.
    """
    document = read_rows([repair(line) for line in split_lines(text)])
    if not document.rows:
        raise NoPlanTable("no plan table was found in it: a line of headings and rows of cells between tabs.")
    return plan_of(document, source, fiscal_year=fiscal_year, agency=agency)


def plan_of(
    document: Document, source: Source, *, fiscal_year: int | None = None, agency: str | None = None
) -> Plan:
    """The plan that rows and lines make; InputError when they do not say whose or which year's."""
    year = fiscal_year or planned_year(document.headings, document.lines)
    if year is None:
        raise InputError("it does not say for which fiscal year it is; give it with --fiscal-year.")
    printed_agency = agency_named(document.lines)
    if not (agency or printed_agency):
        raise InputError("it does not name the agency; give it with --agency.")
    findings = Findings(printed_agency or agency or "", FiscalYear(year))
    if fiscal_year and planned_year(document.headings, document.lines) not in (None, fiscal_year):
        findings.warn(
            0, "fiscal-year-differs", f"Fiscal year {year} was asked for; the document names another."
        )
    scores = score_items(document, findings)
    items = read_items(document.rows, scores, findings)
    for line, left in document.leftovers:
        findings.warn(line, "text-not-placed", f"This text belongs to no row of the plan: {left}")
    for line, code, doubt in document.doubts:
        findings.warn(line, code, doubt)
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


def _measure(item: Item, findings: Findings) -> Measure:
    row, code = item.row, item.code
    timeline, follow_up = _timeline(row)
    follow_up_bullets = row.stated.bullets.get(Column.FOLLOW_UP, bullets(follow_up))
    reading = rules_in([*_deadline(row, timeline), *follow_up_bullets], findings.year)
    doubts = [] if row.stated.rules is not None else [("date-without-rule", text) for text in reading.doubts]
    for kind, doubt in [*row.stated.doubts, *doubts]:
        findings.warn(row.first_line, kind, f"{code}: {doubt}")
    owners = row.stated.owners or read_responsible(_responsible(row), findings.agency)
    _check_owners(item, owners, findings)
    _check_score(item, findings)
    starts_on, ends_on = _span(item, timeline, findings)
    return Measure(
        code=code,
        title=item.cell.title,
        instrument=item.instrument,
        indicator=item.indicator.number if item.indicator else None,
        score=item.cell.score,
        score_table_score=_table_score(item),
        analysis=_bullets(row, Column.ANALYSIS),
        weaknesses=_bullets(row, Column.WEAKNESSES),
        actions=_bullets(row, Column.ACTIONS),
        follow_up=follow_up_bullets,
        timeline=timeline,
        starts_on=starts_on,
        ends_on=ends_on,
        lead=owners.lead,
        supporting=owners.supporting,
        rules=reading.rules if row.stated.rules is None else row.stated.rules,
        source_lines=(row.first_line, row.last_line),
    )


def _bullets(row: PlanRow, column: Column) -> tuple[str, ...]:
    own = row.stated.bullets.get(column)
    return bullets(row.text(column)) if own is None else own


def _table_score(item: Item) -> float | None:
    return item.in_table.score if item.in_table else item.row.stated.score_table_score


def _timeline(row: PlanRow) -> tuple[str, str]:
    """The timeline, from its own column or the head of the follow-up column, and the follow-up's text."""
    own, follow_up = row.text(Column.TIMELINE), row.text(Column.FOLLOW_UP)
    if row.stated.timeline is not None:
        return row.stated.timeline, follow_up
    return (flowing(own), follow_up) if own else split_timeline(follow_up)


def _deadline(row: PlanRow, timeline: str) -> list[str]:
    """The timeline where it is a deadline in the follow-up column, which sets a rule like any other there."""
    own = row.stated.timeline is not None or row.text(Column.TIMELINE)
    return [timeline] if not own and phrases.IS_DEADLINE.match(timeline) else []


def _responsible(row: PlanRow) -> str:
    """The owners with their marks; a column for the supporting ones marks those in both."""
    owners, supporting = row.text(Column.RESPONSIBLE), row.text(Column.SUPPORTING)
    if Column.SUPPORTING not in row.cells:
        return owners
    lead = owners + phrases.LEAD_MARK if owners and not names_lead(owners) else owners
    has_helpers = bool(supporting.strip(" -–—"))
    return f"{lead}{BREAK}{supporting}{phrases.SUPPORTING_MARK}" if has_helpers else lead


def _span(item: Item, timeline: str, findings: Findings) -> tuple[dt.date, dt.date]:
    year, stated = findings.year, item.row.stated
    if stated.starts_on and stated.ends_on:
        return stated.starts_on, stated.ends_on
    if not timeline:
        findings.warn(
            item.row.first_line, "span-missing", f"{item.code}: no span is printed, the whole year is taken."
        )
    span = read_span(timeline, year)
    if span.doubt:
        findings.warn(item.row.first_line, span.kind, f"{item.code}: {span.doubt}")
    return stated.starts_on or span.starts_on, stated.ends_on or span.ends_on


def _check_owners(item: Item, owners: Responsible, findings: Findings) -> None:
    line, code = item.row.first_line, item.code
    if not owners.lead:
        findings.warn(line, "lead-missing", f"{code}: no lead division is printed.")
    elif not owners.lead_is_marked:
        findings.warn(
            line, "lead-not-marked", f"{code}: no lead is marked; {owners.lead} stands first and is taken."
        )
    for name in [owners.lead, *(owners.supporting if owners.supporting != "all" else ())]:
        if is_vague(name) or phrases.ALL_DIVISIONS.match(name):
            findings.warn(line, "owner-vague", f"{code}: {name} is no division in particular.")
    for words in owners.left_out:
        findings.warn(line, "owner-remark", f"{code}: {words!r} names no division and is left out.")
    if owners.more_leads:
        others = ", ".join(owners.more_leads)
        findings.warn(
            line, "several-leads", f"{code}: {owners.lead} leads; {others}, marked as lead too, supports."
        )


def _check_score(item: Item, findings: Findings) -> None:
    line, code, score = item.row.first_line, item.code, item.cell.score
    in_table = _table_score(item)
    if score is None:
        findings.warn(line, "score-missing", f"{code}: no score is printed in the row.")
    elif in_table is not None and score != in_table:
        text = f"{code}: the row says {score:.2f}, the score table {in_table:.2f}."
        findings.warn(line, "score-differs", text)


def _indicators(items: list[Item]) -> tuple[Indicator, ...]:
    found: dict[int, Indicator] = {}
    for item in items:
        if item.indicator is not None:
            found.setdefault(item.indicator.number, item.indicator)
    return tuple(found.values())


def _absent(scores: Scores, measures: tuple[Measure, ...]) -> tuple[AbsentItem, ...]:
    present = {measure.code for measure in measures}
    entries = (entry for table in scores.values() for entry in table)
    return tuple(
        AbsentItem(code, entry.title, entry.score)
        for entry in entries
        if (code := f"{LETTERS[entry.instrument]}{entry.number}") not in present
    )
