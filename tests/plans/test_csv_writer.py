import csv
import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import InputError
from tracker.plans import printed
from tracker.plans.csv_writer import csv_plan
from tracker.plans.model import AbsentItem, Indicator, Instrument
from tracker.plans.writer import write_plan
from tracker.thai.text import repair

MARCH_ENDS = dt.date(2022, 3, 31)


def _lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_byte_order_mark_and_the_headings() -> None:
    content = csv_plan(factories.plan())

    assert content.startswith(b"\xef\xbb\xbf")
    assert _lines(content)[0] == [
        "รหัส",
        "ประเด็นการประเมิน",
        "แบบวัด",
        "ตัวชี้วัดที่",
        "คะแนนที่ได้",
        "คะแนนในตารางคะแนน",
        "ประเด็นการวิเคราะห์",
        "ข้อบกพร่อง/จุดอ่อน",
        "มาตรการ/แนวทางการปฏิบัติ",
        "แนวทางการกำกับติดตาม",
        "ระยะเวลาดำเนินการ",
        "วันเริ่มต้น",
        "วันสิ้นสุด",
        "เจ้าภาพหลัก",
        "หน่วยงานสนับสนุน",
        "รอบการติดตาม",
    ]


def test_a_measure_is_one_line() -> None:
    measure = replace(
        factories.measure("I2", title="ตอบจดหมาย", lead="ฝ่ายหนึ่ง", supporting=("ฝ่ายสอง", "ฝ่ายสาม")),
        indicator=1,
        score=0.0,
        score_table_score=99.125,
        actions=("จัดทำสมุดคุม", "ตรวจนับ"),
        timeline="ตลอดปีงบประมาณ",
        rules=(Rule(Cadence.MONTHLY, phrase="ทุกเดือน"), Rule(Cadence.ON, MARCH_ENDS)),
    )

    assert _lines(csv_plan(factories.plan(measure)))[1] == [
        "I2",
        "ตอบจดหมาย",
        "IIT",
        "1",
        "0.00",
        "99.125",
        "",
        "",
        "• จัดทำสมุดคุม\n• ตรวจนับ",
        "",
        "ตลอดปีงบประมาณ",
        "1 ต.ค. 2564",
        "30 ก.ย. 2565",
        "ฝ่ายหนึ่ง",
        "ฝ่ายสอง\nฝ่ายสาม",
        "ทุกเดือน\nภายใน 31 มี.ค. 2565 (ตามเอกสาร)",
    ]


def test_the_facts_of_the_plan_follow_below_the_measures() -> None:
    plan = replace(
        factories.plan(),
        indicators=(Indicator(1, "งานสารบรรณ", Instrument.IIT, 85.5),),
        absent=(AbsentItem("I4", "การรดน้ำต้นไม้", None),),
    )

    assert _lines(csv_plan(plan))[2:] == [
        [],
        ["ข้อมูลของแผน", "ค่า"],
        ["หน่วยงาน", "สำนักงานเขตสมมุติ"],
        ["ปีงบประมาณของแผน (พ.ศ.)", "2565"],
        ["ปีงบประมาณที่ประเมิน (พ.ศ.)", "2564"],
        ["วันแรกของแผน", "1 ต.ค. 2564"],
        ["วันสุดท้ายของแผน", "30 ก.ย. 2565"],
        [],
        ["ตัวชี้วัดที่", "ชื่อตัวชี้วัด", "แบบวัด", "คะแนนเฉลี่ย"],
        ["1", "งานสารบรรณ", "IIT", "85.50"],
        [],
        ["ข้อที่ไม่มีมาตรการ", "ประเด็นการประเมิน", "คะแนนที่ได้"],
        ["I4", "การรดน้ำต้นไม้", ""],
        [],
        ["บรรทัด", "ข้อสังเกตจากการอ่านเอกสาร", "ชนิดของข้อสังเกต"],
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+66 2 123", "'+66 2 123"),
        ("-ว่าง-", "'-ว่าง-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("'ก", "''ก"),
        ("'=1", "''=1"),
        ("ก=1", "ก=1"),
        ("", ""),
    ],
)
def test_no_cell_begins_like_a_formula_and_the_text_comes_back(text: str, written: str) -> None:
    plan = factories.plan(replace(factories.measure(), timeline=text, analysis=(text,)))

    cells = _lines(csv_plan(plan))[1]

    assert (cells[10], cells[6]) == (written, f"• {text}")
    assert printed.unescape(written) == text


