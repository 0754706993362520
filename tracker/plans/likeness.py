"""How alike two texts are, for texts that a machine has misread."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

from tracker.thai.text import folded_key

Shape = Counter[tuple[str, str]]


@lru_cache(maxsize=1024)
def shape_of(text: str) -> Shape:
    """What texts are compared by: the pairs of neighbouring letters in the folded key, counted."""
    return Counter(pairwise(folded_key(text)))


def shared(first: Shape, second: Shape) -> float:
    """The share of pairs that two shapes have in common, 0 to 1."""
    total = first.total() + second.total()
    common = sum(min(count, second[pair]) for pair, count in first.items() if pair in second)
    return 2 * common / total if total else 0.0


def likeness(first: str, second: str) -> float:
    """How alike two texts are, 0 to 1; spaces, marks, dots and the kind of digits do not count."""
    return shared(shape_of(first), shape_of(second))
