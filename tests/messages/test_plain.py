"""Text made fit for a message."""

import pytest

from tests.messages.digests import EMPTY_OWNER, I1, digest, plan
from tracker.domain.reminders import Kind
from tracker.messages.plain import cleaned, line_text, one_line, short_subject, squeezed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" a\r\n\tb\u2028c\x85d ", "a b c d"),
        ("\x1b[31mแดง\x07\u202e\u200b", "[31mแดง"),
        ("จํานวน เเผน", "จำนวน แผน"),
        ("half \ud83d pair", "half ? pair"),
    ],
    ids=["line_breaks", "controls", "split_thai", "lone_surrogate"],
)
def test_one_line(text, expected):
    assert one_line(text) == expected


def test_cleaned_reaches_every_text_and_leaves_the_rest():
    dirty = digest(plan(owner=EMPTY_OWNER, agency="สำนักงาน\nเขต"), kinds={Kind.MONTHLY}, recipient="a\tb")

    assert cleaned(dirty) == digest(
        plan(owner=EMPTY_OWNER, agency="สำนักงาน เขต"), kinds={Kind.MONTHLY}, recipient="a b"
    )
    assert cleaned(I1) == I1


def test_squeezed_leaves_no_loose_ends():
    assert squeezed("\n\n a  \n\n\n\nb\t\n  \n") == " a\n\nb"


def test_subject_is_cut_between_clusters():
    subject = short_subject("กี่" * 40)  # three code points each: 19 of them and the ellipsis are 58

    assert subject == "กี่" * 19 + "…"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("a" * 60, "a" * 60),
        ("please " + "consider " * 6 + "7/21/45 days", "please " + "consider " * 4 + "consider…"),
        ("ก" * 30 + " ข้อ 1234, " + "I12/2565 " * 5, "ก" * 30 + " ข้อ 1234, I12/2565 I12/2565…"),
        ("ก" * 52 + "2565-03-31", "ก" * 52 + "…"),
        ("ทดสอบ ITA " + "สำนักงานปลัดกระทรวง" * 3, "ทดสอบ ITA สำนักงานปลัดกระทรวงสำนักงานปลัดกระทรวงสำนักงานปลั…"),
        ("ก" * 50 + " (" + "ฝ่าย" * 5 + ")", "ก" * 50 + "…"),
        ("x" * 70, "x" * 59 + "…"),
        ("ก" * 59 + " ข้อ", "ก" * 59 + "…"),
    ],
    ids=["whole", "word", "item", "number", "thai_phrase", "no_open_bracket", "one_word", "at_a_space"],
)  # fmt: skip
def test_subject_is_cut_where_no_word_or_number_loses_its_end(text, subject):
    assert short_subject(text) == subject
    assert len(subject) <= 60


def test_line_text_keeps_the_last_three_lines_of_one_too_long():
    text = "\n\n".join(f"{number} " for number in range(1, 15))

    assert line_text(text).split("\n") == ["1", "2", "3", "4", "5", "6", "7", "12", "13", "14"]


def test_line_text_cuts_a_line_of_heaped_marks():
    text = line_text("\n".join(["ก" + "\u0e48" * 5000] * 10))

    assert [len(line) for line in text.split("\n")] == [450] * 10
