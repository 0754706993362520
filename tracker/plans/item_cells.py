"""The first cell of a row: the indicator's heading, the item's code, its title and its score."""

import re
from dataclasses import dataclass

from tracker.plans import phrases
from tracker.plans.cells import flowing
from tracker.plans.likeness import likeness
from tracker.plans.score_tables import read_score
from tracker.thai.digits import to_arabic

_TOKEN = phrases.ITEM_TOKEN
_ITEM_BELOW = re.compile(rf"(?:[-–—]\s*|[\n\f]\s*){_TOKEN.pattern}")
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?:[.,]\d{1,2})?(?!\d|\.\d)")
_UNIT = re.compile(r"\s*([\u0e01-\u0e4e]{3,8})(?![\u0e01-\u0e4e])")
_END_OF_HEADING = re.compile(r"\s*[\n\f]|\s+[-–]\s")
_LAST_WORD = re.compile(r"(\S+)[\s:=\-–]*$")
_AROUND = " \t\n\f-–—:."
_LONGEST_LABEL = 60
_LIKE_LABEL = 0.45
_LIKE_UNIT = 0.6


@dataclass(frozen=True, slots=True)
class IndicatorHeading:
    """An indicator named above its first item, with its average score where that is printed."""

    number: int
    title: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ItemCell:
    """What a first cell says. ``token`` is what stands in the place of the code, "" if nothing does."""

    heading: IndicatorHeading | None
    token: str
    title: str
    score: float | None


@dataclass(frozen=True, slots=True)
class _ScoreMark:
    """A printed score with its label and unit: where it begins and ends, and its value."""

    start: int
    end: int
    score: float


def read_item_cell(text: str) -> ItemCell:
    """The parts of a first cell; the label of the score may be misread, even in letters of another script."""
    body = phrases.CONTINUED.sub(lambda found: " " * len(found[0]), text)
    plain = to_arabic(body).translate(phrases.MISREAD_LETTERS)
    marks = _score_marks(plain)
    heading, begin = _heading(body, plain, marks)
    if heading is not None and heading.score is not None:
        marks = marks[1:]
    word = phrases.ITEM_WORD.match(plain, begin)
    begin = word.end() if word else begin
    stands_for_score = any(mark.start <= begin < mark.end for mark in marks)
    token = None if stands_for_score else _TOKEN.match(plain, begin)
    title_from = token.end() if token else begin
    mark = marks[-1] if marks and marks[-1].start >= title_from else None
    title = body[title_from : mark.start if mark else len(body)].strip(_AROUND)
    rest = body[mark.end :].strip(_AROUND) if mark else ""
    return ItemCell(
        heading=heading,
        token=body[begin : token.end()].strip(_AROUND) if token else "",
        title=flowing(f"{title} {rest}"),
        score=mark.score if mark else None,
    )


def _heading(body: str, plain: str, marks: list[_ScoreMark]) -> tuple[IndicatorHeading | None, int]:
    """The indicator's heading and the place where it ends.

    The first score is the indicator's unless an item stands before it; without one the heading ends with its
    paragraph or before a dash.
    """
    found = phrases.INDICATOR.match(plain)
    if found is None:
        return None, 0
    score = None
    if marks and not _ITEM_BELOW.search(plain, found.end(), marks[0].start):
        title_end, end, score = marks[0].start, marks[0].end, marks[0].score
    else:
        stop = _END_OF_HEADING.search(plain, found.end())
        title_end = end = stop.start() if stop else len(plain)
    title = flowing(body[found.end() : title_end].strip(_AROUND))
    return IndicatorHeading(int(found["number"]), title, score), end


def _score_marks(plain: str) -> list[_ScoreMark]:
    marks: list[_ScoreMark] = []
    for number in _NUMBER.finditer(plain):
        score = read_score(number[0])
        begin = max(marks[-1].end if marks else 0, number.start() - _LONGEST_LABEL)
        label = _label_length(plain[begin : number.start()])
        unit = _UNIT.match(plain, number.end())
        has_unit = unit is not None and likeness(unit[1], phrases.SCORE_UNIT) >= _LIKE_UNIT
        if score is not None and (label is not None or has_unit):
            start = number.start() - (label or 0)
            mark = _ScoreMark(start, unit.end() if unit and has_unit else number.end(), score)
            if not phrases.FULL_SCORE.search(plain, max(0, mark.start - _LONGEST_LABEL), number.start()):
                marks.append(_with_brackets(plain, _with_full_marks(plain, mark)))
    bare = phrases.BARE_SCORE.search(plain)
    if (
        bare
        and not (marks and marks[-1].end > bare.start())
        and (score := read_score(bare["score"])) is not None
    ):
        marks.append(_ScoreMark(bare.start(), bare.end(), score))
    return marks


def _with_full_marks(plain: str, mark: _ScoreMark) -> _ScoreMark:
    """The score with the words after it that say out of how many."""
    found = phrases.OUT_OF.match(plain, mark.end)
    return _ScoreMark(mark.start, found.end(), mark.score) if found else mark


def _with_brackets(plain: str, mark: _ScoreMark) -> _ScoreMark:
    """The score with the brackets that enclose it alone."""
    before, after = plain[: mark.start].rstrip(), plain[mark.end :]
    if not before.endswith("(") or not after.lstrip().startswith(")"):
        return mark
    return _ScoreMark(len(before) - 1, mark.end + after.index(")") + 1, mark.score)


def _label_length(before: str) -> int | None:
    """How long the score's label at the end of the text is; None if the last word there is no such label."""
    if exact := phrases.EXACT_SCORE_LABEL.search(before):
        return len(before) - exact.start()
    word = _LAST_WORD.search(before)
    if word is None or not word[1].startswith(phrases.FIRST_OF_SCORE_LABEL):
        return None
    return len(before) - word.start() if likeness(word[1], phrases.SCORE_LABEL) >= _LIKE_LABEL else None
