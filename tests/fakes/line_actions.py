"""What LINE asks of actions: https://developers.line.biz/en/reference/messaging-api/#action-objects"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.line_checks import (
    EMPTY,
    MISSING,
    Check,
    Problem,
    all_of,
    by_type,
    each,
    fields,
    graphemes,
    matching,
    one_of,
    text,
    uri,
    within,
)

_MOMENTS = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "time": "[0-9]{2}:[0-9]{2}",
    "datetime": "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}",
}
_DATA = text(300)
_SHOWN = text(300, units=graphemes)
_LINK = uri("http", "https", "line", "tel", most=1000)
_INPUT = one_of("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")

_PROPERTIES: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    "uri": ({"uri": _LINK}, {"altUri": fields({}, {"desktop": uri("http", "https", most=1000)})}),
    "message": ({"text": _SHOWN}, {}),
    "postback": (
        {"data": _DATA},
        {"displayText": _SHOWN, "text": _SHOWN, "inputOption": _INPUT, "fillInText": _SHOWN},
    ),
    "datetimepicker": (
        {"data": _DATA, "mode": one_of(*_MOMENTS)},
        dict.fromkeys(("initial", "min", "max"), text(16)),
    ),
    "clipboard": ({"clipboardText": text(1000)}, {}),
}
_ONLY_QUICK = ("camera", "cameraRoll", "location")


def action(*, label: int, label_required: bool = True, quick: bool = False, strict: bool = False) -> Check:
    """An action whose label has at most so many grapheme clusters; ``quick`` for quick replies."""
    named = {"label": text(label, units=graphemes)}
    missing = MISSING if strict else EMPTY
    table: dict[str, Check] = {}
    for kind, (required, optional) in _PROPERTIES.items():
        must = {**required, **(named if label_required else {})}
        table[kind] = fields(must, {**named, **optional}, strict=strict, missing=missing)
    table["datetimepicker"] = all_of(table["datetimepicker"], _moments)
    if quick:
        table |= dict.fromkeys(_ONLY_QUICK, fields(named, strict=strict))
    return by_type(table)


def _moments(value: dict[str, Any]) -> Iterator[Problem]:
    """The dates and times of a picker are written as its mode says."""
    pattern = _MOMENTS.get(str(value.get("mode")))
    for name in ("initial", "min", "max"):
        if pattern and value.get(name) is not None:
            yield from within(name, matching(pattern)(value[name]))


IMAGE = uri("https", most=2000)

QUICK_REPLY = fields(
    {
        "items": each(
            fields({"type": one_of("action"), "action": action(label=20, quick=True)}, {"imageUrl": IMAGE}),
            least=1,
            most=13,
        )
    }
)
SENDER = fields({}, {"name": text(20, units=graphemes), "iconUrl": IMAGE})
