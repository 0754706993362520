"""The due dates as a calendar file, read as RFC 5545 says: unfolded, taken apart, unescaped."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tests.messages.digests import (
    COORDINATOR,
    COORDINATORS,
    E3,
    EMPTY_OWNER,
    I1,
    I2,
    I3,
    MONTHLY_OWNER,
    O31,
    SUMMARY,
    SUPPORT,
    TODAY,
    digest,
    item,
    plan,
    renderer,
)
from tests.messages.test_limits import DIGESTS
from tracker.domain.reminders import Kind
from tracker.messages.calendar import calendar_file
from tracker.reports.digest import Digest, Item, Person, PlanDigest, SupervisorPart

RENDERER = renderer()
MONTHLY = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY})


def unfolded(calendar: str) -> list[str]:
    raw = calendar.encode()
    assert raw.endswith(b"\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", raw)
    whole = b"\r\n".join(lines).replace(b"\r\n ", b"").split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in whole)
    return [line.decode() for line in whole]


def entries(calendar: str) -> list[dict[str, str]]:
    """The properties of each VEVENT, each there once, texts unescaped."""
    lines = unfolded(calendar)
    found: list[dict[str, str]] = []
    for line in lines[lines.index("BEGIN:VEVENT") : -1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif line != "END:VEVENT":
            assert name not in found[-1]
            text = name in ("SUMMARY", "DESCRIPTION")
            assert not text or not re.search(r"(?<!\\)(?:\\\\)*[;,]|\\(?![\\;,n])", value.replace(r"\\", ""))
            found[-1][name] = re.sub(r"\\(.)", unescaped, value) if text else value
    return found


def unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]


def calendar_of(facts: Digest) -> str:
    return RENDERER.render(facts, channel="email").calendar


def test_calendar_has_an_all_day_entry_for_each_due_date():
    first, second = entries(calendar_of(MONTHLY))

    assert (first["DTSTART;VALUE=DATE"], first["DTEND;VALUE=DATE"]) == ("20220207", "20220208")
    assert (second["DTSTART;VALUE=DATE"], second["DTEND;VALUE=DATE"]) == ("20220228", "20220301")
    assert first["SUMMARY"] == "ครบกำหนดรายงาน ITA 3 รายการ (ฝ่ายปกครอง)"
    assert first["DESCRIPTION"] == (
        f"I1 มกราคม 2565 {I1.title}\nI2 มกราคม 2565 {I2.title}\nI3 มกราคม 2565 {I3.title}\n\n"
        "โปรดแจ้งผลการดำเนินการพร้อมหลักฐาน (ลิงก์หรือไฟล์) โดยระบุรหัสข้อและรอบการรายงาน "
        "ไปยังผู้ประสานงานตามรายชื่อด้านล่าง\n"
        "นางสาวสมศรี ใจดี โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"
    )
    assert first["TRANSP"] == "TRANSPARENT"
    assert first["DTSTAMP"] == "20220201T000000Z"


def test_calendar_in_english_names_gregorian_months():
    first, _ = entries(calendar_of(replace(MONTHLY, language="en")))

    assert first["SUMMARY"] == "ITA report due: 3 items (ฝ่ายปกครอง)"
    assert first["DESCRIPTION"].startswith(f"I1 January 2022 {I1.title}\n")


def test_calendar_is_published_not_an_invitation():
    """RFC 5546 §3.2.1: PUBLISH has an organizer and no attendee."""
    lines = unfolded(calendar_of(MONTHLY))

    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Follow-up tracker//Reminders//TH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count('ORGANIZER;CN="นางสาวสมศรี ใจดี":mailto:ita@huaikhwang.example') == 2
    assert not any(line.startswith(("ATTENDEE", "BEGIN:VALARM")) for line in lines)


ORGANIZERS = {
    "second_has_an_address": (
        (replace(COORDINATOR, email=""), Person("ข", "", "b@c.th")),
        '"ข":mailto:b@c.th',
    ),
    "nobody_has_an_address": ((replace(COORDINATOR, email=""),), '"สำนักงานเขตห้วยขวาง":invalid:nomail'),
    "quotes": ((Person('ก "ข": c', "", "b@c.th"),), "\"ก 'ข': c\":mailto:b@c.th"),
    "odd_address": ((Person("ก", "", 'x"\n:;?@c.th'),), '"ก":mailto:x%22%20%3A%3B%3F@c.th'),
}


@pytest.mark.parametrize(("ask", "organizer"), ORGANIZERS.values(), ids=ORGANIZERS)
def test_calendar_organizer(ask, organizer):
    lines = unfolded(calendar_of(digest(plan(owner=MONTHLY_OWNER, ask=ask), kinds={Kind.MONTHLY})))

    assert f"ORGANIZER;CN={organizer}" in lines


def due(calendar: str) -> list[tuple[str, str]]:
    """The day of each entry and the codes it names."""
    days = [(each["DTSTART;VALUE=DATE"], each["DESCRIPTION"]) for each in entries(calendar)]
    return [(day, " ".join(re.findall(r"^([IEO]\d+) ", text, re.MULTILINE))) for day, text in days]


def test_calendar_takes_every_item_once_and_nothing_overdue():
    later = item("I9", dt.date(2022, 4, 7))
    owner = replace(
        EMPTY_OWNER,
        to_report=(O31, I1),
        due_soon=(I1, later),
        closing=(item("E1", I1.due_on),),
        overdue=(E3,),
    )

    calendar = calendar_of(digest(plan(owner=owner), kinds={Kind.MONTHLY}))

    assert due(calendar) == [("20220207", "I1 E1"), ("20220228", "O31"), ("20220407", "I9")]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (dt.date(2022, 2, 7), ["20220207", "20220228"]),
        (dt.date(2022, 2, 8), ["20220228"]),
        (dt.date(2022, 3, 1), []),
    ],
    ids=["on_the_day", "the_day_after", "all_past"],
)
def test_calendar_names_no_day_that_has_passed(today, days):
    calendar = calendar_of(replace(MONTHLY, today=today))

    assert re.findall(r"DTSTART;VALUE=DATE:(\d+)", calendar) == days
    assert bool(calendar) is bool(days)


NOT_OWNERS = {
    "overdue_only": plan(owner=replace(EMPTY_OWNER, overdue=(E3,))),
    "support": plan(support=SUPPORT),
    "supervisor": plan(supervisor=SupervisorPart((), SUMMARY, None)),
    "coordinator": plan(coordinator=COORDINATORS),
}


@pytest.mark.parametrize("part", NOT_OWNERS.values(), ids=NOT_OWNERS)
def test_calendar_is_for_those_who_have_something_to_report(part):
    assert calendar_of(digest(part, kinds={Kind.MONTHLY})) == ""


def test_calendar_does_not_go_by_line():
    assert RENDERER.render(MONTHLY, channel="line").calendar == ""


def test_calendar_of_a_later_message_replaces_the_entries_of_an_earlier():
    before = entries(calendar_of(MONTHLY))
    fewer = replace(MONTHLY_OWNER, to_report=(I1, O31))
    after = entries(calendar_of(replace(MONTHLY, today=TODAY + dt.timedelta(1), plans=(plan(owner=fewer),))))

    assert [each["UID"] for each in after] == [each["UID"] for each in before]
    assert int(after[0]["SEQUENCE"]) == int(before[0]["SEQUENCE"]) + 1
    assert "3 รายการ" in before[0]["SUMMARY"]
    assert "1 รายการ" in after[0]["SUMMARY"]


OTHERS = {
    "recipient": replace(MONTHLY, recipient="หัวหน้าฝ่ายโยธา"),
    "agency": replace(MONTHLY, plans=(plan(owner=MONTHLY_OWNER, agency="สำนักงานเขตดินแดง"),)),
    "fiscal_year": replace(MONTHLY, plans=(plan(owner=MONTHLY_OWNER, fiscal_year=2564),)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_calendar_entries_of_others_are_others(other):
    own = {each["UID"] for each in entries(calendar_of(MONTHLY))}
    others = {each["UID"] for each in entries(calendar_of(other))}

    assert len(own) == len(others) == 2
    assert not own & others


def test_calendar_of_two_plans_has_an_entry_for_each():
    both = digest(
        plan(owner=replace(EMPTY_OWNER, to_report=(I1,))),
        plan(owner=replace(EMPTY_OWNER, to_report=(I2,)), fiscal_year=2564),
        kinds={Kind.MONTHLY},
    )

    assert due(calendar_of(both)) == [("20220207", "I1"), ("20220207", "I2")]


def test_calendar_is_the_same_every_time():
    assert calendar_of(MONTHLY) == calendar_of(MONTHLY)


HOSTILE = {
    "separators": "a;b,c\\n\\;\\,\\\\ :",
    "lines": "x\nEND:VEVENT\nBEGIN:VALARM",
    "thai": "น้ำ" * 100,
    "emoji": "😀" * 100,
    "ascii": "x" * 300,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("shift", range(4))
def test_calendar_words_arrive_unchanged(text, shift):
    words = "t" * shift + text
    owner = replace(EMPTY_OWNER, to_report=(I1,))

    def describe(_: PlanDigest, __: tuple[Item, ...]) -> str:
        return f"{words.partition(chr(10))[0]}\n{words}\x00\x1b\r"

    [entry] = entries(calendar_file(digest(plan(owner=owner), kinds={Kind.MONTHLY}), describe))

    assert entry["SUMMARY"] == words.partition("\n")[0]
    assert entry["DESCRIPTION"] == words


@settings(max_examples=60, deadline=None)
@given(DIGESTS)
def test_calendar_of_any_digest_can_be_read(facts):
    calendar = calendar_of(facts)

    owed = {
        (number, each.due_on)
        for number, part in enumerate(facts.plans)
        if part.owner
        for each in (*part.owner.to_report, *part.owner.due_soon, *part.owner.closing)
        if each.due_on >= facts.today
    }
    assert len(entries(calendar) if calendar else []) == len(owed)
