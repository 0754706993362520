"""What a person sees on the telephone, as one HTML page without scripts or anything from elsewhere.

``phone_page`` draws messages that were never sent; the other pages are those of the stand-in for LINE.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from tests.fakes.line_account import DISPLAY_NAME, Delivered, text_of
from tests.fakes.line_phone_flex import container, tappable

_ZONE = dt.timezone(dt.timedelta(hours=7))
_LINK = re.compile(r"https?://[^\s<>\"]+")
_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_KEEPS_UP = '<meta http-equiv="refresh" content="5">'


def phone_page(messages: Sequence[Mapping[str, Any]], *, title: str = "Messages") -> str:
    """The messages, in their order, on a telephone 390 px wide."""
    talk = f'<div class="talk">{_talk(messages, "")}</div>'
    return _page(title, f'<div class="title"><span class="name">{escape(title)}</span></div>{talk}')


def chat_page(delivered: Sequence[Delivered], name: str) -> str:
    """Everything that one chat received."""
    parts: list[str] = []
    day = ""
    for one in delivered:
        at = one.at.astimezone(_ZONE) if one.at else None
        if at and f"{at:%d.%m.%Y}" != day:
            day = f"{at:%d.%m.%Y}"
            parts.append(f'<div class="day">{day}</div>')
        parts.append(_talk(one.messages, f"{at:%H:%M}" if at else ""))
    talk = "".join(parts) or '<div class="none">Nothing has been sent to this chat.</div>'
    head = f'<div class="title"><a href="/">‹</a><span class="name">{escape(name)}</span></div>'
    return _page(name, f'{head}<div class="talk">{talk}</div>')


def list_page(delivered: Iterable[Delivered], names: Mapping[str, str]) -> str:
    """The chats, the latest first; the page renews itself."""
    chats: dict[str, list[Delivered]] = {}
    for one in delivered:
        chats[one.to] = [*chats.pop(one.to, []), one]
    rows = "".join(_row(to, names[to], got) for to, got in reversed(chats.items()))
    nothing = '<div class="none">Nothing has been sent yet. This page renews itself.</div>'
    head = '<div class="title"><span class="name">Chats</span></div>'
    return _page("Chats", f'{head}<div class="chats">{rows or nothing}</div>', _KEEPS_UP)


def _row(to: str, name: str, got: list[Delivered]) -> str:
    return (
        f'<a href="/chat/{escape(to)}"><span class="avatar">{escape(name[:1])}</span><span class="about">'
        f'<div class="name">{escape(name)}</div><div class="last">{escape(got[-1].texts[-1])}</div></span>'
        f'<span class="count">{len(got)}</span></a>'
    )


def _page(title: str, body: str, more_head: str = "") -> str:
    return (
        '<!DOCTYPE html><html lang="th"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{more_head}<title>{escape(title)}</title>'
        f'<style>{_CSS}</style></head><body><div class="phone">{body}</div></body></html>'
    )


def _talk(messages: Sequence[Mapping[str, Any]], time: str) -> str:
    """Each message with the notification that announces it, then the quick replies of the last."""
    shown = "".join(map(_message, messages))
    clock = f'<div class="from"><span class="time">{time}</span></div>' if time else ""
    quick = (messages[-1].get("quickReply") or {}).get("items") if messages else None
    return shown + clock + _quick(quick)


def _quick(items: Any) -> str:
    actions = [item["action"] for item in items or () if isinstance(item.get("action"), Mapping)]
    buttons = "".join(tappable(action, escape(str(action.get("label", "")))) for action in actions)
    return f'<div class="quick">{buttons}</div>' if buttons else ""


def _message(message: Mapping[str, Any]) -> str:
    name = str((message.get("sender") or {}).get("name") or DISPLAY_NAME)
    sender = escape(name)
    said = _DRAWN.get(str(message.get("type")), _other)(message)
    notice = ""
    if "altText" in message:
        notice = f'<div class="notice"><b>{sender}</b>{escape(text_of(dict(message)))}</div>'
    avatar = f'<span class="avatar">{escape(name[:1])}</span>'
    who = f'<span class="who">{sender}</span>'
    if said.startswith('<div class="swipe">'):
        return f'{notice}<div class="from">{avatar}<div class="said">{who}</div></div>{said}'
    return f'{notice}<div class="from">{avatar}<div class="said">{who}{said}</div></div>'


def _text(message: Mapping[str, Any]) -> str:
    return f'<div class="bubble-text">{_linked(str(message.get("text", "")))}</div>'


def _text_v2(message: Mapping[str, Any]) -> str:
    """Placeholders as what they stand for, an emoji as a square."""
    substitution = message.get("substitution") or {}

    def stands_for(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        kind = (substitution.get(found[1]) or {}).get("type")
        return {"mention": f"@{found[1]}", "emoji": "▫"}.get(kind, found[0])

    text = re.sub(r"\{\{|\}\}|\{([^{}]*)\}", stands_for, str(message.get("text", "")))
    return f'<div class="bubble-text">{_linked(text)}</div>'


def _linked(text: str) -> str:
    """Escaped, with web addresses that can be followed."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        address = escape(found[0])
        pieces += [escape(text[end : found.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _flex(message: Mapping[str, Any]) -> str:
    contents = message.get("contents")
    return container(contents) if isinstance(contents, Mapping) else ""


def _template(message: Mapping[str, Any]) -> str:
    """A template is drawn as the bubbles that come closest to it."""
    template = message.get("template") or {}
    columns = template.get("columns") or [template]
    bubbles = [
        {"type": "bubble", "size": "kilo",
         "body": {"type": "box", "layout": "vertical", "contents": _template_parts(column)}}
        for column in columns
    ]  # fmt: skip
    return container({"type": "carousel", "contents": bubbles} if len(bubbles) > 1 else bubbles[0])


def _template_parts(column: Mapping[str, Any]) -> list[dict[str, Any]]:
    title = {"type": "text", "text": column.get("title", ""), "weight": "bold", "wrap": True}
    text = {"type": "text", "text": column.get("text", ""), "wrap": True, "size": "sm"}
    actions = column.get("actions") or [column.get("action")]
    buttons = [{"type": "button", "height": "sm", "action": action} for action in actions]
    return [*([title] if column.get("title") else []), text, *buttons]


def _other(message: Mapping[str, Any]) -> str:
    return f'<div class="other">{escape(text_of(dict(message)))}</div>'


_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "text": _text,
    "textV2": _text_v2,
    "flex": _flex,
    "template": _template,
}
