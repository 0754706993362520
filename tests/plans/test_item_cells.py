import pytest

from tracker.plans.item_cells import IndicatorHeading, ItemCell, read_item_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(
            "- 1๘ การรดน้ำ\n- คะแนนเฉลี่ย ๘๗.๑๐ คะแนน",
            ItemCell(None, "1๘", "การรดน้ำ", 87.10),
            id="dash_and_code",
        ),
        pytest.param(
            "๐๑ แผนผังห้อง ๑๐๐ คะแนน", ItemCell(None, "๐๑", "แผนผังห้อง", 100.0), id="score_without_label"
        ),
        pytest.param("๐๒ ปฏิทิน คะแนนเฉลี่ย ๐ คะแนน", ItemCell(None, "๐๒", "ปฏิทิน", 0.0), id="zero_is_a_score"),
        pytest.param(
            "E๒ น้ำดื่ม\n- คะแนนเฉลี่ย - ๗๗ คะแนน", ItemCell(None, "E๒", "น้ำดื่ม", 77.0), id="dash_in_label"
        ),
        pytest.param("Em ที่จอดรถ คะแนน ๖๖", ItemCell(None, "Em", "ที่จอดรถ", 66.0), id="number_lost_from_code"),
        pytest.param(
            "O๑๗ E-Poster คะแนนเฉลี่ย ๑๐๐", ItemCell(None, "O๑๗", "E-Poster", 100.0), id="latin_title"
        ),
        pytest.param(
            "๐๔ ป้าย คະແນວເລີຍ ๑๐๐ คະແນວ", ItemCell(None, "๐๔", "ป้าย", 100.0), id="label_in_lao_letters"
        ),
        pytest.param("๐๕ ถัง คณะเนนเฉลี่ย ๑๐๐ คะแนน", ItemCell(None, "๐๕", "ถัง", 100.0), id="label_misread"),
        pytest.param(
            "๐๖ ห้อง ๔ คะแนนเฉลี่ย ๙๐ คะแนน", ItemCell(None, "๐๖", "ห้อง ๔", 90.0), id="number_ends_the_title"
        ),
        pytest.param("ข้อ O๗ ถัง คะแนน ๙๐", ItemCell(None, "O๗", "ถัง", 90.0), id="word_before_the_code"),
        pytest.param(
            "- ๗ การรดน้ำ\fต้นไม้\f- คะแนน ๗๐", ItemCell(None, "๗", "การรดน้ำต้นไม้", 70.0), id="over_pages"
        ),
        pytest.param("- ๗ การรดน้ำ", ItemCell(None, "๗", "การรดน้ำ", None), id="score_on_the_next_page"),
        pytest.param("ต้นไม้ คะแนนเฉลี่ย ๗๐ คะแนน", ItemCell(None, "", "ต้นไม้", 70.0), id="goes_on"),
        pytest.param("๑๐๐ คะแนน", ItemCell(None, "", "", 100.0), id="score_is_no_code"),
        pytest.param(
            "- ๗ ถัง ๘๐ คะแนน (ใหม่)", ItemCell(None, "๗", "ถัง (ใหม่)", 80.0), id="text_after_the_score"
        ),
        pytest.param("- ๗ (ต่อ) ถัง", ItemCell(None, "๗", "ถัง", None), id="continued"),
        pytest.param(
            "- ๗ ถัง ๒๕๖๙ คะแนน", ItemCell(None, "๗", "ถัง ๒๕๖๙ คะแนน", None), id="no_score_above_hundred"
        ),
        pytest.param("", ItemCell(None, "", "", None), id="empty"),
        pytest.param("I๑ ถัง (๘๘.๒๐)", ItemCell(None, "I๑", "ถัง", 88.20), id="score_in_brackets"),
        pytest.param("I๑ ถัง (คะแนน ๘๘)", ItemCell(None, "I๑", "ถัง", 88.0), id="label_in_brackets"),
        pytest.param("I๑ ถัง ๘๐ คะแนน (เต็ม ๑๐๐ คะแนน)", ItemCell(None, "I๑", "ถัง", 80.0), id="full_marks"),
        pytest.param("ข้อที่ OIT42 ถัง ๘๐ คะแนน", ItemCell(None, "OIT42", "ถัง", 80.0), id="survey_in_code"),
    ],
)
def test_read_item_cell_finds_code_title_and_score(text: str, cell: ItemCell) -> None:
    assert read_item_cell(text) == cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param(
            "ตัวชี้วัดที่ ๑\nสารบรรณ\nคะแนนเฉลี่ย\n๙๔.๐๖ คะแนน\n- ๑๑ จดหมาย\n- คะแนนเฉลี่ย\n๘๙.๗๙ คะแนน",
            ItemCell(IndicatorHeading(1, "สารบรรณ", 94.06), "๑๑", "จดหมาย", 89.79),
            id="in_paragraphs",
        ),
        pytest.param(
            "ตัวชี้วัดที่ ๗ ป้าย - คะแนนเฉลี่ย ๘๗.๐๒ คะแนน - E๖ สี คะแนนเฉลี่ย ๘๖.๗๒ คะแนน",
            ItemCell(IndicatorHeading(7, "ป้าย", 87.02), "E๖", "สี", 86.72),
            id="in_one_line",
        ),
        pytest.param(
            "ตัวชี้วัดที่ ๒ งบ คะแนนเฉลี่ย ๘๔.๙๐ คะแนน\n- ๗ แผน",
            ItemCell(IndicatorHeading(2, "งบ", 84.90), "๗", "แผน", None),
            id="score_of_the_item_on_the_next_page",
        ),
        pytest.param(
            "ตัวชี้วัดที่ ๙ ข้อมูล\n- O๑ แผนผัง ๑๐๐ คะแนน",
            ItemCell(IndicatorHeading(9, "ข้อมูล", None), "O๑", "แผนผัง", 100.0),
            id="heading_without_score",
        ),
        pytest.param(
            "ตัวชี้วัดที่ ๓ คน คะแนนเฉลี่ย ๙๐ คะแนน",
            ItemCell(IndicatorHeading(3, "คน", 90.0), "", "", None),
            id="heading_alone",
        ),
        pytest.param(
            "ตัวชี้วัดที่ ๔ ของ\n- ๒๐ ร่ม",
            ItemCell(IndicatorHeading(4, "ของ", None), "๒๐", "ร่ม", None),
            id="no_score_at_all",
        ),
    ],
)
def test_read_item_cell_keeps_the_indicator_apart(text: str, cell: ItemCell) -> None:
    assert read_item_cell(text) == cell
