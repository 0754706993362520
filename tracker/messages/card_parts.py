"""The lines of a card drawn as parts of a LINE Flex message: sizes, colours, spaces, and nothing else.

https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tracker.messages.card_markup import RULE, Line
from tracker.messages.plain import shortened

Part = dict[str, Any]

TEXT_CHARACTERS = 600
LABEL_CHARACTERS = 40
NUMBERS_IN_A_ROW = 3
_INK, _GREY, _WHITE, _URGENT = "#1F2328", "#59636E", "#FFFFFF", "#A5281B"


@dataclass(frozen=True, slots=True)
class Tone:
    """The colour of band, headings and buttons (white is read on it), and a tint for what stands behind."""

    strong: str
    tint: str


TONES = {
    "blue": Tone("#1F5A92", "#EAF1F8"),
    "amber": Tone("#8A5700", "#FBF3E2"),
    "red": Tone("#A5402D", "#FBEEEA"),
    "wine": Tone("#6E2840", "#F7ECF0"),
    "slate": Tone("#3F5468", "#EEF1F4"),
    "green": Tone("#2B6A4B", "#EAF4EE"),
    "teal": Tone("#1B6B70", "#E7F3F3"),
}


def band(lines: Iterable[Line], tone: Tone, page: str = "") -> Part:
    """The coloured band; ``page`` is added to the heading."""
    contents = [
        _text(line.text, size="sm", color=_WHITE)
        if line.mark == ">"
        else _text(f"{line.text}{page}", size="lg", weight="bold", color=_WHITE)
        for line in lines
    ]
    return {**_column(contents, "xs"), "backgroundColor": tone.strong, "paddingAll": "16px"}


def body(lines: Iterable[Line], tone: Tone) -> Part:
    """What stands below the band: one line at least."""
    contents = list(_parts(lines, tone))
    contents[0].pop("margin", None)
    return {**_column(contents, "md"), "paddingAll": "16px"}


def foot(lines: Iterable[Line], tone: Tone) -> Part:
    """The foot, on a ground of its own and closer together."""
    close = [{**part, "margin": "none" if part["type"] == "text" else "lg"} for part in _parts(lines, tone)]
    return {**_column(close, "none"), "paddingAll": "16px", "backgroundColor": tone.tint}


def _parts(lines: Iterable[Line], tone: Tone) -> Iterator[Part]:
    for is_number, some in groupby(lines, lambda line: line.mark == "="):
        if is_number:
            yield from _numbers(list(some), tone)
        else:
            yield from (_DRAWN[line.mark](line, tone) for line in some)


def _numbers(lines: list[Line], tone: Tone) -> Iterator[Part]:
    for start in range(0, len(lines), NUMBERS_IN_A_ROW):
        row = [_number(line, tone) for line in lines[start : start + NUMBERS_IN_A_ROW]]
        yield {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": row}


def _number(line: Line, tone: Tone) -> Part:
    looks = ({"size": "xxl", "weight": "bold", "color": tone.strong}, {"size": "xs", "color": _INK})
    texts = [
        _text(cell, align="center", **look) for cell, look in zip(line.cells, looks, strict=True) if cell
    ]
    ground = {"backgroundColor": tone.tint, "cornerRadius": "md", "paddingAll": "8px"}
    return {**_column(texts, "none"), **ground}


def _item(line: Line, tone: Tone) -> Part:
    """The code in a column of its own, beside it the title with the small line below."""
    code, title, small = line.cells
    late = line.mark == "*"
    looks = ({"size": "sm", "color": _INK}, {"size": "xs", "color": _URGENT if late else _GREY})
    texts = [_text(text, **look) for text, look in zip((title, small), looks, strict=True) if text]
    contents = [{**_column(texts, "xs"), "flex": 9}] if texts else []
    if code:
        colour = _URGENT if late else _INK
        contents.insert(0, {**_text(code, size="sm", weight="bold", color=colour), "flex": 2})
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": contents}


def _button(line: Line, tone: Tone) -> Part:
    label = shortened(line.cells[1], LABEL_CHARACTERS)
    action = {"type": "uri", "label": label, "uri": line.text}
    return {"type": "button", "style": "primary", "height": "sm", "color": tone.strong, "action": action}


_DRAWN: dict[str, Callable[[Line, Tone], Part]] = {
    "": lambda line, tone: _text(line.text, size="md", color=_INK),
    "#": lambda line, tone: _text(line.text, size="md", weight="bold", color=tone.strong, margin="xl"),
    ">": lambda line, tone: _text(line.text, size="sm", color=_GREY),
    "!": lambda line, tone: _text(line.text, size="md", weight="bold", color=_URGENT),
    "-": _item,
    "*": _item,
    "@": _button,
    RULE: lambda line, tone: {"type": "separator", "margin": "xl"},
}


def _column(contents: list[Part], spacing: str) -> Part:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": contents}


def _text(text: str, **look: str) -> Part:
    """Wrapped, and as large as the reader's own setting asks for."""
    return {"type": "text", "text": shortened(text, TEXT_CHARACTERS), "wrap": True, "scaling": True, **look}
