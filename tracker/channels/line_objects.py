"""What one push carries: the stored card, or the text where there is none or LINE would not take it.

https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

import json
from collections.abc import Iterator
from typing import Any

from tracker.channels.line_text import MAX_TEXTS, text_messages, utf16_units

Objects = list[dict[str, Any]]

ALT_TEXT_UNITS = 1500
BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
CAROUSEL_BUBBLES = 12
_LARGEST_CARDS = 2 * 1024 * 1024 - 1024
"""A body may have 2 MB; the rest is for the recipient's id and the names around it."""


def objects_of(text: str, flex: str) -> tuple[Objects, str]:
    """What to push: 1 to 5 objects; and why it is the text although there is a card ("" if it is not).

    Which of the two it is depends on the arguments alone, so a repeat carries the same.
    """
    if not flex:
        return text_messages(text), ""
    problem, card = _card(flex)
    if not problem:
        return card, ""
    return text_messages(text), f"The card was left out ({problem}); the plain text went instead"


def _card(flex: str) -> tuple[str, Objects]:
    """What keeps LINE from taking the stored objects ("" if nothing), and the objects."""
    try:
        card = json.loads(flex)
    except (ValueError, RecursionError):
        return "it cannot be read", []
    if not isinstance(card, list) or not all(map(_is_flex, card)):
        return "it is no list of Flex messages", []
    if not 1 <= len(card) <= MAX_TEXTS:
        return f"it has {len(card)} objects, LINE takes 1 to {MAX_TEXTS}", []
    if _size(card) > _LARGEST_CARDS:
        return "it is larger than 2 MB", []
    return next((problem for each in card for problem in _problems(each)), ""), card


def _is_flex(message: object) -> bool:
    return isinstance(message, dict) and isinstance(message.get("contents"), dict)


def _problems(message: dict[str, Any]) -> Iterator[str]:
    if not 1 <= utf16_units(str(message.get("altText", ""))) <= ALT_TEXT_UNITS:
        yield f"its altText has not 1 to {ALT_TEXT_UNITS} characters"
    contents = message["contents"]
    carousel = contents.get("type") == "carousel"
    bubbles = contents.get("contents") if carousel else [contents]
    if not isinstance(bubbles, list) or not 1 <= len(bubbles) <= CAROUSEL_BUBBLES:
        yield f"a carousel has not 1 to {CAROUSEL_BUBBLES} bubbles"
    elif any(_size(bubble) > BUBBLE_BYTES for bubble in bubbles):
        yield f"a bubble is larger than {BUBBLE_BYTES // 1024} KB"
    if carousel and _size(contents) > CAROUSEL_BYTES:
        yield f"a carousel is larger than {CAROUSEL_BYTES // 1024} KB"


def _size(value: object) -> int:
    """Bytes of the JSON as it is sent."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
