import pytest

from tracker.plans.score_tables import ScoreRow, ScoreTable, is_score_heading, read_score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("๘๙.๗๓", 89.73),
        ("100", 100.0),
        (" ๐ ", 0.0),
        ("๘๙,๗๓", 89.73),
        ("๑๐๑", None),
        ("", None),
        ("-", None),
        ("8973", None),
    ],
)
def test_read_score_takes_nought_to_hundred(text: str, score: float | None) -> None:
    assert read_score(text) == score


@pytest.mark.parametrize(
    ("cells", "is_heading"),
    [
        (["หัวข้อ การประเมิน", "ประเด็นการประเมิน IIT", "คะแนนที่ได้"], True),
        (["ข้อ", "ประเด็น\u200bการประเมิน".replace("\u200b", ""), "คะแนน"], True),
        (["O๑", "โครงสร้าง", "๑๐๐"], False),
        (["หัวข้อ", "ประเด็นการประเมิน"], False),
        (["หัวข้อ", "ประเด็นการประเมิน", "คะแนน " * 40], False),
    ],
)
def test_score_headings_are_known_by_their_words(cells: list[str], is_heading: bool) -> None:
    assert is_score_heading(cells) is is_heading


def test_score_rows_go_on_over_pages_and_group_headings_are_left_out() -> None:
    table = ScoreTable(0, (1,), 2, 3)
    lines = [
        ["", "ตัวชี้วัดย่อยที่ ๙.๑ ข้อมูล", ""],
        ["I๑", "จดหมาย", "๙๐.๑๐"],
        ["I๒", "กุญแจ", ""],
        ["I๒ (ต่อ)", "ห้องประชุม", "๘๐"],
        ["I๓", "ร่ม", ""],
        ["", "ส่วนกลาง", "๗๐ คะแนน"],
        ["รวม", "เฉลี่ยทุกข้อ", "๘๐"],
    ]

    rows = [row for number, cells in enumerate(lines, start=1) if (row := table.add(cells, number))]

    assert rows == [
        ScoreRow("I๑", "จดหมาย", 90.10, 2),
        ScoreRow("I๒", "กุญแจ ห้องประชุม", 80.0, 3),
        ScoreRow("I๓", "ร่ม ส่วนกลาง", 70.0, 5),
    ]
