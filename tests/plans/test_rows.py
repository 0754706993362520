import pytest

from tracker.plans.columns import Meaning
from tracker.plans.model import Instrument
from tracker.plans.rows import Column, PlanRow, begins_row, plan_columns, read_rows, split_lines

HEADING = "หัวข้อการประเมิน\tการวิเคราะห์\tจุดอ่อน\tมาตรการ/กิจกรรมในปี\tแนวทางและระยะเวลาในการกำกับติดตาม\tผู้รับผิดชอบ"
ROW = "E๑ ป้าย ๘๘ คะแนน\t- ก\t- ข\t- ค\tตลอดปีงบประมาณ - ง\tฝ่ายโยธา (เจ้าภาพหลัก)"
MORE = "\tต่อ\t\t\t\t"


def test_lines_are_counted_as_editors_do() -> None:
    assert split_lines("ก\r\nข\rค\n") == ["ก", "ข", "ค", ""]


def test_plan_columns_follow_the_heading() -> None:
    cells = ["ผู้รับผิดชอบ", "ที่", "ตัวชี้วัด", "ระยะเวลา", "มาตรการ", "การกำกับติดตาม", "ข้อบกพร่อง", "การวิเคราะห์"]

    assert plan_columns(cells) == {
        0: Meaning.RESPONSIBLE,
        1: Meaning.IGNORED,
        2: Meaning.ITEM,
        3: Meaning.TIMELINE,
        4: Meaning.ACTIONS,
        5: Meaning.FOLLOW_UP,
        6: Meaning.WEAKNESSES,
        7: Meaning.ANALYSIS,
    }


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(ROW.split("\t"), id="row"),
        pytest.param(["หัวข้อการประเมิน", "ประเด็น", "คะแนนที่ได้"], id="score_table"),
        pytest.param(["ตัวชี้วัด" * 50, "มาตรการ", "วิเคราะห์", "ผู้รับผิดชอบ"], id="too_long"),
    ],
)
def test_other_rows_are_no_plan_heading(cells: list[str]) -> None:
    assert plan_columns(cells) == {}


def test_rows_are_joined_over_pages_with_their_lines() -> None:
    document = read_rows(["หัวข้อ : (EIT)", HEADING, ROW, "", "๑๒", HEADING, MORE, "", HEADING, MORE])

    (row,) = document.rows
    assert (row.instrument, row.first_line, row.last_line) == (Instrument.EIT, 3, 10)
    assert row.text(Column.ANALYSIS) == "- ก\fต่อ\fต่อ"
    assert document.leftovers == []


@pytest.mark.parametrize(
    ("lines", "leftovers"),
    [
        pytest.param(["ก\tข\tค\tง"], [(1, "ก\tข\tค\tง")], id="cells_before_any_table"),
        pytest.param([HEADING, MORE], [(2, "ต่อ")], id="continuation_of_nothing"),
        pytest.param([HEADING, ROW, "ข้อความแทรก", ROW], [(3, "ข้อความแทรก")], id="text_between_rows"),
        pytest.param([HEADING, ROW + "\t<p>เกิน</p>"], [(2, "เกิน")], id="cell_too_many"),
        pytest.param([HEADING.replace("จุดอ่อน", "อื่น"), ROW], [(2, "อื่น: - ข")], id="column_of_unknown_heading"),
        pytest.param([HEADING, ROW, "ปกหลัง"], [], id="text_after_the_last_row"),
        pytest.param(["สารบัญ\t๑"], [], id="contents"),
    ],
)
def test_text_that_belongs_nowhere_is_kept_with_its_line(
    lines: list[str], leftovers: list[tuple[int, str]]
) -> None:
    assert read_rows(lines).leftovers == leftovers


def test_columns_of_one_meaning_are_one_text() -> None:
    heading = "ข้อ\tประเด็นการประเมิน\tคะแนน\tมาตรการ\tกิจกรรม\tหน่วยงานหลัก\tหน่วยงานสนับสนุน"
    lines = [heading, "E๑\tป้าย\t๘๘\t- ก\t- ค\tกองช่าง\tกองคลัง", "", heading, "\t\t\tข\tง\t\t"]

    (row,) = read_rows(lines).rows

    assert row.text(Column.ACTIONS) == "- ก\fข\n- ค\fง"
    assert row.text(Column.ITEM) == "E๑ ป้าย\nคะแนนเฉลี่ย ๘๘"
    assert (row.text(Column.RESPONSIBLE), row.text(Column.SUPPORTING)) == ("กองช่าง", "กองคลัง")


def test_a_misspelt_heading_repeats_the_one_before() -> None:
    misspelt = HEADING.replace("จุดอ่อน", "จุดออน").replace("รับผิดชอบ", "รบผิดชอบ").replace("มาตรการ", "มาตการ")

    (row,) = read_rows([HEADING, ROW, "", misspelt, MORE]).rows

    assert row.text(Column.ANALYSIS) == "- ก\fต่อ"


