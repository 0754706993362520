"""How the stand-in for LINE says what must hold of a value: small checks that are put together in tables.

A check takes a value and yields its problems, each with the way to the offending part. Wording as seen in
LINE's answers, where they have been seen: https://developers.line.biz/en/reference/messaging-api/#error-messages
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Way = tuple[str | int, ...]
Problem = tuple[Way, str]
Check = Callable[[Any], Iterator[Problem]]

INVALID = "invalid property"
EMPTY = "May not be empty"
MISSING = "must be specified"
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


def utf16(text: str) -> int:
    """How LINE counts most texts: characters beyond U+FFFF, such as most emoji, are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """How LINE counts labels: what a reader takes for one letter, a Thai letter with its marks among them.

    The extended grapheme clusters of UAX 29, but for Hangul written in single jamo.
    """
    count, previous, flags = 0, "", 0
    for letter in text:
        flag = 0x1F1E6 <= ord(letter) <= 0x1F1FF
        flags = flags + 1 if flag else 0
        joined = previous == "\u200d" or (previous, letter) == ("\r", "\n") or (flag and flags % 2 == 0)
        if not previous or not (joined or _extends(letter)):
            count += 1
        previous = letter
    return count


def _extends(letter: str) -> bool:
    """Whether it belongs to the letter before: marks, Thai and Lao AM, joiners, skin tones, tags."""
    code = ord(letter)
    return (
        unicodedata.category(letter) in ("Mn", "Me", "Mc")
        or letter in "\u0e33\u0eb3\u200c\u200d"
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def anything(value: Any) -> Iterator[Problem]:
    yield from ()


def flag(value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield (), INVALID


def number(*, least: float = float("-inf"), most: float = float("inf"), whole: bool = True) -> Check:
    def check(value: Any) -> Iterator[Problem]:
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            yield (), INVALID

    return check


def text(most: int, *, units: Callable[[str], int] = utf16, blank: bool = False, empty: str = EMPTY) -> Check:
    """``blank`` lets white space alone pass; ``empty`` is said where there is nothing."""

    def check(value: Any) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield (), INVALID
        elif not (value if blank else value.strip()):
            yield (), empty
        elif units(value) > most:
            yield (), f"Length must be between 0 and {most}"

    return check


def matching(pattern: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield (), INVALID

    return check


def one_of(*values: str) -> Check:
    def check(value: Any) -> Iterator[Problem]:
        if value not in values:
            yield (), INVALID

    return check


def uri(*schemes: str, most: int) -> Check:
    """An address of one of these schemes, percent-encoded."""

    def check(value: Any) -> Iterator[Problem]:
        if not isinstance(value, str) or not value:
            yield (), MISSING
        elif len(value) > most:
            yield (), f"size must be between 0 and {most}"
        elif not _URI.fullmatch(value) or not _has_host(value):
            yield (), "invalid uri"
        elif value.partition(":")[0].lower() not in schemes:
            yield (), "invalid uri scheme"

    return check


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme not in ("http", "https") or bool(parts.hostname)
    except ValueError:
        return False


def each(check_one: Check, *, least: int = 0, most: int) -> Check:
    def check(value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield (), INVALID
        elif not least <= len(value) <= most:
            yield (), EMPTY if least and not value else f"Size must be between {least} and {most}"
        else:
            for index, item in enumerate(value):
                yield from within(index, check_one(item))

    return check


def fields(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    strict: bool = False,
    missing: str = EMPTY,
) -> Check:
    """An object with these properties; ``strict`` refuses others, a null counts as absent."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield (), INVALID
            return
        given = {name: part for name, part in value.items() if part is not None}
        yield from (((name,), missing) for name in required if name not in given)
        for name, part in given.items():
            if name in known:
                yield from within(name, known[name](part))
            elif strict and name != "type":
                yield (name,), "unknown field"

    return check


def by_type(table: Mapping[str, Check], message: str = INVALID, *, at_type: bool = True) -> Check:
    """An object checked as its ``type`` says; of an unknown one is told at its type or at itself."""

    def check(value: Any) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if isinstance(kind, str) and kind in table:
            yield from table[kind](value)
        else:
            yield ("type",) if at_type else (), message

    return check


def all_of(*checks: Check) -> Check:
    def check(value: Any) -> Iterator[Problem]:
        for one in checks:
            yield from one(value)

    return check


def within(name: str | int, problems: Iterator[Problem]) -> Iterator[Problem]:
    return (((name, *way), message) for way, message in problems)
