"""The stand-in takes the message objects that LINE takes, and says of the others what LINE says."""

import pytest
import requests

from tests.channels.examples import GROUP, USER
from tests.fakes.line_checks import graphemes
from tests.fakes.line_messages import problems_of

AUTHORISED = {"Authorization": "Bearer long-lived-token"}
LINK = {"type": "uri", "label": "รายละเอียด", "uri": "https://office.go.th/ita"}
PICTURE = "https://office.go.th/a.png"
BASE = {"width": 1040, "height": 9}


def text(words: str = "ข้อความ", **more) -> dict:
    return {"type": "text", "text": words, **more}


def box(*contents: dict, layout: str = "vertical", **more) -> dict:
    return {"type": "box", "layout": layout, "contents": list(contents), **more}


def button(**changes) -> dict:
    return {"type": "button", "action": LINK | changes}


def bubble(*contents: dict, **more) -> dict:
    return {"type": "bubble", "body": box(*(contents or (text(),))), **more}


def flex(contents: object, alt: object = "แจ้งเตือน") -> dict:
    return {"type": "flex", "altText": alt, "contents": contents}


def part(**properties) -> dict:
    """A Flex message with one part, whose problems stand at /body/contents/0."""
    return flex(bubble(properties))


def template(kind: str, **properties) -> dict:
    return {"type": "template", "altText": "เลือก", "template": {"type": kind, **properties}}


def buttons(**changes) -> dict:
    return template("buttons", **{"text": "เลือก", "actions": [LINK], **changes})


def quick(*actions: dict) -> dict:
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def action(**properties) -> dict:
    return quick({"label": "ตกลง", **properties})


def carousel(*sizes: str) -> dict:
    return {"type": "carousel", "contents": [bubble(size=size) for size in sizes]}


