"""Importing a plan: which follow-ups it makes, from when they count, and that it is all or nothing."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import AGENCY, IMPORTED_AT, measure, plan, row_counts, rule, stored
from tracker.config import shipped
from tracker.db.models import Division, Event, FollowUp, Measure, MeasureSupport
from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.errors import InputError
from tracker.plans import model
from tracker.plans.reader import read_plan
from tracker.services.plan_import import Imported, import_plan
from tracker.services.stored_plan import stored_plan

O24_DAY = dt.date(2022, 1, 31)
CATALOGUE = {
    "ฝ่ายปกครอง": ("ปกครอง",),
    "ฝ่ายการคลัง": ("การคลัง", "ฝ่ายคลัง"),
    "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล": ("ฝ่ายสิ่งแวดล้อมฯ",),
}


def periods(session: Session, code: str = "O1") -> list[str]:
    query = (
        select(FollowUp.period)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(Measure.code == code)
        .order_by(FollowUp.scheduled_on, FollowUp.period)
    )
    return list(session.scalars(query))


def load(
    session: Session,
    document: model.Plan,
    *,
    office: OfficeTime,
    now: dt.datetime = IMPORTED_AT,
    track_from: dt.date | None = None,
) -> Imported:
    return import_plan(
        session,
        document,
        office=office,
        report_days=5,
        catalogue=CATALOGUE,
        actor="ปกครอง",
        now=now,
        track_from=track_from,
    )


def instant(year: int, month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    """An instant given by the clock on the wall in Bangkok."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=7)))


MONTHS = [
    *("2564-10", "2564-11", "2564-12", "2565-01", "2565-02", "2565-03"),
    *("2565-04", "2565-05", "2565-06", "2565-07", "2565-08", "2565-09"),
]


@pytest.mark.parametrize(
    ("rules", "span", "expected"),
    [
        ([rule("monthly")], (None, None), MONTHS),
        ([rule("quarterly")], (None, None), ["2565-Q1", "2565-Q2", "2565-Q3", "2565-Q4"]),
        ([rule("half-yearly")], (None, None), ["2565-H1", "2565-H2"]),
        ([rule("yearly")], (None, None), ["2565"]),
        ([rule("on", O24_DAY)], (None, None), ["2565-01-31"]),
        ([], (None, None), []),
        (
            [rule("quarterly"), rule("on", dt.date(2022, 3, 31))],
            (None, None),
            ["2565-Q1", "2565-03-31", "2565-Q2", "2565-Q3", "2565-Q4"],
        ),
        ([rule("half-yearly"), rule("yearly")], (None, None), ["2565-H1", "2565", "2565-H2"]),
        ([rule("yearly"), rule("yearly", origin="user")], (None, None), ["2565"]),
        ([rule("on", O24_DAY), rule("on", O24_DAY)], (None, None), ["2565-01-31"]),
        (
            [rule("on", O24_DAY), rule("on", dt.date(2022, 2, 28))],
            (None, None),
            ["2565-01-31", "2565-02-28"],
        ),
        ([rule("monthly")], (dt.date(2022, 1, 15), dt.date(2022, 3, 1)), MONTHS[3:6]),
        ([rule("monthly")], (dt.date(2022, 2, 1), dt.date(2022, 2, 1)), ["2565-02"]),
        ([rule("quarterly")], (dt.date(2022, 3, 31), dt.date(2022, 4, 1)), ["2565-Q2", "2565-Q3"]),
        ([rule("half-yearly")], (None, dt.date(2022, 3, 31)), ["2565-H1"]),
        ([rule("yearly")], (dt.date(2022, 9, 30), None), ["2565"]),
        ([rule("on", O24_DAY)], (dt.date(2022, 2, 1), None), ["2565-01-31"]),
        ([rule("on", dt.date(2022, 10, 15))], (None, None), ["2565-10-15"]),
        ([rule("monthly")], (dt.date(2022, 10, 1), dt.date(2022, 10, 31)), []),
    ],
    ids=[
        "monthly", "quarterly", "half_yearly", "yearly", "on_the_day_of_O24", "no_rule",
        "several_stand_by_themselves", "half_and_year", "twice_is_one", "date_twice_is_one", "two_dates",
        "months_of_a_span", "one_day", "span_touches_two_quarters", "first_half", "last_day_of_the_year",
        "date_before_the_span", "date_after_the_year", "span_outside_the_year",
    ],
)  # fmt: skip
def test_import_makes_the_follow_ups_that_rules_and_span_ask_for(
    session: Session,
    office: OfficeTime,
    rules: list[Rule],
    span: tuple[dt.date | None, dt.date | None],
    expected: list[str],
) -> None:
    document = plan(measure(rules=rules, starts_on=span[0], ends_on=span[1]), measure("O2", rules=[]))

    imported = load(session, document, office=office)

    assert periods(session) == expected
    assert (imported.measures, imported.follow_ups) == (2, len(expected))


