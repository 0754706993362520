"""The same commands on either database, through TRACKER_DB."""

import json
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.cli.conftest import CONTACTS, IMPORTED, PLAN, Tracker, rows_of

FIRST = "2027-02-01T09:05+07:00"


@pytest.fixture
def tracker(database: URL, tmp_path: Path) -> Tracker:
    """A folder whose database is elsewhere."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    return Tracker(folder, environ={"TRACKER_DB": database.render_as_string(hide_password=False)})


def test_year_of_an_office(tracker: Tracker) -> None:
    assert tracker.says("init").startswith("Rehearsal database ")
    assert "7 measures, 50 follow-ups." in tracker.says("plan", "import", PLAN, "--now", IMPORTED)
    tracker.says("contact", "import", "contacts.csv")
    assert tracker.json("tick", "--now", FIRST)["sent"] == 4
    assert tracker.json("tick", "--now", FIRST)["messages"] == 0

    assert tracker.says("done", "I1", "O3", "--period", "2570-01").endswith("2 follow-ups.\n")
    assert tracker.refuses("done", "I2").startswith("I2 has several periods")

    assert tracker.json("summary")["done"] == 2
    assert len(tracker.json("overdue")) == 13
    assert tracker.json("show", "I1")["messages"][0]["contact"] == "หัวหน้าฝ่ายทะเบียน"
    assert tracker.says("doctor").startswith("ok       database: ")
    assert json.loads(tracker.says("plan", "export", "-"))["fiscal_year"] == 2570


def test_rehearsal_of_it_is_an_sqlite_file(tracker: Tracker) -> None:
    tracker.says("init")
    tracker.says("plan", "import", PLAN, "--now", IMPORTED)

    tracker.says("rehearse", "try.db")

    assert len(rows_of(tracker.folder / "try.db")["follow_ups"]) == 50
    tracker.environ = {"TRACKER_DB": "try.db"}
    assert tracker.says("done", "E3") == "E3 2570-01-31: done. ที่จอดรถจักรยาน\n"


def test_init_again_says_so(tracker: Tracker) -> None:
    tracker.says("init")

    assert tracker.says("init").endswith(": is up to date.\n")


def test_text_that_a_database_cannot_keep_changes_nothing(tracker: Tracker) -> None:
    tracker.says("init")
    tracker.says("plan", "import", PLAN, "--now", IMPORTED)

    result = tracker("done", "E3", "--note", "\udce1\udce2")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nothing was changed" in result.stderr
    assert tracker.periods("E3", "open") == ["2570-01-31"]
