"""A document's tables to a Plan: every place in its warnings is one that a person can find."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tracker.domain.fiscal import FiscalYear
from tracker.errors import InputError
from tracker.plans.columns import Meaning
from tracker.plans.cover import planned_year
from tracker.plans.grid import Table
from tracker.plans.marked_lists import marked_bullets
from tracker.plans.model import Instrument, Measure, Plan, PlanWarning, Source
from tracker.plans.own_columns import (
    LISTS,
    item_beside,
    listed_item,
    numbered_item,
    responsible_text,
    row_of,
    values_beside,
)
from tracker.plans.plan_rows import Column, Document, PlanRow
from tracker.plans.printed_facts import PrintedFacts, read_facts, with_facts
from tracker.plans.rows import read_rows
from tracker.plans.stated import Stated
from tracker.plans.table_rows import Found, literal, read_tables
from tracker.plans.text_table import plan_of
from tracker.thai.text import repair

_MOST_GUESSED = 150
_BESIDE = frozenset(
    {
        *(Meaning.SCORE, Meaning.SCORE_TABLE_SCORE, Meaning.STARTS_ON, Meaning.ENDS_ON),
        *(Meaning.LEAD, Meaning.SUPPORTING, Meaning.RULES),
    }
)


def read_grid_plan(
    tables: Iterable[Table],
    source: Source,
    *,
    fiscal_year: int | None = None,
    agency: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Plan:
    """The plan that the tables of a document hold; InputError when none of them is a plan table.

    The fiscal year and the agency given take the place of those that the document says.
    """
    found = read_tables(tables, columns)
    if found.refused:
        raise InputError(found.refused)
    facts = read_facts(found.facts)
    in_annex = {each.code: each.instrument for each in facts.measures}
    document = _document(found, fiscal_year or facts.fiscal_year, in_annex)
    plan = plan_of(
        document,
        source,
        fiscal_year=fiscal_year or facts.fiscal_year,
        agency=agency or facts.agency,
    )
    return _in_place(with_facts(plan, _below(facts, fiscal_year, agency)), found)


def _below(facts: PrintedFacts, fiscal_year: int | None, agency: str | None) -> PrintedFacts:
    """The facts without those that what a person gave stands above."""
    kept = replace(facts, agency=agency or facts.agency)
    if fiscal_year in (None, facts.fiscal_year):
        return kept
    return replace(kept, fiscal_year=fiscal_year, starts_on=None, ends_on=None)


def _document(found: Found, fiscal_year: int | None, in_annex: Mapping[str, Instrument]) -> Document:
    document = read_rows([repair(line) for line in found.lines])
    document.lines += [repair(line) for line in found.unread]
    document.headings = found.headings
    document.doubts += found.doubts
    year = fiscal_year or planned_year(document.headings, document.lines)
    if year is None:
        raise InputError("it does not say for which fiscal year it is; give it with --fiscal-year.")
    is_large = len(document.rows) > _MOST_GUESSED
    for row in document.rows:
        _state(row, found, FiscalYear(year), is_large=is_large, in_annex=in_annex)
    document.rows += [row_of(record, FiscalYear(year)) for record in found.records]
    document.rows.sort(key=lambda row: row.first_line)
    return document


def _state(
    row: PlanRow, found: Found, year: FiscalYear, *, is_large: bool, in_annex: Mapping[str, Instrument]
) -> None:
    """Give a row in the published form what its table says beside it, in columns or by marks.

    Codes that the annex of an exported plan lists are taken as printed; so are all in a document too large to
    weigh their readings against each other.
    """
    lines = [found.of_form[n] for n in range(row.first_line, row.last_line + 1) if n in found.of_form]
    held = {meaning for cells in lines for meaning in cells}
    text = {
        meaning: repair("\n".join(cells[meaning] for cells in lines if meaning in cells)) for meaning in held
    }
    doubts: list[tuple[str, str]] = []
    beside = values_beside(text, year, doubts) if held & _BESIDE else {}
    lists = {LISTS[each]: text[each] for each in LISTS if each in text and len(lines) == 1}
    printed = row.text(Column.ITEM)
    sure = numbered_item(printed) if is_large else listed_item(printed, in_annex)
    item, instrument, code = sure or (row.item(), None, "")
    row.stated = Stated(
        code=code,
        instrument=instrument,
        item=item_beside(item, text, doubts),
        bullets=marked_bullets(lists, is_split=Meaning.TIMELINE in text),
        doubts=tuple(doubts),
        **beside,
    )
    if held & {Meaning.LEAD, Meaning.SUPPORTING}:
        row.cells[Column.RESPONSIBLE] = [literal(responsible_text(text))]


def _in_place(plan: Plan, found: Found) -> Plan:
    """The plan with its lines counted in the table or sheet where they stand."""

    def warning(each: PlanWarning) -> PlanWarning:
        if not 0 < each.line <= len(found.places):
            return each
        name, row = found.places[each.line - 1]
        return replace(each, line=row, text=f"{name}, row {row}: {each.text}" if name else each.text)

    def measure(each: Measure) -> Measure:
        first, last = (found.places[line - 1] for line in each.source_lines)
        return replace(each, source_lines=(first[1], max(last[1], first[1])))

    return replace(
        plan,
        measures=tuple(map(measure, plan.measures)),
        warnings=tuple(map(warning, plan.warnings)),
    )
