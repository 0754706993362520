"""tracker init and rehearse: making a database, copying one, and what a set clock may do."""

import datetime as dt
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, PLAN, Tracker
from tracker.config import example


def test_init_makes_a_live_database_and_the_settings(empty: Tracker) -> None:
    empty.now = None

    said = empty.says("init")

    assert said == (
        f"Database {empty.folder / 'tracker.db'}: made.\n"
        f"Settings {empty.folder / 'config' / 'tracker.toml'}: made, with every key explained.\n"
        "Next: tracker plan import FILE\n"
    )
    assert (empty.folder / "config" / "tracker.toml").read_text(encoding="utf-8") == example()
    assert ("mode", "live") in empty.rows()["meta"]


def test_init_again_changes_nothing(office: Tracker) -> None:
    settings = office.folder / "config" / "tracker.toml"
    settings.write_text("[office]\nzone = 'Asia/Tokyo'\n", encoding="utf-8")
    before = office.rows()

    said = office.says("init")

    assert said == f"Rehearsal database {office.folder / 'tracker.db'}: is up to date.\n"
    assert office.rows() == before
    assert settings.read_text(encoding="utf-8") == "[office]\nzone = 'Asia/Tokyo'\n"


@pytest.mark.parametrize(
    ("words", "now"), [(("--rehearsal",), None), ((), NOW)], ids=["option", "clock_is_set"]
)
def test_init_makes_a_rehearsal(empty: Tracker, words: tuple[str, ...], now: str | None) -> None:
    empty.now = now

    said = empty.says("init", *words)

    assert said.startswith(f"Rehearsal database {empty.folder / 'tracker.db'}: made.\n")
    assert ("mode", "rehearsal") in empty.rows()["meta"]


@pytest.mark.parametrize(
    ("words", "now"), [(("--rehearsal",), None), ((), NOW)], ids=["option", "clock_is_set"]
)
def test_init_makes_no_rehearsal_of_a_live_database(
    live: Tracker, words: tuple[str, ...], now: str | None
) -> None:
    before = live.rows()
    live.now = now

    said = live.refuses("init", *words)

    assert said == (
        f"{live.folder / 'tracker.db'} is a live database, and --rehearsal or TRACKER_NOW asks for a "
        "rehearsal. Make a rehearsal copy of it with: tracker rehearse FILE"
    )
    assert live.rows() == before


def test_init_leaves_the_settings_to_tracker_config(empty: Tracker) -> None:
    (empty.folder / "own.toml").write_text("", encoding="utf-8")

    said = empty.says("init", TRACKER_CONFIG="own.toml")

    assert "Settings" not in said
    assert not (empty.folder / "config").exists()


def test_init_uses_tracker_db(empty: Tracker) -> None:
    said = empty.says("init", TRACKER_DB="sqlite:///other.db")

    assert said.startswith(f"Rehearsal database {empty.folder / 'other.db'}: made.\n")
    assert [path.name for path in empty.folder.glob("*.db")] == ["other.db"]


def test_init_in_a_folder_that_is_not_there_is_refused(empty: Tracker) -> None:
    said = empty.refuses("init", TRACKER_DB="no/such/folder/tracker.db")

    assert said == ("The database file cannot be opened; check its folder and the rights to it (TRACKER_DB).")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody may write into")
def test_init_in_a_folder_that_cannot_be_written_is_refused() -> None:
    said = Tracker(Path("/proc/self")).refuses("init")

    assert said == ("The database file cannot be opened; check its folder and the rights to it (TRACKER_DB).")


def test_init_where_the_settings_cannot_be_written_is_refused(empty: Tracker) -> None:
    (empty.folder / "config").write_text("a file, not a folder", encoding="utf-8")

    result = empty("init")

    assert result.exit_code == 1
    assert result.stderr == f"Error: The system refused: File exists ({empty.folder / 'config'}).\n"


