"""The rules of follow-up that the words of the follow-up column set.

Documents break lines between any two syllables, so the words are looked for in the text without spaces, and
the phrase is then cut from the text as printed.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.domain.cadence import Cadence, Rule
from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans import phrases
from tracker.plans.timeline import month_range
from tracker.thai.dates import month_span, parse_date
from tracker.thai.digits import to_arabic
from tracker.thai.months import month_number
from tracker.thai.years import BE_OFFSET, gregorian_year


@dataclass(frozen=True, slots=True)
class Reading:
    """The rules that a text sets, each once, and a sentence for every date in it that sets none."""

    rules: tuple[Rule, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words between two places of the squeezed text, and the rule or the doubt they lead to."""

    start: int
    end: int
    cadence: Cadence
    on: dt.date | None = None
    doubt: str = ""


def rules_in(bullets: Iterable[str], year: FiscalYear) -> Reading:
    """The rules of all bullets in the order of their words; of two that overlap the first counts."""
    rules: dict[tuple[Cadence, dt.date | None], Rule] = {}
    doubts: list[str] = []
    for bullet in bullets:
        places = [place for place, char in enumerate(bullet) if not char.isspace()]
        squeezed = to_arabic("".join(bullet[place] for place in places))
        for mention in _apart(_mentions(squeezed, year)):
            phrase = bullet[places[mention.start] : places[mention.end - 1] + 1]
            if mention.doubt:
                doubts.append(f"{phrase!r}: {mention.doubt}")
            else:
                rule = Rule(cadence=mention.cadence, on=mention.on, phrase=phrase)
                rules.setdefault((rule.cadence, rule.on), rule)
    return Reading(tuple(rules.values()), tuple(doubts))


def _mentions(text: str, year: FiscalYear) -> Iterator[_Mention]:
    for pattern, cadence in phrases.CADENCES:
        for found in pattern.finditer(text):
            yield _Mention(*found.span(), cadence)
    for pattern, last_day in _DATED:
        for found in pattern.finditer(text):
            try:
                on = last_day(found, year)
            except UnreadableDate as problem:
                yield _Mention(*found.span(), Cadence.ON, doubt=str(problem))
            else:
                doubt = f"{on} lies before the plan's year, it sets no rule" if on < year.starts_on else ""
                yield _Mention(*found.span(), Cadence.ON, on, doubt)


def _apart(mentions: Iterable[_Mention]) -> list[_Mention]:
    """Of mentions that overlap the one that begins first, of those the longest."""
    kept: list[_Mention] = []
    for mention in sorted(mentions, key=lambda each: (each.start, -each.end)):
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
    return kept


def _half_ends(found: re.Match[str], year: FiscalYear) -> dt.date:
    named = FiscalYear(gregorian_year(found["year"]) + BE_OFFSET) if found["year"] else year
    first, second = named.periods(Cadence.HALF_YEARLY)
    return first.ends_on if found["half"] == phrases.FIRST_OF_TWO else second.ends_on


def _deadline(found: re.Match[str], year: FiscalYear) -> dt.date:
    words: str = found["date"]
    if "/" in words or found["year"]:
        return parse_date(words)
    name = words.lstrip("0123456789")
    return parse_date(f"{words} {_year_of_month(month_number(name), year) + BE_OFFSET}")


def _month_deadline(found: re.Match[str], year: FiscalYear) -> dt.date:
    month = month_number(found["name"])
    named = gregorian_year(found["year"], era=found["era"]) if found["year"] else _year_of_month(month, year)
    return month_span(named, month)[1]


def _range_ends(found: re.Match[str], year: FiscalYear) -> dt.date:
    return month_range(found["words"], year, has_year=found["year"] is not None)[1]


def _year_of_month(month: int, year: FiscalYear) -> int:
    """The Gregorian year in which the fiscal year has that month."""
    return year.starts_on.year if month >= year.starts_on.month else year.ends_on.year


_DATED = (
    (phrases.HALF_ALONE, _half_ends),
    (phrases.DEADLINE, _deadline),
    (phrases.DATE_SPAN, _deadline),
    (phrases.DEADLINE_MONTH, _month_deadline),
    (phrases.MONTH_SPAN, _range_ends),
)
