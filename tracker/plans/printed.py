"""The words a plan is printed in, and read back from: headings, rules, dates, bullets, divisions.

Every function that prints has one beside it that reads its own print exactly; what people have changed in
the meantime comes back as None and is left to the readers of foreign documents. ``printed_facts`` holds what
stands outside the table of measures.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal
from unicodedata import is_normalized

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import InputError, UnreadableDate
from tracker.plans.model import Instrument, Measure
from tracker.plans.phrases import SCORE_LABEL, SCORE_UNIT
from tracker.thai.dates import BE_OFFSET, parse_date
from tracker.thai.digits import Digits, in_digits, to_arabic
from tracker.thai.months import SHORT_NAMES
from tracker.thai.text import repair

HEADINGS = {
    "code": "รหัส",
    "title": "ประเด็นการประเมิน",
    "instrument": "แบบวัด",
    "indicator": "ตัวชี้วัดที่",
    "score": "คะแนนที่ได้",
    "score_table_score": "คะแนนในตารางคะแนน",
    "analysis": "ประเด็นการวิเคราะห์",
    "weaknesses": "ข้อบกพร่อง/จุดอ่อน",
    "actions": "มาตรการ/แนวทางการปฏิบัติ",
    "follow_up": "แนวทางการกำกับติดตาม",
    "timeline": "ระยะเวลาดำเนินการ",
    "starts_on": "วันเริ่มต้น",
    "ends_on": "วันสิ้นสุด",
    "lead": "เจ้าภาพหลัก",
    "supporting": "หน่วยงานสนับสนุน",
    "rules": "รอบการติดตาม",
}
"""The heading of each column of a sheet, by the name that ``columns.Meaning`` gives it."""

INSTRUMENT_TITLES = {
    Instrument.IIT: "การรับรู้ของผู้มีส่วนได้ส่วนเสียภายใน (Internal Integrity and Transparency Assessment : IIT)",
    Instrument.EIT: "การรับรู้ของผู้มีส่วนได้ส่วนเสียภายนอก (External Integrity and Transparency Assessment : EIT)",
    Instrument.OIT: "การเปิดเผยข้อมูลสาธารณะ (Open Data Integrity and Transparency Assessment : OIT)",
}
CADENCE_WORDS = {
    Cadence.MONTHLY: "ทุกเดือน",
    Cadence.QUARTERLY: "ทุกไตรมาส",
    Cadence.HALF_YEARLY: "ทุก 6 เดือน",
    Cadence.YEARLY: "ปีละ 1 ครั้ง",
}
NO_RULE = "ไม่กำหนดรอบ"
ALL_DIVISIONS = "ทุกส่วนราชการ"

Value = str | int | float | dt.date | None
"""What a cell of a table may hold."""

BULLET = "•"
"""Not a dash: a spreadsheet takes a cell that begins with a dash for a formula."""

_INDENT = "  "
_DEADLINE = "ภายใน "
_ORIGINS = {RuleOrigin.TEXT: "ตามเอกสาร", RuleOrigin.DEFAULT: "ค่าตั้งต้น", RuleOrigin.USER: "กำหนดเอง"}
_ORIGIN_NAMED = {words: origin for origin, words in _ORIGINS.items()}
_RULE = re.compile(
    rf"(?P<rule>[^()“”]+?)(?: \((?P<origin>{'|'.join(_ORIGINS.values())})(?: “(?P<phrase>.*)”)?\))?",
    re.DOTALL,
)
_NEXT_ITEM = re.compile(rf"\n(?!{_INDENT})")
_CADENCE_NAMED = {words: cadence for cadence, words in CADENCE_WORDS.items()}
_SCORE = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_IS_CLEAN = re.compile("[\t\n -~ก-ฺ฿-์๎-๛•“”–—…]*")
"""Most texts are made of these alone; to repair them again takes longer than everything else."""
_MARKS = re.compile("[ัิ-ฺ็-๎]")
_RUN_BY_SHEETS = tuple("=+-@\t\r\n＝＋－＠")
_ESCAPE = "'"


def clean(text: str) -> str:
    """The text as every format can hold it: repaired, without what XML and UTF-8 have no place for."""
    if _IS_CLEAN.fullmatch(text) and "เเ" not in text and is_normalized("NFC", text):
        return text
    return repair(_NOT_IN_XML.sub("", text))


def columns(text: str) -> int:
    """About how many columns a line of Thai or Latin text takes; ``display_width`` for guessing heights."""
    return len(_MARKS.sub("", text))


def is_run_by_sheets(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula or a command."""
    return text.startswith(_RUN_BY_SHEETS)


