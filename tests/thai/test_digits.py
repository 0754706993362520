import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.thai.digits import Digits, in_digits, to_arabic, to_thai


@pytest.mark.parametrize(
    ("text", "arabic", "thai"),
    [
        pytest.param("๐๑๒๓๔๕๖๗๘๙", "0123456789", "๐๑๒๓๔๕๖๗๘๙", id="all_digits"),
        pytest.param("O๔2 ข้อ 1๑", "O42 ข้อ 11", "O๔๒ ข้อ ๑๑", id="mixed_in_one_text"),
        pytest.param("", "", "", id="empty"),
    ],
)
def test_digits_are_replaced_and_nothing_else(text: str, arabic: str, thai: str) -> None:
    assert to_arabic(text) == arabic
    assert to_thai(text) == thai
    assert in_digits(text, Digits.ARABIC) == arabic
    assert in_digits(text, Digits.THAI) == thai


@given(st.text())
def test_length_stays_so_that_places_can_be_compared(text: str) -> None:
    assert len(to_arabic(text)) == len(to_thai(text)) == len(text)
