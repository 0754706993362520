"""Item codes as printed, misread or half lost, to the codes they stand for.

A machine reads the letter of ``I1`` as a digit, or drops it. What decides is everything at once: the number
printed, the likeness of the title to the score table's, the score, and that items stand in ascending
order. The best reading of a whole section is found by dynamic programming.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

from tracker.plans.likeness import Shape, likeness, shape_of, shared
from tracker.plans.model import Instrument
from tracker.plans.score_tables import ScoreItem
from tracker.thai.digits import to_arabic

LETTERS = {Instrument.IIT: "I", Instrument.EIT: "E", Instrument.OIT: "O"}
_MISREAD_LETTERS = {Instrument.IIT: "Ii1l|!", Instrument.EIT: "Ee€", Instrument.OIT: "Oo0Q"}
_DIGITS_IN_CODES = str.maketrans("OoQlI|!", "0001111")
_CLEAR_CODE = re.compile(r"([IEO])(?:[IEO]T)?[\s.\-–]*0*([1-9]\d?)")
_LETTERED = re.compile(r"([IEO])[a-z]?")
_ZERO_FIRST = re.compile(r"[0Q]\s*[\dOolI|!]{1,2}")
_LETTERS_BEFORE = re.compile(r"^([IEO])[IEO]?T?[\s.\-–]*(?=\d)")
_LARGEST = 99

_PRINTED = 1.0
_PLAIN = 4.0
_LIKE_TITLE = 3.0
_SAME_TITLE = 1.5
_SAME_SCORE = 1.0
_ASCENDING = 1.5
_NEXT = 0.5
_SURELY_LIKE = 0.5
_EQUALLY_LIKE = 0.95
_CLEARLY_LIKER = 0.3


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """What a row says of its item: the token where the code should stand, the title and the score."""

    token: str
    title: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ReadCode:
    """The number an item got, and why that is doubtful ("" when it is not)."""

    number: int
    doubt: str = ""


def clear_instrument(token: str) -> Instrument | None:
    """The instrument that a well printed code names: ``E5``, ``O31``; None for anything doubtful."""
    return _instrument_of(_CLEAR_CODE.fullmatch(to_arabic(token)))


def lettered_instrument(token: str) -> Instrument | None:
    """The instrument that what is left of a code points to: ``Em``, ``0๘``; weaker than a section's."""
    plain = to_arabic(token)
    if _ZERO_FIRST.fullmatch(plain):
        return Instrument.OIT
    return clear_instrument(token) or _instrument_of(_LETTERED.fullmatch(plain))


def _instrument_of(found: re.Match[str] | None) -> Instrument | None:
    return next((each for each, letter in LETTERS.items() if found and letter == found[1]), None)


def number_in(code: str) -> int:
    """The number of a code that is stated as it should be, 0 for a code of another kind."""
    digits = code[1:]
    return int(digits) if code[:1] in LETTERS.values() and digits.isdecimal() and len(digits) < 9 else 0


def number_candidates(token: str, instrument: Instrument) -> dict[int, float]:
    """The numbers a printed token may mean, each with the weight of the evidence."""
    plain = _LETTERS_BEFORE.sub(r"\1", to_arabic(token)).replace(" ", "")
    rest = plain[1:].translate(_DIGITS_IN_CODES)
    candidates: dict[int, float] = {}
    if plain.isdecimal() and 0 < int(plain) < 100:
        candidates[int(plain)] = _PRINTED
    if plain[:1] and plain[0] in _MISREAD_LETTERS[instrument] and rest.isdecimal() and int(rest):
        mixed = token[0].isascii() and not token[1:].isascii()
        if int(rest) <= _LARGEST:
            is_plain = clear_instrument(token) is instrument
            candidates[int(rest)] = _PLAIN if is_plain else _PRINTED * (1.7 if mixed else 1.0)
    return candidates


