"""tracker remind, tick and outbox: what is owed goes out once, in a rehearsal into files."""

import datetime as dt
import email
import email.policy
import json
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Tracker
from tracker.channels.base import Outgoing, Receipt
from tracker.channels.file import FileChannel

FIRST = "2027-02-01T09:05+07:00"
"""Monday, the first working day of February: monthly messages, overdue ones, summaries and lists."""

pytestmark = pytest.mark.usefixtures("no_network")

OUTBOX_KEYS = [
    "id", "kind", "kinds", "contact", "channel", "intended_channel", "address", "status", "attempts",
    "created_at", "sent_at", "error", "items",
]  # fmt: skip
PREVIEW_KEYS = {"kind", "contact", "channel", "address", "subject", "text"}


def letters(tracker: Tracker) -> list[Path]:
    return sorted((tracker.folder / "outbox").glob("*.eml"))


def test_tick_sends_into_files_in_a_rehearsal(office: Tracker) -> None:
    said = office.says("tick", "--now", FIRST)

    assert said == (
        "Owed and new: 21 reminders in 4 messages.\n"
        "Delivered: sent 4.\n"
        f"This is a rehearsal: see the folder {office.folder / 'outbox'}.\n"
    )
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in letters(office)
    ]
    assert len(mails) == 4
    assert any("ฝ่ายทะเบียน" in mail["subject"] for mail in mails)


def test_tick_again_sends_nothing_new(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)
    before, files = office.rows(), letters(office)

    assert office.says("tick", "--now", FIRST) == "Nothing new is owed.\n"
    assert office.says("tick", "--now", "2027-02-01T11:00+07:00") == "Nothing new is owed.\n"
    after = office.rows()
    del before["meta"], after["meta"]  # it knows when it looked last
    assert (after, letters(office)) == (before, files)


