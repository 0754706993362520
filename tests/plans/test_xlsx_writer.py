import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests import factories
from tracker.domain.cadence import Cadence, Rule
from tracker.plans.model import AbsentItem, Indicator, Instrument, Plan, PlanWarning
from tracker.plans.xlsx_writer import xlsx_plan

OCTOBER, SEPTEMBER = dt.date(2021, 10, 1), dt.date(2022, 9, 30)


def _book(plan: Plan, divisions: tuple[str, ...] = ()) -> Workbook:
    return load_workbook(io.BytesIO(xlsx_plan(plan, divisions)))


def _sheet(plan: Plan) -> Any:
    return _book(plan)["แผน"]


def _row(sheet: Any, number: int) -> dict[str, Any]:
    return {heading.value: cell.value for heading, cell in zip(sheet[1], sheet[number], strict=True)}


def test_a_measure_is_one_row_of_values() -> None:
    measure = replace(
        factories.measure("I2", title="ตอบจดหมาย", supporting="all"),
        indicator=1,
        score=0.0,
        weaknesses=("ช้า", "หาย"),
        rules=(Rule(Cadence.MONTHLY, phrase="ทุกเดือน"),),
    )

    assert _row(_sheet(factories.plan(measure)), 2) == {
        "รหัส": "I2",
        "ประเด็นการประเมิน": "ตอบจดหมาย",
        "แบบวัด": "IIT",
        "ตัวชี้วัดที่": 1,
        "คะแนนที่ได้": 0,
        "คะแนนในตารางคะแนน": None,
        "ประเด็นการวิเคราะห์": None,
        "ข้อบกพร่อง/จุดอ่อน": "• ช้า\n• หาย",
        "มาตรการ/แนวทางการปฏิบัติ": None,
        "แนวทางการกำกับติดตาม": None,
        "ระยะเวลาดำเนินการ": None,
        "วันเริ่มต้น": dt.datetime.combine(OCTOBER, dt.time()),
        "วันสิ้นสุด": dt.datetime.combine(SEPTEMBER, dt.time()),
        "เจ้าภาพหลัก": "ฝ่ายหนึ่ง",
        "หน่วยงานสนับสนุน": "ทุกส่วนราชการ",
        "รอบการติดตาม": "ทุกเดือน",
    }


def test_the_sheet_is_made_for_editing() -> None:
    sheet = _sheet(factories.plan())
    date, text = sheet["L2"], sheet["B2"]

    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:P2")
    assert date.number_format == "[$-107041E]d mmm yyyy"
    assert (text.alignment.wrap_text, text.alignment.vertical, text.font.name) == (
        True,
        "top",
        "TH SarabunPSK",
    )
    assert sheet.column_dimensions["I"].width > sheet.column_dimensions["A"].width
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$1", "landscape")


def test_rows_are_as_high_as_their_longest_text_and_may_grow() -> None:
    plan = factories.plan(replace(factories.measure(), actions=("ก" * 460,)))

    sheet = _sheet(plan)

    assert sheet.row_dimensions[2].height > 8 * sheet.row_dimensions[1].height / 2
    assert b'customHeight="1"' not in xlsx_plan(plan)


def test_drop_downs_offer_divisions_cadences_and_surveys() -> None:
    measure = factories.measure(lead="ฝ่ายสาม", supporting=("ฝ่ายสี่", "ฝ่ายหนึ่ง"))

    book = _book(factories.plan(measure), ("ฝ่ายหนึ่ง", "ฝ่ายสอง"))

    choices = book["ตัวเลือก"]
    assert choices.sheet_state == "hidden"
    assert (
        [cell.value for cell in choices["A"]]
        == [
            *("เจ้าภาพหลัก", "ฝ่ายหนึ่ง", "ฝ่ายสอง", "ฝ่ายสาม", "ฝ่ายสี่"),
            *(None, None),  # the next list is longer
        ][: choices.max_row]
    )
    assert [cell.value for cell in choices["B"]] == [
        *("รอบการติดตาม", "ทุกเดือน", "ทุกไตรมาส", "ทุก 6 เดือน", "ปีละ 1 ครั้ง", "ไม่กำหนดรอบ"),
    ]
    offers = {
        str(each.sqref): (each.formula1, each.errorStyle)
        for each in book["แผน"].data_validations.dataValidation
    }
    assert offers == {
        "N2:N202": ("'ตัวเลือก'!$A$2:$A$5", "warning"),
        "P2:P202": ("'ตัวเลือก'!$B$2:$B$6", "warning"),
        "C2:C202": ("'ตัวเลือก'!$C$2:$C$4", "warning"),
    }


