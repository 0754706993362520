"""What a document or a file says never commands the terminal, and a password never shows itself."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Tracker

EVIL = "\x1b[31mแดง\x1b]0;ชื่อ\x07\x9b2J\u202e\x7f"
SHOWN = r"\x1b[31mแดง\x1b]0;ชื่อ\x07\x9b2J\u202e\x7f"
OBEYED = {chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0), *range(0x202A, 0x202F))}


@pytest.fixture
def evil(office: Tracker, empty: Tracker) -> Tracker:
    """A plan whose every text would take hold of a terminal."""
    document: dict[str, Any] = json.loads(office.says("plan", "export", "-"))
    document["agency"] += EVIL
    for measure in document["measures"]:
        for key in ("title", "timeline", "lead"):
            measure[key] = f"{measure[key]}{EVIL}"
        for key in ("analysis", "weaknesses", "actions", "follow_up"):
            measure[key] = [f"{bullet}{EVIL}" for bullet in measure[key]]
    for warning in document["warnings"]:
        warning["text"] += EVIL
    (empty.folder / "evil.json").write_text(json.dumps(document), encoding="utf-8")
    empty.now = "2026-09-20T14:00+07:00"
    empty.says("init")
    return empty


COMMANDS = [
    ("plan", "list"), ("plan", "show"), ("list",), ("overdue",), ("summary",), ("show", "I1"),
    ("division", "list"), ("contact", "list"), ("outbox", "list"), ("outbox", "show", "1"), ("doctor",),
    ("remind", "--dry-run"), ("list", "--json"), ("summary", "--json"), ("plan", "export", "-"),
    ("contact", "list", "--json"), ("outbox", "show", "1", "--json"), ("show", "I1", "--json"),
]  # fmt: skip


def test_nothing_printed_commands_a_terminal(evil: Tracker) -> None:
    printed = {"import": evil.says("plan", "import", "evil.json")}
    evil.says("contact", "add", "ผู้รับ", "--role", "owner", "--role", "coordinator")
    evil.says("tick", "--now", "2027-02-01T09:05+07:00")
    evil.now = "2027-02-09T10:00+07:00"
    printed["done"] = evil.says("done", "E3", "--note", EVIL, "--evidence", f"https://example.go.th/{EVIL}")

    for words in COMMANDS:
        printed[" ".join(words)] = evil.says(*words)

    assert {name: sorted(OBEYED & set(text)) for name, text in printed.items() if OBEYED & set(text)} == {}
    assert f"การตอบจดหมายให้ตรงเวลา{SHOWN}" in printed["list"]


def test_nothing_complained_of_commands_a_terminal(evil: Tracker) -> None:
    evil.says("plan", "import", "evil.json")

    complaints = [
        evil.refuses("list", "--agency", "ไม่มี"),
        evil.refuses("list", "--division", "ไม่มี"),
        evil.refuses("contact", "list", "--agency", "ไม่มี"),
        evil.refuses("show", EVIL),
        evil.refuses("plan", "import", EVIL),
    ]

    assert [sorted(OBEYED & set(text)) for text in complaints] == [[]] * 5
    assert SHOWN in complaints[0]


def test_json_with_escapes_means_the_same(evil: Tracker) -> None:
    evil.says("plan", "import", "evil.json")

    assert evil.json("list")[0]["title"] == f"การตอบจดหมายให้ตรงเวลา{EVIL}"
    assert json.loads(evil.says("plan", "export", "-"))["measures"][0]["title"].endswith(EVIL)


@pytest.mark.parametrize(
    "words",
    [("doctor",), ("doctor", "--json"), ("init",), ("list",), ("tick",), ("rehearse", "x.db")],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "url",
    ["postgresql://u:geheim@127.0.0.1:1/x", "postgresql+psycopg://u:geheim@127.0.0.1:1/x?connect_timeout=1"],
    ids=["plain", "options"],
)
def test_password_of_the_database_is_not_printed(empty: Tracker, words: tuple[str, ...], url: str) -> None:
    result = empty(*words, TRACKER_DB=url)

    assert result.exit_code == 1
    assert "geheim" not in result.output


def test_secrets_are_not_printed(office: Tracker) -> None:
    settings = '[email]\nsecurity = "none"\nfrom = "ita@example.go.th"\nuser = "ita"\ntimeout_seconds = 1\n'
    (office.folder / "config" / "tracker.toml").write_text(settings, encoding="utf-8")
    secrets = {
        "TRACKER_SMTP_HOST": "127.0.0.1",
        "TRACKER_SMTP_PORT": "1",
        "TRACKER_SMTP_PASSWORD": "geheim-eins",
        "TRACKER_LINE_TOKEN": "geheim-zwei",
        "TRACKER_LINE_API": "http://127.0.0.1:1",
    }

    printed = "".join(
        office(*words, **secrets).output for words in (("doctor",), ("doctor", "--json"), ("list",))
    )

    assert "problem  email" in printed
    assert "problem  line" in printed
    assert "geheim" not in printed


def test_secret_in_a_file_that_others_may_read_is_refused(office: Tracker) -> None:
    path = office.folder / "token"
    path.write_text("geheim\n", encoding="utf-8")
    path.chmod(0o644)

    said = office.refuses("list", TRACKER_LINE_TOKEN_FILE=str(path))

    assert said == f"TRACKER_LINE_TOKEN_FILE: others may read {path}. Run: chmod 600 {path}"
