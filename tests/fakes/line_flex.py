"""What LINE asks of Flex contents: https://developers.line.biz/en/reference/messaging-api/#flex-message

Unlike elsewhere a property that a part does not have is refused. Images are not fetched.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.line_actions import IMAGE, action
from tests.fakes.line_checks import (
    INVALID,
    MISSING,
    Check,
    Problem,
    all_of,
    anything,
    by_type,
    each,
    fields,
    flag,
    matching,
    number,
    one_of,
    text,
    within,
)

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
MAX_BUBBLES = 12
BUBBLE_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")

_NUMBER = r"[0-9]+(\.[0-9]+)?"
_STEPS = "none|xs|sm|md|lg|xl|xxl"
_FONTS = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
_COLOUR = matching("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
_SPACE = matching(f"{_STEPS}|{_NUMBER}px")
_PADDING = matching(f"{_STEPS}|{_NUMBER}(px|%)")
_OFFSET = matching(f"{_STEPS}|-?{_NUMBER}(px|%)")
_EXTENT = matching(f"{_NUMBER}(px|%)")
_FONT_SIZE = matching(f"{_FONTS}|{_NUMBER}px")
_COUNT = number(least=0)
_ACTION = action(label=40, label_required=False, strict=True)


def _ratio(value: Any) -> Iterator[Problem]:
    """Width and height of 1 to 100000 each, the height at most three times the width."""
    sides = re.fullmatch("([0-9]{1,6}):([0-9]{1,6})", str(value))
    width, height = map(int, sides.groups()) if sides else (0, 0)
    if not 1 <= width <= 100_000 or not 1 <= height <= min(100_000, 3 * width):
        yield (), INVALID


_PLACED = {
    "position": one_of("relative", "absolute"),
    **dict.fromkeys(("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), _OFFSET),
    "margin": _SPACE,
}
_ALIGN = one_of("start", "end", "center")
_GRAVITY = one_of("top", "bottom", "center")
_LETTERS = {
    "size": _FONT_SIZE,
    "color": _COLOUR,
    "weight": one_of("regular", "bold"),
    "style": one_of("normal", "italic"),
    "decoration": one_of("none", "underline", "line-through"),
}
_SHRINK = one_of("shrink-to-fit")
_WORDS = text(10_000, blank=True, empty="must be non-empty text")


def _part(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return fields(required, optional, strict=True, missing=MISSING)


def _contents(value: dict[str, Any]) -> Iterator[Problem]:
    """Icons stand in baseline boxes, beside text and filler alone; videos stand in a hero."""
    if isinstance(value.get("contents"), list):
        allowed = _IN_BASELINE if value.get("layout") == "baseline" else _IN_BOX
        for index, child in enumerate(value["contents"]):
            yield from within("contents", within(index, by_type(allowed, at_type=False)(child)))


def _text_or_spans(value: dict[str, Any]) -> Iterator[Problem]:
    if value.get("text") is None and not value.get("contents"):
        yield ("text",), "must be non-empty text"


_GRADIENT = _part(
    {"angle": matching(f"{_NUMBER}deg"), "startColor": _COLOUR, "endColor": _COLOUR},
    {"centerColor": _COLOUR, "centerPosition": matching(f"{_NUMBER}%")},
)
_BOX = all_of(
    _part(
        {"layout": one_of("horizontal", "vertical", "baseline"), "contents": each(anything, most=10_000)},
        {
            **_PLACED,
            "flex": _COUNT,
            "spacing": _SPACE,
            **dict.fromkeys(("backgroundColor", "borderColor"), _COLOUR),
            "borderWidth": matching(f"none|light|normal|medium|semi-bold|bold|{_NUMBER}px"),
            "cornerRadius": _SPACE,
            **dict.fromkeys(("width", "maxWidth", "height", "maxHeight"), _EXTENT),
            **dict.fromkeys(
                ("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), _PADDING
            ),
            "action": _ACTION,
            "justifyContent": one_of(
                "center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"
            ),
            "alignItems": one_of("center", "flex-start", "flex-end"),
            "background": by_type({"linearGradient": _GRADIENT}),
        },
    ),
    _contents,
)
_SPAN = _part({"text": _WORDS}, _LETTERS)
_TEXT = all_of(
    _part(
        {},
        {
            **_PLACED,
            **_LETTERS,
            "text": _WORDS,
            "contents": each(by_type({"span": _SPAN}, at_type=False), most=10_000),
            "flex": _COUNT,
            "align": _ALIGN,
            "gravity": _GRAVITY,
            "wrap": flag,
            "lineSpacing": matching(f"{_NUMBER}px"),
            "action": _ACTION,
            "maxLines": _COUNT,
            "adjustMode": _SHRINK,
            "scaling": flag,
        },
    ),
    _text_or_spans,
)
_BUTTON = _part(
    {"action": action(label=40, strict=True)},
    {
        **_PLACED,
        "flex": _COUNT,
        "color": _COLOUR,
        "style": one_of("primary", "secondary", "link"),
        "gravity": _GRAVITY,
        "height": one_of("sm", "md"),
        "adjustMode": _SHRINK,
        "scaling": flag,
    },
)
_IMAGE = _part(
    {"url": IMAGE},
    {
        **_PLACED,
        "flex": _COUNT,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "size": matching(f"{_FONTS}|full|{_NUMBER}(px|%)"),
        "aspectRatio": _ratio,
        "aspectMode": one_of("fit", "cover"),
        "backgroundColor": _COLOUR,
        "action": _ACTION,
        "animated": flag,
    },
)
_ICON = _part({"url": IMAGE}, {**_PLACED, "size": _FONT_SIZE, "aspectRatio": _ratio, "scaling": flag})

_IN_BOX: dict[str, Check] = {
    "box": _BOX,
    "button": _BUTTON,
    "image": _IMAGE,
    "text": _TEXT,
    "separator": _part({}, {"margin": _SPACE, "color": _COLOUR}),
    "filler": _part({}, {"flex": _COUNT}),
}
_IN_BASELINE: dict[str, Check] = {"icon": _ICON, "text": _TEXT, "filler": _IN_BOX["filler"]}
_VIDEO = _part(
    {"url": IMAGE, "previewUrl": IMAGE, "altContent": by_type({"box": _BOX, "image": _IMAGE})},
    {"aspectRatio": _ratio, "action": _ACTION},
)
_BLOCK = by_type({"box": _BOX}, at_type=False)
_BLOCK_STYLE = _part({}, {"backgroundColor": _COLOUR, "separator": flag, "separatorColor": _COLOUR})
_BLOCKS = ("header", "hero", "body", "footer")


def _some_block(value: dict[str, Any]) -> Iterator[Problem]:
    if not any(value.get(name) for name in _BLOCKS):
        yield (), "At least one block must be specified"


_BUBBLE = all_of(
    _part(
        {},
        {
            **dict.fromkeys(("header", "body", "footer"), _BLOCK),
            "hero": by_type({"box": _BOX, "image": _IMAGE, "video": _VIDEO}, at_type=False),
            "size": one_of(*BUBBLE_SIZES),
            "direction": one_of("ltr", "rtl"),
            "styles": _part({}, dict.fromkeys(_BLOCKS, _BLOCK_STYLE)),
            "action": _ACTION,
        },
    ),
    _some_block,
)


def _one_size(value: dict[str, Any]) -> Iterator[Problem]:
    bubbles = value.get("contents")
    if isinstance(bubbles, list) and all(isinstance(bubble, dict) for bubble in bubbles):
        sizes = [bubble.get("size") or "mega" for bubble in bubbles]
        yield from (
            (("contents", index, "size"), "all bubbles of a carousel must have one size")
            for index, size in enumerate(sizes)
            if size != sizes[0]
        )


def _no_larger_than(most: int) -> Check:
    def check(value: Any) -> Iterator[Problem]:
        size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
        if size > most:
            yield (), f"Too large flex message. The maximum size of JSON data is {most // 1024} KB"

    return check


_SIZED_BUBBLE = all_of(_BUBBLE, _no_larger_than(BUBBLE_BYTES))
CONTAINER = by_type(
    {
        "bubble": _SIZED_BUBBLE,
        "carousel": all_of(
            _part({"contents": each(by_type({"bubble": _SIZED_BUBBLE}), least=1, most=MAX_BUBBLES)}, {}),
            _one_size,
            _no_larger_than(CAROUSEL_BYTES),
        ),
    }
)