def test_an_item_printed_again_on_the_next_page_goes_on() -> None:
    document = read_rows([HEADING, ROW, "", HEADING, "E๑ ป้าย ๘๘ คะแนน\tต่อ\t\t\t\t"])

    (row,) = document.rows
    assert row.text(Column.ANALYSIS) == "- ก\fต่อ"
    assert [(line, code) for line, code, _ in document.doubts] == [(5, "row-repeated")]


def test_number_marks_and_page_numbers_are_no_rows() -> None:
    marks = "(๑)\t(๒)\t(๓)\t(๔)\t(๕)\t(๖)"

    document = read_rows([HEADING, marks, ROW, "หน้า ๒", HEADING, MORE])

    assert (len(document.rows), document.leftovers) == (1, [])


@pytest.mark.parametrize("group", ["หมวดที่ ๑ งานบริการ", "มิติที่ ๒ ความโปร่งใส"])
def test_a_group_heading_is_named(group: str) -> None:
    document = read_rows([HEADING, f"{group}\t\t\t\t\t", ROW])

    assert (len(document.rows), document.leftovers) == (1, [(2, group)])


def test_a_lone_cell_may_name_the_section() -> None:
    (row,) = read_rows([HEADING, "\tแบบวัด EIT\t\t\t\t", ROW.replace("E๑", "๑")]).rows

    assert row.instrument is Instrument.EIT


def test_section_ends_a_row_and_gives_the_instrument() -> None:
    lines = [
        "หัวข้อ : ผู้มีส่วนได้ส่วนเสียภายนอก",
        HEADING,
        ROW,
        "การเปิดเผยข้อมูลสาธารณะ",
        HEADING,
        MORE,
        ROW.replace("E๑", "๐๑"),
    ]

    document = read_rows(lines)

    assert [row.instrument for row in document.rows] == [Instrument.EIT, Instrument.OIT]
    assert document.leftovers == [(6, "ต่อ")]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["ตัวชี้วัดที่ ๖ สถานที่ คะแนนเฉลี่ย ๗๗ คะแนน", ROW], id="line_of_its_own"),
        pytest.param(["ตัวชี้วัดที่ ๖ สถานที่ คะแนนเฉลี่ย ๗๗ คะแนน\t\t\t\t\t", ROW], id="row_of_its_own"),
    ],
)
def test_heading_of_an_indicator_may_stand_above_the_row(lines: list[str]) -> None:
    (row,) = read_rows([HEADING, *lines]).rows

    item = row.item()
    assert item.heading is not None
    assert (item.heading.number, item.heading.score, item.token, item.score) == (6, 77.0, "E๑", 88.0)


def _row(item: str) -> PlanRow:
    return PlanRow(Instrument.EIT, 1, 1, {Column.ITEM: [item]})


@pytest.mark.parametrize(
    ("cells", "before", "begins"),
    [
        pytest.param({Column.ITEM: ""}, "E๑ ป้าย ๘๘ คะแนน", False, id="empty_first_cell"),
        pytest.param({Column.ITEM: "E๒ น้ำ"}, "E๑ ป้าย ๘๘ คะแนน", True, id="code"),
        pytest.param({Column.ITEM: "๒๕๗๐ ป้าย"}, "E๑ ประจำปี", False, id="number_that_goes_on"),
        pytest.param({Column.ITEM: "- คะแนนเฉลี่ย ๘๘ คะแนน"}, "E๑ ป้าย", False, id="score_of_the_row_before"),
        pytest.param({Column.ITEM: "E๑ (ต่อ) ป้าย"}, "E๑ ป้าย ๘๘ คะแนน", False, id="continued"),
        pytest.param({Column.ITEM: "ตัวชี้วัดที่ ๗ ป้าย"}, "E๑ ป้าย", True, id="indicator"),
        pytest.param(
            {Column.ITEM: "น้ำดื่ม ๗๗ คะแนน", Column.FOLLOW_UP: "ตลอดปีงบประมาณ"},
            "E๑ ป้าย ๘๘ คะแนน",
            True,
            id="code_lost",
        ),
        pytest.param({Column.ITEM: "น้ำดื่ม ๗๗ คะแนน"}, "E๑ ป้าย ๘๘ คะแนน", False, id="too_few_signs"),
        pytest.param(
            {Column.ITEM: "๒ น้ำ", Column.RESPONSIBLE: "ฝ่ายโยธา (เจ้าภาพหลัก)"},
            "E๑ ป้าย",
            True,
            id="code_and_lead",
        ),
    ],
)
def test_begins_row(cells: dict[Column, str], before: str, begins: bool) -> None:
    assert begins_row(cells, _row(before)) is begins