def test_follow_up_is_stored_whole(session: Session, office: OfficeTime) -> None:
    imported = load(session, plan(measure(lead="ปกครอง", rules=[rule("on", O24_DAY)])), office=office)

    row = session.scalars(select(FollowUp)).one()
    lead = session.scalars(select(Division)).one()
    assert (lead.name, row.lead_division_id, row.plan_id) == ("ฝ่ายปกครอง", lead.id, imported.plan_id)
    assert (row.fiscal_year, row.period, row.cadence, row.status) == (
        2565, "2565-01-31", Cadence.ON, Status.OPEN
    )  # fmt: skip
    assert (row.scheduled_on, row.due_on, row.before_tracking) == (O24_DAY, O24_DAY, False)
    assert (row.submitted_on, row.closed_on, row.result, row.series) == (None, None, "", 1)


def test_due_dates_know_the_offices_days_off(session: Session) -> None:
    office = OfficeTime(working=WorkingDays(frozenset({dt.date(2022, 4, 6), O24_DAY})))
    load(session, plan(measure(rules=[rule("half-yearly"), rule("on", O24_DAY)])), office=office)

    rows = session.execute(select(FollowUp.period, FollowUp.due_on).order_by(FollowUp.due_on))
    assert rows.all() == [
        ("2565-01-31", dt.date(2022, 1, 28)),  # Monday the 31st is off: the Friday before
        ("2565-H1", dt.date(2022, 4, 8)),  # 1, 4, 5, 7, 8
        ("2565-H2", dt.date(2022, 10, 7)),
    ]


@pytest.mark.parametrize(
    ("now", "track_from", "expected"),
    [
        (instant(2021, 9, 20, 14), None, dt.date(2021, 10, 1)),
        (instant(2022, 1, 31, 14), None, dt.date(2022, 1, 31)),
        (dt.datetime(2022, 1, 31, 17, 30, tzinfo=dt.UTC), None, dt.date(2022, 2, 1)),
        (dt.datetime(2021, 9, 30, 17, 30, tzinfo=dt.UTC), None, dt.date(2021, 10, 1)),
        (instant(2022, 9, 30, 23), None, dt.date(2022, 9, 30)),
        (instant(2022, 10, 1, 0), None, dt.date(2021, 10, 1)),
        (instant(2022, 1, 31, 14), dt.date(2021, 11, 8), dt.date(2021, 11, 8)),
        (instant(2021, 9, 20, 14), dt.date(2022, 9, 30), dt.date(2022, 9, 30)),
    ],
    ids=[
        "before_the_year", "inside_the_year", "tomorrow_in_bangkok", "new_year_in_bangkok", "last_day",
        "after_the_year", "given", "given_last_day",
    ],
)  # fmt: skip
def test_tracking_starts(
    session: Session,
    office: OfficeTime,
    now: dt.datetime,
    track_from: dt.date | None,
    expected: dt.date,
) -> None:
    imported = load(session, plan(), office=office, now=now, track_from=track_from)

    assert imported.tracked_from == expected


