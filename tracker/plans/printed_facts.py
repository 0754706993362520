"""What an exported plan says outside its table of measures, as small tables, and the same read back.

A table is known by its headings, so it may stand on a sheet of its own, below the measures or in an annex.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.fiscal import FiscalYear
from tracker.errors import InputError
from tracker.plans.model import AbsentItem, Indicator, Plan
from tracker.plans.printed import (
    HEADINGS,
    Value,
    instrument_in,
    number_in,
    print_day,
    print_score,
    score_in,
)
from tracker.plans.printed_annex import FOLLOW_UPS, MeasureFacts, follow_up_row, measure_facts, with_annex
from tracker.thai.dates import parse_date
from tracker.thai.digits import Digits, to_arabic
from tracker.thai.text import folded_key
from tracker.thai.years import parse_year

FACTS = ("ข้อมูลของแผน", "ค่า")
INDICATORS = (HEADINGS["indicator"], "ชื่อตัวชี้วัด", HEADINGS["instrument"], "คะแนนเฉลี่ย")
ABSENT = ("ข้อที่ไม่มีมาตรการ", HEADINGS["title"], HEADINGS["score"])
DOUBTS = ("บรรทัด", "ข้อสังเกตจากการอ่านเอกสาร", "ชนิดของข้อสังเกต")

AGENCY = "หน่วยงาน"
FISCAL_YEAR = "ปีงบประมาณของแผน (พ.ศ.)"
ASSESSED_YEAR = "ปีงบประมาณที่ประเมิน (พ.ศ.)"
FIRST_DAY = "วันแรกของแผน"
LAST_DAY = "วันสุดท้ายของแผน"

Table = tuple[tuple[str, ...], list[tuple[Value, ...]]]


@dataclass(slots=True)
class PrintedFacts:
    """The facts found in a document; what it does not print is None."""

    agency: str | None = None
    fiscal_year: int | None = None
    assessed_year: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    indicators: list[Indicator] | None = None
    absent: list[AbsentItem] | None = None
    measures: list[MeasureFacts] = field(default_factory=list)


def facts_table(plan: Plan, _: Digits = Digits.ARABIC) -> Table:
    """Whose plan it is, of which years, and its first and last day."""
    return FACTS, [
        (AGENCY, plan.agency),
        (FISCAL_YEAR, plan.fiscal_year),
        (ASSESSED_YEAR, plan.assessed_year),
        (FIRST_DAY, plan.starts_on),
        (LAST_DAY, plan.ends_on),
    ]


def indicators_table(plan: Plan, _: Digits = Digits.ARABIC) -> Table:
    """The indicators with their averages."""
    return INDICATORS, [
        (each.number, each.title, each.instrument.value, each.score) for each in plan.indicators
    ]


def absent_table(plan: Plan, _: Digits = Digits.ARABIC) -> Table:
    """The items without a measure."""
    return ABSENT, [(each.code, each.title, each.score) for each in plan.absent]


def follow_up_table(plan: Plan, digits: Digits = Digits.ARABIC) -> Table:
    """What the published form does not show of each measure; what can be read from its words is left out."""
    year = FiscalYear(plan.fiscal_year)
    rows = [follow_up_row(measure, year, digits) for measure in plan.measures]
    last = len(FOLLOW_UPS) - 1
    kept = [at for at in range(last + 1) if at in (0, 1, last) or any(row[at] is not None for row in rows)]
    return tuple(FOLLOW_UPS[at] for at in kept), [tuple(row[at] for at in kept) for row in rows]


def doubts_table(plan: Plan) -> Table:
    """The doubts of the reader; they are not read back."""
    return DOUBTS, [(each.line, each.text, each.code) for each in plan.warnings]


def as_text(value: Value) -> str:
    """The value in words, with Arabic digits; codes of items are text and stay as they are."""
    if isinstance(value, float):
        return print_score(value)
    if isinstance(value, dt.date):
        return print_day(value)
    return "" if value is None else str(value)


def read_facts(rows: Iterable[Sequence[str]]) -> PrintedFacts:
    """The facts in the tables among these rows; a table ends at an empty row or at another's headings.

    InputError names a value that cannot be read.
    """
    facts = PrintedFacts()
    table: tuple[str, ...] = ()
    places: list[int] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        headed = _table_headed(cells)
        if headed or not any(cells):
            table, places = headed, _places(headed, cells)
            _begin(facts, table)
        elif table in _READERS:
            _READERS[table](facts, [cells[at] if 0 <= at < len(cells) else "" for at in places])
    return facts


def with_facts(plan: Plan, facts: PrintedFacts) -> Plan:
    """The plan with everything that the facts say in the place of what the document's words said."""
    return replace(
        plan,
        agency=facts.agency or plan.agency,
        fiscal_year=facts.fiscal_year or plan.fiscal_year,
        assessed_year=facts.assessed_year or plan.assessed_year,
        starts_on=facts.starts_on or plan.starts_on,
        ends_on=facts.ends_on or plan.ends_on,
        indicators=plan.indicators if facts.indicators is None else tuple(facts.indicators),
        absent=plan.absent if facts.absent is None else tuple(facts.absent),
        measures=with_annex(plan.measures, facts.measures),
    )


