"""What all tests share: a fresh database, on SQLite and on PostgreSQL; no settings of the machine."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from tests import postgres
from tracker.app import App, initialise
from tracker.clock import stopped_at
from tracker.config import ConfigFiles, Settings
from tracker.db import migrate
from tracker.db.base import Base
from tracker.db.models import Meta
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.office_time import OfficeTime

NOT_RUN = "the PostgreSQL tests did not run"
NOW = dt.datetime(2021, 9, 20, 7, 0, tzinfo=dt.UTC)

_server: postgres.Server | None = None
_problem = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds",
        type=int,
        default=1,
        help="how many fiscal years the simulator plays (on PostgreSQL a tenth)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before the workers; each worker makes a database of its own on it."""
    global _server, _problem
    os.environ["TZ"] = "America/New_York"  # neither UTC nor Bangkok
    if hasattr(time, "tzset"):
        time.tzset()
    if hasattr(config, "workerinput"):
        return
    _server, _problem = postgres.start()
    if _problem and os.environ.get("CI") == "true":
        pytest.exit(f"{NOT_RUN}, and CI needs them: {_problem}", returncode=1)


def pytest_unconfigure() -> None:
    if _server is not None:
        _server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _problem:
        terminalreporter.write_line(f"{NOT_RUN}: {_problem}", yellow=True)
    if not os.environ.get("TRACKER_TEST_PLAN"):
        terminalreporter.write_line(
            "TRACKER_TEST_PLAN is not set: the published plan was not read", yellow=True
        )


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TRACKER_") and not name.startswith("TRACKER_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tracker.db"
    engine = make_engine(URL.create("sqlite", database=str(path)))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def _postgres_database(worker_id: str) -> Iterator[URL | None]:
    """A migrated database of this worker's own, or None when there is no server."""
    server = os.environ.get(postgres.VARIABLE)
    if not server:
        yield None
        return
    url = parse_url(make_url(server).render_as_string(hide_password=False))
    name = f"tracker_test_{worker_id}_{os.getpid()}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    own = url.set(database=name)
    engine = make_engine(own)
    migrate.upgrade(engine)
    engine.dispose()
    yield own
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """The URL of a fresh, migrated, empty database; each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "tracker.db"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        return URL.create("sqlite", database=str(path))
    url: URL | None = request.getfixturevalue("_postgres_database")
    if url is None:
        pytest.skip(NOT_RUN)
    engine = make_engine(url)
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return url


@pytest.fixture
def engine(database: URL) -> Iterator[Engine]:
    """An engine on the fresh database, marked as a rehearsal."""
    engine = make_engine(database)
    with writing(engine).begin() as session:
        session.add(Meta(key="mode", value="rehearsal"))
        session.add_all(Meta(key=key, value="") for key in ("planned_at", "gathered_at"))
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Transactions that write."""
    return writing(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One open transaction, rolled back at the end."""
    with sessions() as session:
        yield session


@pytest.fixture
def office() -> OfficeTime:
    """An office that is closed on Saturdays and Sundays alone."""
    return OfficeTime()


@pytest.fixture
def app(database: URL, tmp_path: Path) -> Iterator[App]:
    """A rehearsal application on the fresh database, its clock stopped at NOW; turn it with ``at``."""
    folder = tmp_path / "office"
    folder.mkdir()
    app = App(
        Settings(), ConfigFiles(folder / "config"), folder, database, stopped_at(NOW), clock_is_set=True
    )
    initialise(app, rehearsal=True)
    yield app
    app.close()
