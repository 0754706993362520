"""The only place where an engine is made, and how a transaction begins on it."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from tracker.errors import ConfigError

BUSY_SECONDS = 15.0


def parse_url(text: str) -> URL:
    """The database's URL; a text without a scheme is the path of an SQLite file."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError(
            "TRACKER_DB is not a database URL; write sqlite:///tracker.db, or "
            "postgresql+psycopg://user@host/database with @ : / in a password as %40 %3A %2F."
        ) from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError(
            f"TRACKER_DB names {url.get_backend_name()}; the tracker keeps SQLite or postgresql+psycopg."
        )
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def make_engine(url: URL) -> Engine:
    """An engine that keeps foreign keys and, on SQLite, leaves transactions to SQLAlchemy.

    The sqlite3 driver otherwise commits where nobody asked, and what ``begin_nested`` wrote outlives the
    rollback around it.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        # The driver counts no rows of an INSERT that begins with WITH.
        engine.dialect.cte_follows_insert = True
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True)


def writing(engine: Engine) -> sessionmaker[Session]:
    """Sessions that write: on SQLite they take the write lock at once, so that two never deadlock."""
    return sessionmaker(engine.execution_options(tracker_writes=True), expire_on_commit=False)


def reading(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read."""
    return sessionmaker(engine, expire_on_commit=False)


def connected(sessions: sessionmaker[Session]) -> Connection:
    """A connection of its own that begins transactions as these sessions do; to be closed.

    For short transactions in a row: to fetch a connection and to set up a session for each takes as long as
    the transaction. On PostgreSQL each has one statement only, so that nothing need be said around it. A
    connection that is lost fails what is under way; what follows goes by another.
    """
    engine: Engine = sessions.kw["bind"]
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.connect()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("tracker_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
