"""Transactions: what is rolled back is gone, whatever was nested in it; two writers wait for each other."""

import datetime as dt

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from tracker.db.models import Agency, Division, Event
from tracker.db.session import parse_url
from tracker.errors import ConfigError


def test_rollback_takes_back_what_a_nested_transaction_wrote(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        with session.begin_nested():
            session.add(Agency(name="A"))
        session.rollback()

    with sessions() as session:
        assert session.scalars(select(Agency.name)).all() == []


def test_foreign_keys_are_kept(session: Session) -> None:
    session.add(Division(agency_id=99, name="none", aliases=[]))

    with pytest.raises(IntegrityError):
        session.flush()


def test_naive_moment_is_refused(session: Session) -> None:
    naive = dt.datetime(2022, 1, 1)  # noqa: DTZ001
    session.add(Event(at=naive, actor="a", what="w", before={}, after={}))

    with pytest.raises(StatementError, match="no time zone"):
        session.flush()


def test_moment_comes_back_in_utc(session: Session) -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))
    session.add(
        Event(at=dt.datetime(2022, 1, 1, 0, 30, tzinfo=bangkok), actor="a", what="w", before={}, after={})
    )
    session.flush()
    session.expire_all()

    assert session.scalars(select(Event.at)).one() == dt.datetime(2021, 12, 31, 17, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tracker.db", "sqlite:///tracker.db"),
        ("sqlite:////data/x.db", "sqlite:////data/x.db"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_parse_url_reads(text: str, shown: str) -> None:
    assert str(parse_url(text)) == shown


def test_parse_url_refuses_another_database() -> None:
    with pytest.raises(ConfigError, match="names mysql"):
        parse_url("mysql://u:secret@h/d")


def test_engine_has_the_busy_time_and_the_log(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite has a write-ahead log to choose")

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
