"""What a document says of itself before its table: whose plan it is, and of which years."""

import re
from collections import Counter
from collections.abc import Iterable

from tracker.plans import phrases
from tracker.thai.digits import to_arabic

_WEIGHT_OF_OWN_LINE = 3


def agency_named(lines: Iterable[str]) -> str:
    """The office that the lines name most, an office on a line of its own counting thrice; "" if none."""
    votes: Counter[str] = Counter()
    for line in lines:
        plain = line.replace("*", "").strip()
        if alone := phrases.OFFICE_LINE.fullmatch(plain):
            votes["".join(alone[1].split())] += _WEIGHT_OF_OWN_LINE
        votes.update(found[1] for found in phrases.OFFICE_IN_TEXT.finditer(plain))
    votes = Counter(
        {name: count for name, count in votes.items() if not phrases.KIND_OF_OFFICE.fullmatch(name)}
    )
    return votes.most_common(1)[0][0] if votes else ""


def planned_year(headings: Iterable[str], lines: Iterable[str]) -> int | None:
    """The fiscal year (BE) of the measures: the year in the table's headings, else the latest of all."""
    in_headings = _years(headings)
    if in_headings:
        return in_headings.most_common(1)[0][0]
    lines = list(lines)
    return max(_years(lines), default=None) or max(_years(lines, phrases.YEAR_IN_TEXT), default=None)


def assessed_year(lines: Iterable[str], planned: int) -> int:
    """The fiscal year (BE) of the assessment: of earlier ones the one named most."""
    earlier = Counter({year: count for year, count in _years(lines).items() if year < planned})
    return earlier.most_common(1)[0][0] if earlier else planned - 1


def _years(lines: Iterable[str], pattern: re.Pattern[str] = phrases.BUDGET_YEAR) -> Counter[int]:
    printed = (found[1] for line in lines for found in pattern.finditer(to_arabic(line)))
    years = (int(year) + 2500 if len(year) == 2 else int(year) for year in printed)
    return Counter(year for year in years if 2500 <= year < 2600)
