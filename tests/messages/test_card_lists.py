"""How the whole list of a card is laid out on further cards, and what is said where it does not fit."""

import datetime as dt
import json
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.line_messages import problems_of
from tests.messages.cards import bubbles, card, texts
from tests.messages.digests import EMPTY_OWNER, digest, item, plan
from tracker.domain.reminders import Kind
from tracker.messages.card import card_json


def long_list(number: int, *, days: int = 3) -> tuple:
    """Items I1, I2, …, of which one in ``days`` falls due on each of that many days."""
    first = dt.date(2022, 2, 7)
    return tuple(
        item(f"I{n + 1}", first + dt.timedelta(days=n * days // number), "การเปิดเผยข้อมูลสาธารณะ" * 2)
        for n in range(number)
    )


def listing(number: int, *, lists_all: bool = True):
    owner = replace(EMPTY_OWNER, to_report=long_list(number))
    return replace(digest(plan(owner=owner), kinds={Kind.MONTHLY}), lists_all=lists_all)


def listing_card(number: int, *, days: int = 3) -> list[dict]:
    """A card of an office's own that lists everything, however long."""
    lines = ["~ blue", "# เรื่อง", "ข้อความ", "+++", f"# รายการทั้งหมด {number} รายการ"]
    for due_on, some in groupby(long_list(number, days=days), lambda each: each.due_on):
        lines += [f"# ภายใน {due_on.day}", *(f"- {each.code} | {each.title} | มกราคม" for each in some)]
    lines.append("+ และอีก {n} รายการ")
    return json.loads(card_json("\n".join(lines), alt="ITA 2565: รายงานเดือนนี้"))


def codes(messages: list[dict]) -> list[str]:
    """The codes on the further cards, in order."""
    pages = [bubble for message in messages for bubble in bubbles(message)][1:]
    return [text for page in pages for text in texts(page["body"]) if text[0] == "I"]


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(
    ("number", "listed", "told"),
    [
        (5, 0, ("", "")),
        (6, 6, ("ปัดไปทางซ้ายเพื่อดูทั้งหมด", "swipe left for the full list")),
        (10, 10, ("ปัดไปทางซ้ายเพื่อดูทั้งหมด", "swipe left for the full list")),
        (11, 10, ("และอีก 1 รายการ ขอรายการทั้งหมดได้ที่ผู้ประสานงาน",
                  "and 1 more; the coordinator has the full list")),
        (110, 10, ("และอีก 100 รายการ ขอรายการทั้งหมดได้ที่ผู้ประสานงาน",
                   "and 100 more; the coordinator has the full list")),
    ],
)  # fmt: skip
def test_a_list_on_line_is_one_further_card_of_ten_items_and_says_where_the_rest_is(
    language, number, listed, told
):
    [message] = card(replace(listing(number), language=language))

    first, *further = bubbles(message)
    said = [text for bubble in (first, *further) for text in texts(bubble["body"])]
    assert len(further) == (listed > 0)
    assert codes([message]) == [f"I{n + 1}" for n in range(listed)]
    assert any(told[language == "en"] in text for text in said)
    assert not problems_of([message])


def test_whole_list_is_left_to_the_e_mail_where_there_is_one():
    [message] = card(listing(64, lists_all=False))

    assert message["contents"]["type"] == "bubble"


def test_card_of_a_list_repeats_the_date_when_it_begins_inside_one():
    [message] = listing_card(24)

    _, first, second, third = bubbles(message)
    assert [text for text in texts(first["body"]) if "ภายใน" in text] == ["ภายใน 7", "ภายใน 8"]
    assert texts(second["body"])[0] == "ภายใน 8"
    assert texts(third["body"])[0] == "ภายใน 9"
    assert texts(second["header"])[0] == "รายการทั้งหมด 24 รายการ (2/3)"


def test_list_too_long_for_one_carousel_goes_on_in_another_object():
    messages = listing_card(200)

    assert 2 <= len(messages) <= 5
    assert codes(messages) == [f"I{n + 1}" for n in range(200)]
    assert messages[1]["altText"].startswith("(2) ITA 2565: ")
    assert not problems_of(messages)


def test_list_too_long_for_five_objects_says_how_many_it_left_out():
    messages = listing_card(2000)

    shown = codes(messages)
    last = texts(bubbles(messages[-1])[-1]["body"])[-1]
    assert len(messages) == 5
    assert shown == [f"I{n + 1}" for n in range(len(shown))]
    assert last == f"และอีก {2000 - len(shown)} รายการ"
    assert not problems_of(messages)


WORDS = st.text("#>!=*@+-~| \nกำ่้Ia1😀", max_size=60)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=30))
def test_paragraphs_are_never_taken_for_another_line(written):
    """Behind a word, whatever follows stays a paragraph."""
    lines = [" ".join(f"ก {each}".split()) for each in written]

    [message] = json.loads(card_json("# เรื่อง\n" + "\n".join(lines), alt="ก"))

    assert texts(message["contents"]) == ["เรื่อง", *lines]