def escape(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might run it, or one stands there already."""
    return _ESCAPE + text if text.startswith(_ESCAPE) or is_run_by_sheets(text) else text


def unescape(text: str) -> str:
    """What ``escape`` was given; any other text comes back as it is."""
    rest = text.removeprefix(_ESCAPE)
    return rest if rest != text and escape(rest) == text else text


def print_score(score: float | None) -> str:
    """The score with two decimals, with more where it has more; "" for none."""
    if score is None:
        return ""
    short = f"{score:.2f}"
    return short if float(short) == score else f"{Decimal(repr(score)):f}"


def read_score(text: str) -> float | None:
    """The score of 0 to 100 that ``print_score`` wrote, in either kind of digits; None for anything else."""
    plain = to_arabic(text).strip()
    score = float(plain) if _SCORE.fullmatch(plain) else None
    return score if score is not None and score <= 100 else None


def score_in(text: str) -> float | None:
    """The score in a cell, None in an empty one; InputError for anything else."""
    score = read_score(text)
    if text and score is None:
        raise InputError(f"a score from 0 to 100 is expected, not {text!r}.")
    return score


def number_in(text: str) -> int | None:
    """The number of an indicator in a cell, None in an empty one; InputError for anything else."""
    plain = to_arabic(text)
    if plain and not plain.isdecimal():
        raise InputError(f"the number of an indicator is expected, not {text!r}.")
    return int(plain) if plain else None


def instrument_in(text: str) -> Instrument:
    """The instrument that a cell names; InputError for anything else."""
    try:
        return Instrument(text.upper())
    except ValueError as problem:
        raise InputError(f"one of {', '.join(Instrument)} is expected, not {text!r}.") from problem


def print_item(measure: Measure, digits: Digits) -> list[str]:
    """The lines of the first cell of the published form: code and title, and the score."""
    item = f"{in_digits(measure.code, digits)} {measure.title}".strip()
    label = "" if measure.instrument is Instrument.OIT else f"{SCORE_LABEL} "
    return [item, *print_unit_score(label, measure.score, digits)]


def print_unit_score(label: str, score: float | None, digits: Digits) -> list[str]:
    """The line of a score, which is not broken before its unit; no line for none."""
    return [] if score is None else [f"{label}{in_digits(print_score(score), digits)}\u00a0{SCORE_UNIT}"]


def print_day(day: dt.date) -> str:
    """``1 ต.ค. 2564``: no program and no person takes it for another day."""
    return f"{day.day} {SHORT_NAMES[day.month - 1]} {day.year + BE_OFFSET}"


def print_lines(items: Iterable[str]) -> str:
    """The items one below the other; the lines within an item are indented."""
    return "\n".join(item.replace("\n", f"\n{_INDENT}") for item in items)


def read_lines(text: str) -> list[str]:
    """The items that ``print_lines`` wrote, empty ones left out."""
    return [each.replace(f"\n{_INDENT}", "\n") for each in _NEXT_ITEM.split(text) if each.strip()]


def print_bullets(bullets: Iterable[str]) -> str:
    """Each bullet after its mark, one below the other."""
    return print_lines(f"{BULLET} {each}" for each in bullets)


def read_bullets(text: str) -> tuple[str, ...] | None:
    """The bullets that ``print_bullets`` wrote; None when a line has no mark, so a person wrote it."""
    lines = read_lines(text)
    if not all(line.startswith(BULLET) for line in lines):
        return None
    return tuple(line.removeprefix(BULLET).removeprefix(" ") for line in lines)


def print_supporting(supporting: tuple[str, ...] | Literal["all"]) -> str:
    """The names one below the other, or that all divisions support."""
    return ALL_DIVISIONS if supporting == "all" else print_lines(supporting)


def read_supporting(text: str) -> tuple[str, ...] | Literal["all"]:
    """What ``print_supporting`` was given."""
    return "all" if text.strip() == ALL_DIVISIONS else tuple(read_lines(text))


def print_rules(rules: Sequence[Rule], digits: Digits = Digits.ARABIC) -> str:
    """The rules one below the other, in words that ``cadence_words`` would read too.

    Words that the document itself set stand alone; where they differ, or a default or a person set the rule,
    that follows in brackets.
    """
    return print_lines(_print_rule(rule, digits) for rule in rules) if rules else NO_RULE


def read_rules(text: str) -> tuple[Rule, ...] | None:
    """The rules that ``print_rules`` wrote, in either kind of digits; None when other words stand there."""
    if text.strip() == NO_RULE:
        return ()
    rules = [_read_rule(line) for line in read_lines(text)]
    found = tuple(rule for rule in rules if rule is not None)
    return found if found and len(found) == len(rules) else None


def _print_rule(rule: Rule, digits: Digits) -> str:
    words = _DEADLINE + print_day(rule.on) if rule.on else CADENCE_WORDS[rule.cadence]
    shown = in_digits(words, digits)
    if rule.origin is RuleOrigin.TEXT and rule.phrase == words:
        return shown
    phrase = f" “{rule.phrase}”" if rule.phrase else ""
    return f"{shown} ({_ORIGINS[rule.origin]}{phrase})"


def _read_rule(line: str) -> Rule | None:
    found = _RULE.fullmatch(line)
    if found is None:
        return None
    words = to_arabic(found["rule"]).strip()
    origin = _ORIGIN_NAMED[found["origin"]] if found["origin"] else RuleOrigin.TEXT
    phrase = (found["phrase"] or "") if found["origin"] else words
    if words in _CADENCE_NAMED:
        return Rule(_CADENCE_NAMED[words], phrase=phrase, origin=origin)
    if not words.startswith(_DEADLINE):
        return None
    try:
        return Rule(Cadence.ON, parse_date(words), phrase, origin)
    except UnreadableDate:
        return None
