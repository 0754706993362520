"""The list of follow-ups: its filters, and how things stood on a past day."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import IMPORTED_AT, follow_up, measure, plan, rule, stored
from tests.reports.plain_reference import LEADS, TODAY, Known, Life, expected_list, store_lives
from tracker.db.models import Division, Evidence
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.reports.listing import ListFilter, as_json, follow_up_list
from tracker.services.follow_ups import Change, apply

DAYS = st.dates(dt.date(2021, 10, 1), TODAY)
LATER = st.dates(dt.date(2021, 10, 1), dt.date(2022, 12, 31))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any follow-up that the program can make: what is closed was perhaps submitted before."""
    status = draw(st.sampled_from(Status))
    submitted = draw(st.booleans()) if status in (Status.DONE, Status.WAIVED) else status is Status.SUBMITTED
    closed = status in (Status.DONE, Status.WAIVED)
    moves = draw(st.lists(st.tuples(DAYS, LATER), max_size=2))
    return Life(
        status=status,
        submitted_on=draw(DAYS) if submitted else None,
        closed_on=draw(DAYS) if closed else None,
        moves=tuple(sorted(moves, key=lambda move: move[0])),
        before_tracking=draw(st.booleans()) and draw(st.booleans()),
    )


ALL_LIVES = st.lists(lives(), min_size=12, max_size=12)
AS_OF = st.none() | st.dates(dt.date(2021, 9, 1), dt.date(2023, 1, 31))
FILTERS = st.builds(
    ListFilter,
    status=st.none() | st.sampled_from(Status),
    codes=st.just(()) | st.sets(st.sampled_from(["O1", "O2", "O3"])).map(tuple),
    periods=st.just(()) | st.sets(st.sampled_from(["2565-Q1", "2565-Q2", "2565-Q4"])).map(tuple),
    due_from=st.none() | LATER,
    due_to=st.none() | LATER,
    overdue=st.booleans(),
    limit=st.none() | st.integers(1, 5),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), all_lives=ALL_LIVES)
def test_list_is_what_plain_python_would_list(
    sessions: sessionmaker[Session], office: OfficeTime, data: st.DataObject, all_lives: list[Life]
) -> None:
    with sessions() as session:
        plan_id, known = store_lives(session, all_lives, office=office)
        divisions = {each.name: each.id for each in session.scalars(select(Division))}
        for _ in range(6):
            leads = data.draw(st.sets(st.sampled_from(LEADS[:2])))
            wanted = replace(data.draw(FILTERS), divisions=tuple(divisions[lead] for lead in leads))
            as_of = data.draw(AS_OF)

            listed = follow_up_list(session, plan_id, wanted, today=TODAY, as_of=as_of)

            assert listed == expected_list(known, wanted, as_of or TODAY, divisions)


# one follow-up through its days: due on 31 January, moved on 10 February to 28 February, done on 5 April


@pytest.fixture
def moved_and_done(session: Session, office: OfficeTime) -> tuple[Session, int]:
    day = rule("on", dt.date(2022, 1, 31))
    plan_id = stored(session, plan(measure("O24", rules=[day])), office=office).id
    for action, on, until in (
        (Action.POSTPONE, dt.date(2022, 2, 10), dt.date(2022, 2, 28)),
        (Action.DONE, dt.date(2022, 4, 5), None),
    ):
        change = Change(action, on=on, reason="รอข้อมูล", due_on=until)
        row = follow_up(session, "O24")
        apply(session, row, change, what="O24", verify=False, actor="a", today=on, now=IMPORTED_AT)
    session.flush()
    return session, plan_id


@pytest.mark.parametrize(
    ("as_of", "status", "due_on", "days"),
    [
        (dt.date(2021, 9, 1), "open", dt.date(2022, 1, 31), 0),
        (dt.date(2022, 1, 31), "open", dt.date(2022, 1, 31), 0),
        (dt.date(2022, 2, 1), "open", dt.date(2022, 1, 31), 1),
        (dt.date(2022, 2, 9), "open", dt.date(2022, 1, 31), 9),
        (dt.date(2022, 2, 10), "open", dt.date(2022, 2, 28), 0),
        (dt.date(2022, 2, 28), "open", dt.date(2022, 2, 28), 0),
        (dt.date(2022, 4, 4), "open", dt.date(2022, 2, 28), 35),  # 31 in March, 4 in April
        (dt.date(2022, 4, 5), "done", dt.date(2022, 2, 28), 0),
        (dt.date(2022, 12, 31), "done", dt.date(2022, 2, 28), 0),
        (None, "done", dt.date(2022, 2, 28), 0),
    ],
    ids=[
        "before_it_was_loaded", "due_date", "day_after", "day_before_the_move", "day_of_the_move",
        "new_due_date", "day_before_done", "day_of_done", "future", "now",
    ],
)  # fmt: skip
def test_past_day_shows_what_was_then(
    moved_and_done: tuple[Session, int], as_of: dt.date | None, status: str, due_on: dt.date, days: int
) -> None:
    session, plan_id = moved_and_done

    (line,) = follow_up_list(session, plan_id, ListFilter(), today=TODAY, as_of=as_of)
    overdue = follow_up_list(session, plan_id, ListFilter(overdue=True), today=TODAY, as_of=as_of)

    assert (line.status.value, line.due_on, line.days_overdue) == (status, due_on, days)
    assert overdue == ([line] if days else [])


