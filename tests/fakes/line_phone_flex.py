"""Flex contents as HTML: as a telephone shows them, near enough to judge wording, order and what is cut off.

Measures are those of LINE's own simulator. Pictures are not fetched but shown as hatched places. Whatever
comes from a message is escaped, and reaches a style only as a colour, a length or a known word.
https://developers.line.biz/en/docs/messaging-api/flex-message-layout/
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

Part = Mapping[str, Any]
Style = dict[str, str]

_STEPS = {"none": "0", "xs": "2px", "sm": "4px", "md": "8px", "lg": "12px", "xl": "16px", "xxl": "20px"}
_BORDERS = {
    "none": "0",
    "light": "0.5px",
    "normal": "1px",
    "medium": "2px",
    "semi-bold": "3px",
    "bold": "4px",
}
_FONTS = {"xxs": "11px", "xs": "13px", "sm": "14px", "md": "16px", "lg": "19px", "xl": "22px",
          "xxl": "29px", "3xl": "35px", "4xl": "48px", "5xl": "74px"}  # fmt: skip
_PICTURES = {"xxs": "40px", "xs": "60px", "sm": "80px", "md": "100px", "lg": "120px", "xl": "140px",
             "xxl": "160px", "3xl": "180px", "4xl": "200px", "5xl": "220px", "full": "100%"}  # fmt: skip
_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
_EXTENTS = {"width": "width", "height": "height", "maxWidth": "max-width", "maxHeight": "max-height"}
_PLACES = {"top": "flex-start", "center": "center", "bottom": "flex-end"}
_SIDES = {"Top": "top", "Bottom": "bottom", "Start": "left", "End": "right"}
_COLOUR = re.compile("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
_LENGTH = re.compile(r"-?[0-9]+(\.[0-9]+)?(px|%)")
_LINKS = ("http", "https", "tel")


def container(contents: Part) -> str:
    """A bubble, or the bubbles of a carousel in a row to be swiped."""
    if contents.get("type") != "carousel":
        return _bubble(contents)
    return f'<div class="swipe">{"".join(map(_bubble, _parts(contents)))}</div>'


def tappable(action: Any, inner: str, attributes: str = "") -> str:
    """Text or a part with what a tap would do: a link, or words that appear under the mouse."""
    if not isinstance(action, Mapping):
        return f"<div{attributes}>{inner}</div>"
    address = str(action.get("uri", ""))
    can_follow = address.partition(":")[0].lower() in _LINKS
    link = f' href="{escape(address)}" rel="noreferrer"' if can_follow else ""
    told = address or f"{action.get('type', '')}: {action.get('text') or action.get('data') or ''}"
    return f'<a{link}{attributes} title="{escape(told)}">{inner}</a>'


def _parts(part: Part) -> list[Part]:
    contents = part.get("contents")
    return [one for one in contents if isinstance(one, Mapping)] if isinstance(contents, list) else []


def _bubble(bubble: Part) -> str:
    size = bubble.get("size") if bubble.get("size") in _SIZES else "mega"
    styles = bubble.get("styles") or {}
    blocks = "".join(
        _block(name, bubble[name], styles.get(name) or {}, small=size in ("nano", "micro"))
        for name in ("header", "hero", "body", "footer")
        if bubble.get(name)
    )
    direction = ' dir="rtl"' if bubble.get("direction") == "rtl" else ""
    return tappable(bubble.get("action"), blocks, f' class="bubble {size}"{direction}')


def _block(name: str, part: Part, style: Part, *, small: bool) -> str:
    own = {"background-color": colour(style.get("backgroundColor"))}
    if style.get("separator"):
        own["border-top"] = f"1px solid {colour(style.get('separatorColor')) or '#d4d6da'}"
    padding = "0" if name == "hero" else "10px" if small or name == "footer" else "20px"
    inner = _box(part, "vertical", padding) if part.get("type") == "box" else _component(part, "vertical")
    return f'<div class="block {name}"{_css(own)}>{inner}</div>'


def _component(part: Part, layout: str) -> str:
    draw = _DRAWN.get(str(part.get("type")))
    return draw(part, layout) if draw else ""


def _box(part: Part, layout: str, padding: str = "0") -> str:
    inside = part["layout"] if part.get("layout") in ("horizontal", "baseline") else "vertical"
    gap = part.get("spacing")
    inner = "".join(
        _component(child if index == 0 or gap is None else {"margin": gap, **child}, inside)
        for index, child in enumerate(_parts(part))
    )
    style = _placed(part, layout) | _painted(part) | _padded(part, padding)
    for name, css in (("justifyContent", "justify-content"), ("alignItems", "align-items")):
        style[css] = part[name] if re.fullmatch("[a-z-]+", str(part.get(name, ""))) else ""
    style |= {css: length(part.get(name)) for name, css in _EXTENTS.items()}
    if style["width"] and layout != "vertical":
        style["flex"] = "none"
    tap = " tap" if part.get("action") else ""
    return tappable(part.get("action"), inner, f' class="box {inside}{tap}"{_css(style)}')


def _painted(part: Part) -> Style:
    """Background, border and corners."""
    style = {
        "background-color": colour(part.get("backgroundColor")),
        "border-radius": length(part.get("cornerRadius")),
    }
    width = length(part.get("borderWidth"), _BORDERS) or ("1px" if part.get("borderColor") else "")
    if width:
        style["border"] = f"{width} solid {colour(part.get('borderColor')) or '#d4d6da'}"
    fill = part.get("background")
    if isinstance(fill, Mapping) and re.fullmatch("[0-9.]+deg", str(fill.get("angle"))):
        stops = [colour(fill.get(name)) for name in ("startColor", "centerColor", "endColor")]
        style["background-image"] = f"linear-gradient({fill['angle']}, {', '.join(filter(None, stops))})"
    return style


def _padded(part: Part, padding: str) -> Style:
    sides = {f"padding-{css}": length(part.get(f"padding{side}")) for side, css in _SIDES.items()}
    return {"padding": length(part.get("paddingAll")) or padding, **sides}


def _placed(part: Part, layout: str) -> Style:
    """Where a part stands in its box, and how much of the room it takes: in a row a share, unless told."""
    share = part["flex"] if isinstance(part.get("flex"), int) else 0 if layout == "vertical" else None
    if share is None:
        share = 0 if part.get("type") in ("icon", "separator") else 1
    if layout == "vertical":
        style = {"flex": f"{share:d} 0 auto", "margin-top": length(part.get("margin"))}
    else:
        style = {
            "flex": f"{share:d} {share:d} 0" if share else "none",
            "margin-left": length(part.get("margin")),
        }
    offsets = {css: length(part.get(f"offset{side}")) for side, css in _SIDES.items()}
    if part.get("position") == "absolute" or any(offsets.values()):
        style |= {"position": "absolute" if part.get("position") == "absolute" else "relative", **offsets}
    if layout == "horizontal":
        style["align-self"] = _PLACES.get(str(part.get("gravity")), "")
    return style


def _text(part: Part, layout: str) -> str:
    style = _placed(part, layout) | _lettered(part)
    style["text-align"] = part["align"] if part.get("align") in ("start", "end", "center") else ""
    spacing = length(part.get("lineSpacing"))
    style["line-height"] = f"calc(1.45em + {spacing})" if spacing else ""
    lines = part.get("maxLines")
    limited = bool(part.get("wrap")) and isinstance(lines, int) and lines > 0
    if limited:
        style["-webkit-line-clamp"] = str(lines)
    spans = [f"<span{_css(_lettered(span))}>{_said(span)}</span>" for span in _parts(part)]
    names = f"text{' wrap' if part.get('wrap') else ''}{' lines' if limited else ''}"
    return tappable(part.get("action"), "".join(spans) or _said(part), f' class="{names}"{_css(style)}')


def _said(part: Part) -> str:
    return escape(str(part.get("text", "")))


def _lettered(part: Part) -> Style:
    decoration = part.get("decoration")
    return {
        "font-size": length(part.get("size"), _FONTS),
        "color": colour(part.get("color")),
        "font-weight": "700" if part.get("weight") == "bold" else "",
        "font-style": "italic" if part.get("style") == "italic" else "",
        "text-decoration": str(decoration) if decoration in ("underline", "line-through") else "",
    }


def _button(part: Part, layout: str) -> str:
    kind = part.get("style") if part.get("style") in ("primary", "secondary") else "link"
    style = _placed(part, layout)
    style["color" if kind == "link" else "background-color"] = colour(part.get("color"))
    action = part.get("action")
    label = escape(str(action.get("label", ""))) if isinstance(action, Mapping) else ""
    small = " sm" if part.get("height") == "sm" else ""
    return tappable(action, label, f' class="button {kind}{small}"{_css(style)}')


def _picture(part: Part, layout: str) -> str:
    sides = re.fullmatch("([0-9]+):([0-9]+)", str(part.get("aspectRatio")))
    is_video = part.get("type") == "video"
    style = _placed(part, layout) | {
        "width": "100%" if is_video else length(part.get("size") or "md", _PICTURES),
        "aspect-ratio": f"{sides[1]} / {sides[2]}" if sides else "1",
        "background-color": colour(part.get("backgroundColor")),
    }
    host = urlsplit(str(part.get("url", ""))).hostname or "picture"
    return tappable(
        part.get("action"), escape(f"▶ {host}" if is_video else host), f' class="picture"{_css(style)}'
    )


def _icon(part: Part, layout: str) -> str:
    side = length(part.get("size") or "md", _FONTS)
    return f'<span class="icon"{_css(_placed(part, layout) | {"width": side, "height": side})}></span>'


def _separator(part: Part, layout: str) -> str:
    style = _placed(part, layout) | {"flex": "none", "background-color": colour(part.get("color"))}
    return f'<div class="line {"across" if layout == "vertical" else "down"}"{_css(style)}></div>'


def _filler(part: Part, layout: str) -> str:
    return f"<div{_css(_placed(part, layout) | {'flex': '1 1 0'})}></div>"


_DRAWN: dict[str, Callable[[Part, str], str]] = {
    "box": _box,
    "text": _text,
    "button": _button,
    "image": _picture,
    "video": _picture,
    "icon": _icon,
    "separator": _separator,
    "filler": _filler,
}


def length(value: Any, keywords: Mapping[str, str] = _STEPS) -> str:
    """A keyword's or a written length, or nothing for whatever is neither."""
    return keywords.get(str(value)) or (str(value) if _LENGTH.fullmatch(str(value)) else "")


def colour(value: Any) -> str:
    return str(value) if _COLOUR.fullmatch(str(value)) else ""


def _css(style: Style) -> str:
    rules = ";".join(f"{name}:{value}" for name, value in style.items() if value)
    return f' style="{rules}"' if rules else ""
