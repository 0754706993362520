"""Years of the Buddhist era (BE = CE + 543), and which era a written year belongs to."""

import re

from tracker.errors import UnreadableDate
from tracker.thai.digits import to_arabic
from tracker.thai.text import repair

BE_OFFSET = 543
_BUDDHIST = range(2400, 3000)
_COMMON = range(1900, 2200)

YEAR = (
    r"(?P<era>พ\s*\.?\s*ศ\s*\.?|ค\s*\.?\s*ศ\s*\.?|พุทธศักราช|คริสต์ศักราช)?"
    r"\s*(?P<year>\d{4}|\d{2})(?!\d)"
)
"""Regular expression of a year of four or two digits, after its era where one is named."""

_YEAR_ALONE = re.compile(rf"(?:ตลอด)?\s*(?:ปี)?\s*(?:งบประมาณ|งบ)?\s*{YEAR}")


def parse_year(text: str) -> int:
    """The year in the Buddhist era; two digits are 25xx, 1900 to 2199 common era, 2400 to 2999 Buddhist."""
    match = _YEAR_ALONE.fullmatch(to_arabic(repair(text)).strip())
    if match is None:
        raise UnreadableDate(text, "write the year like 2565 or 2022.")
    return gregorian_year(match["year"], era=match["era"]) + BE_OFFSET


def gregorian_year(digits: str, *, era: str | None = None) -> int:
    """The Gregorian year that two or four Arabic digits mean; UnreadableDate when it could be either era.

    ``era`` is the era as printed, if it was; a year that contradicts it is refused.
    """
    year = 2500 + int(digits) if len(digits) == 2 else int(digits)
    if era and era.startswith("ค"):
        if len(digits) == 4 and year in _COMMON:
            return year
    elif year in _BUDDHIST:
        return year - BE_OFFSET
    elif year in _COMMON and not era:
        return year
    raise UnreadableDate(f"{era or ''}{digits}", f"the year could be {year_readings(digits)}.")


def is_buddhist(digits: str) -> bool:
    """Whether a year as written, in Arabic digits, is one of the Buddhist era."""
    return len(digits) == 2 or int(digits) in _BUDDHIST


def year_readings(digits: str) -> str:
    """Both readings of a doubtful year, in words for a message."""
    if len(digits) == 2:
        return f"BE 25{digits} (CE {2500 + int(digits) - BE_OFFSET}) or CE 20{digits}"
    year = int(digits)
    return f"BE {year} (CE {year - BE_OFFSET}) or CE {year} (BE {year + BE_OFFSET})"
