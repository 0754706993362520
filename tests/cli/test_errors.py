"""What goes wrong around a command gets one sentence and exit status 1; wrong usage gets 2."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, PLAN, Tracker
from tracker.db import migrate


def change(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_missing_database(empty: Tracker) -> None:
    assert empty.refuses("list") == (
        f"There is no database at {empty.folder / 'tracker.db'}. Run 'tracker init' first, or set TRACKER_DB."
    )
    assert list(empty.folder.iterdir()) == []


def test_empty_database(empty: Tracker) -> None:
    (empty.folder / "tracker.db").touch()

    assert empty.refuses("list") == (
        f"The database {empty.folder / 'tracker.db'} holds no tracker yet. Run 'tracker init' first."
    )


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("0000", "is of an older version. Back it up, then run 'tracker init'."),
        ("9999", "is of a newer version than this program. Update the program."),
    ],
)
@pytest.mark.parametrize("words", [("list",), ("tick",), ("doctor",)], ids=" ".join)
def test_database_of_another_version(
    office: Tracker, version: str, sentence: str, words: tuple[str, ...]
) -> None:
    assert version != migrate.HEAD
    change(office.folder / "tracker.db", f"UPDATE alembic_version SET version_num = '{version}'")

    assert office.refuses(*words) == f"The database {office.folder / 'tracker.db'} {sentence}"


@pytest.mark.parametrize(
    "words", [("done", "E3"), ("tick",), ("contact", "import", "contacts.csv")], ids=" ".join
)
def test_locked_database(office: Tracker, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setattr("tracker.db.session.BUSY_SECONDS", 0.05)
    before = office.rows()

    with contextlib.closing(sqlite3.connect(office.folder / "tracker.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = office.refuses(*words)
        other.execute("ROLLBACK")

    assert said == "The database is locked by another program. Nothing was changed; try again in a moment."
    assert office.rows() == before


def test_database_that_somebody_writes_to_can_still_be_read(
    office: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.db.session.BUSY_SECONDS", 0.05)

    with contextlib.closing(sqlite3.connect(office.folder / "tracker.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(office.json("list", "--code", "E3")) == 1
        other.execute("ROLLBACK")


@pytest.mark.parametrize("words", [("list",), ("init",), ("done", "E3")], ids=" ".join)
@pytest.mark.parametrize("content", [b"not a database" * 100, bytes(range(256)) * 32], ids=["text", "binary"])
def test_file_that_is_no_database(empty: Tracker, content: bytes, words: tuple[str, ...]) -> None:
    (empty.folder / "tracker.db").write_bytes(content)

    said = empty.refuses(*words)

    assert said.startswith("The file is not a tracker database, or it is damaged (")
    assert (empty.folder / "tracker.db").read_bytes() == content


def test_damaged_database(office: Tracker) -> None:
    path = office.folder / "tracker.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    said = office("list")

    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.startswith("Error: The file is not a tracker database, or it is damaged (")


def test_full_disk(office: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = len((office.folder / "tracker.db").read_bytes()) // 4096 + 1
    monkeypatch.setattr(
        "tracker.db.session._begin_sqlite",
        lambda connection: (connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}"),
                            connection.exec_driver_sql("BEGIN IMMEDIATE")),
    )  # fmt: skip
    before = office.rows()

    said = office.refuses("done", "E3", "--note", "ยาว" * 100_000)

    assert said == "The disk is full (database or disk is full). Nothing was changed."
    assert office.rows() == before


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:geheim@127.0.0.1:1/x", "postgresql+psycopg://u:geheim@/x?host=/no/such/folder"],
    ids=["closed_port", "no_socket"],
)
@pytest.mark.parametrize("words", [("list",), ("init",), ("doctor",), ("done", "E3")], ids=" ".join)
def test_unreachable_postgresql(empty: Tracker, url: str, words: tuple[str, ...]) -> None:
    said = empty.refuses(*words, TRACKER_DB=url)

    assert said.startswith("The database cannot be reached (")
    assert said.endswith(" Check TRACKER_DB and the server.")
    assert "geheim" not in said


NO_URL = (
    "TRACKER_DB is not a database URL; write sqlite:///tracker.db, or "
    "postgresql+psycopg://user@host/database with @ : / in a password as %40 %3A %2F."
)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://u:geheim@h/x", "TRACKER_DB names mysql; the tracker keeps SQLite or postgresql+psycopg."),
        ("://geheim", NO_URL),
        ("postgresql://u:geheim@h:port/x", NO_URL),
    ],
)
def test_tracker_db_that_is_no_database(empty: Tracker, url: str, sentence: str) -> None:
    assert empty.refuses("list", TRACKER_DB=url) == sentence


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ('[email]\nhots = "x"\n', ("has the unknown setting 'email.hots'", "'email.host'")),
        ('[sending]\nopen = "08:30"\n', ("has the unknown setting 'sending.open'", "'sending.opens'")),
        ("verify = true\n", ("has the unknown setting 'verify'", "'closing.verify'")),
        ("[email\n", ("is not readable as TOML in UTF-8",)),
        ("[email]\nport = 'x'\n", ("'email.port'", "a whole number from 1 to 65535 is expected, not 'x'.")),
        ("[office]\nzone = 'Bangkok'\n", ("'office.zone'", "\"Asia/Bangkok\" is expected, not 'Bangkok'.")),
        ("[sending]\nopens = '25:00'\n", ("'sending.opens'", "\"08:30\" is expected, not '25:00'.")),
    ],
    ids=["key", "near_key", "no_section", "toml", "number", "zone", "time"],
)  # fmt: skip
def test_settings_that_cannot_be_used(office: Tracker, content: str, parts: tuple[str, ...]) -> None:
    path = office.folder / "config" / "tracker.toml"
    path.write_text(content, encoding="utf-8")

    said = office.refuses("list")

    assert said.startswith(str(path))
    assert [part for part in parts if part not in said] == []


def test_settings_in_another_encoding(office: Tracker) -> None:
    (office.folder / "config" / "tracker.toml").write_bytes("# ตั้งค่า\n".encode("cp874"))

    assert "is not readable as TOML in UTF-8" in office.refuses("list")


def test_settings_that_tracker_config_does_not_find(office: Tracker) -> None:
    assert office.refuses("list", TRACKER_CONFIG="none.toml") == (
        f"TRACKER_CONFIG points to {office.folder / 'none.toml'}, where there is no file."
    )


def test_setting_in_the_environment_that_cannot_be_used(office: Tracker) -> None:
    assert office.refuses("list", TRACKER_SMTP_PORT="many") == (
        "TRACKER_SMTP_PORT: a whole number from 1 to 65535 is expected, not 'many'."
    )


def test_no_plan_yet(empty: Tracker) -> None:
    empty.says("init")

    for words in (
        ("list",),
        ("overdue",),
        ("summary",),
        ("show", "I1"),
        ("done", "I1"),
        ("plan", "export", "-"),
    ):
        assert empty.refuses(*words) == "No plan is loaded yet. Load one with: tracker plan import FILE"


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("lst",), "list"), (("summry",), "summary"), (("oberdue",), "overdue"),
        (("plan", "imprt"), "import"), (("outbox", "shw"), "show"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_unknown_command_names_the_nearest(empty: Tracker, words: tuple[str, ...], nearest: str) -> None:
    result = empty(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"Error: No such command '{words[-1]}'. Did you mean '{nearest}'?\n")


@pytest.mark.parametrize(
    "words",
    [
        ("xyzzy",), ("list", "--frobnicate"), ("list", "E3"), ("show",), ("done",), ("plan", "import"),
        ("rehearse",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_exits_2(office: Tracker, words: tuple[str, ...]) -> None:
    result = office(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")
    assert "\nError: " in result.stderr


def test_ctrl_c_is_no_traceback(office: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = office.rows()
    monkeypatch.setattr("tracker.cli.closing.apply", lambda *_, **__: interrupt())

    result = office("done", "E3")

    assert (result.exit_code, result.stdout, result.stderr.strip()) == (1, "", "Aborted!")
    assert office.rows() == before


def test_fault_of_the_program_is_one_sentence_without_its_text(
    office: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("the password is geheim")

    monkeypatch.setattr("tracker.cli.closing.choose", fail)

    with pytest.raises(
        AssertionError, match=r"The program has a fault: ValueError in tracker/.*\.py, line \d+\."
    ):
        office("done", "E3")


def test_error_before_anything_leaves_an_import_undone(empty: Tracker) -> None:
    empty.says("init")
    before = empty.rows()

    assert "2027-02-30" in empty.refuses("plan", "import", PLAN, "--track-from", "2027-02-30")
    assert empty.rows() == before


def test_sentence_is_printed_once(office: Tracker) -> None:
    result = office("plan", "import", "none.txt", "--now", NOW)

    assert result.output == "Error: none.txt: there is no such file; check the name and the folder.\n"
