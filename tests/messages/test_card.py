"""LINE cards: what stands on them, how a long list is laid out, and that LINE takes whatever comes of it."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.line_messages import problems_of
from tests.messages.cards import RENDERER, bubbles, buttons, card, texts
from tests.messages.digests import (
    COORDINATOR,
    COORDINATORS,
    EMPTY_OWNER,
    ESCALATION,
    I1,
    I2,
    MONTHLY_OWNER,
    O31,
    SUMMARY,
    SUPPORT,
    digest,
    plan,
)
from tests.messages.test_limits import DIGESTS
from tracker.channels.line_objects import objects_of
from tracker.config import ConfigFiles, shipped
from tracker.domain.reminders import Kind
from tracker.errors import ConfigError
from tracker.messages.card_parts import TONES
from tracker.messages.render import Renderer
from tracker.reports.digest import SupervisorPart

MONTHLY = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY})


def test_monthly_card_says_what_is_asked_by_when_how_and_whom_to_call():
    [message] = card(MONTHLY)

    [bubble] = bubbles(message)
    assert texts(bubble) == [
        "สำนักงานเขตห้วยขวาง",
        "ขอความร่วมมือรายงานผล เดือนกุมภาพันธ์ 2565",
        "มาตรการ ITA ปีงบประมาณ พ.ศ. 2565",
        "เรียน หัวหน้าฝ่ายปกครอง",
        "ขอความร่วมมือฝ่ายปกครองรายงานผลการดำเนินการภายในวันที่กำหนด หากได้รายงานแล้ว ต้องขออภัยมา ณ ที่นี้",
        "4",
        "รายงานเดือนนี้",
        "2",
        "ยังไม่ได้รับ",
        "รายการ 5 ข้อแรก",
        "I5",
        "การเผยแพร่นโยบายการบริหารงานบุคคล",
        "ธันวาคม 2564 · เกินกำหนด 22 วัน",
        "E3",
        "การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา",
        "ไตรมาสที่ 1/2565 · เกินกำหนด 22 วัน",
        "I1",
        "บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด",
        "ภายใน 7 ก.พ. 65 · มกราคม 2565",
        "I2",
        "บุคลากรให้บริการแก่ผู้มาติดต่ออย่างเท่าเทียมกัน",
        "ภายใน 7 ก.พ. 65 · มกราคม 2565",
        "I3",
        "บุคลากรมุ่งผลสำเร็จของงาน",
        "ภายใน 7 ก.พ. 65 · มกราคม 2565",
        "และอีก 1 รายการ ขอรายการทั้งหมดได้ที่ผู้ประสานงาน",
        "ครั้งถัดไป ภายใน 7 มีนาคม 2565 (3 รายการ)",
        "วิธีรายงาน",
        "โปรดแจ้งผลการดำเนินการพร้อมหลักฐาน (ลิงก์หรือไฟล์) โดยระบุรหัสข้อและรอบการรายงาน ไปยังผู้ประสานงานตามรายชื่อด้านล่าง",
        "ผู้ประสานงาน",
        "นางสาวสมศรี ใจดี",
        "อีเมล ita@huaikhwang.example",
    ]
    assert buttons(bubble["footer"]) == [
        {"type": "uri", "label": "โทร. 0 2276 9600 ต่อ 5812", "uri": "tel:022769600"}
    ]


def test_alt_text_is_the_subject_and_the_first_lines():
    message = RENDERER.render(MONTHLY, channel="line")

    [shown] = json.loads(message.flex)
    assert shown["altText"] == f"{message.subject}\n{message.text}"
    assert len(shown["altText"]) <= 400


def test_alt_text_that_is_too_long_ends_early():
    message = RENDERER.render(replace(MONTHLY, recipient="ก" * 400), channel="line")

    [shown] = json.loads(message.flex)
    assert shown["altText"].endswith("…")
    assert f"{message.subject}\n{message.text}".startswith(shown["altText"].removesuffix("…"))
    assert 380 < len(shown["altText"]) <= 400


def test_coordinator_without_telephone_or_mail_leaves_neither_button_nor_label():
    bare = replace(COORDINATOR, phone="", email="")
    [message] = card(digest(plan(owner=MONTHLY_OWNER, ask=(bare,)), kinds={Kind.MONTHLY}))

    [bubble] = bubbles(message)
    assert texts(bubble["footer"]) == ["ผู้ประสานงาน", "นางสาวสมศรี ใจดี"]
    assert buttons(bubble["footer"]) == []


def test_telephone_that_cannot_be_dialled_is_shown_as_text():
    desk = replace(COORDINATOR, phone="ที่โต๊ะประชาสัมพันธ์", email="")
    [message] = card(digest(plan(owner=MONTHLY_OWNER, ask=(desk,)), kinds={Kind.MONTHLY}))

    [bubble] = bubbles(message)
    assert texts(bubble["footer"])[-1] == "โทร. ที่โต๊ะประชาสัมพันธ์"
    assert buttons(bubble["footer"]) == []


def test_escalation_names_its_step_its_items_and_what_is_asked():
    [message] = card(digest(plan(escalation=ESCALATION), kinds={Kind.ESCALATION}))

    [bubble] = bubbles(message)
    assert texts(bubble["header"])[1] == "โปรดพิจารณา ยังไม่ได้รับรายงานครบ 21 วัน 2 รายการ"
    assert texts(bubble["body"]) == [
        "เรียน หัวหน้าฝ่ายปกครอง",
        "รายการต่อไปนี้ยังไม่ได้รับรายงานครบ 21 วันนับแต่วันครบกำหนด "
        "จึงเรียนมาเพื่อโปรดพิจารณาติดตามและช่วยแก้ไขข้อขัดข้องของฝ่ายที่รับผิดชอบ",
        "รายการที่ขอให้พิจารณา",
        "I5",
        "การเผยแพร่นโยบายการบริหารงานบุคคล",
        "ฝ่ายปกครอง · ครบกำหนด 10 ม.ค. 65 · 22 วัน",
        "E3",
        "การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา",
        "ฝ่ายโยธา · ครบกำหนด 10 ม.ค. 65 · 22 วัน",
    ]


def test_coordinator_is_told_what_line_has_left():
    [message] = card(digest(plan(coordinator=COORDINATORS), kinds={Kind.COORDINATOR}))

    [bubble] = bubbles(message)
    assert texts(bubble["body"])[-2:] == [
        "โควตาข้อความ LINE ต่อเดือนลดลงจาก 500 เหลือ 300 ข้อความ โปรดตรวจสอบแพ็กเกจของบัญชี LINE",
        "ข้อความ LINE ของเดือนนี้เหลือ 120 จาก 300",
    ]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("th", "ยังส่งข้อความไม่ถึง 4 ราย: งานทะเบียน, งานโยธา, งานปกครอง …"),
        ("en", "Not delivered to 4: งานทะเบียน, งานโยธา, งานปกครอง …"),
    ],
)
def test_coordinator_is_told_in_one_line_who_was_not_reached(language, sentence):
    [message] = card(digest(plan(coordinator=COORDINATORS), kinds={Kind.COORDINATOR}, language=language))

    [bubble] = bubbles(message)
    assert texts(bubble["body"]).count(sentence) == 1


def test_merged_message_has_a_rule_between_its_sections():
    everything = digest(
        plan(owner=MONTHLY_OWNER, supervisor=OVERSEER, coordinator=COORDINATORS, support=SUPPORT),
        kinds=set(Kind),
    )

    [message] = card(everything)

    assert [part["type"] for part in bubbles(message)[0]["body"]["contents"]].count("separator") == 3


def test_number_that_the_heading_tells_is_not_repeated_alone():
    owner = replace(EMPTY_OWNER, year_total=124, next_on=dt.date(2022, 3, 7), next_count=3)
    [message] = card(digest(plan(owner=owner), kinds={Kind.MONTHLY}))

    [bubble] = bubbles(message)
    assert "เริ่มติดตามแผน ทั้งปี 124 รายการ" in texts(bubble["header"])
    assert "124" not in texts(bubble["body"])


OWNER = replace(EMPTY_OWNER, to_report=(I1, O31), due_soon=(I1,), closing=(I2,))
OVERSEER = SupervisorPart((), SUMMARY, None)
COLOURS = {
    "monthly": (plan(owner=MONTHLY_OWNER), {Kind.MONTHLY}, "blue"),
    "near_due": (plan(owner=OWNER), {Kind.DUE_SOON}, "amber"),
    "overdue": (plan(owner=MONTHLY_OWNER), {Kind.OVERDUE}, "red"),
    "quarterly": (plan(owner=OWNER), {Kind.QUARTERLY}, "blue"),
    "escalation": (plan(escalation=ESCALATION), {Kind.ESCALATION}, "wine"),
    "summary": (plan(supervisor=OVERSEER), {Kind.SUMMARY}, "slate"),
    "coordinator": (plan(coordinator=COORDINATORS), {Kind.COORDINATOR}, "green"),
    "support": (plan(support=SUPPORT), {Kind.QUARTERLY}, "teal"),
}


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(("a_plan", "kinds", "colour"), COLOURS.values(), ids=COLOURS)
def test_band_has_the_colour_of_its_kind(a_plan, kinds, colour, language):
    [message] = card(digest(a_plan, kinds=kinds, language=language))

    assert bubbles(message)[0]["header"]["backgroundColor"] == TONES[colour].strong


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tone", TONES.values(), ids=TONES)
def test_white_is_read_on_every_band_and_the_colour_on_its_tint(tone):
    """4.5 is what WCAG asks of text."""
    assert 1.05 / (luminance(tone.strong) + 0.05) >= 4.5
    assert (luminance(tone.tint) + 0.05) / (luminance(tone.strong) + 0.05) >= 4.5


def test_plain_style_has_no_card_and_the_same_text():
    plain = Renderer(lambda name: shipped() / name, line_style="text").render(MONTHLY, channel="line")

    assert plain == replace(RENDERER.render(MONTHLY, channel="line"), flex="")


def test_e_mail_has_no_card():
    assert RENDERER.render(MONTHLY, channel="email").flex == ""


def own_card(office: Path, text: str) -> tuple[Renderer, Path]:
    path = office / "templates" / "th" / "card.txt.j2"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return Renderer(ConfigFiles(office).find), path


def test_own_card_of_an_office_wins(tmp_path):
    own, _ = own_card(tmp_path, "~ teal\n# {{ digest.recipient }}\n! ด่วน\n---\n= 3 | รายการ\n")

    [message] = json.loads(own.render(MONTHLY, channel="line").flex)

    assert texts(message["contents"]) == ["หัวหน้าฝ่ายปกครอง", "ด่วน", "3", "รายการ"]
    assert not problems_of([message])


@pytest.mark.parametrize(
    ("text", "line", "mistake"),
    [
        ("# ก\n{% if x %}\n", 2, "Unexpected end of template"),
        ("# ก\n\n{{ digest.recipent }}", 3, "has no attribute 'recipent'"),
        ("{# สี #}\n~ pink\n# ก", 2, "'~ pink': 'pink' is no colour of a card"),
        ("# ก\n- I1 {{ digest.language }}\n", 2, "'- I1 th': '-' wants 3 parts with | between them"),
        ("# ก\n{% for n in [1, 2] %}\n@ mailto:{{ n }} | เขียน\n{% endfor %}", 3, "'mailto:1' opens nothing"),
        ("เรียน {{ digest.recipient }}\n", 1, "the card begins without a heading (# …)"),
    ],
    ids=["syntax", "attribute", "colour", "cells", "address", "heading"],
)
def test_faulty_card_is_one_sentence_with_file_and_line(tmp_path, text, line, mistake):
    own, path = own_card(tmp_path, text)

    with pytest.raises(ConfigError) as failure:
        own.render(MONTHLY, channel="line")

    sentence = str(failure.value)
    assert sentence.startswith(f"The template {path}, line {line} has a mistake: ")
    assert mistake in sentence
    assert sentence.endswith("; mend it, or remove your copy to use the supplied one.")


@settings(max_examples=120, deadline=None)
@given(DIGESTS, st.booleans())
def test_card_of_whatever_digest_is_one_that_line_takes(a_digest, lists_all):
    message = RENDERER.render(replace(a_digest, lists_all=lists_all), channel="line")

    objects = json.loads(message.flex)
    assert not problems_of(objects)
    assert objects_of(message.text, message.flex) == (objects, "")
    assert all(len(each["altText"]) <= 400 for each in objects)
