"""tracker doctor: what is in place, what is doubtful, and what keeps reminders from going out."""

import contextlib
import socket
import sqlite3

import pytest

from tests.cli.conftest import PLAN, Tracker

KEYS = {"subject", "state", "text"}


def findings(tracker: Tracker, **environ: str) -> list[tuple[str, str, str]]:
    return [(each["state"], each["subject"], each["text"]) for each in tracker.json("doctor", **environ)]


@pytest.fixture
def closed_port() -> str:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def test_doctor_looks_at_everything_and_sends_nothing(office: Tracker, no_network: list[object]) -> None:
    before = office.rows()

    lines = office.says("doctor").splitlines()

    assert lines[0].startswith(f"ok       database: {office.folder / 'tracker.db'}, rehearsal, schema ")
    assert lines[1] == "ok       clock: 2570-02-10 10:00 in Asia/Bangkok (set)"
    assert [line.split(":")[0] for line in lines[2:]] == [
        "warning  days off", "warning  days off", "warning  email", "ok       line", "warning  contacts"
    ]  # fmt: skip
    assert lines[-1] == "warning  contacts: สำนักงานเขตสมมุติ: nobody is reminded for ฝ่ายเทศกิจ, ฝ่ายปกครอง"
    assert office.rows() == before


def test_doctor_as_json_has_stable_keys(office: Tracker) -> None:
    facts = office.json("doctor")

    assert all(set(each) >= KEYS for each in facts)
    assert {each["state"] for each in facts} == {"ok", "warning"}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_doctor_exits_1_when_the_mail_server_does_not_answer(
    office: Tracker, closed_port: str, *, as_json: bool
) -> None:
    settings = '[email]\nsecurity = "none"\nfrom = "ita@example.go.th"\ntimeout_seconds = 2\n'
    (office.folder / "config" / "tracker.toml").write_text(settings, encoding="utf-8")

    words = ("doctor", "--json") if as_json else ("doctor",)
    result = office(*words, TRACKER_SMTP_HOST="127.0.0.1", TRACKER_SMTP_PORT=closed_port)

    assert (result.exit_code, result.stderr) == (1, "Error: 1 problem found.\n")
    sentence = f"The mail server 127.0.0.1, port {closed_port}, takes no connections: "
    assert sentence in result.stdout
    assert ('"state": "problem"' if as_json else f"problem  email: {sentence}") in result.stdout


def test_doctor_exits_1_when_the_sender_is_missing(office: Tracker) -> None:
    result = office("doctor", TRACKER_SMTP_HOST="mail.example.go.th")

    assert result.exit_code == 1
    assert "problem  email: E-mail cannot be used: set the sender, 'from', under [email]" in result.stdout


def test_doctor_names_vacant_posts(empty: Tracker) -> None:
    empty.says("init")
    assert ("warning", "plan", "none is loaded yet: tracker plan import FILE") in findings(empty)

    empty.says("plan", "import", PLAN)

    agency = "สำนักงานเขตสมมุติ"
    assert [text for _, subject, text in findings(empty) if subject == "contacts"] == [
        f"{agency}: nobody is reminded for ฝ่ายทะเบียน, ฝ่ายโยธา, ฝ่ายเทศกิจ, ฝ่ายปกครอง",
        f"{agency}: there is no coordinator",
        f"{agency}: there is no supervisor",
    ]


def test_doctor_names_contacts_without_an_address(office: Tracker) -> None:
    office.says("contact", "add", "คนไม่มีที่อยู่", "--role", "owner")

    assert (
        "warning", "contacts", "คนไม่มีที่อยู่ has no address; the messages lie in the folder outbox"
    ) in findings(office)  # fmt: skip


def test_doctor_counts_failed_messages(office: Tracker) -> None:
    office.says("tick", "--now", "2027-02-01T09:05+07:00")
    with contextlib.closing(sqlite3.connect(office.folder / "tracker.db")) as connection:
        connection.execute("UPDATE messages SET state = 'failed' WHERE id = 1")
        connection.commit()

    assert (
        "warning", "outbox", "1 message failed; see: tracker outbox list --status failed"
    ) in findings(office)  # fmt: skip


def test_doctor_misses_the_days_off_of_a_year_far_ahead(office: Tracker) -> None:
    texts = [
        text
        for _, subject, text in findings(office, TRACKER_NOW="2050-01-04T09:00+07:00")
        if subject == "days off"
    ]

    assert texts[0].startswith("there is no table for 2593; make ")