@pytest.mark.parametrize(
    ("track_from", "shown"),
    [(dt.date(2021, 9, 30), "2564-09-30"), (dt.date(2022, 10, 1), "2565-10-01")],
    ids=["before", "after"],
)
def test_tracking_outside_the_year_is_refused(
    session: Session, office: OfficeTime, track_from: dt.date, shown: str
) -> None:
    span = "2564-10-01 to 2565-09-30"
    with pytest.raises(
        InputError, match=f"--track-from {shown} lies outside .*, {span}; nothing was imported"
    ):
        load(session, plan(), office=office, track_from=track_from)
    assert sum(row_counts(session).values()) == 3  # the two facts about the database itself


@pytest.mark.parametrize(
    ("track_from", "early"),
    [
        (dt.date(2021, 11, 5), []),
        (dt.date(2021, 11, 6), ["2564-10"]),  # due on Friday the 5th
        (dt.date(2022, 1, 8), ["2564-10", "2564-11", "2564-12"]),
    ],
    ids=["due_on_the_first_day", "due_the_day_before", "three_months"],
)
def test_what_was_due_before_tracking_is_kept_and_marked(
    session: Session, office: OfficeTime, track_from: dt.date, early: list[str]
) -> None:
    imported = load(session, plan(measure(rules=[rule("monthly")])), office=office, track_from=track_from)

    marked = select(FollowUp.period).where(FollowUp.before_tracking).order_by(FollowUp.scheduled_on)
    assert list(session.scalars(marked)) == early
    assert (imported.follow_ups, imported.before_tracking) == (12, len(early))


@pytest.mark.parametrize(
    ("now", "sends_from"),
    [
        (instant(2021, 10, 4, 8, 59), instant(2021, 10, 4, 9)),
        (instant(2021, 10, 4, 9), instant(2021, 10, 5, 9)),
        (instant(2021, 10, 8, 15), instant(2021, 10, 11, 9)),
        (dt.datetime(2021, 10, 3, 17, 30, tzinfo=dt.UTC), instant(2021, 10, 4, 9)),
    ],
    ids=["before_nine", "at_nine", "friday_afternoon", "tomorrow_in_bangkok"],
)
def test_nothing_is_sent_before_the_next_nine_o_clock(
    session: Session, office: OfficeTime, now: dt.datetime, sends_from: dt.datetime
) -> None:
    imported = load(session, plan(), office=office, now=now)

    assert imported.sends_from == sends_from
    assert imported.sends_from.utcoffset() == dt.timedelta(0)


def test_import_is_written_into_the_history(session: Session, office: OfficeTime) -> None:
    imported = load(session, plan(measure("O1"), measure("O2")), office=office)

    event = session.scalars(select(Event)).one()
    assert (event.what, event.actor, event.at, event.plan_id) == (
        "plan imported", "ปกครอง", IMPORTED_AT, imported.plan_id
    )  # fmt: skip
    assert event.after == {"source": "plan-2565.txt", "measures": 2, "follow_ups": 8}


def test_importing_again_changes_nothing(session: Session, office: OfficeTime) -> None:
    document = plan(
        measure(lead="ฝ่ายคลัง", supporting=("ปกครอง", "ฝ่ายสิ่งแวดล้อมฯ", "ฝ่ายปกครอง")), measure("O2", lead="")
    )
    first = load(session, document, office=office)
    before = row_counts(session)

    later = instant(2022, 3, 1, 12)
    again = load(session, document, office=office, now=later)

    assert first.changed
    assert again == replace(first, changed=False, new_divisions=())
    assert row_counts(session) == before


