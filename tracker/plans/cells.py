"""The text inside a cell of a plan table: tags away, bullets apart, page breaks closed.

The text of a column is one string in which ``BREAK`` ends a paragraph and ``PAGE`` ends a page; both count as
white space in every pattern, so that words are found across them.
"""

import html
import re

from tracker.plans import phrases
from tracker.thai.digits import to_arabic
from tracker.thai.text import is_thai

BREAK = "\n"
PAGE = "\f"

_UNORDERED = re.compile(r"<ul\b[^<>]*>(.*?)(?=</?(?:ul|p|ol|div)\b|$)", re.IGNORECASE | re.DOTALL)
_ITEM_TAG = re.compile(r"<li\b[^<>]*(?:>|$)\s*(?:[-–—•]\s*)?", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"</?(?:p|div|br|ul|ol|tr|td|th|h[1-6])\b[^<>]*(?:>|$)", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:li|b|i|u|s|a|em|strong|span|font|sup|sub|small|big|center|table|tbody|thead)\b[^<>]*(?:>|$)",
    re.IGNORECASE,
)
_DASH = re.compile(
    r"(?:^|(?<=[\n\f]))[ \t]*(?P<first>[-–—•●▪◦*]+)(?=\s*\S)|(?<=\s)(?P<inner>[-–—•●▪◦])(?=\s+\S)"
)
_GLUED_DASH = re.compile(
    r"(?:^|(?<=[\n\f]))[ \t]*(?P<first>[-–—]+)(?=\S)|(?<=\s)(?P<inner>[-–—•●▪◦])(?=\s*\S)"
)
_NUMBERED = re.compile(r"\(?\d{1,2}[.)](?!\d)")
_PAGE_AND_NUMBER = re.compile(rf"{PAGE}(?={_NUMBERED.pattern})")
_ONLY_DASHES = re.compile(r"[\s\-–—]*")
_NUMBERS = re.compile(r"\d[ \t\f]*[-–—][ \t\f]*(?!\d{1,2}[.)]\s*[^\d\s])\d")
_BRACKETED = re.compile(r"\([^()]{0,60}\)")
_BLANKS = re.compile(r"[ \t]+")
_JOINT = re.compile(r"\s*[\n\f]\s*")


def cell_text(cell: str) -> str:
    """A printed cell without tags and entities; a paragraph or list item begins after a ``BREAK``."""
    text = _UNORDERED.sub(
        lambda found: BREAK + phrases.GLUED_BULLET.sub(BREAK + "- ", found[1]) + BREAK, cell
    )
    text = _BREAKING_TAG.sub(BREAK, _ITEM_TAG.sub(BREAK + "- ", text))
    text = html.unescape(_OTHER_TAG.sub("", text)).replace("\xa0", " ")
    paragraphs = (_BLANKS.sub(" ", line).strip() for line in text.split(BREAK))
    return BREAK.join(line for line in paragraphs if line)


def over_pages(cells: list[str]) -> str:
    """The parts of one cell that page breaks have cut, as one text."""
    return PAGE.join(text for cell in cells if (text := cell_text(cell)))


def bullets(text: str) -> tuple[str, ...]:
    """The bullets of a column, without their dashes, each on one line.

    A paragraph without a dash goes on with the bullet before it. In a column that has no dash at all each
    paragraph is a bullet, and only a page break goes on.
    """
    dashes = _bullet_dashes(text)
    if dashes:
        begins = [0, *(end for _, end in dashes)]
        ends = [*(start for start, _ in dashes), len(text)]
        pieces = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    else:
        pieces = _paragraphs(text)
    return tuple(bullet for piece in pieces if not _ONLY_DASHES.fullmatch(bullet := flowing(piece)))


def flowing(text: str) -> str:
    """The text on one line. A page break between two Thai letters leaves no space, as within a clause."""

    def joint(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        inside = BREAK not in found[0] and _is_letter(before) and _is_letter(after)
        return "" if inside and before not in phrases.REPEAT_MARKS else " "

    text = text.strip()
    return _JOINT.sub(joint, text)


def _bullet_dashes(text: str) -> list[tuple[int, int]]:
    """Where each bullet's dash begins and ends."""
    plain = to_arabic(text)
    kept = [
        found.span() for pattern in (phrases.PAIRS, _NUMBERS, _BRACKETED) for found in pattern.finditer(plain)
    ]
    pattern = _GLUED_DASH if _GLUED_DASH.match(plain) else _DASH
    dashes = (found.span("first" if found["first"] else "inner") for found in pattern.finditer(plain))
    return [dash for dash in dashes if not any(start <= dash[0] and dash[1] <= end for start, end in kept)]


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a column without dashes; where they are numbered a page may begin with a new one."""
    if _NUMBERED.match(text):
        text = _PAGE_AND_NUMBER.sub(BREAK, text)
    return text.split(BREAK)


def _is_letter(char: str) -> bool:
    return bool(char) and is_thai(char) and not char.isdecimal()
