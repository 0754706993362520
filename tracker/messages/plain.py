"""Text made fit for a message: values without line breaks, lines without loose ends, LINE's limits."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from tracker.thai.text import ELLIPSIS, clusters, fit, repair

T = TypeVar("T")
SUBJECT_CHARACTERS = 60
LINE_LINES = 10
LINE_COLUMNS = 120
LINE_UNITS = 450
"""Of UTF-16, to a line: ten such lines stay below LINE's limit of 5,000 for a text."""

LONG_WORD = 20
"""Characters: Thai writes no spaces, so a longer end is a phrase, of which a part still tells something."""

_LAST_LINES = 3
_LATIN_END = re.compile(r"[!-~]+$")


def one_line(text: str) -> str:
    """The text on one line: repaired, without control characters, every run of white space one space."""
    spaced = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return " ".join(repair(spaced).split())


def cleaned(facts: T) -> T:
    """The same dataclass with every text on one line, so that no value can pretend to be a line of ours."""
    changed: T = _with_texts(facts, one_line)
    return changed


def curtailed(facts: T, characters: int) -> T:
    """The same dataclass with every text shortened, so that no sentence loses its end to a long name."""
    changed: T = _with_texts(facts, lambda text: shortened(text, characters))
    return changed


def squeezed(text: str) -> str:
    """The text without white space at line ends, without two blank lines in a row, without blank ends."""
    lines: list[str] = []
    for line in map(str.rstrip, text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def short_subject(text: str) -> str:
    """The text as a subject of at most 60 characters that no mail program takes for an encoded word.

    Where it must be cut, no number, code or word of Latin letters loses its end, and a Thai phrase only where
    it is long.
    """
    subject = one_line(text).replace("=?", "= ?")
    kept = shortened(subject, SUBJECT_CHARACTERS)
    if kept == subject:
        return subject
    kept = kept.removesuffix(ELLIPSIS)
    if not subject[len(kept)].isspace():
        kept = _whole(kept, subject[len(kept)])
    return f"{kept.rstrip(' ,;:-(')}{ELLIPSIS}"


def _whole(kept: str, following: str) -> str:
    """The text without the last word where that was cut, unless it is long or the only one."""
    space = kept.rfind(" ")
    if space >= SUBJECT_CHARACTERS - LONG_WORD:
        return kept[:space]
    return _LATIN_END.sub("", kept) or kept if following.isascii() else kept


def shortened(text: str, characters: int) -> str:
    """The text in at most so many characters, ended by "…" where it was cut; no letter loses its marks."""
    if len(text) <= characters:
        return text
    kept = ""
    for cluster in clusters(text):
        if len(kept) + len(cluster) >= characters:
            break
        kept += cluster
    return f"{kept.rstrip()}{ELLIPSIS}"


def line_text(text: str) -> str:
    """The text within LINE's limits and ours: at most ten lines, none blank, 5,000 UTF-16 units in all.

    Where an office's own wording is longer, lines before the last three give way: those say whom to turn to.
    """
    lines = [_line(line) for line in text.split("\n") if line.strip()]
    if len(lines) > LINE_LINES:
        lines = lines[: LINE_LINES - _LAST_LINES] + lines[-_LAST_LINES:]
    return "\n".join(lines)


def _line(line: str) -> str:
    """At most 120 columns and 450 UTF-16 units; the latter matters only for marks heaped on one letter."""
    return fit(line.strip(), LINE_COLUMNS).encode("utf-16-le")[: 2 * LINE_UNITS].decode("utf-16-le", "ignore")


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value) if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_with_texts(each, change) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        texts = {each.name: _with_texts(getattr(value, each.name), change) for each in fields(value)}
        return replace(value, **texts)
    return value