def test_importing_the_same_measures_from_another_file_changes_nothing(
    session: Session, office: OfficeTime
) -> None:
    document = plan(measure("O1"), measure("O2"))
    load(session, document, office=office)
    before = row_counts(session)
    other_file = replace(
        document,
        source=model.Source("plan.json", "1" * 64),
        measures=tuple(replace(each, source_lines=(7, 9)) for each in document.measures),
    )

    assert load(session, other_file, office=office).changed is False
    assert row_counts(session) == before
    assert stored_plan(session, 1) == document


def test_same_codes_in_another_year_and_agency_are_other_plans(session: Session, office: OfficeTime) -> None:
    ids = {
        load(session, document, office=office).plan_id
        for document in (
            plan(fiscal_year=2565),
            plan(measure(fiscal_year=2566), fiscal_year=2566),
            plan(agency="สำนักงานเขตอื่น"),
        )
    }

    assert len(ids) == 3
    assert row_counts(session)["follow_ups"] == 12
    assert row_counts(session)["agencies"] == 2


def test_code_twice_is_refused(session: Session, office: OfficeTime) -> None:
    document = plan(measure("O2"), measure("O1"), measure("O2"), measure("O1"), measure("O3"))

    with pytest.raises(InputError, match=r"^plan-2565\.txt has O1, O2 more than once; nothing was imported"):
        load(session, document, office=office)
    assert row_counts(session)["agencies"] == 0


def test_plan_without_measures_is_refused(session: Session, office: OfficeTime) -> None:
    with pytest.raises(InputError, match="holds no measure"):
        load(session, replace(plan(), measures=()), office=office)


def test_rollback_leaves_nothing(sessions: sessionmaker[Session], office: OfficeTime) -> None:
    with sessions() as session:
        before = row_counts(session)
        load(session, plan(measure(supporting=("ฝ่ายสอง",))), office=office)
        assert row_counts(session)["follow_ups"] == 4  # something was there to be rolled back
        session.rollback()

    with sessions() as session:
        assert row_counts(session) == before


def test_divisions_are_made_once_under_their_usual_names(session: Session, office: OfficeTime) -> None:
    document = plan(
        measure("O1", lead="ปกครอง", supporting=("ฝ่ายคลัง", "ใหม่")),
        measure("O2", lead="ฝ่ายปกครอง", supporting=("การคลัง", "ฝ่ายการคลัง")),
        measure("O3", lead="ฝ่ายใหม่", supporting="all"),
        measure("O4", lead=""),
    )

    imported = load(session, document, office=office)

    names = {each.id: each.name for each in session.scalars(select(Division))}
    assert sorted(names.values()) == sorted(["ฝ่ายปกครอง", "ฝ่ายการคลัง", "ฝ่ายใหม่"])
    assert imported.new_divisions == ("ฝ่ายปกครอง", "ฝ่ายใหม่", "ฝ่ายการคลัง")
    leads = session.execute(select(Measure.code, Measure.lead_division_id, Measure.supports_all))
    assert {code: (names.get(lead or 0), every) for code, lead, every in leads} == {
        "O1": ("ฝ่ายปกครอง", False),
        "O2": ("ฝ่ายปกครอง", False),
        "O3": ("ฝ่ายใหม่", True),
        "O4": (None, False),
    }
    supports = session.execute(
        select(Measure.code, MeasureSupport.division_id)
        .join(Measure, Measure.id == MeasureSupport.measure_id)
        .order_by(Measure.position, MeasureSupport.position)
    )
    assert [(code, names[division]) for code, division in supports] == [
        ("O1", "ฝ่ายการคลัง"), ("O1", "ฝ่ายใหม่"), ("O2", "ฝ่ายการคลัง")
    ]  # fmt: skip


def test_divisions_of_another_agency_are_not_shared(session: Session, office: OfficeTime) -> None:
    stored(session, plan(agency="สำนักงานเขตอื่น"), office=office)

    imported = load(session, plan(), office=office)

    assert imported.new_divisions == ("ฝ่ายหนึ่ง",)
    assert session.scalar(select(func.count()).select_from(Division)) == 2


