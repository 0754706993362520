"""The bullets and numbers that Word draws before the paragraphs of its lists."""

from collections import Counter
from typing import Any

from docx.oxml.ns import qn

from tracker.plans.printed import BULLET
from tracker.thai.digits import to_thai

_Element = Any  # lxml comes without types
_VAL, _ID = qn("w:val"), qn("w:styleId")
_DEEPEST_STYLE = 20


class WordLists:
    """Counts the numbered paragraphs of one document, asked about them in order."""

    def __init__(self, numbering: _Element | None, styles: _Element) -> None:
        self._formats = _formats(numbering) if numbering is not None else {}
        self._styles = {style.get(_ID): style for style in styles.iterfind(qn("w:style"))}
        self._counts: Counter[tuple[str, int]] = Counter()

    def mark(self, paragraph: _Element) -> str:
        """What Word draws before the paragraph: a bullet, a number with a dot, or nothing."""
        found = self._list_of(paragraph)
        if found is None:
            return ""
        number_id, level = found
        form = self._formats.get((number_id, level), "bullet" if number_id != "0" else "none")
        if form == "none":
            return ""
        if form == "bullet":
            return BULLET
        self._counts[number_id, level] += 1
        for deeper in [key for key in self._counts if key[0] == number_id and key[1] > level]:
            del self._counts[deeper]
        number = f"{self._counts[number_id, level]}."
        return to_thai(number) if form.startswith("thai") else number

    def _list_of(self, paragraph: _Element) -> tuple[str, int] | None:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return None
        own = _numbered(properties)
        if own is not None:
            return own
        name = _value(properties, "w:pStyle")
        for _ in range(_DEEPEST_STYLE):
            style = self._styles.get(name)
            if style is None:
                return None
            of_style = style.find(qn("w:pPr"))
            if of_style is not None and (found := _numbered(of_style)) is not None:
                return found
            name = _value(style, "w:basedOn")
        return None


def _numbered(properties: _Element) -> tuple[str, int] | None:
    numbering = properties.find(qn("w:numPr"))
    if numbering is None:
        return None
    level = _value(numbering, "w:ilvl") or "0"
    return _value(numbering, "w:numId") or "0", int(level) if level.isdecimal() else 0


def _formats(numbering: _Element) -> dict[tuple[str, int], str]:
    """The format of each level of each list."""
    kinds = {kind.get(qn("w:abstractNumId")): kind for kind in numbering.iterfind(qn("w:abstractNum"))}
    formats: dict[tuple[str, int], str] = {}
    for used in numbering.iterfind(qn("w:num")):
        kind = kinds.get(_value(used, "w:abstractNumId"))
        for level in kind.iterfind(qn("w:lvl")) if kind is not None else ():
            place = level.get(qn("w:ilvl"), "0")
            formats[used.get(qn("w:numId")), int(place) if place.isdecimal() else 0] = _value(
                level, "w:numFmt"
            )
    return formats


def _value(element: _Element, name: str) -> str:
    found = element.find(qn(name))
    return found.get(_VAL, "") if found is not None else ""