def test_what_was_due_before_tracking_is_listed_but_never_overdue(
    session: Session, office: OfficeTime
) -> None:
    plan_id = stored(session, plan(), office=office, track_from=dt.date(2022, 2, 1)).id

    listed = follow_up_list(session, plan_id, ListFilter(), today=TODAY)

    assert [(each.period, each.before_tracking, each.days_overdue) for each in listed] == [
        ("2565-Q1", True, 0),
        ("2565-Q2", False, 69),  # due on 7 April: 23 + 31 + 15
        ("2565-Q3", False, 0),
        ("2565-Q4", False, 0),
    ]
    overdue = follow_up_list(session, plan_id, ListFilter(overdue=True), today=TODAY)
    assert [each.period for each in overdue] == ["2565-Q2"]


def test_lines_come_by_due_date_and_then_as_in_the_document(session: Session, office: OfficeTime) -> None:
    document = plan(*(measure(code, rules=[rule("half-yearly")]) for code in ("O9", "I1", "O10")))
    plan_id = stored(session, document, office=office).id

    listed = follow_up_list(session, plan_id, ListFilter(), today=TODAY)

    assert [(each.code, each.period) for each in listed] == [
        *(("O9", "2565-H1"), ("I1", "2565-H1"), ("O10", "2565-H1")),
        *(("O9", "2565-H2"), ("I1", "2565-H2"), ("O10", "2565-H2")),
    ]


def test_other_plans_are_not_listed(session: Session, office: OfficeTime) -> None:
    stored(session, plan(agency="สำนักงานเขตอื่น"), office=office)
    plan_id = stored(session, plan(measure(rules=[rule("yearly")])), office=office).id

    wanted = ListFilter(codes=("O1",))
    assert [each.period for each in follow_up_list(session, plan_id, wanted, today=TODAY)] == ["2565"]


def test_json_has_the_stable_keys_with_supporters_and_evidence(session: Session, office: OfficeTime) -> None:
    yearly = [rule("yearly")]
    document = plan(
        measure("O1", lead="ฝ่ายหนึ่ง", supporting=("ฝ่ายสาม", "ฝ่ายสอง"), rules=yearly),
        measure("O2", lead="", supporting="all", rules=yearly),
    )
    plan_id = stored(session, document, office=office).id
    row = follow_up(session, "O1")
    for kind, location, sha256 in (("link", "https://example.go.th", ""), ("file", "a.pdf", "ab" * 32)):
        session.add(
            Evidence(
                follow_up_id=row.id,
                kind=kind,
                location=location,
                sha256=sha256,
                added_at=IMPORTED_AT,
                added_by="a",
            )
        )
    session.flush()
    day = dt.date(2022, 10, 10)

    listed = follow_up_list(session, plan_id, ListFilter(), today=day)

    shared = {
        "period": "2565",
        "status": "open",
        "scheduled_on": "2022-09-30",
        "due_on": "2022-10-07",
        "days_overdue": 3,
        "before_tracking": False,
    }
    assert list(as_json(session, plan_id, listed)) == [
        {
            "code": "O1",
            "title": "มาตรการ O1",
            **shared,
            "lead": "ฝ่ายหนึ่ง",
            "supporting": ["ฝ่ายสาม", "ฝ่ายสอง"],
            "evidence": [
                {"kind": "link", "location": "https://example.go.th", "sha256": ""},
                {"kind": "file", "location": "a.pdf", "sha256": "ab" * 32},
            ],
        },
        {"code": "O2", "title": "มาตรการ O2", **shared, "lead": "", "supporting": "all", "evidence": []},
    ]


def query_plans(engine: Engine, session: Session, run: Any) -> list[str]:
    """How SQLite goes about the statements that ``run`` executes."""
    seen: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    run()
    event.remove(engine, "before_cursor_execute", remember)
    connection = session.connection()
    return [
        " | ".join(
            row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )
        for statement, parameters in seen
    ]


def test_present_overdue_list_reads_the_index_of_open_rows(
    engine: Engine, session: Session, office: OfficeTime
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    plan_id = stored(session, plan(), office=office).id

    wanted = ListFilter(overdue=True)
    ways = query_plans(engine, session, lambda: follow_up_list(session, plan_id, wanted, today=TODAY))

    assert any("INDEX ix_follow_ups_open" in way for way in ways), ways
    assert not any("SCAN follow_ups" in way for way in ways), ways


def test_reference_is_not_the_query() -> None:
    """The reference itself, on one follow-up, by hand."""
    life = Life(Status.DONE, None, dt.date(2022, 4, 5), ((dt.date(2022, 2, 10), dt.date(2022, 2, 28)),))
    due = ((dt.date.min, dt.date(2022, 1, 31)), *life.moves)
    known = Known(1, 1, "O1", 1, "2565-01-31", "", dt.date(2022, 1, 31), due, life)

    assert known.due_on(dt.date(2022, 2, 9)) == dt.date(2022, 1, 31)
    assert known.due_on(dt.date(2022, 2, 10)) == dt.date(2022, 2, 28)
    assert known.days_overdue(dt.date(2022, 4, 4)) == 35
    assert known.days_overdue(dt.date(2022, 4, 5)) == 0
