"""A rehearsal copy: the same rows, marked; a file that exists is left alone."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, follow_up, measure, plan, row_counts, rule, stored
from tracker.db import migrate
from tracker.db.base import Base
from tracker.db.models import Agency, ChannelRest, Division, Lease, LineAudience, Meta, QuotaReading
from tracker.db.session import make_engine, reading, writing
from tracker.domain.follow_up import Action
from tracker.domain.office_time import OfficeTime
from tracker.errors import NotAllowed
from tracker.services import rehearsal
from tracker.services.follow_ups import Change, Proof, apply
from tracker.services.rehearsal import copy_for_rehearsal

NOW = dt.datetime(2022, 2, 14, 17, 30, tzinfo=dt.UTC)
TODAY = dt.date(2022, 2, 15)


@pytest.fixture
def live(sessions: sessionmaker[Session], office: OfficeTime) -> sessionmaker[Session]:
    """A live database with a row in most tables."""
    with sessions.begin() as session:
        session.get_one(Meta, "mode").value = "live"
        session.add(Meta(key="created_at", value="2021-09-20"))
        session.add(Lease(name="planner", holder="a", until=NOW))
        session.add(ChannelRest(channel="email", until=NOW, reason="refused"))
        session.add(LineAudience(address="C1", people=12, counted_at=NOW))
        session.add(QuotaReading(at=NOW, month=TODAY, quota=300, used=12, spent=12, alarm=""))
        day = rule("on", dt.date(2022, 1, 31))
        document = plan(measure("O1", supporting=("ฝ่ายสอง",)), measure("O24", rules=[day]))
        owner = stored(session, document, office=office).agency_id
        contact(session, owner, divisions=["ฝ่ายหนึ่ง"], email="a@example.go.th")
        proof = Proof("link", "https://example.go.th", "")
        moved = Change(Action.POSTPONE, on=TODAY, reason="รอ", due_on=dt.date(2022, 3, 1))
        done = Change(Action.DONE, on=TODAY, proofs=(proof,))
        for code, change in (("O1", moved), ("O24", done)):
            row = follow_up(session, code)
            apply(session, row, change, what=code, verify=False, actor="a", today=TODAY, now=NOW)
    return sessions


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    tables = [table for table in Base.metadata.sorted_tables if table.name != "meta"]
    return {
        table.name: [
            dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in tables
    }


def opened(path: Path) -> Engine:
    return make_engine(URL.create("sqlite", database=str(path)))


def test_copy_holds_the_same_rows(live: sessionmaker[Session], tmp_path: Path) -> None:
    copy = tmp_path / "rehearsal.db"

    number = copy_for_rehearsal(live, copy, now=NOW)

    engine = opened(copy)
    migrate.check(engine)
    with live() as old, reading(engine)() as new:
        expected = rows(old)
        assert {name for name, found in expected.items() if not found} == {
            *("attempts", "messages", "message_items", "message_texts", "reminders")
        }
        assert rows(new) == expected
        assert number == sum(row_counts(old).values())
    engine.dispose()


def test_copy_is_a_rehearsal_and_the_source_stays_live(live: sessionmaker[Session], tmp_path: Path) -> None:
    copy = tmp_path / "rehearsal.db"

    copy_for_rehearsal(live, copy, now=NOW)

    engine = opened(copy)
    with live() as old, reading(engine)() as new:
        assert old.get_one(Meta, "mode").value == "live"
        assert {each.key: each.value for each in new.scalars(select(Meta))} == {
            "mode": "rehearsal",
            "created_at": NOW.isoformat(),
            "planned_at": "",
            "gathered_at": "",
        }
    engine.dispose()


def test_copy_can_be_worked_in_without_touching_the_source(
    live: sessionmaker[Session], tmp_path: Path
) -> None:
    copy = tmp_path / "rehearsal.db"
    copy_for_rehearsal(live, copy, now=NOW)
    engine = opened(copy)

    with writing(engine).begin() as session:
        session.add(Agency(name="อีกแห่ง"))  # its number follows those that were copied

    with live() as old, reading(engine)() as new:
        assert len(rows(new)["agencies"]) == len(rows(old)["agencies"]) + 1
    engine.dispose()


def test_file_that_exists_is_refused_and_kept(live: sessionmaker[Session], tmp_path: Path) -> None:
    path = tmp_path / "there.db"
    path.write_text("mine")

    with pytest.raises(NotAllowed, match=r"there\.db exists already; name a new file"):
        copy_for_rehearsal(live, path, now=NOW)
    assert path.read_text() == "mine"


def test_copy_that_fails_leaves_no_file(
    live: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    copied: list[str] = []

    def fail_late(rows: Any, table: Any, old: Session, new: Session) -> int:
        copied.append(table.name)
        if len(copied) == 5:
            raise OSError(28, "No space left on device")
        return original(rows, table, old, new)

    original = rehearsal.copy_rows
    monkeypatch.setattr(rehearsal, "copy_rows", fail_late)

    with pytest.raises(OSError, match="No space"):
        copy_for_rehearsal(live, folder / "rehearsal.db", now=NOW)
    assert list(folder.iterdir()) == []


def test_copy_is_of_one_state_whatever_is_written_meanwhile(
    live: sessionmaker[Session], engine: Engine, tmp_path: Path
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a writer's own connection would wait for the lock this test's source holds")
    with live() as session:
        before = row_counts(session)
    written: list[int] = []

    def write_meanwhile(*args: Any) -> None:
        """Add an agency with a division once the agencies have been read, as an import would."""
        if "FROM agencies" in args[2] and not written:
            written.append(1)
            with writing(engine).begin() as other:
                late = Agency(name="มาทีหลัง")
                other.add(late)
                other.flush()
                other.add(Division(agency_id=late.id, name="ฝ่ายมาทีหลัง", aliases=[]))

    event.listen(engine, "after_cursor_execute", write_meanwhile)
    number = copy_for_rehearsal(live, tmp_path / "rehearsal.db", now=NOW)

    assert written
    assert number == sum(before.values())
