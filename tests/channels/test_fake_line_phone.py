"""The telephone view: what a person sees of a message, and that nothing in a message can act on the page."""

import re
from html.parser import HTMLParser

import pytest
import requests

from tests.channels.examples import GROUP, USER
from tests.fakes.line_phone import phone_page

AUTHORISED = {"Authorization": "Bearer long-lived-token"}
NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
PARTS = {"html", "head", "meta", "title", "style", "body", "div", "span", "a", "b"}


class Page(HTMLParser):
    """What a browser would make of the page: its tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attributes]

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [value for name, value in self.attributes if name == attribute]


def flex(*contents: dict, **bubble) -> dict:
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    return {"type": "flex", "altText": "แจ้งเตือน", "contents": {"type": "bubble", "body": body, **bubble}}


def page_of(*messages: dict) -> Page:
    return Page(phone_page(messages))


def test_everything_written_in_a_message_is_shown_as_text():
    messages = [
        {"type": "text", "text": NASTY + " https://a.go.th/?a=1&b=\"c", "sender": {"name": NASTY}},
        {"type": "textV2", "text": "{{" + NASTY + "}}"},
        {
            **flex(
                {"type": "text", "text": NASTY, "color": NASTY, "size": NASTY, "margin": NASTY},
                {"type": "text", "contents": [{"type": "span", "text": NASTY}]},
                {"type": "button", "action": {"type": "message", "label": NASTY, "text": NASTY}},
                {"type": "image", "url": "https://office.go.th/" + NASTY, "aspectRatio": NASTY},
                {"type": "box", "layout": NASTY, "contents": [], "backgroundColor": NASTY, "width": NASTY,
                 "justifyContent": NASTY, "background": {"angle": NASTY}, "borderWidth": NASTY},
                size=NASTY,
            ),
            "altText": NASTY,
        },
        {"type": "template", "altText": NASTY, "template": {"type": "buttons", "text": NASTY, "actions": []}},
        {"type": NASTY, "quickReply": {"items": [{"action": {"label": NASTY, "type": "message"}}]}},
    ]  # fmt: skip

    page = Page(phone_page(messages, title=NASTY))

    assert page.tags <= PARTS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "alert" not in " ".join(page.values("style") + page.values("class"))
    assert page.text.count(NASTY) >= 10


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "line://app/1", " javascript:alert(1)"]
)
def test_buttons_lead_to_the_web_or_the_telephone_only(uri):
    def links(address: str) -> list[str]:
        action = {"type": "uri", "label": "ก", "uri": address}
        return page_of(flex({"type": "button", "action": action})).values("href")

    assert links(uri) == []
    assert links("tel:022773939") == ["tel:022773939"]


def test_page_takes_nothing_from_elsewhere():
    page = phone_page([flex({"type": "image", "url": "https://office.go.th/a.png"})])

    assert "office.go.th" in Page(page).text
    assert not re.search(r"(src|@import|url\()", page)


def test_flex_is_shown_with_its_notification_above_and_its_blocks_in_order():
    box = {"type": "box", "layout": "vertical"}
    message = flex(
        {"type": "text", "text": "เนื้อความ"},
        footer={**box, "contents": [{"type": "text", "text": "ท้าย"}]},
        header={**box, "contents": [{"type": "text", "text": "หัวเรื่อง"}]},
    )

    text = page_of(message).text

    places = [text.index(words) for words in ("แจ้งเตือน", "หัวเรื่อง", "เนื้อความ", "ท้าย")]
    assert places == sorted(places)


LOOKS = {
    "size_word": ({"size": "xl"}, "font-size:22px"),
    "size_px": ({"size": "17px"}, "font-size:17px"),
    "weight": ({"weight": "bold"}, "font-weight:700"),
    "colour": ({"color": "#0B4F9E"}, "color:#0B4F9E"),
    "align": ({"align": "end"}, "text-align:end"),
    "lines": ({"wrap": True, "maxLines": 2}, "-webkit-line-clamp:2"),
    "decoration": ({"decoration": "line-through"}, "text-decoration:line-through"),
    "margin": ({"margin": "lg"}, "margin-top:12px"),
}


@pytest.mark.parametrize(("properties", "style"), LOOKS.values(), ids=LOOKS)
def test_text_looks_as_its_properties_say(properties, style):
    plain = {"type": "text", "text": "ก"}

    assert style in " ".join(page_of(flex({**plain, **properties})).values("style"))
    assert style not in " ".join(page_of(flex(plain)).values("style"))


def test_spacing_of_a_box_gives_way_to_a_margin_and_spares_the_first():
    contents = [{"type": "text", "text": "ก"}, {"type": "text", "text": "ข"}]
    contents.append({"type": "text", "text": "ค", "margin": "none"})
    box = {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": contents}

    styles = " ".join(page_of(flex(box)).values("style"))

    assert re.findall("margin-left:([0-9px]+)", styles) == ["4px", "0"]


def test_carousel_is_a_row_of_its_bubbles():
    bubble = {"type": "bubble", "size": "kilo", "body": {"type": "box", "layout": "vertical", "contents": []}}
    message = {"type": "flex", "altText": "ก", "contents": {"type": "carousel", "contents": [bubble] * 3}}

    classes = page_of(message).values("class")

    assert classes.count("swipe") == 1
    assert classes.count("bubble kilo") == 3


def test_server_shows_the_chats_and_what_each_received(line_server):
    server = line_server(groups={GROUP: 5})
    server.names[GROUP] = "ฝ่ายการศึกษา"
    for to, words in ((USER, "ถึงคนเดียว"), (GROUP, "ถึงทุกคน <b>")):
        body = {"to": to, "messages": [{"type": "text", "text": words}]}
        requests.post(f"{server.url}/v2/bot/message/push", json=body, headers=AUTHORISED, timeout=5)
    asked = len(server.requests)

    chats = requests.get(f"{server.url}/", timeout=5)
    chat = requests.get(f"{server.url}/chat/{GROUP}", timeout=5)

    assert chats.headers["Content-Type"] == "text/html; charset=utf-8"
    assert chats.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert Page(chats.text).values("href") == [f"/chat/{GROUP}", f"/chat/{USER}"]
    assert "ฝ่ายการศึกษา" in Page(chats.text).text
    assert "ถึงทุกคน <b>" in Page(chat.text).text
    assert "ถึงคนเดียว" not in chat.text
    assert "long-lived-token" not in chats.text + chat.text
    assert len(server.requests) == asked  # looking is no call of the API


def test_server_with_nothing_sent_says_so(line_server):
    server = line_server()

    assert "Nothing has been sent yet" in requests.get(f"{server.url}/", timeout=5).text
    assert "Nothing has been sent" in requests.get(f"{server.url}/chat/{NASTY}", timeout=5).text