THAI = st.text(st.sampled_from("กขคงจปมรวสอาิีุูเแำ่้ ๑๒.(),-abc\n\t\"'\\%"), max_size=12)
BULLETS = st.lists(THAI, max_size=3).map(tuple)
SCORES = st.none() | st.floats(0, 100).map(lambda score: round(score, 2))
DAYS = st.dates(dt.date(2021, 10, 1), dt.date(2022, 9, 30))
DIVISIONS = st.sampled_from(["ฝ่ายปกครอง", "ปกครอง", "ฝ่ายสิ่งแวดล้อมฯ", "ฝ่ายใหม่", "ใหม่", "โรงเรียน ๑", "งาน 1"])
RULES = st.builds(
    Rule,
    st.sampled_from([each for each in Cadence if each is not Cadence.ON]),
    st.none(),
    THAI,
    st.sampled_from(RuleOrigin),
) | st.builds(Rule, st.just(Cadence.ON), DAYS, THAI, st.sampled_from(RuleOrigin))


@st.composite
def measures(draw: st.DrawFn, code: str) -> model.Measure:
    starts_on, ends_on = sorted([draw(DAYS), draw(DAYS)])
    return model.Measure(
        code=code,
        title=draw(THAI),
        instrument=draw(st.sampled_from(model.Instrument)),
        indicator=draw(st.none() | st.integers(1, 10)),
        score=draw(SCORES),
        score_table_score=draw(SCORES),
        analysis=draw(BULLETS),
        weaknesses=draw(BULLETS),
        actions=draw(BULLETS),
        follow_up=draw(BULLETS),
        timeline=draw(THAI),
        starts_on=starts_on,
        ends_on=ends_on,
        lead=draw(DIVISIONS | st.just("")),
        supporting=draw(st.just("all") | st.lists(DIVISIONS, max_size=4).map(tuple)),
        rules=tuple(draw(st.lists(RULES, max_size=3))),
        source_lines=(draw(st.integers(0, 99)), draw(st.integers(0, 99))),
    )


@st.composite
def documents(draw: st.DrawFn) -> model.Plan:
    codes = draw(st.lists(st.integers(1, 43), min_size=1, max_size=4, unique=True))
    return replace(
        plan(*(draw(measures(f"O{code}")) for code in codes)),
        indicators=tuple(
            draw(
                st.lists(
                    st.builds(
                        model.Indicator, st.integers(1, 10), THAI, st.sampled_from(model.Instrument), SCORES
                    ),
                    max_size=2,
                )
            )
        ),
        absent=tuple(draw(st.lists(st.builds(model.AbsentItem, THAI, THAI, SCORES), max_size=2))),
        warnings=tuple(
            draw(st.lists(st.builds(model.PlanWarning, st.integers(0, 9), THAI, THAI), max_size=2))
        ),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_stored_plan_is_the_document_that_was_imported(
    sessions: sessionmaker[Session], office: OfficeTime, document: model.Plan
) -> None:
    with sessions() as session:
        first = load(session, document, office=office)

        assert stored_plan(session, first.plan_id) == document
        assert load(session, document, office=office).changed is False


def test_agency_is_found_by_its_name(session: Session, office: OfficeTime) -> None:
    load(session, plan(fiscal_year=2565), office=office)
    load(session, plan(measure(fiscal_year=2566), fiscal_year=2566), office=office)

    assert row_counts(session)["agencies"] == 1
    assert stored_plan(session, 1).agency == AGENCY


def test_example_plan_comes_in_whole_and_O24_is_due_on_31_january(
    session: Session, office: OfficeTime
) -> None:
    document = read_plan(shipped() / "plans" / "huai-khwang-2565.txt")

    imported = load(session, document, office=office)

    assert stored_plan(session, imported.plan_id) == document
    assert load(session, document, office=office).changed is False
    due = select(FollowUp.due_on).join(Measure, Measure.id == FollowUp.measure_id)
    assert O24_DAY in list(session.scalars(due.where(Measure.code == "O24")))
