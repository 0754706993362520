"""A database that somebody else holds for a while, and one that forgets at a power cut but is quick."""

from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event, text

from tracker.db.session import make_engine

BUSY_MILLISECONDS = 20
TABLES = "meta, messages, reminders"


class Lock:
    """The write lock of SQLite, or that of the outbox's tables on PostgreSQL, held by another program."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Connection | None = None

    def acquire(self) -> None:
        if self._held is not None:
            return
        if self._engine.dialect.name == "sqlite":
            self._held = self._engine.execution_options(tracker_writes=True).connect()
            self._held.begin()
        else:
            self._held = self._engine.connect()
            self._held.execute(text(f"LOCK TABLE {TABLES} IN EXCLUSIVE MODE"))

    def release(self) -> None:
        if self._held is not None:
            self._held.rollback()
            self._held.close()
            self._held = None


def impatient(engine: Engine) -> Engine:
    """Waits for a lock so briefly that a test can."""

    def connect(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        if engine.dialect.name == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            cursor.execute("PRAGMA synchronous = OFF")
        else:
            cursor.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
            connection.commit()  # type: ignore[attr-defined]
        cursor.close()

    event.listen(engine, "connect", connect)
    return engine


def swift_sqlite(path: Path) -> Engine:
    """An engine on a file, without waiting for the disk: here a crash is an exception."""
    return impatient(make_engine(URL.create("sqlite", database=str(path))))