def test_tick_that_is_interrupted_finishes_the_message_under_way(
    office: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(channel: FileChannel, message: Outgoing, *, now: dt.datetime) -> Receipt:
        signal.raise_signal(signal.SIGINT)
        return send(channel, message, now=now)

    send = FileChannel.send
    with monkeypatch.context() as patched:
        patched.setattr(FileChannel, "send", interrupted)
        stopped = office("tick", "--now", FIRST)

    assert "Delivered: sent 1.\n" in stopped.stdout
    assert (stopped.exit_code, stopped.stderr) == (
        1, "Error: Stopped before all was sent; what waits goes out with the next 'tracker tick'.\n"
    )  # fmt: skip
    assert len(letters(office)) == 1
    assert "Delivered: sent 3.\n" in office.says("tick", "--now", FIRST)
    assert len(letters(office)) == 4


def test_tick_as_json_has_stable_keys(office: Tracker) -> None:
    keys = {"reminders", "messages", "sent", "retry", "failed", "unknown", "cancelled", "waiting"}

    first, second = office.json("tick", "--now", FIRST), office.json("tick", "--now", FIRST)

    assert keys <= set(first)
    assert (first["reminders"], first["messages"], first["sent"], first["waiting"]) == (21, 4, 4, 0)
    assert set(second.values()) == {0}


@pytest.mark.parametrize(
    "now",
    ["2027-02-01T08:59+07:00", "2027-02-01T00:10+07:00", "2027-01-31T12:00+07:00"],
    ids=["before_nine", "at_night", "on_sunday"],
)
def test_tick_before_the_hour_sends_nothing(office: Tracker, now: str) -> None:
    office.says("tick", "--now", "2027-01-29T16:00+07:00")
    files = letters(office)

    assert office.json("tick", "--now", now)["sent"] == 0
    assert letters(office) == files
    assert office.json("tick", "--now", FIRST)["sent"] > 0


def test_tick_by_night_tells_when_messages_are_made(office: Tracker) -> None:
    """As the office opens, for nobody looked that day; otherwise at nine."""
    said = office.says("tick", "--now", "2027-02-01T20:00+07:00")

    assert said == (
        "Owed and new: 21 reminders in 0 messages.\n"
        "New messages are made from 2570-02-02 08:30 on.\n"
        "Delivered: nothing.\n"
    )


def test_tick_tells_what_becomes_of_what_waits_for_a_later_message(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)
    office.says("contact", "edit", "หัวหน้าฝ่ายทะเบียน", "--roles", "owner;supervisor", "--rank", "1")

    said = office.says("tick", "--now", "2027-02-01T10:05+07:00").splitlines()

    assert said[0].endswith("in 0 messages.")
    assert said[1] == (
        "They go into the next message to their contacts: each gets one a day, and so many a month; see: "
        "tracker forecast"
    )


def test_tick_before_the_first_morning_after_an_import_sends_nothing(office: Tracker) -> None:
    assert office.says("tick", "--now", "2026-09-20T16:00+07:00") == "Nothing new is owed.\n"


def test_tick_a_day_late_catches_up_once(office: Tracker) -> None:
    late = office.json("tick", "--now", "2027-02-02T09:05+07:00")

    assert late["sent"] >= 2
    assert {"monthly", "overdue"} & {kind for each in office.json("outbox", "list") for kind in each["kinds"]}
    assert office.json("tick", "--now", "2027-02-02T09:15+07:00")["messages"] == 0


def test_tick_leaves_out_what_was_done(office: Tracker) -> None:
    for period in ("2569-10", "2569-11", "2569-12"):
        office.says("done", "I1", "--period", period, "--now", FIRST)

    office.says("tick", "--now", FIRST)

    (message,) = [each for each in office.json("outbox", "list") if each["contact"] == "หัวหน้าฝ่ายทะเบียน"]
    assert message["kinds"] == ["monthly"]


def test_remind_dry_run_shows_every_message_and_changes_nothing(office: Tracker) -> None:
    before = office.rows()

    said = office.says("remind", "--dry-run", "--now", FIRST)

    assert "── overdue to หัวหน้าฝ่ายทะเบียน, by file (U11111111111111111111111111111111)\n" in said
    assert "   เรียน หัวหน้าฝ่ายทะเบียน\n" in said
    assert said.endswith("4 messages would go out at 2570-02-01 09:05. Nothing was sent.\n")
    assert office.rows() == before
    assert letters(office) == []


def test_remind_dry_run_shows_what_tick_then_sends(office: Tracker) -> None:
    shown = office.json("remind", "--dry-run", "--now", FIRST)
    office.says("tick", "--now", FIRST)

    sent = [office.json("outbox", "show", each["id"]) for each in office.json("outbox", "list")]

    assert set(shown[0]) >= PREVIEW_KEYS
    assert [(each["contact"], each["kind"], each["subject"], each["text"]) for each in shown] == [
        (each["contact"], each["kind"], each["subject"], each["text"]) for each in sent
    ]


def test_remind_of_one_kind_leaves_the_others_owed(office: Tracker) -> None:
    shown = office.json("remind", "--dry-run", "--kind", "summary", "--now", FIRST)
    assert [(each["kind"], each["contact"]) for each in shown] == [
        ("summary", "หัวหน้าฝ่ายโยธา"),
        ("summary", "ผู้อำนวยการเขต"),
    ]

    said = office.says("remind", "--kind", "summary", "--now", FIRST)

    assert said.startswith("Owed and new: 2 reminders in 2 messages.\nDelivered: sent 2.\n")
    assert [each["kinds"] for each in office.json("outbox", "list")] == [["summary"], ["summary"]]
    later = office.json("tick", "--now", FIRST)
    # ฝ่ายโยธา had its one message of the day
    assert (later["messages"], office.json("tick", "--now", "2027-02-02T09:05+07:00")["messages"]) == (2, 2)


def test_remind_of_an_unknown_kind_is_wrong_usage(office: Tracker) -> None:
    result = office("remind", "--kind", "weekly")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'weekly' is not one of 'escalation', 'overdue'" in result.stderr


def test_remind_with_nothing_owed_says_so(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    assert office.says("remind", "--now", FIRST) == "Nothing new is owed.\n"
    assert office.says("remind", "--dry-run", "--now", FIRST) == (
        "0 messages would go out at 2570-02-01 09:05. Nothing was sent.\n"
    )
    assert office.says("remind", "--dry-run", "--json", "--now", FIRST) == "[]\n"


def test_live_database_without_a_mail_server_sends_into_files_and_says_why(
    live: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.app.system_clock", lambda: dt.datetime.fromisoformat(FIRST))

    said = live.says("tick")

    assert "rehearsal" not in said
    assert len(letters(live)) == 4
    assert {each["channel"] for each in live.json("outbox", "list")} == {"file"}


def test_outbox_list_is_a_table_in_the_offices_time(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    assert office.says("outbox", "list") == (
        "No.  Made              Kind         To              By    Status  Items               Remark\n"
        "---  ----------------  -----------  --------------  ----  ------  ------------------  ------\n"
        "  1  2570-02-01 09:05  overdue      หัวหน้าฝ่ายทะเบียน  file  sent    I1\n"
        "  2  2570-02-01 09:05  escalation   หัวหน้าฝ่ายโยธา    file  sent    I2, E1\n"
        "  3  2570-02-01 09:05  coordinator  ผู้ประสานงาน      file  sent\n"
        "  4  2570-02-01 09:05  escalation   ผู้อำนวยการเขต    file  sent    I1, I2, I3, E1, O3\n"
    )


def test_outbox_list_as_json_keeps_its_contract(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    first, *_ = office.json("outbox", "list")

    assert list(first)[: len(OUTBOX_KEYS)] == OUTBOX_KEYS
    assert {key: first[key] for key in OUTBOX_KEYS} == {
        "id": 1,
        "kind": "overdue",
        "kinds": ["overdue", "monthly"],
        "contact": "หัวหน้าฝ่ายทะเบียน",
        "channel": "file",
        "intended_channel": "line",
        "address": "U11111111111111111111111111111111",
        "status": "sent",
        "attempts": 1,
        "created_at": "2027-02-01T02:05:00+00:00",
        "sent_at": "2027-02-01T02:05:00+00:00",
        "error": None,
        "items": ["I1"],
    }


def test_outbox_list_filters_by_status(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    assert len(office.json("outbox", "list", "--status", "sent")) == 4
    assert office.says("outbox", "list", "--status", "failed") == "No message is failed.\n"
    assert office.says("outbox", "list", "--status", "failed", "--json") == "[]\n"


TRY_TITLES = ("When", "By", "To", "Outcome", "Request", "Remark")


def test_outbox_show_is_the_message_as_it_was_sent(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)
    facts = office.json("outbox", "show", 1)

    said = office.says("outbox", "show", 1)

    assert set(facts) >= {*OUTBOX_KEYS, "subject", "text", "html"}
    assert said == (
        "Message 1, overdue, sent; by file to หัวหน้าฝ่ายทะเบียน (U11111111111111111111111111111111)\n"
        "Made 2570-02-01 09:05, sent 2570-02-01 09:05, attempts 1\n"
        "It was written into a file.\n"
        "\n"
        f"{_tries_table(facts['tries'][0]['request_id'])}"
        "\n"
        f"{facts['subject']}\n"
        f"{facts['text'].rstrip()}\n"
    )


def _tries_table(request: str) -> str:
    """The one try to write a message to the LINE id into a file."""
    address = "U11111111111111111111111111111111"
    widths = (16, 4, len(address), 7, len(request), 6)
    lines = (
        ("Try", *(title.ljust(width) for title, width in zip(TRY_TITLES, widths, strict=True))),
        ("---", *("-" * width for width in widths)),
        ("  1", "2570-02-01 09:05", "file", address, "sent   ", request, ""),
    )
    return "".join("  ".join(line).rstrip() + "\n" for line in lines)


def test_outbox_show_of_an_unknown_number_names_those_there_are(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    assert office.refuses("outbox", "show", 99) == "There is no message 99; the newest is 4."


def test_outbox_show_of_no_number_is_wrong_usage(office: Tracker) -> None:
    result = office("outbox", "show", "first")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'first' is not a valid integer" in result.stderr


def test_outbox_without_messages_says_so(office: Tracker) -> None:
    assert office.says("outbox", "list") == "There are no messages.\n"
    assert office.json("outbox", "list") == []
    assert office.refuses("outbox", "show", 1) == "There are no messages yet."


def test_files_of_the_outbox_hold_what_the_record_says(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)

    facts = [json.loads(path.read_text("utf-8")) for path in (office.folder / "outbox").glob("*.json")]

    assert len(facts) == 4
    assert {office.json("outbox", "show", number)["subject"] for number in (1, 2, 3, 4)} == {
        each["subject"] for each in facts
    }
