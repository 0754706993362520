"""Numbers as offices write them, and what a telephone dials."""

import pytest

from tracker.messages.telephone import dial

NUMBERS = {
    "with_extension": ("0 2276 9600 ต่อ 5812", "022769600"),
    "range": ("0 2276 9600-5", "022769600"),
    "hyphens": ("02-276-9600", "022769600"),
    "brackets": ("(02) 276 9600", "022769600"),
    "province": ("0 5311 2708-9", "053112708"),
    "mobile": ("081 234 5678", "0812345678"),
    "mobile_range": ("081-234-5678-9", "0812345678"),
    "two_numbers": ("0 2276 9600, 081 234 5678", "022769600"),
    "thai_digits": ("โทร. ๐ ๒๒๗๖ ๙๖๐๐", "022769600"),
    "abroad": ("+66 2276 9600 ext. 5812", "+6622769600"),
    "abroad_with_zero": ("+66 (0)81 234 5678", "+66812345678"),
    "other_country": ("+44 20 7946 0000", "+442079460000"),
    "short": ("สายด่วน 1784", "1784"),
    "too_short": ("ต่อ 12", ""),
    "words": ("ที่โต๊ะประชาสัมพันธ์", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("written", "dialled"), NUMBERS.values(), ids=NUMBERS)
def test_dial(written, dialled):
    assert dial(written) == dialled