EVERYTHING = bubble(
    box(
        {"type": "icon", "url": PICTURE, "size": "12px", "margin": "xs"},
        text(
            "I17", weight="bold", size="sm", color="#0B4F9E", flex=0, decoration="underline", style="italic"
        ),
        text(" ", wrap=True, maxLines=2, align="end", gravity="center", lineSpacing="4px", scaling=True),
        {"type": "filler", "flex": 2},
        layout="baseline",
        spacing="md",
    ),
    {"type": "text", "contents": [{"type": "span", "text": "ก", "size": "xxs", "color": "#00000080"}]},
    {"type": "separator", "margin": "20px", "color": "#cccccc"},
    {"type": "image", "url": PICTURE, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"},
    box(
        layout="horizontal",
        backgroundColor="#FFFFFF",
        borderWidth="semi-bold",
        cornerRadius="md",
        paddingAll="5%",
        width="50%",
        height="6px",
        justifyContent="space-between",
        alignItems="flex-end",
        position="absolute",
        offsetTop="-3px",
        offsetStart="lg",
        background={
            "type": "linearGradient",
            "angle": "90deg",
            "startColor": "#000000",
            "endColor": "#ffffff",
        },
        action={"type": "uri", "uri": "tel:022773939"},
    ),
    button() | {"style": "primary", "height": "sm", "color": "#06C755", "adjustMode": "shrink-to-fit"},
    size="giga",
    direction="ltr",
    header=box(text()),
    hero={"type": "video", "url": PICTURE, "previewUrl": PICTURE, "altContent": box(), "aspectRatio": "16:9"},
    footer=box(button(label="ก" * 40)),
    styles={"body": {"backgroundColor": "#FAFAFA", "separator": True, "separatorColor": "#EEEEEE"}},
)

TAKEN = {
    "text_at_the_limit": text("😀" * 2500),
    "text_with_emoji": text("$", emojis=[{"index": 0, "productId": "5ac1", "emojiId": "001"}]),
    "text_from_another_sender": text(sender={"name": "ฝ่ายปกครอง", "iconUrl": PICTURE}),
    "text_v2": {"type": "textV2", "text": "{{ก}} {who} {smile}", "substitution": {
        "who": {"type": "mention", "mentionee": {"type": "user", "userId": USER}},
        "smile": {"type": "emoji", "productId": "5ac1", "emojiId": "001"}}},
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "image": {"type": "image", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE},
    "video": {"type": "video", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE, "trackingId": "a"},
    "audio": {"type": "audio", "originalContentUrl": PICTURE, "duration": 60000},
    "location": {"type": "location", "title": "ก", "address": "ข", "latitude": 13.77, "longitude": 100.57},
    "imagemap": {"type": "imagemap", "baseUrl": PICTURE, "altText": "ก", "baseSize": BASE,
                 "actions": [{"type": "uri", "linkUri": "https://office.go.th/",
                              "area": {"x": 0, "y": 0, "width": 1, "height": 1}}]},
    "coupon": {"type": "coupon", "couponId": "01K"},
    "buttons_long_text": buttons(text="ก" * 160, actions=[LINK] * 4),
    "buttons_with_title": buttons(title="ก" * 40, text="ข" * 60, defaultAction=LINK),
    "confirm": template("confirm", text="ก" * 240, actions=[LINK, LINK]),
    "carousel_template": template("carousel", columns=[{"text": "ก" * 120, "actions": [LINK]}] * 10),
    "image_carousel": template("image_carousel", columns=[{"imageUrl": PICTURE, "action": LINK}]),
    "flex_everything": flex(EVERYTHING),
    "flex_alt_at_the_limit": flex(bubble(), "ก" * 1500),
    "flex_twelve_bubbles": flex(carousel(*["kilo"] * 12)),
    "flex_size_left_out_is_mega": flex({"type": "carousel", "contents": [bubble(), bubble(size="mega")]}),
    "label_counts_letters_with_their_marks": part(**button(label="กี่" * 40)),
    "uri_line": part(**button(uri="line://ti/p/@216ruxyv")),
    "uri_percent_encoded": part(**button(uri="https://office.go.th/%E0%B8%81?a=1#b")),
    "quick_reply_thirteen": quick(*[LINK] * 13),
    "postback": action(type="postback", data="ก" * 300, displayText="ก่" * 300, inputOption="openKeyboard"),
    "clipboard": action(type="clipboard", clipboardText="ก" * 1000),
    "date_picker": action(type="datetimepicker", data="d", mode="date", initial="2022-03-01"),
    "camera": action(type="camera"),
}  # fmt: skip


@pytest.mark.parametrize("message", TAKEN.values(), ids=TAKEN)
def test_fake_line_takes_message(message):
    assert problems_of([message]) is None


ONE = "The request body has 1 error(s)"
INSIDE = "A message (messages[0]) in the request body is invalid"
AT = "/body/contents/0"
INVALID, EMPTY, MISSING = "invalid property", "May not be empty", "must be specified"
SCHEME, WORDLESS = "invalid uri scheme", "must be non-empty text"
LENGTH, SIZE = "Length must be between 0 and ", "Size must be between "

REFUSED = {
    "not_an_object": ("text", "messages[0].type", "Must be one of the following values: ["),
    "unknown_type": ({"type": "fax"}, "messages[0].type", "Must be one of the following values: ["),
    "text_missing": ({"type": "text"}, "messages[0].text", EMPTY),
    "text_null": ({"type": "text", "text": None}, "messages[0].text", EMPTY),
    "text_too_long": (text("😀" * 2501), "messages[0].text", LENGTH + "5000"),
    "text_number": ({"type": "text", "text": 5}, "messages[0].text", INVALID),
    "emoji_without_product": (text(emojis=[{"index": 0, "emojiId": "1"}]),
        "messages[0].emojis[0].productId", EMPTY),
    "sender_too_long": (text(sender={"name": "ก" * 21}), "messages[0].sender.name", LENGTH + "20"),
    "placeholder_unknown": ({"type": "textV2", "text": "{who}"}, "messages[0].substitution.who", MISSING),
    "placeholder_malformed": ({"type": "textV2", "text": "{!owe}"}, "messages[0].text",
        "The key '!owe' enclosed"),
    "brace_alone": ({"type": "textV2", "text": "a { b"}, "messages[0].text", "The brace at 2"),
    "sticker_without_package": ({"type": "sticker", "stickerId": "1"}, "messages[0].packageId", EMPTY),
    "image_by_http": ({"type": "image", "originalContentUrl": PICTURE, "previewImageUrl": "http://a/b"},
        "messages[0].previewImageUrl", SCHEME),
    "audio_of_no_length": ({"type": "audio", "originalContentUrl": PICTURE, "duration": 0},
        "messages[0].duration", INVALID),
    "location_off_the_earth": (TAKEN["location"] | {"latitude": 91}, "messages[0].latitude", INVALID),
    "imagemap_without_size": ({"type": "imagemap", "baseUrl": PICTURE, "altText": "ก", "actions": []},
        "messages[0].baseSize", EMPTY),
    "quick_reply_fourteen": (quick(*[LINK] * 14), "messages[0].quickReply.items", SIZE + "1 and 13"),
    "quick_reply_label": (quick(LINK | {"label": "ก" * 21}), "messages[0].quickReply.items[0].action.label",
        LENGTH + "20"),
    "rich_menu_switch": (action(type="richmenuswitch"), "messages[0].quickReply.items[0].action.type",
        INVALID),
    "template_alt_missing": ({"type": "template", "template": buttons()["template"]}, "messages[0].altText",
        EMPTY),
    "template_missing": ({"type": "template", "altText": "ก"}, "messages[0].template", EMPTY),
    "buttons_five": (buttons(actions=[LINK] * 5), "template/actions", SIZE + "1 and 4"),
    "buttons_text": (buttons(text="ก" * 161), "template/text", LENGTH + "160"),
    "buttons_text_under_title": (buttons(title="ก", text="ข" * 61), "template/text", LENGTH + "60"),
    "buttons_uri": (buttons(actions=[LINK, LINK | {"uri": "https://" + "a" * 993}]),
        "template/actions/1/uri", "size must be between 0 and 1000"),
    "confirm_with_one": (template("confirm", text="ก", actions=[LINK]), "template/actions", SIZE + "2 and 2"),
    "columns_of_unequal_size": (
        template("carousel", columns=[{"text": "ก", "actions": [LINK] * n} for n in (1, 2)]),
        "template/columns", "the number of actions must be the same"),
    "image_carousel_label": (
        template("image_carousel", columns=[{"imageUrl": PICTURE, "action": LINK | {"label": "ก" * 13}}]),
        "template/columns/0/action/label", LENGTH + "12"),
    "alt_missing": ({"type": "flex", "contents": bubble()}, "messages[0].altText", EMPTY),
    "alt_empty": (flex(bubble(), ""), "messages[0].altText", EMPTY),
    "alt_too_long": (flex(bubble(), "😀" * 751), "messages[0].altText", LENGTH + "1500"),
    "contents_missing": ({"type": "flex", "altText": "ก"}, "messages[0].contents", EMPTY),
    "contents_wrapped_twice": (flex(flex(bubble())), "/type", INVALID),
    "bubble_without_block": (flex({"type": "bubble"}), "/", "At least one block must be specified"),
    "bubble_size": (flex(bubble(size="huge")), "/size", INVALID),
    "bubble_unknown_property": (flex(bubble(colour="#ffffff")), "/colour", "unknown field"),
    "bubble_too_large": (flex(bubble(*[text("ก" * 1000)] * 11)), "/", "Too large flex message."),
    "carousel_empty": (flex(carousel()), "/contents", EMPTY),
    "carousel_of_thirteen": (flex(carousel(*["kilo"] * 13)), "/contents", SIZE + "1 and 12"),
    "carousel_of_two_sizes": (flex(carousel("kilo", "mega")), "/contents/1/size", "all bubbles"),
    "carousel_too_large": (flex({"type": "carousel", "contents": [bubble(text("ก" * 9000))] * 2}), "/",
        "Too large flex message."),
    "header_is_no_box": (flex(bubble(header=text())), "/header", INVALID),
    "part_of_unknown_type": (part(type="spacer"), AT, INVALID),
    "icon_in_vertical_box": (part(type="icon", url=PICTURE), AT, INVALID),
    "button_in_baseline_box": (part(**box(button(), layout="baseline")), f"{AT}/contents/0", INVALID),
    "box_without_layout": (part(type="box", contents=[]), f"{AT}/layout", MISSING),
    "box_without_contents": (part(type="box", layout="vertical"), f"{AT}/contents", MISSING),
    "text_empty": (part(**text("")), f"{AT}/text", WORDLESS),
    "text_without_text": (part(type="text"), f"{AT}/text", WORDLESS),
    "span_empty": (part(type="text", contents=[{"type": "span", "text": ""}]), f"{AT}/contents/0/text",
        WORDLESS),
    "colour_of_three": (part(**text(color="#444")), f"{AT}/color", INVALID),
    "size_without_unit": (part(**text(size="12")), f"{AT}/size", INVALID),
    "size_in_thai_digits": (part(**text(size="๑๖px")), f"{AT}/size", INVALID),
    "weight": (part(**text(weight="heavy")), f"{AT}/weight", INVALID),
    "align": (part(**text(align="left")), f"{AT}/align", INVALID),
    "wrap_as_text": (part(**text(wrap="true")), f"{AT}/wrap", INVALID),
    "flex_as_text": (part(**text(flex="1")), f"{AT}/flex", INVALID),
    "margin": (part(**text(margin="huge")), f"{AT}/margin", INVALID),
    "padding_of_a_text": (part(**text(paddingAll="sm")), f"{AT}/paddingAll", "unknown field"),
    "image_too_high": (part(type="image", url=PICTURE, aspectRatio="1:4"), f"{AT}/aspectRatio", INVALID),
    "image_by_http_in_flex": (part(type="image", url="http://office.go.th/a.png"), f"{AT}/url", SCHEME),
    "button_without_action": (part(type="button"), f"{AT}/action", MISSING),
    "button_without_label": (part(type="button", action={"type": "uri", "uri": "tel:1"}),
        f"{AT}/action/label", MISSING),
    "button_label": (part(**button(label="ก" * 41)), f"{AT}/action/label", LENGTH + "40"),
    "button_height": (part(**button(), height="lg"), f"{AT}/height", INVALID),
    "uri_scheme": (part(**button(uri="javascript:alert(1)")), f"{AT}/action/uri", SCHEME),
    "uri_not_encoded": (part(**button(uri="https://office.go.th/แผน")), f"{AT}/action/uri", "invalid uri"),
    "uri_without_host": (part(**button(uri="https:///a")), f"{AT}/action/uri", "invalid uri"),
    "uri_empty": (part(**button(uri="")), f"{AT}/action/uri", MISSING),
    "postback_data": (part(type="button", action={"type": "postback", "label": "ก", "data": "ก" * 301}),
        f"{AT}/action/data", LENGTH + "300"),
    "message_text": (part(type="button", action={"type": "message", "label": "ก", "text": "ก" * 301}),
        f"{AT}/action/text", LENGTH + "300"),
    "date_with_time": (part(type="button", action={"type": "datetimepicker", "label": "ก", "data": "d",
        "mode": "date", "min": "2022-03-01T10:00"}), f"{AT}/action/min", INVALID),
    "camera_outside_quick_reply": (part(type="button", action={"type": "camera", "label": "ก"}),
        f"{AT}/action/type", INVALID),
}  # fmt: skip


@pytest.mark.parametrize(("message", "place", "reason"), REFUSED.values(), ids=REFUSED)
def test_fake_line_refuses_message(message, place, reason):
    sentence = ONE if place.startswith("messages") else INSIDE

    said, details = problems_of([message])

    assert (said, [detail["property"] for detail in details]) == (sentence, [place])
    assert details[0]["message"].startswith(reason)


def test_fake_line_names_the_message_that_is_wrong_inside():
    said, details = problems_of([text(), flex(bubble(text("")))])

    assert said == "A message (messages[1]) in the request body is invalid"
    assert details == [{"message": "must be non-empty text", "property": "/body/contents/0/text"}]


def test_fake_line_tells_of_every_fault_in_a_message():
    _, details = problems_of([flex(bubble(text("", color="red"), {"type": "button"}))])

    places = [detail["property"] for detail in details]
    assert places == [f"{AT}/text", f"{AT}/color", "/body/contents/1/action"]


@pytest.mark.parametrize("kind", ["push", "multicast", "reply", "broadcast", "narrowcast"])
def test_fake_line_validates_messages_without_sending(line_server, kind):
    server = line_server()
    url = f"{server.url}/v2/bot/message/validate/{kind}"

    good = requests.post(url, json={"messages": [flex(EVERYTHING)]}, headers=AUTHORISED, timeout=5)
    bad = requests.post(url, json={"messages": [flex({"type": "bubble"})]}, headers=AUTHORISED, timeout=5)

    assert (good.status_code, good.json()) == (200, {})
    assert bad.status_code == 400
    assert bad.json() == {
        "message": INSIDE,
        "details": [{"message": "At least one block must be specified", "property": "/"}],
    }
    assert server.delivered == []
    assert server.used == 0


def test_fake_line_keeps_messages_as_they_came_and_their_alt_texts(line_server):
    server = line_server()
    messages = [text("ก"), flex(bubble(), "แจ้งเตือน")]
    body = {"to": USER, "messages": messages}

    answer = requests.post(f"{server.url}/v2/bot/message/push", json=body, headers=AUTHORISED, timeout=5)

    assert answer.status_code == 200
    assert server.delivered[0].messages == tuple(messages)
    assert server.delivered[0].texts == ("ก", "แจ้งเตือน")
    assert ["quoteToken" in sent for sent in answer.json()["sentMessages"]] == [True, False]


def test_fake_line_takes_mentions_in_groups_only(line_server):
    server = line_server(groups={GROUP: 5})
    url = f"{server.url}/v2/bot/message/push"
    mention = {"type": "mention", "mentionee": {"type": "all"}}
    messages = [{"type": "textV2", "text": "{all}", "substitution": {"all": mention}}]

    to_person, to_group = (
        requests.post(url, json={"to": to, "messages": messages}, headers=AUTHORISED, timeout=5)
        for to in (USER, GROUP)
    )

    assert to_person.status_code == 400
    assert to_person.json()["details"][0]["property"] == "messages[0].substitution"
    assert to_group.status_code == 200


def nested_boxes(depth: int) -> str:
    opening = '{"type":"box","layout":"vertical","contents":['
    return (
        '{"type":"flex","altText":"a","contents":{"type":"bubble","body":'
        + opening * depth
        + "]}" * depth
        + "}}"
    )


@pytest.mark.parametrize("messages", ["[" * 50_000 + "]" * 50_000, f"[{nested_boxes(400)}]"])
def test_fake_line_refuses_what_is_nested_too_deeply(line_server, messages):
    body = f'{{"to":"{USER}","messages":{messages}}}'
    headers = AUTHORISED | {"Content-Type": "application/json"}

    answer = requests.post(f"{line_server().url}/v2/bot/message/push", data=body, headers=headers, timeout=5)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        ("", 0),
        ("abc", 3),
        ("ที่นี่", 2),
        ("น้ำ", 1),  # the vowel AM belongs to its consonant
        ("เขต", 3),
        ("👩‍🏫", 1),  # woman, joiner, school
        ("👍🏽", 1),  # with a skin tone
        ("🇹🇭🇯🇵", 2),  # two flags of two letters
        ("\r\n", 1),
    ],
)
def test_graphemes_are_what_a_reader_counts(words, letters):
    assert graphemes(words) == letters
