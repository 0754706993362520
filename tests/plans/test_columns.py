import pytest

from tracker.errors import InputError, UnknownName
from tracker.plans.columns import Meaning, is_plan_heading, recognise, refusal

M = Meaning


@pytest.mark.parametrize(
    ("printed", "meanings"),
    [
        pytest.param(
            "หัวข้อการประเมิน|การวิเคราะห์การดำเนินงาน|จุดเด่น ข้อบกพร่อง หรือ จุดอ่อนที่จะต้องแก้ไข|"
            "มาตรการ/กิจกรรมในการพัฒนาและปรับปรุง ในปีงบประมาณ พ.ศ.๒๕๗๐|"
            "แนวทาง และระยะเวลา ในการกำกับติดตาม|ผู้รับผิดชอบ",
            [M.ITEM, M.ANALYSIS, M.WEAKNESSES, M.ACTIONS, M.FOLLOW_UP, M.RESPONSIBLE],
            id="published_form",
        ),
        pytest.param(
            "ลำดับ|ข้อ/ตัวชี้วัด (คะแนน)|ประเด็นการวิเคราะห์|ข้อบกพร่อง/จุดอ่อน|มาตรการ|ผู้รับผิดชอบ|งบประมาณ|หมายเหตุ",
            [M.IGNORED, M.ITEM, M.ANALYSIS, M.WEAKNESSES, M.ACTIONS, M.RESPONSIBLE, M.IGNORED, M.IGNORED],
            id="columns_to_ignore",
        ),
        pytest.param(
            "(๑) ข้อ|(๒) ประเด็นการประเมิน|๓. คะแนน|มาตรการ (4)|ระยะเวลาดำเนินการ*|ผู้รับผิดชอบหลัก|หน่วยงานสนับสนุน",
            [M.CODE, M.TITLE, M.SCORE, M.ACTIONS, M.TIMELINE, M.LEAD, M.SUPPORTING],
            id="number_marks",
        ),
        pytest.param(
            "หัวขอการประเมน|การวิเคาะห์|จุดออ่น|มาตราการ|กากับติดตาม|ผุ้รับผิดชอบ",
            [M.ITEM, M.ANALYSIS, M.WEAKNESSES, M.ACTIONS, M.FOLLOW_UP, M.RESPONSIBLE],
            id="misspelt",
        ),
        pytest.param(
            "ตัวชี้วัด|ข้อคำถาม|มาตรการ|ผู้รับผิดชอบ", [M.INDICATOR, M.ITEM, M.ACTIONS, M.RESPONSIBLE], id="lone_title"
        ),
        pytest.param(
            "หัวข้อ|ประเด็นการประเมิน|มาตรการ|ความถี่",
            [M.CODE, M.TITLE, M.ACTIONS, M.RULES],
            id="item_beside_title",
        ),
        pytest.param(
            "ข้อ|มาตรการ|วันที่เริ่มต้น - สิ้นสุด|ผู้รับผิดชอบ (หน่วยงานหลัก/หน่วยงานสนับสนุน)",
            [M.ITEM, M.ACTIONS, M.TIMELINE, M.RESPONSIBLE],
            id="two_in_one",
        ),
        pytest.param("|".join(M), list(M), id="english_names"),
    ],
)
def test_headings_are_recognised(printed: str, meanings: list[Meaning]) -> None:
    cells = printed.split("|")

    assert recognise(cells) == dict(enumerate(meanings))
    assert is_plan_heading(recognise(cells))


def test_of_two_columns_that_can_be_one_only_the_likelier_is_taken() -> None:
    assert recognise(["รหัสข้อ", "เรื่อง", "มาตรการ", "ผู้รับผิดชอบงาน", "ผู้รับผิดชอบ"]) == {
        0: M.CODE,
        1: M.TITLE,
        2: M.ACTIONS,
        4: M.RESPONSIBLE,
    }


def test_lists_may_take_several_columns() -> None:
    assert recognise(["ข้อ", "มาตรการ", "กิจกรรม"]) == {0: M.ITEM, 1: M.ACTIONS, 2: M.ACTIONS}


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["ที่", "มาตรการ", "ระยะเวลา", "ผู้รับผิดชอบ"], id="no_item"),
        pytest.param(["หัวข้อการประเมิน", "ประเด็นการประเมิน", "คะแนนที่ได้"], id="score_table"),
        pytest.param(["O1 แผนผัง", "- จัดทำ", "ฝ่ายโยธา"], id="row"),
    ],
)
def test_other_rows_head_no_plan(cells: list[str]) -> None:
    assert not is_plan_heading(recognise(cells))


def test_a_name_given_goes_before_what_is_recognised() -> None:
    cells = ["ที่", "เรื่อง", "สิ่งที่จะทำ", "ผู้รับผิดชอบ"]

    assert recognise(cells, {"code": "ที่", "measure": "สิ่งที่ จะทำ"}) == {
        0: M.CODE,
        1: M.TITLE,
        2: M.ACTIONS,
        3: M.RESPONSIBLE,
    }


def test_a_wrong_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean measure"):
        recognise(["ข้อ"], {"mesure": "มาตรการ"})
    with pytest.raises(InputError, match="needs the heading as printed"):
        recognise(["ข้อ"], {"measure": " "})


def test_the_refusal_says_what_was_found_and_how_to_go_on() -> None:
    cells = ["ที่", "เรื่อง", "<p>สิ่งที่จะทำ</p>", ""]

    assert refusal(cells, recognise(cells)) == (
        "the columns of its table cannot be recognised. Found: ที่ | เรื่อง | สิ่งที่จะทำ. "
        "Missing: the measure (measure). "
        'Name a column by its heading, as in --column measure="มาตรการ".'
    )
