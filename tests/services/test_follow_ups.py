"""Marking follow-ups: each action with its days and its line in the history; all of a request, or nothing."""

import datetime as dt
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import follow_up, measure, plan, row_counts, rule, stored
from tracker.db.models import DueMove, Event, Evidence, FollowUp, Measure
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.errors import InputError, NotAllowed, UnreadableFile
from tracker.services.follow_ups import Change, Proof, SeveralPeriods, apply, choose, read_proof

NOW = dt.datetime(2022, 2, 14, 17, 30, tzinfo=dt.UTC)
TODAY = dt.date(2022, 2, 15)
"""Half past midnight in Bangkok. Of FY2565 the first quarter is over and the second has begun."""
YESTERDAY = dt.date(2022, 2, 14)


def change(
    session: Session,
    code: str,
    period: str,
    action: Action,
    *,
    on: dt.date = TODAY,
    verify: bool = False,
    reason: str = "เหตุผล",
    note: str = "",
    due_on: dt.date | None = None,
    proofs: tuple[Proof, ...] = (),
) -> FollowUp:
    row = follow_up(session, code, period)
    asked = Change(action, on=on, note=note, reason=reason, due_on=due_on, proofs=proofs)
    apply(
        session,
        row,
        asked,
        what=f"{code} {period}",
        verify=verify,
        actor="ฝ่ายปกครอง",
        today=TODAY,
        now=NOW,
    )
    session.flush()
    return row


def chosen(
    session: Session,
    action: Action,
    codes: Sequence[str] = ("O1",),
    *,
    periods: dict[str, str] | None = None,
    today: dt.date = TODAY,
) -> list[tuple[str, str]]:
    measures = [session.scalars(select(Measure).where(Measure.code == code)).one() for code in codes]
    rows = choose(session, measures, action, today=today, periods=periods or {})
    codes_by_id = {each.id: each.code for each in measures}
    return [(codes_by_id[row.measure_id], row.period) for row in rows]


def history(session: Session) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    events = session.scalars(select(Event).where(Event.follow_up_id.is_not(None)).order_by(Event.id))
    return [(each.what, each.before, each.after) for each in events]


@pytest.fixture
def loaded(session: Session, office: OfficeTime) -> Session:
    """O1 with its four quarters, all open."""
    stored(session, plan(measure("O1", rules=[rule("quarterly")])), office=office)
    return session


def state(row: FollowUp) -> tuple[str, dt.date | None, dt.date | None, int]:
    return (row.status.value, row.submitted_on, row.closed_on, row.series)


STORIES = {
    "done": (False, ["done"], ("done", None, TODAY, 1)),
    "done_is_submitted": (True, ["done"], ("submitted", TODAY, None, 1)),
    "done_and_accepted": (True, ["done", "done"], ("done", TODAY, TODAY, 1)),
    "submitted": (False, ["submit"], ("submitted", TODAY, None, 1)),
    "submitted_and_accepted": (False, ["submit", "done"], ("done", TODAY, TODAY, 1)),
    "waived": (False, ["waive"], ("waived", None, TODAY, 1)),
    "waived_after_submission": (True, ["submit", "waive"], ("waived", TODAY, TODAY, 1)),
    "returned": (False, ["submit", "return"], ("open", None, None, 2)),
    "reopened": (False, ["done", "reopen"], ("open", None, None, 2)),
    "reopened_from_waived": (False, ["waive", "reopen"], ("open", None, None, 2)),
    "returned_and_done": (True, ["submit", "return", "submit", "done"], ("done", TODAY, TODAY, 2)),
}


@pytest.mark.parametrize(("verify", "actions", "expected"), list(STORIES.values()), ids=list(STORIES))
def test_actions_lead_to_state_days_and_series(
    loaded: Session,
    verify: bool,
    actions: list[str],
    expected: tuple[str, dt.date | None, dt.date | None, int],
) -> None:
    for action in actions:
        row = change(loaded, "O1", "2565-Q1", Action(action), verify=verify)

    assert state(row) == expected
    assert [what for what, _, _ in history(loaded)] == actions
    others = select(FollowUp).where(FollowUp.period != "2565-Q1")
    assert {state(each) for each in loaded.scalars(others)} == {("open", None, None, 1)}


