"""The schema: made from nothing, equal to the models, checked at every start."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, text

from tracker.db import migrate
from tracker.db.base import Base
from tracker.db.session import make_engine
from tracker.errors import DatabaseProblem


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
