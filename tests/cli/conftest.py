"""A working folder and the program in it: what a person types, and what it answers.

The plan is the invented one of ``tests/data/plans``, brought in on 20 September 2569; it is Wednesday,
10 February 2570, 10:00 in Bangkok, unless a test says otherwise.
"""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tracker.cli import root

PLAN = Path(__file__).parent.parent / "data" / "plans" / "sommut-2570.txt"
IMPORTED = "2026-09-20T14:00+07:00"
NOW = "2027-02-10T10:00+07:00"
CONTACTS = """\
name,division,email,line_id,phone,roles
หัวหน้าฝ่ายทะเบียน,ฝ่ายทะเบียน,tabian@example.go.th,U11111111111111111111111111111111,,owner
หัวหน้าฝ่ายโยธา,ฝ่ายโยธา,yotha@example.go.th,,,owner;supervisor
ผู้ประสานงาน,,ita@example.go.th,,0 2000 0001,coordinator
ผู้อำนวยการเขต,,director@example.go.th,,,supervisor
"""


@dataclass
class Tracker:
    """The program in a folder. Its clock is set by TRACKER_NOW; None leaves it to the system."""

    folder: Path
    now: str | None = NOW
    environ: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, *words: object, stdin: str | bytes | None = None, **environ: str | None) -> Result:
        """Run one command; an exception that no user should see fails the test."""
        own = {"TRACKER_NOW": self.now, "TRACKER_ACTOR": "ผู้ทดสอบ", **self.environ, **environ}
        with contextlib.chdir(self.folder):
            result = CliRunner().invoke(
                root, [str(word) for word in words], input=stdin, env=own, catch_exceptions=False
            )
        assert "The program has a fault" not in result.output, result.output
        return result

    def says(self, *words: object, stdin: str | bytes | None = None, **environ: str | None) -> str:
        """What a command that succeeds prints; nothing on standard error."""
        result = self(*words, stdin=stdin, **environ)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def refuses(self, *words: object, stdin: str | bytes | None = None, **environ: str | None) -> str:
        """The one sentence of a command that cannot be carried out; nothing on standard output."""
        result = self(*words, stdin=stdin, **environ)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr.removeprefix("Error: ").removesuffix("\n")

    def json(self, *words: object, **environ: str | None) -> Any:
        """What a command prints with --json."""
        return json.loads(self.says(*words, "--json", **environ))

    def rows(self, name: str = "tracker.db") -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of an SQLite database in the folder."""
        return rows_of(self.folder / name)

    def periods(self, code: str, status: str) -> list[str]:
        """The periods of a measure whose follow-ups have this status."""
        return [each["period"] for each in self.json("list", "--code", code, "--status", status)]


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of an SQLite database."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for (name,) in names
        }


def bare(folder: Path) -> dict[str, str | None]:
    """An environment without any setting of the machine's."""
    return dict.fromkeys(("TRACKER_DB", "TRACKER_CONFIG", "TRACKER_SMTP_HOST", "TRACKER_LINE_TOKEN"))


@pytest.fixture
def empty(tmp_path: Path) -> Tracker:
    """An empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return Tracker(folder)


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    office = Tracker(folder, IMPORTED, bare(folder))
    office.says("init", "--rehearsal")
    office.says("plan", "import", PLAN)
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    office.says("contact", "import", "contacts.csv")
    return folder


@pytest.fixture
def office(_filled: Path, tmp_path: Path) -> Tracker:
    """A folder with a rehearsal database that holds the plan and its contacts."""
    folder = tmp_path / "office"
    shutil.copytree(_filled, folder)
    return Tracker(folder)


@pytest.fixture
def live(office: Tracker) -> Tracker:
    """The same as a live database; its clock is the system's, and so are the dates it shows."""
    with contextlib.closing(sqlite3.connect(office.folder / "tracker.db")) as connection:
        connection.execute("UPDATE meta SET value = 'live' WHERE key = 'mode'")
        connection.commit()
    office.now = None
    return office


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every try to open a connection fails, and is listed."""
    tried: list[object] = []

    def refuse(_socket: object, address: object) -> None:
        tried.append(address)
        raise AssertionError(f"a connection to {address} was tried")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.socket.connect_ex", refuse)
    yield tried
    assert tried == []
