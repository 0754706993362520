"""What stands in columns of its own (code, dates, lead, rules …) to values, and to a row of the plan.

Cells as our own writers print them are read back exactly by ``printed``; what people type is read by the
readers of the published form.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.domain.cadence import Cadence, Rule
from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans import phrases, printed
from tracker.plans.cadence_words import rules_in
from tracker.plans.cells import BREAK, cell_text, flowing
from tracker.plans.columns import LEAD_MARK, SUPPORTING_MARK, Meaning
from tracker.plans.item_cells import IndicatorHeading, ItemCell, read_item_cell
from tracker.plans.marked_lists import marked_bullets
from tracker.plans.model import Instrument
from tracker.plans.plan_rows import Column, PlanRow
from tracker.plans.responsible import Responsible
from tracker.plans.stated import Stated
from tracker.plans.table_rows import Record, literal
from tracker.thai.dates import month_span, parse_date, parse_month
from tracker.thai.digits import to_arabic
from tracker.thai.text import repair

_LETTERS = {"I": Instrument.IIT, "E": Instrument.EIT, "O": Instrument.OIT}
_CODE = re.compile(
    r"(?:(?:IIT|EIT|OIT)\s*[-.:]?\s*)?(?P<letter>[IEO])\s*[-.]?\s*0*(?P<number>[1-9]\d{0,7})[.:]?",
    re.IGNORECASE,
)
_CODE_FIRST = re.compile(r"\s*(?:[-–—•]\s*)?(?P<letter>[IEO])0*(?P<number>[1-9]\d{0,7})(?=[\s.:)])[.:)]?")
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s*%?(?![\d.,]*\d)")
_INDICATOR = re.compile(r"\s*(?P<number>\d{1,2})(?![\d.]*\d)[\s.:)\-]*")
_ENGLISH_RULE = re.compile(
    r"(?P<cadence>monthly|quarterly|half[-_ ]?yearly|yearly)|on\s+(?P<on>\d\S*)", re.IGNORECASE
)
_BETWEEN_RULES = re.compile(r"[;,\n]")
LISTS = {
    Meaning.ANALYSIS: Column.ANALYSIS,
    Meaning.WEAKNESSES: Column.WEAKNESSES,
    Meaning.ACTIONS: Column.ACTIONS,
    Meaning.FOLLOW_UP: Column.FOLLOW_UP,
}
_Doubts = list[tuple[str, str]]


def row_of(record: Record, year: FiscalYear) -> PlanRow:
    """The plan's row that a record is; one without a clear code or instrument has its code guessed later."""
    text = {meaning: repair(record.text(meaning)) for meaning in record.cells}
    doubts: _Doubts = []
    instrument, code = _code(text, record.section)
    item = ItemCell(
        heading=_indicator(text.get(Meaning.INDICATOR) or record.group),
        token=flowing(text.get(Meaning.CODE, "")),
        title=_one_line(text.get(Meaning.TITLE, "")),
        score=_score(text.get(Meaning.SCORE, ""), doubts),
    )
    is_ours = Meaning.RULES in record.columns
    own = values_beside(text, year, doubts, is_ours=is_ours)
    if is_ours:
        own["timeline"] = text.get(Meaning.TIMELINE, "").strip()
    stated = Stated(
        code=code,
        instrument=instrument,
        item=item,
        has_indicator=is_ours or Meaning.INDICATOR in text,
        bullets=marked_bullets({LISTS[each]: text[each] for each in LISTS if each in text}, is_split=is_ours),
        doubts=tuple(doubts),
        **own,
    )
    cells = {column: [literal(text.get(meaning, ""))] for meaning, column in LISTS.items()}
    cells[Column.TIMELINE] = [literal(text.get(Meaning.TIMELINE, ""))]
    cells[Column.RESPONSIBLE] = [literal(responsible_text(text))]
    return PlanRow(instrument or record.section, record.first, record.last, cells, stated)


def values_beside(
    text: Mapping[Meaning, str], year: FiscalYear, doubts: _Doubts, *, is_ours: bool = False
) -> dict[str, Any]:
    """The values of ``Stated`` for the columns that a table in any form may have beside its others."""
    starts_on = _day(text.get(Meaning.STARTS_ON, ""), doubts, is_last=False)
    ends_on = _day(text.get(Meaning.ENDS_ON, ""), doubts, is_last=True)
    if starts_on and ends_on and ends_on < starts_on:
        doubts.append(("span-unreadable", f"it ends on {ends_on}, before it starts on {starts_on}."))
        starts_on = ends_on = None
    return {
        "score_table_score": _score(text.get(Meaning.SCORE_TABLE_SCORE, ""), doubts),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "owners": _owners(text) if is_ours and Meaning.RESPONSIBLE not in text else None,
        "rules": _rules(text.get(Meaning.RULES, ""), year, doubts),
    }


def numbered_item(text: str) -> tuple[ItemCell, Instrument, str] | None:
    """The item of a first cell that begins with a well printed code of any length, and that code."""
    found = _CODE_FIRST.match(to_arabic(text))
    if found is None:
        return None
    letter = found["letter"]
    item = read_item_cell(f"{letter}1 {text[found.end() :]}")
    return item, _LETTERS[letter], f"{letter}{found['number']}"


