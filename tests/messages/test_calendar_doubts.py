"""What the summary says of days off that cannot be relied on, in the reader's language and in both parts."""

from dataclasses import replace

import pytest

from tests.messages.digests import SUMMARY, digest, plan, renderer
from tracker.domain.reminders import Kind
from tracker.reports.digest import CalendarDoubt, SupervisorPart

UNCONFIRMED, MISSING = CalendarDoubt(2566, 19, 4), CalendarDoubt(2567, 0, 0)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("th", ("2566 ยังไม่ได้ยืนยัน 4 จาก 19 วัน", "ยังไม่มีตารางวันหยุดของปีงบประมาณ 2567")),
        ("en", ("4 of 19 days off of fiscal year 2566", "no table of days off for fiscal year 2567")),
    ],
)
def test_the_summary_names_what_is_doubtful_about_the_calendar(
    language: str, expected: tuple[str, str]
) -> None:
    part = SupervisorPart((), SUMMARY, None, (UNCONFIRMED, MISSING))
    message = digest(plan(supervisor=part), kinds={Kind.SUMMARY}, language=language)
    sure = digest(plan(supervisor=replace(part, doubts=())), kinds={Kind.SUMMARY}, language=language)

    with_doubts = renderer().render(message, channel="email")
    without = renderer().render(sure, channel="email")

    for sentence in expected:
        assert sentence in with_doubts.text
        assert sentence in with_doubts.html
        assert sentence not in without.text + without.html
