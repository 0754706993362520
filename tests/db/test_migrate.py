"""The schema: made from nothing, equal to the models, checked at every start."""

import datetime as dt
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, MetaData, Table, insert, select, text

from tracker.db import migrate
from tracker.db.base import Base
from tracker.db.models import Message, MessageText, Meta
from tracker.db.session import make_engine, reading
from tracker.errors import DatabaseProblem

THEN = dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC)


def test_migrated_database_equals_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_head_named_in_the_program_is_the_newest_migration() -> None:
    folder = Path(migrate.__file__).with_name("migrations")

    assert ScriptDirectory(str(folder)).get_current_head() == migrate.HEAD


def test_upgrade_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)

    migrate.check(engine)


def test_what_an_older_program_was_sending_may_have_arrived(tmp_path: Path) -> None:
    """Its claims began at once: of a message left behind nobody may say that it was never handed over."""
    engine = make_engine(URL.create("sqlite", database=str(tmp_path / "old.db")))
    at_version(engine, "0002")
    with engine.begin() as connection:
        add(connection, "meta", key="planned_at", value="2026-11-26T02:00:00+00:00")
        add(connection, "agencies", id=1)
        add(connection, "contacts", id=1, agency_id=1)
        for number, state in enumerate(("sending", "queued")):
            add(
                connection,
                "messages",
                key=state,
                number=number,
                state=state,
                contact_id=1,
                first_attempt_at=THEN,
            )

    migrate.upgrade(engine)

    with engine.connect() as connection:
        begun = dict(connection.execute(select(Message.state, Message.begun_at)).all())
        facts = dict(connection.execute(select(Meta.key, Meta.value)).all())
    engine.dispose()
    assert begun == {"sending": THEN, "queued": None}
    assert facts["gathered_at"] == facts["planned_at"]


def test_what_messages_said_is_kept_apart_from_them(tmp_path: Path) -> None:
    engine = make_engine(URL.create("sqlite", database=str(tmp_path / "old.db")))
    at_version(engine, "0003")
    with engine.begin() as connection:
        add(connection, "agencies", id=1)
        add(connection, "contacts", id=1, agency_id=1)
        said = {"body": "เรียน", "html": "<p>เรียน</p>", "flex": "[]", "calendar": "BEGIN:VCALENDAR"}
        add(connection, "messages", id=7, key="a", number=1, contact_id=1, **said)
        add(connection, "messages", id=8, key="b", number=2, contact_id=1)

    migrate.upgrade(engine)

    with reading(engine)() as session:
        kept = session.execute(select(MessageText.__table__)).mappings().all()
        assert [dict(each) for each in kept] == [{"message_id": 7, **said}]
        assert session.scalars(select(Message.key).order_by(Message.id)).all() == ["a", "b"]
    engine.dispose()


def at_version(engine: Engine, version: str) -> None:
    """A database as an older program left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def add(connection: Connection, table: str, **values: object) -> None:
    """A row of a table as it is in the database; what must be there and was not named is empty."""
    reflected = Table(table, MetaData(), autoload_with=connection)
    empty = {str: "", int: 0, dt.date: THEN.date(), dt.datetime: THEN}
    needed = [each for each in reflected.columns if not each.nullable and each.server_default is None]
    fill = {each.name: empty[each.type.python_type] for each in needed if each.name != "id"}
    connection.execute(insert(reflected).values(fill | values))


def test_check_missing_file_says_what_to_do(tmp_path: Path) -> None:
    engine = make_engine(URL.create("sqlite", database=str(tmp_path / "none.db")))

    with pytest.raises(DatabaseProblem, match=r"There is no database at .*none\.db.*tracker init"):
        migrate.check(engine)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [("0000", "older version"), ("9999", "newer version")],
    ids=["older", "newer"],
)
def test_check_other_version_is_refused(engine: Engine, version: str, sentence: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    with pytest.raises(DatabaseProblem, match=sentence):
        migrate.check(engine)
    with engine.begin() as connection:  # the next test on this server finds the schema as it was
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrate.HEAD})


def test_check_empty_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    engine = make_engine(URL.create("sqlite", database=str(path)))

    with pytest.raises(DatabaseProblem, match="holds no tracker yet"):
        migrate.check(engine)
    engine.dispose()
