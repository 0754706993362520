import pytest

from tracker.plans.cells import bullets, cell_text, flowing, over_pages


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param("<p>ก</p> <p>ข</p>", "ก\nข", id="paragraphs"),
        pytest.param("ก<br/>ข", "ก\nข", id="line_break"),
        pytest.param('<ul style="x">- ก- ข เป็นต้น- ค', "- ก\n- ข เป็นต้น\n- ค", id="list_glued_without_spaces"),
        pytest.param("<ul><li>ก</li><li>- ข</li></ul>", "- ก\n- ข", id="list_items"),
        pytest.param("<b>ก</b><span class=x>ข</span>", "กข", id="inline_tags"),
        pytest.param("ก &amp; ข &lt;p&gt; &amp;amp;", "ก & ข <p> &amp;", id="entities_once"),
        pytest.param("  ก   ข ", "ก ข", id="runs_of_spaces"),
        pytest.param("<p>ก</p", "ก", id="tag_cut_at_the_end"),
        pytest.param("ค่า < 5 และ > 3", "ค่า < 5 และ > 3", id="signs_that_are_no_tags"),
        pytest.param("e-GPBMA- ข", "e-GPBMA- ข", id="glued_outside_a_list_stays"),
    ],
)
def test_cell_text_is_free_of_tags(cell: str, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param(["<p>- ก</p> <p>- ข</p>"], ("ก", "ข"), id="one_per_paragraph"),
        pytest.param(["- ก - ข"], ("ก", "ข"), id="several_in_a_paragraph"),
        pytest.param(["ก - ข"], ("ก", "ข"), id="first_dash_left_out"),
        pytest.param(["<p>- ก</p> <p>ต่อ</p> <p>- ข</p>"], ("ก ต่อ", "ข"), id="paragraph_without_dash_goes_on"),
        pytest.param(["- ก", "ข"], ("กข",), id="page_break_in_a_clause"),
        pytest.param(["- ต่าง ๆ", "ข"], ("ต่าง ๆ ข",), id="space_after_the_repeat_mark"),
        pytest.param(
            ["- (Integrity", "and ITA)"], ("(Integrity and ITA)",), id="page_break_between_latin_words"
        ),
        pytest.param(["- พ.ศ.", "๒๕๗๐"], ("พ.ศ. ๒๕๗๐",), id="page_break_before_a_number"),
        pytest.param(["- ก", "", "- ข", "ค"], ("ก", "ขค"), id="several_breaks"),
        pytest.param(["- ก -", "ข"], ("ก", "ข"), id="dash_before_the_break"),
        pytest.param(["<p>ก</p> <p>ข</p>", "ค"], ("ก", "ขค"), id="no_dash_at_all"),
        pytest.param(
            ["- ก ประกอบด้วย ๑. ข ๒. ค"], ("ก ประกอบด้วย ๑. ข ๒. ค",), id="numbered_list_stays_inside"
        ),
        pytest.param(["• ก\n● ข"], ("ก", "ข"), id="other_signs"),
        pytest.param([], (), id="empty"),
        pytest.param(["-"], (), id="dash_for_nothing"),
        pytest.param(["-ก -ข"], ("ก", "ข"), id="dashes_without_a_space"),
        pytest.param(["1. ก", "2. ข"], ("1. ก", "2. ข"), id="numbered_at_the_top_of_a_page"),
    ],
)
def test_bullets_are_one_per_list_item(pages: list[str], expected: tuple[str, ...]) -> None:
    assert bullets(over_pages(pages)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ระบุ ชื่อ - นามสกุล ของผู้ยืม",
        "ระบุ ชื่อ - สกุล",
        "ถ้าไม่มีต้องระบุ - ว่าง -",
        "โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓",
        "เวลา ๐๘.๓๐ - ๑๖.๓๐ น.",
        "ลำดับก่อน-หลัง",
        "มาตรการไม่ให้-ไม่รับ",
        "ระหว่างเดือนตุลาคม ๒๕๖๙ – มีนาคม ๒๕๗๐",
        "ต.ค. - ก.ย. ๗๐",
        "ช่วง (ต.ค. ๖๙ - ก.ย. ๗๐) ของปี",
        "วันจันทร์ - วันศุกร์",
        "E-service และ e-GPBMA",
        "ตั้งแต่ ๐๘.๓๐ น. - ๑๖.๓๐ น.",
        "๑ ต.ค. - ๓๑ มี.ค. ๗๐",
        "ตอบ O1 - O43 และ ข้อ ๑ - ข้อ ๕",
        "กล่องถาม - ตอบ",
    ],
)
def test_dashes_within_a_sentence_begin_no_bullet(text: str) -> None:
    assert bullets(f"- {text}") == (text,)


def test_a_dash_after_such_a_sentence_begins_one() -> None:
    text = "- ระบุ ชื่อ - นามสกุล หรือ - ว่าง - - ลงทะเบียนปี ๒๕๗๐ - ๑. ก่อน (ถ้ามี) - แจ้งผล"

    assert bullets(text) == ("ระบุ ชื่อ - นามสกุล หรือ - ว่าง -", "ลงทะเบียนปี ๒๕๗๐", "๑. ก่อน (ถ้ามี)", "แจ้งผล")


def test_flowing_closes_breaks() -> None:
    assert flowing(" ก\nข\fค\f 1 ") == "ก ขค 1"
