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
from tracker.plans.timeline import day_in, fiscal_year_named, month_range, year_of_month
from tracker.thai.dates import month_span
from tracker.thai.digits import to_arabic
from tracker.thai.months import month_number
from tracker.thai.years import gregorian_year

_FURTHEST = dt.timedelta(days=366)


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
    for found in phrases.UNKEPT_CADENCE.finditer(text):
        yield _Mention(*found.span(), Cadence.ON, doubt="no rule is kept so often, it sets none")
    for pattern, last_day in _DATED:
        for found in pattern.finditer(text):
            try:
                on = last_day(found, year)
            except UnreadableDate as problem:
                yield _Mention(*found.span(), Cadence.ON, doubt=str(problem))
            else:
                yield _Mention(*found.span(), Cadence.ON, on, _doubt(on, year))


def _doubt(on: dt.date, year: FiscalYear) -> str:
    if on < year.starts_on:
        return f"{on} lies before the plan's year, it sets no rule"
    return f"{on} lies long after the plan's year, it sets no rule" if on > year.ends_on + _FURTHEST else ""


def _apart(mentions: Iterable[_Mention]) -> list[_Mention]:
    """Of mentions that overlap the one that begins first, of those the longest."""
    kept: list[_Mention] = []
    for mention in sorted(mentions, key=lambda each: (each.start, -each.end)):
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
    return kept


def _half_ends(found: re.Match[str], year: FiscalYear) -> dt.date:
    first, second = fiscal_year_named(found["year"], year).periods(Cadence.HALF_YEARLY)
    return first.ends_on if found["half"] == phrases.FIRST_OF_TWO else second.ends_on


def _nine_months_end(found: re.Match[str], year: FiscalYear) -> dt.date:
    return year.periods(Cadence.QUARTERLY)[2].ends_on


def _quarter_ends(found: re.Match[str], year: FiscalYear) -> dt.date:
    quarters = fiscal_year_named(found["year"], year).periods(Cadence.QUARTERLY)
    return quarters[int(found["quarter"]) - 1].ends_on


def _deadline(found: re.Match[str], year: FiscalYear) -> dt.date:
    return day_in(found["date"], year)


def _month_deadline(found: re.Match[str], year: FiscalYear) -> dt.date:
    month = month_number(found["name"])
    named = gregorian_year(found["year"], era=found["era"]) if found["year"] else year_of_month(month, year)
    return month_span(named, month)[1]


def _range_ends(found: re.Match[str], year: FiscalYear) -> dt.date:
    return month_range(found["words"], year, has_year=found["year"] is not None)[1]


_DATED = (
    (phrases.HALF_ALONE, _half_ends),
    (phrases.NINE_MONTHS, _nine_months_end),
    (phrases.IN_QUARTER, _quarter_ends),
    (phrases.DEADLINE, _deadline),
    (phrases.DATE_SPAN, _deadline),
    (phrases.DEADLINE_MONTH, _month_deadline),
    (phrases.MONTH_SPAN, _range_ends),
)