def is_facts_heading(cells: Sequence[str]) -> bool:
    """Whether the cells head one of the tables of this module."""
    return bool(_table_headed([cell.strip() for cell in cells]))


def _table_headed(cells: Sequence[str]) -> tuple[str, ...]:
    """The headings of the table that the cells head, whole; () when they head none of this module."""
    keys = [folded_key(cell) for cell in cells if cell]
    for table in (FACTS, INDICATORS, ABSENT, DOUBTS):
        if keys == [*map(folded_key, table)]:
            return table
    known = [*map(folded_key, FOLLOW_UPS)]
    is_annex = keys[:2] == known[:2] and keys[-1:] == known[-1:] and set(keys) <= set(known)
    return FOLLOW_UPS if is_annex else ()


def _places(table: tuple[str, ...], cells: Sequence[str]) -> list[int]:
    """For each heading of the table its place among the cells, -1 where it is left out."""
    keys = [folded_key(cell) for cell in cells]
    return [keys.index(key) if (key := folded_key(heading)) in keys else -1 for heading in table]


def _begin(facts: PrintedFacts, table: tuple[str, ...]) -> None:
    """A table that stands there without a row says that there is none."""
    if table == INDICATORS:
        facts.indicators = facts.indicators or []
    elif table == ABSENT:
        facts.absent = facts.absent or []


def _read_fact(facts: PrintedFacts, cells: Sequence[str]) -> None:
    name, value = folded_key(cells[0]), cells[1]
    if not value:
        return
    if name == folded_key(AGENCY):
        facts.agency = value
    elif name == folded_key(FISCAL_YEAR):
        facts.fiscal_year = parse_year(value)
    elif name == folded_key(ASSESSED_YEAR):
        facts.assessed_year = parse_year(value)
    elif name == folded_key(FIRST_DAY):
        facts.starts_on = parse_date(value)
    elif name == folded_key(LAST_DAY):
        facts.ends_on = parse_date(value)


def _read_indicator(facts: PrintedFacts, cells: Sequence[str]) -> None:
    number = number_in(cells[0])
    if number is None:
        raise InputError(f"an indicator needs a number before {cells[1]!r}.")
    indicator = Indicator(number, cells[1], instrument_in(cells[2]), score_in(cells[3]))
    facts.indicators = [*(facts.indicators or []), indicator]


def _read_follow_up(facts: PrintedFacts, cells: Sequence[str]) -> None:
    facts.measures.append(measure_facts(cells))


def _read_absent(facts: PrintedFacts, cells: Sequence[str]) -> None:
    item = AbsentItem(to_arabic(cells[0]), cells[1], score_in(cells[2]))
    facts.absent = [*(facts.absent or []), item]


_READERS = {
    FACTS: _read_fact,
    INDICATORS: _read_indicator,
    ABSENT: _read_absent,
    FOLLOW_UPS: _read_follow_up,
}