def test_day_of_doing_is_kept(loaded: Session) -> None:
    row = change(loaded, "O1", "2565-Q1", Action.DONE, on=dt.date(2022, 1, 5))

    assert row.closed_on == dt.date(2022, 1, 5)


def test_history_keeps_who_when_what_before_and_after(loaded: Session) -> None:
    proof = Proof("link", "https://example.go.th/o1", "")
    row = change(
        loaded, "O1", "2565-Q1", Action.DONE, on=YESTERDAY, note="เผยแพร่แล้ว", reason="", proofs=(proof,)
    )

    event = loaded.scalars(select(Event).where(Event.what == "done")).one()
    assert (event.at, event.actor) == (NOW, "ฝ่ายปกครอง")
    assert (event.plan_id, event.measure_id, event.follow_up_id) == (row.plan_id, row.measure_id, row.id)
    assert event.before == {"status": "open", "due_on": "2022-01-07"}
    assert event.after == {
        "status": "done",
        "due_on": "2022-01-07",
        "on": "2022-02-14",
        "note": "เผยแพร่แล้ว",
        "evidence": ["https://example.go.th/o1"],
    }
    assert row.result == "เผยแพร่แล้ว"


def test_reason_is_kept_in_the_history(loaded: Session) -> None:
    change(loaded, "O1", "2565-Q1", Action.WAIVE, reason="ยกเลิกกิจกรรม")

    assert history(loaded) == [
        (
            "waive",
            {"status": "open", "due_on": "2022-01-07"},
            {"status": "waived", "due_on": "2022-01-07", "on": "2022-02-15", "reason": "ยกเลิกกิจกรรม"},
        )
    ]


def test_note_of_an_earlier_action_stays_until_another(loaded: Session) -> None:
    change(loaded, "O1", "2565-Q1", Action.SUBMIT, note="ร่างแล้ว")
    assert change(loaded, "O1", "2565-Q1", Action.DONE).result == "ร่างแล้ว"


def test_evidence_is_kept_with_its_hash(loaded: Session) -> None:
    proofs = (Proof("link", "https://example.go.th/a", ""), Proof("file", "a.pdf", "ab" * 32))

    row = change(loaded, "O1", "2565-Q1", Action.DONE, proofs=proofs)

    kept = loaded.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert [(each.follow_up_id, each.kind, each.location, each.sha256) for each in kept] == [
        (row.id, "link", "https://example.go.th/a", ""),
        (row.id, "file", "a.pdf", "ab" * 32),
    ]
    assert {(each.added_at, each.added_by) for each in kept} == {(NOW, "ฝ่ายปกครอง")}


def test_postponing_moves_the_due_date_and_keeps_every_move(loaded: Session) -> None:
    change(loaded, "O1", "2565-Q1", Action.POSTPONE, due_on=dt.date(2022, 2, 28), reason="รอข้อมูล")
    row = change(loaded, "O1", "2565-Q1", Action.POSTPONE, due_on=dt.date(2022, 3, 15), reason="ยังรออยู่")

    assert (row.due_on, row.scheduled_on) == (dt.date(2022, 3, 15), dt.date(2021, 12, 31))
    assert state(row) == ("open", None, None, 3)
    moves = loaded.scalars(select(DueMove).order_by(DueMove.id))
    assert [(each.moved_on, each.from_on, each.to_on, each.reason) for each in moves] == [
        (TODAY, dt.date(2022, 1, 7), dt.date(2022, 2, 28), "รอข้อมูล"),
        (TODAY, dt.date(2022, 2, 28), dt.date(2022, 3, 15), "ยังรออยู่"),
    ]


@pytest.mark.parametrize(
    "due_on", [None, dt.date(2022, 1, 6), dt.date(2022, 1, 7)], ids=["none", "earlier", "same"]
)
def test_postponing_needs_a_later_date(loaded: Session, due_on: dt.date | None) -> None:
    before = row_counts(loaded)

    with pytest.raises(InputError, match=r"O1 2565-Q1 is due on 2565-01-07; a later date is needed"):
        change(loaded, "O1", "2565-Q1", Action.POSTPONE, due_on=due_on)
    assert row_counts(loaded) == before