def test_the_second_sheet_holds_the_facts() -> None:
    plan = replace(
        factories.plan(),
        indicators=(Indicator(1, "งานสารบรรณ", Instrument.IIT, 85.5),),
        absent=(AbsentItem("I4", "การรดน้ำต้นไม้", 99.0),),
        warnings=(PlanWarning(12, "score-differs", "I1: two scores."),),
    )

    book = _book(plan)

    assert book.sheetnames == ["แผน", "ข้อมูลแผน", "ตัวเลือก"]
    rows = [[cell for cell in row if cell is not None] for row in book["ข้อมูลแผน"].iter_rows(values_only=True)]
    assert rows == [
        ["ข้อมูลของแผน", "ค่า"],
        ["หน่วยงาน", "สำนักงานเขตสมมุติ"],
        ["ปีงบประมาณของแผน (พ.ศ.)", 2565],
        ["ปีงบประมาณที่ประเมิน (พ.ศ.)", 2564],
        ["วันแรกของแผน", dt.datetime.combine(OCTOBER, dt.time())],
        ["วันสุดท้ายของแผน", dt.datetime.combine(SEPTEMBER, dt.time())],
        [],
        ["ตัวชี้วัดที่", "ชื่อตัวชี้วัด", "แบบวัด", "คะแนนเฉลี่ย"],
        [1, "งานสารบรรณ", "IIT", 85.5],
        [],
        ["ข้อที่ไม่มีมาตรการ", "ประเด็นการประเมิน", "คะแนนที่ได้"],
        ["I4", "การรดน้ำต้นไม้", 99],
        [],
        ["บรรทัด", "ข้อสังเกตจากการอ่านเอกสาร", "ชนิดของข้อสังเกต"],
        [12, "I1: two scores.", "score-differs"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-ว่าง-", "@SUM(A1)", "\t=1", "#N/A", "=cmd|' /C calc'!A0"])
def test_texts_that_look_like_formulas_are_texts(text: str) -> None:
    cell = _sheet(factories.plan(replace(factories.measure(), timeline=text)))["K2"]

    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix is (text[0] != "#")


def test_the_workbook_holds_no_formula() -> None:
    measure = replace(
        factories.measure("=A1", title="=A1", lead="=A1", supporting=("=A1",)),
        analysis=("=A1",),
        timeline="=A1",
    )
    plan = replace(factories.plan(measure, agency="=A1"), absent=(AbsentItem("=A1", "=A1", None),))

    book = _book(plan, ("=A1",))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert sum(cell.value == "=A1" for cell in cells) == 9


def test_more_than_two_decimals_are_shown() -> None:
    measure = replace(factories.measure(), score=90.5, score_table_score=90.125)

    sheet = _sheet(factories.plan(measure))

    assert [(cell.value, cell.number_format) for cell in sheet["E2:F2"][0]] == [
        (90.5, "0.00"),
        (90.125, "General"),
    ]


def test_characters_that_xml_cannot_hold_are_dropped() -> None:
    sheet = _sheet(factories.plan(replace(factories.measure(), title="ก\x00ข\ud800ค\ufffe\x0bง")))

    assert sheet["B2"].value == "กขคง"
