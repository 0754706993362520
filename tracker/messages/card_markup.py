"""The small markup in which an office writes its LINE card, taken apart line by line.

    ~ blue                     the colour of the card: blue, amber, red, wine, slate, green or teal
    # heading                  the first one stands in the coloured band, a later one above a section
    > small line               grey; before or after the first heading it stands in the band
    ! urgent line              bold, in red
    = number | label           a large number; those that follow each other stand side by side
    - code | title | small     an item; "- | title | small" has no code
    * code | title | small     an item that is overdue
    @ tel:022769600 | label    a button; without a number there is none; https: and line: work too
    ---                        a rule across
    ===                        what follows stands in the foot of the card
    +++                        what follows goes on further cards to swipe to, as many as it takes
    + and {n} more             the last line of those, where LINE's limits leave n items out
    anything else              a paragraph

Blank lines count for nothing. What is drawn of this, and how, is for ``card``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TONES = ("blue", "amber", "red", "wine", "slate", "green", "teal")
PARAGRAPH, RULE = "", "---"
_FOOT, _FURTHER = "===", "+++"
_CELLS = {"=": 2, "-": 3, "*": 3, "@": 2}
_LINE = re.compile(r"(?P<mark>[~#>!=*@+-])\s+(?P<text>.*)")
_ADDRESS = re.compile(r"tel:\+?[0-9]*|(https?|line)://[!-~]{1,900}")


class CardFault(ValueError):
    """A line of the markup that cannot be drawn; ``line`` is that line as it was written."""

    def __init__(self, line: str, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its mark (PARAGRAPH has none) and its cells, as many as the mark has."""

    mark: str
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.cells[0]

    @property
    def is_item(self) -> bool:
        return self.mark in ("-", "*")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the band of one card, and what below it."""

    band: tuple[Line, ...]
    body: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """A whole card. ``further`` is empty where there are no more cards; ``left_out`` holds ``{n}``."""

    tone: str
    first: Block
    foot: tuple[Line, ...]
    further: Block
    left_out: str


def read_markup(text: str) -> Markup:
    """The markup taken apart; CardFault names the first line that cannot be drawn."""
    tone, left_out = TONES[0], ""
    parts: dict[str, list[Line]] = {"": [], _FOOT: [], _FURTHER: []}
    part = parts[""]
    for line in _lines(text):
        match line.mark:
            case "~":
                tone = line.text
            case "+":
                left_out = line.text
            case mark if mark in (_FOOT, _FURTHER):
                part = parts[mark]
            case _:
                part.append(line)
    first, further = _block(parts[""]), _block(parts[_FURTHER])
    if not any(line.mark == "#" for line in first.band):
        raise CardFault(text.strip().partition("\n")[0], "the card begins without a heading (# …)")
    return Markup(tone, first, tuple(parts[_FOOT]), further, left_out)


def _lines(text: str) -> Iterator[Line]:
    for written in filter(None, map(str.strip, text.split("\n"))):
        found = _LINE.fullmatch(written)
        if written in (RULE, _FOOT, _FURTHER):
            yield Line(written, ())
        elif found:
            line = Line(found["mark"], _cells(found["mark"], found["text"]))
            _check(line, written)
            if any(line.cells) and line.text != "tel:":
                yield line
        elif written not in "~#>!=*@+-":  # a sign alone comes of an expression that gave nothing
            yield Line(PARAGRAPH, (written,))


def _cells(mark: str, text: str) -> tuple[str, ...]:
    """As many cells as the mark has; a title may hold the sign that parts them."""
    most = _CELLS.get(mark, 1)
    if most == 1:
        return (text,)
    first, *others = (cell.strip() for cell in text.split("|"))
    if most == 2 or len(others) < 2:
        return (first, " | ".join(others), *[""] * (most - 2))
    return (first, " | ".join(others[:-1]), others[-1])


def _check(line: Line, written: str) -> None:
    if line.mark == "~" and line.text not in TONES:
        raise CardFault(written, f"{line.text!r} is no colour of a card; write one of {', '.join(TONES)}")
    if line.mark in _CELLS and "|" not in written:
        raise CardFault(written, f"'{line.mark}' wants {_CELLS[line.mark]} parts with | between them")
    if line.mark == "@" and not (line.cells[1] and _ADDRESS.fullmatch(line.text)):
        problem = "opens nothing; write tel: and a number, or https://…, then | and a label"
        raise CardFault(written, f"{line.text!r} {problem}")


def _block(lines: list[Line]) -> Block:
    """The band ends with the first line that is neither small nor the first heading."""
    end, headed = 0, False
    for line in lines:
        if line.mark != ">" and (line.mark != "#" or headed):
            break
        headed = headed or line.mark == "#"
        end += 1
    return Block(tuple(lines[:end]), tuple(lines[end:]))