def test_rehearse_copies_every_row_of_a_live_database(live: Tracker) -> None:
    before = live.rows()

    said = live.says("rehearse", "try.db")

    copied = live.rows("try.db")
    number = sum(len(rows) for name, rows in before.items() if name != "alembic_version")
    assert said == f"Copied {number} rows into try.db. Use it with: TRACKER_DB=try.db\n"
    assert dict(copied.pop("meta"))["mode"] == "rehearsal"
    assert live.rows() == before
    del before["meta"]
    assert copied == before


def test_rehearsed_copy_takes_a_set_clock_and_leaves_the_live_one_alone(live: Tracker) -> None:
    live.says("rehearse", "try.db")
    before = live.rows()

    said = live.says("done", "E3", TRACKER_DB="try.db", TRACKER_NOW=NOW)

    assert said.startswith("E3 2570-01-31: done.")
    assert live.rows() == before


def test_rehearse_writes_over_nothing(office: Tracker) -> None:
    (office.folder / "try.db").write_text("precious", encoding="utf-8")

    said = office.refuses("rehearse", "try.db")

    assert said == "try.db exists already; name a new file for the rehearsal."
    assert (office.folder / "try.db").read_text(encoding="utf-8") == "precious"


def test_rehearse_into_a_missing_folder_is_refused(office: Tracker) -> None:
    said = office.refuses("rehearse", "no/such/try.db")

    assert said.startswith("The database file cannot be opened")


READING = [
    ("list",), ("overdue",), ("summary",), ("show", "O3"), ("plan", "list"), ("plan", "show"),
    ("plan", "export", "-"), ("division", "list"), ("contact", "list"), ("outbox", "list"), ("doctor",),
    ("rehearse", "try.db"),
]  # fmt: skip
WRITING = [
    ("plan", "import", str(PLAN)), ("division", "add", "ฝ่ายใหม่"), ("division", "import"),
    ("contact", "add", "ใครคนหนึ่ง"), ("contact", "import", "contacts.csv"), ("done", "E3"), ("submit", "E3"),
    ("return", "E3", "--reason", "ก"), ("waive", "E3", "--reason", "ก"), ("reopen", "E3", "--reason", "ก"),
    ("postpone", "E3", "--until", "2027-02-28", "--reason", "ก"), ("remind",), ("tick",), ("run",),
]  # fmt: skip


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_live_database_shows_itself_under_a_set_clock(live: Tracker, words: tuple[str, ...]) -> None:
    before = live.rows()

    live.says(*words, "--now", NOW)

    assert live.rows() == before


@pytest.mark.parametrize("words", WRITING, ids=[" ".join(words[:2]) for words in WRITING])
@pytest.mark.parametrize("by", ["option", "environment"])
def test_live_database_is_not_changed_under_a_set_clock(
    live: Tracker, words: tuple[str, ...], by: str
) -> None:
    before = live.rows()

    said = live.refuses(*words, "--now", NOW) if by == "option" else live.refuses(*words, TRACKER_NOW=NOW)

    assert said == (
        f"The clock is set (--now or TRACKER_NOW), and {live.folder / 'tracker.db'} is a live database: "
        "only reading commands may run. Make a rehearsal copy with: tracker rehearse FILE"
    )
    assert live.rows() == before


def test_live_database_is_changed_under_the_system_clock(
    live: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.app.system_clock", lambda: dt.datetime.fromisoformat(NOW))

    said = live.says("done", "E3")

    assert said == "E3 2570-01-31: done. ที่จอดรถจักรยาน\n"


def test_option_now_goes_before_the_environment(office: Tracker) -> None:
    facts = office.json("summary", "--now", "2027-01-31T17:30:00+00:00")  # 1 February in Bangkok

    assert facts["as_of"] == "2027-02-01"


@pytest.mark.parametrize("text", ["2027-02-10", "2027-02-10T10:00", "now", "10 ก.พ. 2570"])
def test_clock_needs_an_offset(office: Tracker, text: str) -> None:
    said = office.refuses("list", "--now", text)

    assert said == f"Cannot read {text!r} as an instant; write it like 2022-01-04T09:00:00+07:00."