def listed_item(text: str, listed: Mapping[str, Instrument]) -> tuple[ItemCell, Instrument, str] | None:
    """The item of a first cell in which a line begins with a listed code; the lines before it head it."""
    lines = text.split(BREAK)
    for place, line in enumerate(lines):
        code, _, _ = line.strip().partition(" ")
        if (plain := to_arabic(code)) in listed:
            above = read_item_cell(BREAK.join(lines[:place])).heading if place else None
            item = read_item_cell(BREAK.join(lines[place:]))
            return replace(item, heading=above), listed[plain], plain
    return None


def item_beside(item: ItemCell, text: Mapping[Meaning, str], doubts: _Doubts) -> ItemCell:
    """The item of a first cell with what it leaves to columns for the score and the indicator."""
    score = item.score if item.score is not None else _score(text.get(Meaning.SCORE, ""), doubts)
    return replace(item, score=score, heading=item.heading or _indicator(text.get(Meaning.INDICATOR, "")))


def responsible_text(text: Mapping[Meaning, str]) -> str:
    """One cell of lead and supporting divisions, of what stands in several columns."""
    lead, both, supporting = (
        text.get(each, "").strip() for each in (Meaning.LEAD, Meaning.RESPONSIBLE, Meaning.SUPPORTING)
    )
    if both and supporting and not lead and not phrases.LEAD_ROLE.search(both):
        lead, both = both, ""
    marked = [f"{lead} ({LEAD_MARK})"] * bool(lead) + [both] * bool(both)
    return BREAK.join([*marked, *[f"{supporting} ({SUPPORTING_MARK})"] * bool(supporting)])


def _code(text: Mapping[Meaning, str], section: Instrument | None) -> tuple[Instrument | None, str]:
    """The instrument and the code, "" for a code that has to be guessed."""
    printed_code = flowing(text.get(Meaning.CODE, ""))
    named = flowing(text.get(Meaning.INSTRUMENT, "")).upper()
    instrument = Instrument(named) if named in set(Instrument) else None
    found = _CODE.fullmatch(to_arabic(printed_code))
    if found is None:
        return instrument or section, printed_code if instrument else ""
    by_letter = _LETTERS[found["letter"].upper()]
    if instrument not in (None, by_letter):
        return instrument, printed_code
    return by_letter, f"{found['letter'].upper()}{found['number']}"


def _indicator(text: str) -> IndicatorHeading | None:
    """The indicator of a cell: a full heading with its score, or its number with or without its title."""
    plain = flowing(cell_text(literal(text)))
    heading = read_item_cell(plain).heading
    if heading is not None:
        return heading
    found = _INDICATOR.match(to_arabic(plain))
    return IndicatorHeading(int(found["number"]), plain[found.end() :], None) if found else None


def _score(text: str, doubts: _Doubts) -> float | None:
    plain = to_arabic(flowing(text))
    if not plain.strip(" -–—"):
        return None
    numbers = _NUMBER.findall(plain)
    score = float(numbers[0].replace(",", ".")) if len(numbers) == 1 else None
    if score is None or score > 100:
        doubts.append(("score-unreadable", f"{plain!r} is no score from 0 to 100; none is taken."))
        return None
    return score


def _day(text: str, doubts: _Doubts, *, is_last: bool) -> dt.date | None:
    """The day in a cell; a month alone is its first or its last day."""
    plain = flowing(text)
    if not plain.strip(" -–—"):
        return None
    try:
        return parse_date(plain)
    except UnreadableDate as problem:
        try:
            return month_span(*parse_month(plain))[is_last]
        except UnreadableDate:
            doubts.append(("span-unreadable", str(problem)))
            return None


def _owners(text: Mapping[Meaning, str]) -> Responsible | None:
    """The divisions as our own writers print them; None where a person wrote them in another way."""
    lead, supporting = text.get(Meaning.LEAD, "").strip(), text.get(Meaning.SUPPORTING, "")
    if BREAK in lead or "(" in lead + supporting or ";" in supporting or "," in supporting:
        return None
    helpers = printed.read_supporting(supporting)
    if helpers != "all" and any(phrases.ALL_DIVISIONS.match(name) for name in helpers):
        return None
    return Responsible(lead, helpers, lead_is_marked=True)


def _rules(text: str, year: FiscalYear, doubts: _Doubts) -> tuple[Rule, ...] | None:
    """The rules in a cell, None for an empty one: then the words of the follow-up column set them."""
    if not text.strip():
        return None
    exact = printed.read_rules(text)
    if exact is not None:
        return exact
    rules: dict[tuple[Cadence, dt.date | None], Rule] = {}
    for words in filter(None, map(str.strip, _BETWEEN_RULES.split(text))):
        found = _rules_typed(words, year)
        if not found:
            doubts.append(
                ("rule-unreadable", f"{words!r} names no rule; write it like monthly or on 2022-01-31.")
            )
        rules.update({(rule.cadence, rule.on): rule for rule in found})
    return tuple(rules.values()) or None


def _rules_typed(words: str, year: FiscalYear) -> tuple[Rule, ...]:
    english = _ENGLISH_RULE.fullmatch(words)
    if english is None:
        return printed.read_rules(words) or rules_in([words], year).rules
    if english["cadence"]:
        plain = re.sub("[-_ ]", "", english["cadence"].casefold())
        return (Rule(next(each for each in Cadence if each.replace("-", "") == plain), phrase=words),)
    try:
        return (Rule(Cadence.ON, parse_date(english["on"]), words),)
    except UnreadableDate:
        return ()


def _one_line(text: str) -> str:
    return flowing(text).strip()
