"""The names of the months, as Thai offices write and misspell them, and in English for reading."""

import re

LONG_NAMES = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
SHORT_NAMES = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)
ENGLISH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _short_pattern(name: str) -> str:
    return r"\s*\.?\s*".join(name.rstrip(".").split(".")) + r"(?:\s*\.)?"


def _english_pattern(name: str) -> str:
    """Three letters are enough, but only before what is no letter: "Mar" yes, "Market" no."""
    rest = "t(?:ember)?" if name == "September" else name[3:]
    return rf"{name[:3]}(?:{rest})?\.?(?![a-z])"


MONTH_NAME = "(?:{})".format(
    "|".join([*LONG_NAMES, *map(_short_pattern, SHORT_NAMES), *map(_english_pattern, ENGLISH_NAMES)])
)
"""Regular expression of one month's name; needs ``re.IGNORECASE``."""

_PATTERNS = [
    (number, re.compile("|".join((long, _short_pattern(short), _english_pattern(english))), re.IGNORECASE))
    for number, (long, short, english) in enumerate(
        zip(LONG_NAMES, SHORT_NAMES, ENGLISH_NAMES, strict=True), start=1
    )
]


def month_number(name: str) -> int:
    """1 for January in any spelling that ``MONTH_NAME`` matches; ValueError for anything else."""
    for number, pattern in _PATTERNS:
        if pattern.fullmatch(name.strip()):
            return number
    raise ValueError(name)


def is_english(name: str) -> bool:
    """Whether the name is written in Latin letters."""
    return name[:1].isascii()
