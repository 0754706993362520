"""Thai and Arabic digits: equal in meaning, mixed in documents."""

from enum import StrEnum

_THAI = "๐๑๒๓๔๕๖๗๘๙"
_ARABIC = "0123456789"
_TO_ARABIC = str.maketrans(_THAI, _ARABIC)
_TO_THAI = str.maketrans(_ARABIC, _THAI)


class Digits(StrEnum):
    """The digits to write with."""

    THAI = "thai"
    ARABIC = "arabic"


def to_arabic(text: str) -> str:
    """The text with every Thai digit replaced; its length stays the same."""
    return text.translate(_TO_ARABIC)


def to_thai(text: str) -> str:
    """The text with every Arabic digit replaced; its length stays the same."""
    return text.translate(_TO_THAI)


def in_digits(text: str, digits: Digits) -> str:
    """The text with all its digits, of either kind, written in the given ones."""
    return to_thai(text) if digits is Digits.THAI else to_arabic(text)
