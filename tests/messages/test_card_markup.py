"""The markup of a LINE card: what each sign means, and what is said of a line that cannot be drawn."""

import pytest

from tracker.messages.card_markup import CardFault, Line, read_markup

LINES = {
    "heading": ("# หัวข้อ", Line("#", ("หัวข้อ",))),
    "small": ("> เล็ก", Line(">", ("เล็ก",))),
    "urgent": ("! ด่วน", Line("!", ("ด่วน",))),
    "number": ("= 4 | รายการ", Line("=", ("4", "รายการ"))),
    "item": ("- I1 | ชื่อ | ภายใน 7 ก.พ. 65", Line("-", ("I1", "ชื่อ", "ภายใน 7 ก.พ. 65"))),
    "item_overdue": ("* I1 | ชื่อ | เกิน", Line("*", ("I1", "ชื่อ", "เกิน"))),
    "item_without_code": ("- | ชื่อ | เล็ก", Line("-", ("", "ชื่อ", "เล็ก"))),
    "item_without_small": ("- I1 | ชื่อ", Line("-", ("I1", "ชื่อ", ""))),
    "title_with_the_sign": ("- I1 | ก | ข | เล็ก", Line("-", ("I1", "ก | ข", "เล็ก"))),
    "telephone": ("@ tel:+6622769600 | โทร.", Line("@", ("tel:+6622769600", "โทร."))),
    "address": ("@ https://ita.example/a | เปิด", Line("@", ("https://ita.example/a", "เปิด"))),
    "rule": ("---", Line("---", ())),
    "paragraph": ("ขอความร่วมมือ", Line("", ("ขอความร่วมมือ",))),
    "sign_without_a_space": ("#1 ในใจ", Line("", ("#1 ในใจ",))),
}


@pytest.mark.parametrize(("written", "line"), LINES.values(), ids=LINES)
def test_line_of_the_body(written, line):
    assert read_markup(f"# เรื่อง\nเรียน\n{written}").first.body == (Line("", ("เรียน",)), line)


@pytest.mark.parametrize("written", ["", "   ", "#", "> ", "- | |", "@ tel: | โทร."])
def test_line_that_says_nothing_is_left_out(written):
    assert read_markup(f"# เรื่อง\nเรียน\n{written}").first.body == (Line("", ("เรียน",)),)


def test_band_ends_with_the_first_line_below_the_heading():
    card = read_markup("> หน่วยงาน\n# เรื่อง\n> แผน\n# หมวด\n> เล็ก").first

    assert [line.text for line in card.band] == ["หน่วยงาน", "เรื่อง", "แผน"]
    assert [line.text for line in card.body] == ["หมวด", "เล็ก"]


def test_foot_and_further_cards_stand_apart():
    card = read_markup("~ wine\n# เรื่อง\nเรียน\n===\n# ชื่อ\n+++\n# ทั้งหมด\n- I1 | ก\n+ อีก {n} รายการ")

    assert card.tone == "wine"
    assert card.foot == (Line("#", ("ชื่อ",)),)
    assert (card.further.band, card.further.body) == (
        (Line("#", ("ทั้งหมด",)),),
        (Line("-", ("I1", "ก", "")),),
    )
    assert card.left_out == "อีก {n} รายการ"


FAULTS = {
    "colour": ("~ pink\n# ก", "~ pink", "'pink' is no colour of a card; write one of blue, amber"),
    "item_in_one_piece": ("# ก\n- I1 ชื่อ", "- I1 ชื่อ", "'-' wants 3 parts with | between them"),
    "number_in_one_piece": ("# ก\n= 4", "= 4", "'=' wants 2 parts"),
    "telephone_with_letters": (
        "# ก\n@ tel:02 276 | โทร.",
        "@ tel:02 276 | โทร.",
        "'tel:02 276' opens nothing",
    ),
    "mail": ("# ก\n@ mailto:a@b.th | เขียน", "@ mailto:a@b.th | เขียน", "'mailto:a@b.th' opens nothing"),
    "no_label": ("# ก\n@ tel:191 |", "@ tel:191 |", "then | and a label"),
    "no_heading": ("\nเรียน\n# ก", "เรียน", "begins without a heading"),
    "nothing": ("", "", "begins without a heading"),
}


@pytest.mark.parametrize(("markup", "line", "problem"), FAULTS.values(), ids=FAULTS)
def test_line_that_cannot_be_drawn_is_named(markup, line, problem):
    with pytest.raises(CardFault) as caught:
        read_markup(markup)

    assert caught.value.line == line
    assert problem in str(caught.value)