def likeliest_instrument(
    item: PrintedItem, section: Instrument | None, tables: Mapping[Instrument, Sequence[ScoreItem]]
) -> Instrument | None:
    """The instrument of a row: its section's, unless the title clearly stands in another score table."""
    if clear_instrument(item.token) is not None:
        return clear_instrument(item.token)
    shape = shape_of(item.title)

    def best(instrument: Instrument | None) -> float:
        entries = tables.get(instrument, ()) if instrument else ()
        return max((shared(shape, shape_of(entry.title)) for entry in entries), default=0.0)

    own = best(section)
    if own >= _SURELY_LIKE or not tables:
        return section
    other = max(tables, key=best)
    return other if best(other) >= max(_SURELY_LIKE, own + _CLEARLY_LIKER) else section


def read_codes(
    items: Sequence[PrintedItem], instrument: Instrument, table: Sequence[ScoreItem]
) -> list[ReadCode]:
    """One code for each item of a section, in order, by the best reading of them all."""
    printed = [number_candidates(item.token, instrument) for item in items]
    known = {entry.number: entry for entry in table}
    numbers = sorted({*known, *(number for each in printed for number in each)})
    if any(not candidates for candidates in printed):
        numbers = sorted({*numbers, *range(1, min(len(items), _LARGEST) + 1)})
    chosen = [numbers[place] for place in _best_path(_fits(items, printed, numbers, known), numbers)]
    repeated = {number for number, count in Counter(chosen).items() if count > 1}
    readings = zip(items, printed, chosen, [0, *chosen], strict=False)
    return [
        ReadCode(number, _doubt(item, candidates, known.get(number), number, before, number in repeated))
        for item, candidates, number, before in readings
    ]


def _fits(
    items: Sequence[PrintedItem],
    printed: list[dict[int, float]],
    numbers: list[int],
    known: dict[int, ScoreItem],
) -> list[list[float]]:
    """For each row, how well each number fits it, its place among the others left out."""
    shapes = {number: shape_of(entry.title) for number, entry in known.items()}

    def fit(item: PrintedItem, shape: Shape, candidates: dict[int, float], number: int) -> float:
        weight = candidates.get(number, 0.0)
        if number in known:
            alike = shared(shape, shapes[number])
            weight += _LIKE_TITLE * alike + _SAME_TITLE * (alike >= _EQUALLY_LIKE)
            weight += _SAME_SCORE * (item.score is not None and item.score == known[number].score)
        return weight

    return [
        [fit(item, shape, candidates, number) for number in numbers]
        for item, shape, candidates in zip(
            items, (shape_of(item.title) for item in items), printed, strict=True
        )
    ]


def _best_path(fits: list[list[float]], numbers: list[int]) -> list[int]:
    """Of all ways to give each row a number, the one with the greatest sum, as places in ``numbers``."""
    if not fits:
        return []
    places = range(len(numbers))
    steps_into = [[_step(before, here) for before in numbers] for here in numbers]
    best = fits[0]
    came_from: list[list[int]] = []
    for row in fits[1:]:
        sums = [list(map(add, best, steps)) for steps in steps_into]
        steps = [into.index(max(into)) for into in sums]
        best = [row[here] + sums[here][steps[here]] for here in places]
        came_from.append(steps)
    path = [max(places, key=best.__getitem__)]
    for steps in reversed(came_from):
        path.append(steps[path[-1]])
    return path[::-1]


def _step(before: int, here: int) -> float:
    if here == before:
        return -_LIKE_TITLE
    return _ASCENDING + _NEXT / (here - before) if here > before else 0.0


def _doubt(
    item: PrintedItem,
    candidates: dict[int, float],
    entry: ScoreItem | None,
    number: int,
    before: int,
    repeated: bool,
) -> str:
    shown = repr(item.token) if item.token else "no code"
    if repeated:
        return f"{shown} is printed, and {number} is the best reading of another row too"
    if entry is not None and likeness(item.title, entry.title) >= _SURELY_LIKE:
        is_other = clear_instrument(item.token) is not None and number not in candidates
        return f"{shown} is printed; {number} has this title in the score table" if is_other else ""
    if number not in candidates:
        return f"{shown} is printed; {number} is a guess from the titles and the order of the rows"
    best = max(candidates.values())
    rivals = [other for other, weight in candidates.items() if weight == best and other != number]
    if candidates[number] < best or (rivals and number != before + 1):
        return f"{shown} is printed, which could be {' or '.join(map(str, sorted(candidates)))}"
    return ""