@pytest.mark.parametrize("typed", ["'ก", "'", "'90"])
def test_an_apostrophe_that_a_person_typed_stays(typed: str) -> None:
    assert printed.unescape(typed) == typed


def test_characters_that_no_file_can_hold_are_dropped() -> None:
    plan = factories.plan(replace(factories.measure(), title="ก\x00ข\ud800ค\ufffe\x1bง"))

    assert _lines(csv_plan(plan))[1][1] == "กขคง"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ((), "ไม่กำหนดรอบ"),
        ((Rule(Cadence.HALF_YEARLY, phrase="ทุก 6 เดือน"),), "ทุก 6 เดือน"),
        ((Rule(Cadence.YEARLY, origin=RuleOrigin.DEFAULT),), "ปีละ 1 ครั้ง (ค่าตั้งต้น)"),
        ((Rule(Cadence.QUARTERLY, origin=RuleOrigin.USER),), "ทุกไตรมาส (กำหนดเอง)"),
        ((Rule(Cadence.MONTHLY, phrase="ใน (ทุก)\nเดือน”"),), "ทุกเดือน (ตามเอกสาร “ใน (ทุก)\n  เดือน””)"),
        ((Rule(Cadence.ON, MARCH_ENDS, "ภายใน 31 มี.ค. 2565"),), "ภายใน 31 มี.ค. 2565"),
    ],
)
def test_rules_are_printed_in_words_and_read_back(rules: tuple[Rule, ...], text: str) -> None:
    assert printed.print_rules(rules) == text
    assert printed.read_rules(text) == rules


@pytest.mark.parametrize("text", ["", "เมื่อมีเวลา", "ภายใน 31 ก.พ. 2565", "ทุกเดือน\nบ่อย ๆ", "ทุกเดือน (สั่ง)"])
def test_other_words_are_no_printed_rules(text: str) -> None:
    assert printed.read_rules(text) is None


def test_bullets_are_read_back_with_their_lines_and_dashes() -> None:
    bullets = ("ก - ข", "บรรทัดแรก\nบรรทัดสอง", "• จุด")

    assert printed.read_bullets(printed.print_bullets(bullets)) == bullets
    assert printed.read_bullets("") == ()
    assert printed.read_bullets("• ก\nคนพิมพ์เอง") is None


def test_an_unknown_form_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written as 'odt'; there are: json, csv, xlsx, docx"):
        write_plan(factories.plan(), tmp_path / "plan.odt", "odt")


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_text("old")
    too_long = factories.plan(replace(factories.measure("O7"), title="ก" * 32_768))

    with pytest.raises(InputError, match="O7, ประเด็นการประเมิน: a cell of a spreadsheet holds 32,767"):
        write_plan(too_long, path, "xlsx")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_place_of_the_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_plan(factories.plan(), tmp_path / "plan.csv", "csv")

    assert [each.name for each in tmp_path.iterdir()] == ["plan.csv"]


def test_an_existing_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(b"x" * 100_000)

    write_plan(factories.plan(), path, "csv")

    assert path.read_bytes() == csv_plan(factories.plan())


@given(st.text("กำํา่้๊เแฺ์๎๛a \t\n\x00\u200b\ud800\ufffe•“é\u0301", max_size=12))
def test_the_short_way_to_clean_a_text_leaves_nothing_out(text: str) -> None:
    assert printed.clean(text) == repair(re.sub("[\ud800-\udfff\ufffe\uffff]", "", text))
