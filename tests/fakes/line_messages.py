"""What LINE asks of message objects, each by its type, and how it says what is wrong with a request's.

https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.line_actions import IMAGE, QUICK_REPLY, SENDER, action
from tests.fakes.line_checks import (
    EMPTY,
    INVALID,
    MISSING,
    Check,
    Problem,
    Way,
    all_of,
    anything,
    by_type,
    each,
    fields,
    graphemes,
    matching,
    number,
    one_of,
    text,
    uri,
    within,
)
from tests.fakes.line_flex import CONTAINER

MAX_MESSAGES = 5
QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template"})
"""The kinds whose sending is answered with a quote token."""

_COMMON = {"quickReply": QUICK_REPLY, "sender": SENDER}
_ALT_TEXT = text(1500)
_KEY = re.compile("[A-Za-z0-9_]{1,20}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_MAX_SUBSTITUTES = 20


def _placeholders(value: dict[str, Any]) -> Iterator[Problem]:
    """Each ``{key}`` has its substitution; a brace meant as such is doubled."""
    written, given = value.get("text"), value.get("substitution") or {}
    for found in _PLACEHOLDER.finditer(written if isinstance(written, str) else ""):
        key = found[1]
        if key is None and len(found[0]) == 1:
            yield ("text",), f"The brace at {found.start()} is neither doubled nor part of a placeholder"
        elif key is not None and not _KEY.fullmatch(key):
            pattern = "^[a-zA-Z0-9_]{1,20}$"
            yield ("text",), f"The key '{key}' enclosed in '{{}}' does not match the pattern '{pattern}'."
        elif key is not None and (not isinstance(given, dict) or key not in given):
            yield ("substitution", key), MISSING


_EMOJI = {"productId": text(100), "emojiId": text(100)}
_SUBSTITUTE = by_type(
    {
        "mention": fields({"mentionee": by_type({"user": fields({"userId": text(33)}), "all": fields({})})}),
        "emoji": fields(_EMOJI),
    }
)


def _substitutions(value: Any) -> Iterator[Problem]:
    """At most 20 emoji and 20 mentions."""
    if not isinstance(value, dict):
        yield (), INVALID
        return
    for name, substitute in value.items():
        yield from within(name, _SUBSTITUTE(substitute))
    kinds = [part.get("type") for part in value.values() if isinstance(part, dict)]
    if max(kinds.count("mention"), kinds.count("emoji")) > _MAX_SUBSTITUTES:
        yield (), f"Size must be between 0 and {_MAX_SUBSTITUTES}"


def _buttons(most: int, *, least: int = 1, text_limit: int, text_with_image: int | None = None) -> Check:
    """A template, or a column of one: a text and as many actions; with a title or picture a shorter text."""
    short = text(text_with_image or text_limit, units=graphemes)
    actions = each(action(label=20), least=least, most=most)
    properties = fields(
        {"text": text(text_limit, units=graphemes), "actions": actions},
        {
            "title": text(40, units=graphemes),
            "thumbnailImageUrl": IMAGE,
            "defaultAction": action(label=20, label_required=False),
            "imageAspectRatio": one_of("rectangle", "square"),
            "imageSize": one_of("cover", "contain"),
            "imageBackgroundColor": matching("#[0-9A-Fa-f]{6}"),
        },
    )

    def shorter(value: dict[str, Any]) -> Iterator[Problem]:
        if value.get("text") and (value.get("title") or value.get("thumbnailImageUrl")):
            yield from within("text", short(value["text"]))

    return all_of(properties, shorter)


def _alike(value: dict[str, Any]) -> Iterator[Problem]:
    """All columns have the same number of actions."""
    columns = value.get("columns")
    if isinstance(columns, list) and all(isinstance(column, dict) for column in columns):
        counts = {len(column.get("actions") or ()) for column in columns}
        if len(counts) > 1:
            yield ("columns",), "the number of actions must be the same in all columns"


_PICTURE_COLUMN = fields({"imageUrl": IMAGE, "action": action(label=12, label_required=False)})
_TEMPLATE = by_type(
    {
        "buttons": _buttons(4, text_limit=160, text_with_image=60),
        "confirm": _buttons(2, least=2, text_limit=240),
        "carousel": all_of(
            fields({"columns": each(_buttons(3, text_limit=120, text_with_image=60), least=1, most=10)}),
            _alike,
        ),
        "image_carousel": fields({"columns": each(_PICTURE_COLUMN, least=1, most=10)}),
    }
)
_EXTENT = dict.fromkeys(("width", "height"), number(least=1))
_AREA = fields(dict.fromkeys(("x", "y"), number(least=0)) | _EXTENT)
_MAP_ACTION = by_type(
    {
        "uri": fields({"linkUri": uri("http", "https", "line", "tel", most=1000), "area": _AREA}),
        "message": fields({"text": text(400), "area": _AREA}),
        "clipboard": fields({"clipboardText": text(1000), "area": _AREA}),
    }
)
_QUOTE = {"quoteToken": text(1000)}

_KINDS: dict[str, Check] = {
    "text": fields(
        {"text": text(5000)},
        {"emojis": each(fields({"index": number(least=0), **_EMOJI}), most=20), **_QUOTE, **_COMMON},
    ),
    "textV2": all_of(
        fields({"text": text(5000)}, {"substitution": _substitutions, **_QUOTE, **_COMMON}), _placeholders
    ),
    "sticker": fields({"packageId": text(50), "stickerId": text(50)}, {**_QUOTE, **_COMMON}),
    "image": fields({"originalContentUrl": IMAGE, "previewImageUrl": IMAGE}, _COMMON),
    "video": fields(
        {"originalContentUrl": IMAGE, "previewImageUrl": IMAGE}, {"trackingId": text(100), **_COMMON}
    ),
    "audio": fields({"originalContentUrl": IMAGE, "duration": number(least=1)}, _COMMON),
    "location": fields(
        {
            "title": text(100),
            "address": text(100),
            "latitude": number(least=-90, most=90, whole=False),
            "longitude": number(least=-180, most=180, whole=False),
        },
        _COMMON,
    ),
    "imagemap": fields(
        {
            "baseUrl": IMAGE,
            "altText": _ALT_TEXT,
            "baseSize": fields(_EXTENT),
            "actions": each(_MAP_ACTION, most=50),
        },
        {"video": anything, **_COMMON},
    ),
    "template": fields({"altText": _ALT_TEXT, "template": _TEMPLATE}, _COMMON),
    "flex": fields({"altText": _ALT_TEXT, "contents": CONTAINER}, _COMMON),
    "coupon": fields({"couponId": text(100)}, {"deliveryTag": text(30), **_COMMON}),
}
_MESSAGES = each(
    by_type(_KINDS, f"Must be one of the following values: [{', '.join(_KINDS)}]"),
    least=1,
    most=MAX_MESSAGES,
)


def problems_of(messages: object) -> tuple[str, list[dict[str, str]]] | None:
    """LINE's sentence about the messages of a request and its details, or None if it takes them.

    What lies inside a template or Flex contents is told of the first such message, and ahead of the rest:
    by a way such as ``template/actions/0/uri`` and by a JSON pointer into the contents.
    """
    found = [((), EMPTY)] if messages is None else list(_MESSAGES(messages))
    for index in range(MAX_MESSAGES):
        inside = [(way[1:], message) for way, message in found if _is_inside(index, way, message)]
        if inside:
            details = [{"message": message, "property": _inner(way)} for way, message in inside]
            return f"A message (messages[{index}]) in the request body is invalid", details
    details = [{"message": message, "property": _outer(way)} for way, message in found]
    return (f"The request body has {len(details)} error(s)", details) if details else None


def _is_inside(index: int, way: Way, message: str) -> bool:
    """Contents as a whole may be wrong, too large for instance; only their absence is told like others'."""
    deeper = len(way) > 2 or message != EMPTY
    return deeper and way[:2] in ((index, "contents"), (index, "template"))


def _inner(way: Way) -> str:
    if way[0] == "contents":
        return "/" + "/".join(map(str, way[1:]))
    return "/".join(map(str, way))


def _outer(way: Way) -> str:
    return "messages" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
