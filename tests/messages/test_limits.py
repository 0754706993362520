"""Whatever the digest, the limits hold: of LINE, of a subject, of a tidy text."""

import datetime as dt
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages.digests import renderer
from tracker.domain.reminders import Kind
from tracker.reports.digest import (
    CalendarDoubt,
    CoordinatorPart,
    Digest,
    Escalated,
    EscalationPart,
    Item,
    OwnerPart,
    Paused,
    Person,
    PlanDigest,
    QuarterStanding,
    QuotaAlarm,
    SilentDivision,
    SupervisorPart,
    SupportPart,
    Undelivered,
)
from tracker.reports.summary import DivisionStanding, OverdueItem, Summary, TrendPoint

RENDERER = renderer()
THAI = st.text("กขงนมเแไำิี่้ ฝ่าย-1๒", max_size=80)
TEXTS = st.one_of(THAI, st.text(max_size=60), st.sampled_from(["", "ก" * 6000, "😀" * 3000, "ก" + "่" * 6000]))
DAYS = st.dates(dt.date(2021, 10, 1), dt.date(2023, 9, 30))
COUNTS = st.integers(0, 10**6)
PERIODS = st.one_of(st.sampled_from(["2565-03", "2565-Q2", "2565-H1", "2565", "2565-01-31"]), TEXTS)


def some(values, most=7):
    return st.lists(values, max_size=most).map(tuple)


ITEM = st.builds(Item, COUNTS, TEXTS, TEXTS, PERIODS, DAYS, COUNTS, TEXTS)
ITEMS = some(ITEM)
OWNERS = st.builds(
    OwnerPart, some(TEXTS), ITEMS, ITEMS, ITEMS, ITEMS, st.none() | DAYS, COUNTS, st.none() | COUNTS
)
SUPPORTS = st.builds(SupportPart, some(TEXTS), some(st.tuples(TEXTS, COUNTS)))
STATES = st.sampled_from(["retry", "failed", "unknown", "expired"])
COORDINATORS = st.builds(
    CoordinatorPart,
    some(st.builds(SilentDivision, TEXTS, COUNTS, COUNTS, some(TEXTS))),
    ITEMS,
    some(TEXTS),
    some(TEXTS),
    st.none() | st.tuples(COUNTS, COUNTS),
    some(st.builds(QuotaAlarm, st.none() | COUNTS, st.none() | COUNTS, COUNTS, DAYS)),
    some(st.builds(Paused, TEXTS, DAYS, TEXTS)),
    some(st.builds(Undelivered, TEXTS, COUNTS, STATES, st.sampled_from(["line", "email"]), DAYS, TEXTS)),
)
STANDINGS = st.builds(DivisionStanding, TEXTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
SUMMARIES = st.builds(
    Summary,
    DAYS,
    TEXTS,
    st.just(2565),
    *[COUNTS] * 7,
    st.none() | st.floats(0, 1),
    some(STANDINGS),
    st.just({"1-7": 1, "8-30": 0, "31-90": 0, "90+": 2}),
    some(st.builds(OverdueItem, TEXTS, TEXTS, PERIODS, TEXTS, DAYS, COUNTS)),
    some(st.builds(TrendPoint, DAYS, COUNTS, COUNTS)),
)
QUARTERS = st.builds(QuarterStanding, PERIODS, COUNTS, COUNTS, COUNTS)
DOUBTS = some(st.builds(CalendarDoubt, st.integers(2560, 2570), COUNTS, COUNTS))
SUPERVISORS = st.builds(SupervisorPart, some(TEXTS), SUMMARIES, st.none() | QUARTERS, DOUBTS)
ESCALATED = st.lists(st.builds(Escalated, ITEM, COUNTS, DAYS), min_size=1, max_size=7).map(tuple)
ESCALATIONS = st.builds(EscalationPart, st.integers(1, 3), some(TEXTS), ESCALATED, COUNTS)
PLANS = st.builds(
    PlanDigest,
    TEXTS,
    st.integers(2560, 2570),
    st.none() | OWNERS,
    st.none() | SUPPORTS,
    st.none() | SUPERVISORS,
    st.none() | COORDINATORS,
    some(st.builds(Person, TEXTS, TEXTS, TEXTS), 3),
    st.none() | ESCALATIONS,
)
DIGESTS = st.builds(
    Digest,
    TEXTS,
    st.sampled_from(["th", "en"]),
    DAYS,
    st.frozensets(st.sampled_from(list(Kind)), min_size=1),
    st.lists(PLANS, min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(DIGESTS)
def test_line_text_keeps_the_limits(digest):
    message = RENDERER.render(digest, channel="line")

    lines = message.text.split("\n")
    assert len(lines) <= 10
    assert all(line == line.strip() and line for line in lines)
    assert 1 <= len(message.text.encode("utf-16-le")) // 2 <= 5000
    assert message.html == ""


@settings(max_examples=40, deadline=None)
@given(DIGESTS)
def test_email_is_tidy(digest):
    message = RENDERER.render(digest, channel="email")

    assert 1 <= len(message.subject) <= 60
    assert not {unicodedata.category(char) for char in message.subject} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert "=?" not in message.subject
    assert "\n\n\n" not in message.text
    assert all(line == line.rstrip() for line in message.text.split("\n"))
    assert message.html.startswith("<!DOCTYPE html>")