def test_postponing_by_years_is_taken_for_a_slip(loaded: Session) -> None:
    before = row_counts(loaded)

    with pytest.raises(InputError, match=r"2642-12-31 is over two years away; is the year right\?"):
        change(loaded, "O1", "2565-Q1", Action.POSTPONE, due_on=dt.date(2099, 12, 31), reason="x")
    assert row_counts(loaded) == before


@pytest.mark.parametrize("action", ["waive", "return", "reopen", "postpone"])
@pytest.mark.parametrize("reason", ["", " \n"], ids=["none", "blank"])
def test_reason_is_needed(loaded: Session, action: str, reason: str) -> None:
    with pytest.raises(InputError, match=f"'{action}' needs a reason.*Nothing was changed"):
        change(loaded, "O1", "2565-Q1", Action(action), reason=reason, due_on=dt.date(2022, 3, 1))
    assert history(loaded) == []


@pytest.mark.parametrize("action", ["done", "submit", "waive"])
def test_day_in_the_future_is_refused(loaded: Session, action: str) -> None:
    with pytest.raises(InputError, match=r"2565-02-16 lies in the future; today is 2565-02-15"):
        change(loaded, "O1", "2565-Q1", Action(action), on=dt.date(2022, 2, 16))

    assert state(follow_up(loaded, "O1", "2565-Q1")) == ("open", None, None, 1)
    assert history(loaded) == []


def test_action_that_the_state_forbids_changes_nothing(loaded: Session) -> None:
    change(loaded, "O1", "2565-Q1", Action.DONE, on=YESTERDAY, note="แล้ว")
    before = row_counts(loaded)
    proof = Proof("link", "https://example.go.th/o1", "")

    with pytest.raises(NotAllowed, match="O1 2565-Q1 is done"):
        change(loaded, "O1", "2565-Q1", Action.DONE, note="อีก", proofs=(proof,))

    row = follow_up(loaded, "O1", "2565-Q1")
    assert (state(row), row.result) == (("done", None, YESTERDAY, 1), "แล้ว")
    assert row_counts(loaded) == before


def test_several_changes_are_all_or_nothing(sessions: sessionmaker[Session], office: OfficeTime) -> None:
    with sessions.begin() as session:
        stored(session, plan(measure("O1"), measure("O2")), office=office)
        change(session, "O2", "2565-Q1", Action.DONE)
        before = row_counts(session)

    def both() -> None:
        with sessions.begin() as session:
            assert change(session, "O1", "2565-Q1", Action.DONE).status is Status.DONE
            change(session, "O2", "2565-Q1", Action.DONE)

    with pytest.raises(NotAllowed):
        both()

    with sessions() as session:
        assert state(follow_up(session, "O1", "2565-Q1")) == ("open", None, None, 1)
        assert row_counts(session) == before


def test_choose_takes_the_only_open_period_that_has_begun(loaded: Session) -> None:
    change(loaded, "O1", "2565-Q1", Action.DONE)

    assert chosen(loaded, Action.DONE) == [("O1", "2565-Q2")]


def test_choose_names_several_open_periods(loaded: Session) -> None:
    with pytest.raises(SeveralPeriods) as several:
        chosen(loaded, Action.DONE)

    assert (several.value.code, several.value.periods) == ("O1", ("2565-Q1", "2565-Q2"))
    assert str(several.value) == (
        "O1 has several periods that can be given 'done': 2565-Q1, 2565-Q2. "
        "Nothing was changed; name one with --period."
    )


def test_choose_takes_the_period_that_is_named(loaded: Session) -> None:
    assert chosen(loaded, Action.DONE, periods={"O1": "2565-Q3"}) == [("O1", "2565-Q3")]


def test_choose_refuses_a_period_that_is_not_there(loaded: Session) -> None:
    with pytest.raises(InputError, match=r"^O1 has no follow-up for 2565-H1; it has 2565-Q1, .*2565-Q4\."):
        chosen(loaded, Action.DONE, periods={"O1": "2565-H1"})


def test_choose_names_the_next_period_when_none_has_begun(session: Session, office: OfficeTime) -> None:
    stored(session, plan(), office=office)

    with pytest.raises(NotAllowed, match=r"no open period has begun; 2565-Q1 begins on 2564-10-01"):
        chosen(session, Action.DONE, today=dt.date(2021, 9, 30))
    assert chosen(session, Action.DONE, today=dt.date(2021, 10, 1)) == [("O1", "2565-Q1")]


