"""Bringing a database to the schema this program knows, and checking that it is there."""

from pathlib import Path

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.errors import DatabaseProblem

HEAD = "0004"
"""The newest migration. It stands here so that a command need not load alembic to compare it."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, each with its record in one transaction."""
    from alembic import command  # noqa: PLC0415  slow to import, needed by init alone
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_version(connection: Connection) -> str | None:
    """The migration the database stands at; None when it holds no tracker."""
    try:
        with connection.begin_nested():
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except DBAPIError as error:
        if any(sign in str(error.orig) for sign in ("no such table", "does not exist")):
            return None
        raise


def check(engine: Engine) -> None:
    """Raise DatabaseProblem unless the database exists and stands at the newest migration."""
    where = shown(engine.url)
    if engine.url.get_backend_name() == "sqlite" and not _sqlite_exists(engine.url):
        raise DatabaseProblem(
            f"There is no database at {where}. Run 'tracker init' first, or set TRACKER_DB."
        )
    with engine.connect() as connection:
        version = current_version(connection)
    if version is None:
        raise DatabaseProblem(f"The database {where} holds no tracker yet. Run 'tracker init' first.")
    if version < HEAD:
        raise DatabaseProblem(
            f"The database {where} is of an older version. Back it up, then run 'tracker init'."
        )
    if version > HEAD:
        raise DatabaseProblem(
            f"The database {where} is of a newer version than this program. Update the program."
        )


def shown(url: URL) -> str:
    """The database's place as a person may see it: no password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.set(query={}).render_as_string()  # the query may hold a password too


def _sqlite_exists(url: URL) -> bool:
    return not url.database or url.database == ":memory:" or Path(url.database).is_file()
