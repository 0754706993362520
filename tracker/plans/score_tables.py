"""The tables of scores that stand before a plan: item, title, score for each instrument."""

import re
from dataclasses import dataclass

from tracker.plans import phrases
from tracker.plans.cells import cell_text, flowing
from tracker.plans.model import Instrument
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
_UNIT = re.compile(rf"\s*(?:{phrases.SCORE_UNIT}|%)\s*$")
_MOST_COLUMNS = 6
_LONGEST_HEADING = 120
_LONGEST_SCORE_HEADING = 40


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """A row of a score table; ``number`` is the item's within its instrument."""

    instrument: Instrument
    number: int
    title: str
    score: float | None
    line: int


@dataclass(slots=True)
class ScoreRow:
    """A row of a score table as printed: the code's token, the title, and the score."""

    token: str
    title: str
    score: float | None
    line: int


@dataclass(slots=True)
class ScoreTable:
    """The columns of a score table by place, the instrument of its rows, and the row read last.

    Where no column holds the code it stands before the title. A table of whole indicators has no items.
    """

    code: int | None
    titles: tuple[int, ...]
    score: int
    width: int
    has_items: bool = True
    instrument: Instrument | None = None
    last: ScoreRow | None = None

    def add(self, cells: list[str], line: int) -> ScoreRow | None:
        """The row that the cells begin; None when they go on with the one before or head a group of rows.

        They go on where they say so, or have a score but no code.
        """
        texts = [flowing(cell_text(cell)) for cell in [*cells, *[""] * self.width]]
        token, title = self._token_and_title(texts)
        score = read_score(_UNIT.sub("", texts[self.score]))
        goes_on = phrases.CONTINUED.search(texts[self.code or 0]) or (not token and score is not None)
        if self.last is not None and goes_on and _lacks_code(texts[self.code or 0]):
            self.last.title = f"{self.last.title} {title}".strip()
            self.last.score = score if self.last.score is None else self.last.score
        elif token and not (goes_on and self.last is None):
            self.last = ScoreRow(token, title, score, line)
            return self.last
        return None

    def _token_and_title(self, texts: list[str]) -> tuple[str, str]:
        title = " ".join(filter(None, (texts[place] for place in self.titles)))
        printed = texts[self.code] if self.code is not None else title
        printed = phrases.CONTINUED.sub("", printed)
        word = phrases.ITEM_WORD.match(to_arabic(printed))
        start = word.end() if word else 0
        token = phrases.ITEM_TOKEN.match(to_arabic(printed), start)
        if token is None:
            return "", title
        rest = printed[token.end() :].strip(" .:-–")
        return printed[start : token.end()], rest if self.code is None else f"{rest} {title}".strip()


def score_table(cells: list[str]) -> ScoreTable | None:
    """The score table that the cells head: item, title and score; None when they are no such heading."""
    keys = [folded_key(cell) for cell in cells]
    if not 2 <= len(keys) <= _MOST_COLUMNS or any(len(key) > _LONGEST_HEADING for key in keys):
        return None
    if any(phrases.NOT_IN_HEADINGS.search(to_arabic(cell_text(cell))) for cell in cells):
        return None
    scores = [place for place, key in enumerate(keys) if _is_score(key)]
    others = [place for place, key in enumerate(keys) if key and place not in scores and key not in _ORDINALS]
    has_items = any(_names(keys[place], phrases.SCORE_TITLE_HEADINGS) for place in others)
    if not scores or not others:
        return None
    if not has_items and not any(_names(keys[place], phrases.INDICATOR_HEADINGS) for place in others):
        return None
    if len(others) == 1 and keys[0] in _ORDINALS and scores != [0]:
        others = [0, *others]
    before_score = [place for place in others[1:] if place < scores[-1]]
    code = others[0] if before_score else None
    return ScoreTable(code, tuple(before_score or others[:1]), scores[-1], len(cells), has_items)


def is_score_heading(cells: list[str]) -> bool:
    """Whether the cells are the heading of a score table: item, title and score."""
    return score_table(cells) is not None


def read_score(text: str) -> float | None:
    """A score of 0 to 100 printed in either kind of digits; None for anything else. Zero is a score."""
    plain = to_arabic(text).strip()
    if not _NUMBER.fullmatch(plain):
        return None
    score = float(plain.replace(",", "."))
    return score if score <= 100 else None


_ORDINALS = frozenset(map(folded_key, phrases.ORDINAL_HEADINGS))


def _lacks_code(text: str) -> bool:
    """Whether the cell is empty or says that it goes on."""
    return not text or phrases.CONTINUED.search(text) is not None


def _is_score(key: str) -> bool:
    names = _names(key, phrases.SCORE_HEADINGS) and not _names(key, phrases.FULL_SCORE_HEADINGS)
    return names and len(key) <= _LONGEST_SCORE_HEADING and not _names(key, phrases.SCORE_TITLE_HEADINGS)


def _names(key: str, headings: tuple[str, ...]) -> bool:
    return any(folded_key(heading) in key for heading in headings)
