"""The annex of the published form: what a row of the form does not show of its measure, and back.

It says nothing that the row's own words say: who edits the row in Word need not edit the annex.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.domain.cadence import Rule
from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans.cells import cell_text
from tracker.plans.item_cells import read_item_cell
from tracker.plans.model import Instrument, Measure
from tracker.plans.printed import (
    HEADINGS,
    Value,
    instrument_in,
    number_in,
    print_item,
    print_rules,
    read_rules,
    score_in,
)
from tracker.plans.timeline import span_of, split_timeline
from tracker.thai.dates import parse_date
from tracker.thai.digits import Digits, to_arabic

FOLLOW_UPS = tuple(
    HEADINGS[name]
    for name in (
        *("code", "instrument", "indicator", "title", "score", "score_table_score"),
        *("timeline", "starts_on", "ends_on", "rules"),
    )
)
"""Columns without any value are left out, except the first two and the last."""


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What the annex adds to a row; None where the row's own words say it. A title brings its score."""

    code: str
    instrument: Instrument
    indicator: int | None
    title: str | None
    score: float | None
    score_table_score: float | None
    timeline: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    rules: tuple[Rule, ...] | None


def follow_up_row(measure: Measure, year: FiscalYear, digits: Digits) -> tuple[Value, ...]:
    """The cells of a measure in the order of ``FOLLOW_UPS``, None where the row in the form says it."""
    item_is_read, timeline_is_read = _says_item(measure), _says_timeline(measure)
    span_is_read = timeline_is_read and _says_span(measure, year)
    return (
        measure.code,
        measure.instrument.value,
        measure.indicator,
        None if item_is_read else measure.title,
        None if item_is_read else measure.score,
        measure.score_table_score,
        None if timeline_is_read else measure.timeline,
        None if span_is_read else measure.starts_on,
        None if span_is_read else measure.ends_on,
        print_rules(measure.rules, digits),
    )


def measure_facts(cells: Sequence[str]) -> MeasureFacts:
    """The facts in the cells of a row, in the order of ``FOLLOW_UPS``; InputError names a wrong value."""
    code, instrument, indicator, title, score, in_table, timeline, starts_on, ends_on, rules = cells
    return MeasureFacts(
        code=to_arabic(code),
        instrument=instrument_in(instrument),
        indicator=number_in(indicator),
        title=title or None,
        score=score_in(score),
        score_table_score=score_in(in_table),
        timeline=timeline or None,
        starts_on=parse_date(starts_on) if starts_on else None,
        ends_on=parse_date(ends_on) if ends_on else None,
        rules=read_rules(rules),
    )


def with_annex(measures: Iterable[Measure], facts: Iterable[MeasureFacts]) -> tuple[Measure, ...]:
    """The measures with their facts; of several of one code each is used once, in their order."""
    left: dict[str, list[MeasureFacts]] = defaultdict(list)
    for each in facts:
        left[each.code].append(each)
    return tuple(
        _with_own(measure, left[measure.code].pop(0)) if left[measure.code] else measure
        for measure in measures
    )


def _with_own(measure: Measure, own: MeasureFacts) -> Measure:
    is_bullet = own.timeline is not None and measure.follow_up[:1] == (own.timeline,)
    return replace(
        measure,
        title=measure.title if own.title is None else own.title,
        score=measure.score if own.title is None else own.score,
        instrument=own.instrument,
        indicator=own.indicator,
        score_table_score=own.score_table_score,
        follow_up=measure.follow_up[is_bullet:],
        timeline=own.timeline or measure.timeline,
        starts_on=own.starts_on or measure.starts_on,
        ends_on=own.ends_on or measure.ends_on,
        rules=measure.rules if own.rules is None else own.rules,
    )


def _says_item(measure: Measure) -> bool:
    read = read_item_cell(cell_text("\n".join(print_item(measure, Digits.THAI))))
    return (to_arabic(read.token), read.title, read.score) == (measure.code, measure.title, measure.score)


def _says_timeline(measure: Measure) -> bool:
    return split_timeline(measure.timeline)[0] == measure.timeline


def _says_span(measure: Measure, year: FiscalYear) -> bool:
    try:
        return span_of(measure.timeline, year) == (measure.starts_on, measure.ends_on)
    except UnreadableDate:
        return False
