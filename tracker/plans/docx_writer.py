"""A plan as a Word document, as offices publish it: a section for each survey, a row for each measure.

What the published form does not show - scores of the score table, the rules and where they come from, items
without a measure - stands in small tables of an annex, which the reader knows by their headings.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil

from docx.document import Document as WordDocument

from tracker.plans.cells import cell_text
from tracker.plans.item_cells import read_item_cell
from tracker.plans.model import Indicator, Measure, Plan
from tracker.plans.phrases import SCORE_LABEL
from tracker.plans.printed import (
    ALL_DIVISIONS,
    INSTRUMENT_TITLES,
    Value,
    columns,
    print_item,
    print_unit_score,
)
from tracker.plans.printed_facts import (
    absent_table,
    as_text,
    facts_table,
    follow_up_table,
    indicators_table,
)
from tracker.plans.word_parts import Line, Row, add_line, add_table, new_document
from tracker.thai.digits import Digits, in_digits

_WIDTHS = (2700, 2350, 2500, 2900, 2900, 1787)
_CHARACTER_WIDTH = 112
"""The width of a Thai character on average, in twentieths of a point."""

_MOST_LINES_WHOLE = 12
"""A row of more lines may be cut by a page: whole, it would leave half a page empty."""

_SPACED_DASH = re.compile(r"\s+([-–])\s+")
_TITLE = "มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน"
_ANNEX = (
    ("ข้อมูลของแผน", facts_table),
    ("รอบการติดตาม", follow_up_table),
    ("ตัวชี้วัดและคะแนนเฉลี่ย", indicators_table),
    ("ข้อที่ไม่มีมาตรการ", absent_table),
)
_ANNEX_WIDTHS = {
    **{"รหัส": 1000, "แบบวัด": 1100, "ตัวชี้วัดที่": 1500, "คะแนนในตารางคะแนน": 1900, "คะแนนที่ได้": 1600},
    **{"ระยะเวลาดำเนินการ": 2300, "วันเริ่มต้น": 1750, "วันสิ้นสุด": 1750, "ข้อที่ไม่มีมาตรการ": 2200},
    **{"ข้อมูลของแผน": 4500, "ชื่อตัวชี้วัด": 7500, "คะแนนเฉลี่ย": 1600, "ประเด็นการประเมิน": 5500},
}
_MOST_REST_WIDTH = 9000
"""A column that has no width of its own takes what the others leave, up to this."""


def docx_plan(plan: Plan, digits: Digits = Digits.THAI) -> bytes:
    """The bytes of the document; codes, years, scores and dates are in ``digits``, texts as they are."""
    title = f"{_TITLE} ประจำปีงบประมาณ พ.ศ. {plan.fiscal_year}"
    document = new_document(title=title, author=plan.agency)
    for line in _cover(plan, digits):
        add_line(document, line)
    headings = _headings(plan.fiscal_year, digits)
    for place, (instrument, measures) in enumerate(groupby(plan.measures, lambda each: each.instrument)):
        section = Line(f"หัวข้อ : {INSTRUMENT_TITLES[instrument]}", bold=True)
        add_line(document, section, new_page=place > 0, space=80)
        add_table(document, _WIDTHS, [headings, *_rows(measures, plan, digits)])
    _add_annex(document, plan, digits)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _cover(plan: Plan, digits: Digits) -> Iterator[Line]:
    yield Line(_TITLE, bold=True, centred=True)
    yield Line(plan.agency, bold=True, centred=True)
    yield Line(in_digits(f"ประจำปีงบประมาณ พ.ศ. {plan.fiscal_year}", digits), bold=True, centred=True)
    assessed = f"จากผลการประเมินคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. {plan.assessed_year}"
    yield Line(in_digits(assessed, digits), centred=True)


def _headings(year: int, digits: Digits) -> Row:
    return _heading(
        (
            "หัวข้อการประเมิน",
            "ประเด็นการวิเคราะห์",
            "ข้อบกพร่อง/จุดอ่อน",
            in_digits(f"มาตรการ/แนวทางการปฏิบัติ ในปีงบประมาณ พ.ศ. {year}", digits),
            "แนวทางและระยะเวลาในการกำกับติดตาม",
            "ผู้รับผิดชอบ",
        )
    )


def _heading(titles: Iterable[str]) -> Row:
    return Row([[Line(title, bold=True, centred=True)] for title in titles], is_heading=True)


def _rows(measures: Iterable[Measure], plan: Plan, digits: Digits) -> Iterator[Row]:
    """The rows of a section; an indicator is named above its first item. The first row may be cut."""
    known = {each.number: each for each in plan.indicators}
    above: int | None = None
    for place, measure in enumerate(measures):
        begins = measure.indicator is not None and measure.indicator != above
        above = measure.indicator
        indicator = known.get(above) if begins and above is not None else None
        cells = [
            [*_item(measure, indicator, digits)],
            _list(measure.analysis),
            _list(measure.weaknesses),
            _list(measure.actions),
            [*[Line(measure.timeline)] * bool(measure.timeline), *_list(measure.follow_up)],
            _responsible(measure, plan.agency),
        ]
        is_long = max(map(_line_count, cells, _WIDTHS)) > _MOST_LINES_WHOLE
        yield Row(cells, may_split=is_long or place == 0)


def _line_count(lines: Sequence[Line], width: int) -> int:
    return sum(ceil(columns(line.text) * _CHARACTER_WIDTH / width) for line in lines)


def _item(measure: Measure, indicator: Indicator | None, digits: Digits) -> Iterator[Line]:
    """The first cell. A heading that would hide the item from a reader stands in the annex alone."""
    item = print_item(measure, digits)
    for heading in _headings_of(indicator, digits) if indicator else ():
        alone, both = (read_item_cell(cell_text("\n".join(each))) for each in (item, [*heading, *item]))
        if replace(both, heading=None) == alone:
            yield from (Line(each, bold=True) for each in heading)
            break
    yield from map(Line, item)


def _headings_of(indicator: Indicator, digits: Digits) -> Iterator[list[str]]:
    """The indicator's number, title and score, also without spaces around dashes, which end a heading."""
    score = print_unit_score(f"{SCORE_LABEL} ", indicator.score, digits)
    for title in (indicator.title, _SPACED_DASH.sub(r"\1", indicator.title)):
        yield [f"ตัวชี้วัดที่ {in_digits(str(indicator.number), digits)} {title}".strip(), *score]


