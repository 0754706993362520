"""Thai text as characters: repaired, compared, sorted, and measured in columns of a terminal.

Width is not length: vowels and tones above and below take no column. Nothing here knows words.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from tracker.thai.digits import to_arabic

ELLIPSIS = "…"
_LEADING_VOWELS = frozenset("เแโใไ")
_SARA_AM = "ำ"
_TONE_LIKE = frozenset("็่้๊๋์ํ๎")
_KEPT_CONTROLS = frozenset("\t\n")
_LINE_END = re.compile(r"\r\n?")
_SPLIT_SARA_AM = re.compile("ํ([่้๊๋]?)า")
_LEADING_VOWEL = re.compile("([เแโใไ])([ก-ฮ])")
_IGNORED_IN_KEYS = frozenset(["Mn", "Me", "Cf", "Cc", "Co", "Cn", "Zs", "Zl", "Zp"])
_DOTS = frozenset(".․·…\ufffd")


def repair(text: str) -> str:
    """The text in NFC with the usual faults of copied Thai mended; doing it twice changes nothing.

    A split ำ and a doubled เ become one letter; zero-width and control characters go, except tab and newline.
    """
    kept = _LINE_END.sub("\n", text) if "\r" in text else text
    if not kept.replace("\n", "").replace("\t", "").isprintable():  # most texts are, and this is quickly seen
        kept = "".join(char for char in kept if not _is_invisible(char))
    mended = _SPLIT_SARA_AM.sub(r"\1ำ", unicodedata.normalize("NFC", kept)).replace("เเ", "แ")
    return unicodedata.normalize("NFC", mended)


@lru_cache(maxsize=4096)
def folded_key(text: str) -> str:
    """What two spellings of the same words share; for comparing, never for showing.

    Digits are Arabic, Latin letters small; spaces, dots and all marks above or below are gone; ำ counts as า.
    """
    plain = to_arabic(repair(text)).replace(_SARA_AM, "า").casefold()
    return "".join(
        char for char in plain if char not in _DOTS and unicodedata.category(char) not in _IGNORED_IN_KEYS
    )


def collation_key(text: str) -> tuple[str, tuple[str, ...], str]:
    """A sort key in the order of a Thai dictionary: consonants first, tones and case only to break a tie."""
    letters: list[str] = []
    tones: list[str] = []
    for char in _LEADING_VOWEL.sub(r"\2\1", to_arabic(repair(text))):
        if char in _TONE_LIKE and tones:
            tones[-1] += char
        else:
            letters.append(char.casefold())
            tones.append("")
    return "".join(letters), tuple(tones), text


def display_width(text: str) -> int:
    """The columns a terminal needs for one line of text: marks take none, wide characters two."""
    return sum(_columns(char) for char in text)


def fit(text: str, width: int) -> str:
    """The text, shortened with "…" to at most ``width`` columns; never cut between a letter and its marks."""
    if display_width(text) <= width:
        return text
    if width < 1:
        return ""
    kept, used = [], display_width(ELLIPSIS)
    for cluster in clusters(text):
        used += display_width(cluster)
        if used > width:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS


def pad(text: str, width: int) -> str:
    """The text with spaces after it, to at least ``width`` columns."""
    return text + " " * max(0, width - display_width(text))


def clusters(text: str) -> Iterator[str]:
    """The smallest pieces that may stand on either side of a cut; joined they are the text."""
    cluster = ""
    for char in text:
        if cluster and not _belongs_to(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def is_thai(char: str) -> bool:
    """Whether the character is a letter, mark or digit of the Thai script."""
    return "\u0e01" <= char <= "\u0e5b"


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf") and char not in _KEPT_CONTROLS


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _belongs_to(cluster: str, char: str) -> bool:
    if char == _SARA_AM or unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf"):
        return True
    return cluster[-1] in _LEADING_VOWELS and "ก" <= char <= "ฮ"