def test_choose_keeps_the_order_of_the_codes(session: Session, office: OfficeTime) -> None:
    yearly = [measure(code, rules=[rule("yearly")]) for code in ("O1", "O2", "O3")]
    stored(session, plan(*yearly), office=office)

    assert chosen(session, Action.DONE, ["O3", "O1"]) == [("O3", "2565"), ("O1", "2565")]


@pytest.mark.parametrize(
    ("done", "action", "expected"),
    [
        ("done", Action.REOPEN, "2565-Q1"),
        ("submit", Action.RETURN, "2565-Q1"),
        ("submit", Action.SUBMIT, "2565-Q2"),
        ("waive", Action.POSTPONE, "2565-Q2"),
    ],
    ids=["reopen", "return", "submit", "postpone"],
)
def test_choose_looks_for_the_state_that_the_action_needs(
    loaded: Session, done: str, action: Action, expected: str
) -> None:
    change(loaded, "O1", "2565-Q1", Action(done))

    assert chosen(loaded, action) == [("O1", expected)]


def test_choose_says_when_nothing_fits(loaded: Session) -> None:
    with pytest.raises(NotAllowed, match=r"O1: nothing can be given 'reopen'; it is open\."):
        chosen(loaded, Action.REOPEN)


def test_choose_says_when_a_measure_has_no_follow_ups(session: Session, office: OfficeTime) -> None:
    stored(session, plan(measure(rules=[])), office=office)

    with pytest.raises(NotAllowed, match="it is without follow-ups"):
        chosen(session, Action.DONE)


def test_choose_passes_over_what_was_due_before_tracking(session: Session, office: OfficeTime) -> None:
    stored(session, plan(), office=office, track_from=dt.date(2022, 2, 1))

    assert chosen(session, Action.DONE) == [("O1", "2565-Q2")]
    assert chosen(session, Action.DONE, periods={"O1": "2565-Q1"}) == [("O1", "2565-Q1")]


def test_choose_names_what_was_due_before_tracking_when_nothing_else_is_left(
    session: Session, office: OfficeTime
) -> None:
    day = rule("on", dt.date(2021, 12, 31))
    stored(session, plan(measure(rules=[day])), office=office, track_from=dt.date(2022, 2, 1))

    with pytest.raises(NotAllowed, match=r"due before tracking began: 2564-12-31.*--period"):
        chosen(session, Action.DONE)


def test_two_at_once_close_a_follow_up_once(sessions: sessionmaker[Session], office: OfficeTime) -> None:
    with sessions.begin() as session:
        stored(session, plan(measure(rules=[rule("yearly")])), office=office)
    both_wait = threading.Barrier(2, timeout=10)
    outcomes = []

    def close() -> None:
        both_wait.wait()
        try:
            with sessions.begin() as session:
                measures = session.scalars(select(Measure)).all()
                (row,) = choose(session, measures, Action.DONE, today=TODAY, periods={"O1": "2565"})
                done = Change(Action.DONE, on=TODAY)
                apply(session, row, done, what="O1", verify=False, actor="a", today=TODAY, now=NOW)
            outcomes.append("done")
        except NotAllowed:
            outcomes.append("refused")

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(outcomes) == ["done", "refused"]
    with sessions() as session:
        assert len(history(session)) == 1


@pytest.mark.parametrize(
    "text", ["https://example.go.th/o24", " http://x/ ", "HTTPS://EXAMPLE.GO.TH/O24"], ids=str.strip
)
def test_link_is_evidence_as_it_stands(text: str) -> None:
    assert read_proof(text) == Proof("link", text.strip(), "")


def test_file_is_evidence_with_the_hash_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "หลักฐาน.pdf"
    path.write_bytes(b"%PDF-1.4")

    assert read_proof(str(path)) == Proof("file", str(path), hashlib.sha256(b"%PDF-1.4").hexdigest())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("none.pdf", "there is no such file"), (".", "it cannot be read"), ("ftp://x/y", "no such file")],
    ids=["missing", "directory", "other_link"],
)
def test_evidence_that_cannot_be_read_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=f"{sentence}.*evidence is a file or a link"):
        read_proof(name if "//" in name else str(tmp_path / name))


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000], ids=["empty", "nul", "too_long"])
def test_evidence_that_can_be_no_file_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile):
        read_proof(name)
