"""How a long text becomes the objects of one push."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.channels.line_text import MAX_UNITS, split_text, text_messages, utf16_units
from tracker.errors import DeliveryError

THAI = "กขคงจฉชซญดตถทธนบปพฟมยรลวศสหอฮะาำเแโใไๆ็่้๊๋์ิีึืุู ๐๑๒"


def test_short_text_is_one_object():
    assert text_messages("ถึงกำหนด\n3 รายการ") == [{"type": "text", "text": "ถึงกำหนด\n3 รายการ"}]


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("abc", 3), ("ก้", 2), ("😀", 2), ("👍🏽", 4), ("\uffff", 1), ("\U00010000", 2)],
)
def test_utf16_units(text, units):
    assert utf16_units(text) == units


CUTS = {
    "fits_exactly": ("ก" * 5000, ["ก" * 5000]),
    "one_too_many": ("ก" * 5001, ["ก" * 5000, "ก"]),
    "emoji_count_double": ("😀" * 2501, ["😀" * 2500, "😀"]),
    "emoji_is_not_halved": ("ก" + "😀" * 2500, ["ก" + "😀" * 2499, "😀"]),
    "emoji_alone": ("😀" * 10_000, ["😀" * 2500] * 4),
    "at_the_last_line_end": ("ก" * 3000 + "\n" + "ข" * 1000 + "\n" + "ค" * 2000,
                             ["ก" * 3000 + "\n" + "ข" * 1000, "ค" * 2000]),
    "behind_the_last_space": ("ก" * 4000 + " " + "ข" * 2000, ["ก" * 4000 + " ", "ข" * 2000]),
    "mark_stays_with_its_letter": ("ก" * 4999 + "ก้ข", ["ก" * 4999, "ก้ข"]),
    "nothing_but_marks": ("้" * 5001, ["้" * 5000, "้"]),
    "blank_pieces_are_left_out": ("\n" * 6000 + "ก", ["\n" * 1000 + "ก"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "pieces"), CUTS.values(), ids=CUTS)
def test_split_text_cut(text, pieces):
    assert split_text(text) == pieces


@given(st.lists(st.tuples(st.text(THAI + "\n😀a", min_size=1, max_size=30), st.integers(1, 400)), max_size=6))
def test_split_text_loses_nothing_but_line_ends(parts):
    text = "".join(piece * times for piece, times in parts)

    pieces = split_text(text)

    assert all(0 < utf16_units(piece) <= MAX_UNITS for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_blank_text_is_a_permanent_error(text):
    with pytest.raises(DeliveryError, match="no text") as caught:
        text_messages(text)

    assert (caught.value.permanent, caught.value.blames_address) == (True, False)


def test_text_of_five_full_objects_fits():
    assert [len(message["text"]) for message in text_messages("ก" * 25_000)] == [5000] * 5


def test_text_that_is_too_long_is_a_permanent_error_and_not_cut_short():
    with pytest.raises(DeliveryError, match="25001 characters; LINE takes 5 parts of 5000") as caught:
        text_messages("ก" * 25_001)

    assert (caught.value.permanent, caught.value.blames_address) == (True, False)
