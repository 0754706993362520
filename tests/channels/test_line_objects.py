"""Which stored cards LINE would take, and that the text goes where it would not."""

import json

import pytest

from tracker.channels.line_objects import objects_of

TEXT = [{"type": "text", "text": "ถึงกำหนด"}]


def bubble(text: str = "ก") -> dict:
    return {"type": "bubble", "body": {"type": "box", "layout": "vertical",
                                       "contents": [{"type": "text", "text": text}]}}  # fmt: skip


def card(contents: dict | None = None, alt: str = "ก") -> dict:
    return {"type": "flex", "altText": alt, "contents": bubble() if contents is None else contents}


def carousel(*bubbles: dict) -> dict:
    return {"type": "carousel", "contents": list(bubbles)}


SPARE = 30 * 1024 - len(json.dumps(bubble(""), separators=(",", ":")))
FULL = bubble("ก" * (SPARE // 3) + "a" * (SPARE % 3))

FITTING = {
    "one": [card()],
    "five": [card()] * 5,
    "alt_text_of_1500": [card(alt="ก" * 1500)],
    "bubble_of_30_kb": [card(FULL)],
    "carousel_of_12": [card(carousel(*[bubble()] * 12))],
}


@pytest.mark.parametrize("objects", FITTING.values(), ids=FITTING)
def test_card_that_line_takes_is_pushed(objects):
    assert objects_of("ถึงกำหนด", json.dumps(objects)) == (objects, "")


FAULTY = {
    "not_json": ("{", "cannot be read"),
    "no_list": ("{}", "no list of Flex messages"),
    "no_objects": ("[1]", "no list of Flex messages"),
    "none": ("[]", "has 0 objects"),
    "six": (json.dumps([card()] * 6), "has 6 objects"),
    "no_alt_text": (json.dumps([card(alt="")]), "altText"),
    "alt_text_of_1502": (json.dumps([card(alt="😀" * 751)]), "altText"),
    "bubble_over_30_kb": (json.dumps([card(bubble("ก" * 10_240))]), "bubble is larger than 30 KB"),
    "carousel_over_50_kb": (json.dumps([card(carousel(FULL, FULL))]), "carousel is larger than 50 KB"),
    "carousel_of_13": (json.dumps([card(carousel(*[bubble()] * 13))]), "1 to 12 bubbles"),
    "second_of_two": (json.dumps([card(), card(alt="")]), "altText"),
    "over_2_mb": (json.dumps([card(bubble("ก" * 700_000))]), "larger than 2 MB"),
}


@pytest.mark.parametrize(("flex", "problem"), FAULTY.values(), ids=FAULTY)
def test_card_that_line_would_refuse_gives_way_to_the_text_with_the_reason(flex, problem):
    objects, note = objects_of("ถึงกำหนด", flex)

    assert objects == TEXT
    assert problem in note


def test_without_a_card_the_text_goes_and_nothing_is_remarked():
    assert objects_of("ถึงกำหนด", "") == (TEXT, "")
