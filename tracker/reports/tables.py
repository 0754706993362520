"""Plain text tables for a terminal: Thai is measured in columns, and no cell holds what a terminal obeys.

Made for long lists: ten thousand rows take about a tenth of a second, and more are not held in memory.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Literal

from tracker.thai.text import clusters, display_width, fit

GAP = "  "
NARROWEST = 12
"""Columns are never made narrower than this: codes and dates stay whole."""

MEASURED_ROWS = 10_000
"""So many rows set the widths; a longer cell further down is shortened or stands out."""

_CACHED_TEXTS = 16_384
_BREAKS = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_THAI_CODE = "cp874"
"""One byte for each character of Thai and of what is printed beside it, all of one column but the marks."""

_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_MARK_BYTES = bytes([0xD1, *range(0xD4, 0xDB), *range(0xE7, 0xEF)])
"""The same marks in that code."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``max_width`` counts terminal columns.

    Columns aligned left may be shortened to the terminal's width, those aligned right (numbers) never.
    """

    title: str
    align: Literal["left", "right"] = "left"
    max_width: int | None = None


def text_table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], *, width: int | None
) -> Iterator[str]:
    """The lines of the table: titles, a rule, then a line for each row, without spaces at the end.

    With a ``width`` the widest columns give way until a line fits, shortened with "…" and never within a
    letter and its marks; what cannot be shortened stays whole, even where a line becomes too long. Every cell
    is made ``safe``.
    """
    safely = _safe_rows(rows)
    measured = list(islice(safely, MEASURED_ROWS))
    titles = [safe(column.title) for column in columns]
    widths = _widths(columns, [titles, *measured], width)
    layout = _layout(columns, widths, narrow=width is not None)
    yield layout(titles)
    yield GAP.join("-" * each for each in widths)
    yield from map(layout, chain(measured, safely))


def safe(text: str) -> str:
    r"""The text on one line, with control characters, escapes and reversals of direction made visible.

    An escape character shows as ``\x1b``; line breaks and tabs become one space.
    """
    if not _OBEYED.search(text):
        return text
    return _OBEYED.sub(_visible, _BREAKS.sub(" ", text))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _safe_rows(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    return ([safe(cell) for cell in row] for row in rows)


def _widths(columns: Sequence[Column], rows: list[list[str]], width: int | None) -> list[int]:
    widths = []
    for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
        needed = max(map(_columns, set(cells)))
        capped = column.align == "left" and column.max_width is not None
        widths.append(min(needed, max(column.max_width or 0, 1)) if capped else needed)
    if width is not None:
        flexible = [place for place, column in enumerate(columns) if column.align == "left"]
        _shrink(widths, flexible, width)
    return widths


def _shrink(widths: list[int], flexible: list[int], width: int) -> None:
    """Takes from the widest flexible column until a line fits or none of them is wider than ``NARROWEST``."""
    for place in flexible:
        widths[place] = min(widths[place], max(width, NARROWEST))
    while flexible and sum(widths) + len(GAP) * (len(widths) - 1) > width:
        widest = max(flexible, key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1


def _layout(columns: Sequence[Column], widths: list[int], *, narrow: bool) -> Callable[[Sequence[str]], str]:
    """Puts a row on one line; ``narrow`` says that the terminal's width limits the columns."""
    writers = []
    for column, width in zip(columns, widths, strict=True):
        cuts = column.max_width is not None or (narrow and width >= NARROWEST)
        writers.append(_right(width) if column.align == "right" else _left(width, cuts=cuts))

    def line(cells: Sequence[str]) -> str:
        return GAP.join([write(cell) for write, cell in zip(writers, cells, strict=True)]).rstrip()

    return line


def _left(width: int, *, cuts: bool) -> Callable[[str], str]:
    @lru_cache(_CACHED_TEXTS)
    def write(cell: str) -> str:
        missing = width - _columns(cell)
        if missing < 0 and cuts:
            cell = _fit(cell, width)
            missing = width - _columns(cell)
        return cell + " " * missing

    return write


def _right(width: int) -> Callable[[str], str]:
    @lru_cache(_CACHED_TEXTS)
    def write(cell: str) -> str:
        return " " * (width - _columns(cell)) + cell

    return write


def _columns(text: str) -> int:
    """``display_width``, quickly for Thai and ASCII."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode(_THAI_CODE).translate(None, _MARK_BYTES))
    except UnicodeEncodeError:
        return display_width(text)


def _fit(text: str, width: int) -> str:
    """``fit``, quickly for Thai and ASCII: cut by columns, then back to where a cut is allowed."""
    match = _first_columns(width - 1).match(text)
    if match is None or not _is_narrow(text):
        return fit(text, width)
    end = match.end()
    while end and len(list(clusters(text[end - 1 : end + 1]))) == 1:
        end -= 1
    return f"{text[:end].rstrip()}…"


def _is_narrow(text: str) -> bool:
    try:
        return bool(text.encode(_THAI_CODE))
    except UnicodeEncodeError:
        return False


@lru_cache
def _first_columns(count: int) -> re.Pattern[str]:
    return re.compile(f"[{_MARKS}]*(?:[^{_MARKS}][{_MARKS}]*){{{count}}}")
