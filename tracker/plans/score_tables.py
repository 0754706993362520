"""The tables of scores that stand before a plan: item, title, score for each instrument."""

import re
from dataclasses import dataclass, replace

from tracker.plans import phrases
from tracker.plans.cells import cell_text, flowing
from tracker.plans.model import Instrument
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """A row of a score table; ``number`` is the item's within its instrument."""

    instrument: Instrument
    number: int
    title: str
    score: float | None
    line: int


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A row of a score table as printed: the code's token, the title, and the score."""

    token: str
    title: str
    score: float | None
    line: int


def is_score_heading(cells: list[str]) -> bool:
    """Whether the cells are the heading of a score table: item, title, and score as the last column."""
    keys = [folded_key(cell) for cell in cells]
    if not 3 <= len(keys) <= 4 or any(len(key) > 120 for key in keys):
        return False
    return _names(keys[-1], phrases.SCORE_HEADINGS) and any(
        _names(key, phrases.SCORE_TITLE_HEADINGS) for key in keys[:-1]
    )


def read_score(text: str) -> float | None:
    """A score of 0 to 100 printed in either kind of digits; None for anything else. Zero is a score."""
    plain = to_arabic(text).strip()
    if not _NUMBER.fullmatch(plain):
        return None
    score = float(plain.replace(",", "."))
    return score if score <= 100 else None


def add_score_row(rows: list[ScoreRow], cells: list[str], line: int) -> None:
    """Append what the cells say; a row without a score goes on with the title before it, if its code does.

    Headings of groups, which have neither code nor score, are left out.
    """
    texts = [flowing(cell_text(cell)) for cell in cells]
    token, title, score = texts[0], " ".join(texts[1:-1]), read_score(texts[-1])
    if rows and (phrases.CONTINUED.search(token) or (not token and score is not None)):
        last = rows[-1]
        rows[-1] = replace(last, title=f"{last.title} {title}".strip(), score=_either(last.score, score))
    elif token:
        rows.append(ScoreRow(token, title, score, line))


def _either(first: float | None, second: float | None) -> float | None:
    return second if first is None else first


def _names(key: str, headings: tuple[str, ...]) -> bool:
    return any(folded_key(heading) in key for heading in headings)