def _list(bullets: Iterable[str]) -> list[Line]:
    return [Line(bullet, in_list=True) for bullet in bullets]


def _responsible(measure: Measure, agency: str) -> list[Line]:
    """The lead and, each with its mark, those that support it."""
    lead = [Line(f"{measure.lead} (เจ้าภาพหลัก)")] if measure.lead else []
    if measure.supporting == "all":
        return [*lead, Line(f"{ALL_DIVISIONS}ในสังกัด{agency} (สนับสนุน)")]
    return [*lead, *(Line(f"{name} (สนับสนุน)") for name in measure.supporting)]


def _add_annex(document: WordDocument, plan: Plan, digits: Digits) -> None:
    for place, (title, made) in enumerate(_ANNEX):
        headings, rows = made(plan, digits)
        printed = [Row([_fact(at, value, digits) for at, value in enumerate(row)]) for row in rows]
        add_line(document, Line(f"ภาคผนวก: {title}", bold=True), new_page=place == 0, space=80)
        add_table(document, _annex_widths(headings), [_heading(headings), *printed])


def _annex_widths(headings: Sequence[str]) -> list[int]:
    rest = sum(_WIDTHS) - sum(_ANNEX_WIDTHS.get(heading, 0) for heading in headings)
    return [_ANNEX_WIDTHS.get(heading, min(rest, _MOST_REST_WIDTH)) for heading in headings]


def _fact(place: int, value: Value, digits: Digits) -> list[Line]:
    """Numbers, dates and the codes in the first column have the digits; texts stay as they are."""
    text = as_text(value)
    of_text = place > 0 and isinstance(value, str)
    return [Line(each) for each in (text if of_text else in_digits(text, digits)).split("\n")]
