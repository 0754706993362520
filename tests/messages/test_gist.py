"""Why a message comes, and what it amounts to."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.messages.digests import (
    COORDINATOR,
    COORDINATORS,
    E3,
    EMPTY_OWNER,
    ESCALATION,
    I1,
    I2,
    I5,
    MONTHLY_OWNER,
    O31,
    SUMMARY,
    SUPPORT,
    digest,
    plan,
)
from tracker.domain.reminders import Kind
from tracker.messages.gist import Reason, earlier, gist_of
from tracker.reports.digest import Person, SupervisorPart
from tracker.reports.summary import TrendPoint

OVERSIGHT = SupervisorPart((), SUMMARY, None)
NOTHING_OVERDUE = SupervisorPart((), replace(SUMMARY, overdue=0, oldest=()), None)
DUE_SOON = replace(EMPTY_OWNER, to_report=(I1, O31), due_soon=(I1,))


@pytest.mark.parametrize(
    ("one", "kinds", "expected"),
    [
        (plan(owner=MONTHLY_OWNER), {Kind.MONTHLY}, Reason.MONTHLY),
        (plan(owner=MONTHLY_OWNER), {Kind.MONTHLY, Kind.OVERDUE}, Reason.OVERDUE),
        (plan(owner=DUE_SOON), {Kind.MONTHLY, Kind.DUE_SOON}, Reason.DUE_SOON),
        (plan(owner=DUE_SOON), {Kind.MONTHLY}, Reason.MONTHLY),
        (plan(owner=DUE_SOON), {Kind.OVERDUE}, Reason.DUE_SOON),
        (plan(owner=replace(MONTHLY_OWNER, year_total=9)), {Kind.MONTHLY}, Reason.START),
        (plan(owner=replace(MONTHLY_OWNER, year_total=9)), {Kind.MONTHLY, Kind.OVERDUE}, Reason.OVERDUE),
        (plan(owner=replace(EMPTY_OWNER, closing=(I1,))), {Kind.QUARTERLY}, Reason.QUARTERLY),
        (plan(owner=replace(EMPTY_OWNER, to_report=(I1,))), {Kind.QUARTERLY}, Reason.MONTHLY),
        (plan(support=SUPPORT), {Kind.QUARTERLY}, Reason.SUPPORT),
        (plan(support=SUPPORT), {Kind.MONTHLY}, Reason.SUPPORT),
        (plan(supervisor=OVERSIGHT), {Kind.SUMMARY}, Reason.SUMMARY),
        (
            plan(supervisor=OVERSIGHT, escalation=ESCALATION),
            {Kind.SUMMARY, Kind.ESCALATION},
            Reason.ESCALATION,
        ),
        (plan(supervisor=NOTHING_OVERDUE), {Kind.ESCALATION}, Reason.SUMMARY),
        (plan(owner=MONTHLY_OWNER, supervisor=OVERSIGHT), {Kind.MONTHLY, Kind.SUMMARY}, Reason.MONTHLY),
        (plan(coordinator=COORDINATORS), {Kind.COORDINATOR}, Reason.COORDINATOR),
    ],
)
def test_reason_is_the_weightiest_kind_whose_facts_are_there(one, kinds, expected):
    assert gist_of(digest(one, kinds=kinds)).reason is expected


def test_items_of_all_plans_are_listed_once_overdue_first_then_by_date():
    first = replace(EMPTY_OWNER, to_report=(I1, O31), overdue=(I5,), due_soon=(I1,))
    second = replace(EMPTY_OWNER, to_report=(I2,), overdue=(E3,))

    gist = gist_of(digest(plan(owner=first), plan(owner=second), kinds={Kind.MONTHLY}))

    assert gist.listed == (I5, E3, I1, I2, O31)
    assert gist.to_report == (I1, I2, O31)


def test_next_date_is_the_earliest_of_all_plans_with_its_own_count():
    march, april = dt.date(2022, 3, 7), dt.date(2022, 4, 7)
    owners = [
        replace(EMPTY_OWNER, next_on=day, next_count=count)
        for day, count in ((april, 5), (march, 2), (march, 1))
    ]

    gist = gist_of(digest(*(plan(owner=owner) for owner in owners), kinds={Kind.MONTHLY}))

    assert (gist.next_on, gist.next_count) == (march, 3)


def test_each_coordinator_is_named_once_with_the_first_agency():
    other = Person("งานปกครอง", "", "")
    plans = (plan(ask=(COORDINATOR,)), plan(agency="สำนักงานเขตดินแดง", ask=(other, COORDINATOR)))

    gist = gist_of(digest(*plans, kinds={Kind.MONTHLY}))

    assert gist.ask == (("สำนักงานเขตห้วยขวาง", COORDINATOR), ("สำนักงานเขตดินแดง", other))


def test_supervisor_of_the_whole_of_one_agency_is_told_of_no_division():
    part = SupervisorPart(("ฝ่ายโยธา",), SUMMARY, None)

    gist = gist_of(digest(plan(supervisor=part), plan(supervisor=OVERSIGHT), kinds={Kind.SUMMARY}))

    assert gist.divisions == ()


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (dt.date(2022, 3, 1), dt.date(2022, 1, 31)),  # 28 February is yesterday
        (dt.date(2022, 3, 13), dt.date(2022, 1, 31)),  # 13 days after 28 February
        (dt.date(2022, 3, 14), dt.date(2022, 2, 28)),  # 14 days
        (dt.date(2022, 1, 10), None),
    ],
)
def test_trend_compares_with_a_standing_old_enough_to_tell(as_of, expected):
    ends = (dt.date(2022, 1, 31), dt.date(2022, 2, 28))
    points = tuple(TrendPoint(day, 5, 1) for day in (*ends, as_of))

    before = earlier(replace(SUMMARY, as_of=as_of, trend=points))

    assert (before and before.as_of) == expected
