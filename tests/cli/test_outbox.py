"""tracker outbox: what a clerk reads of a message, and decides about it."""

import contextlib
import sqlite3
from collections.abc import Sequence

import pytest

from tests.cli.conftest import Tracker

FIRST = "2027-02-01T09:05+07:00"
SOON = "2027-02-01T10:00+07:00"
TABIAN = "หัวหน้าฝ่ายทะเบียน"


@pytest.fixture
def sent(office: Tracker) -> Tracker:
    """The office an hour after its four messages of February went into files."""
    office.says("tick", "--now", FIRST)
    office.now = SOON
    return office


def leave(tracker: Tracker, number: int, **values: object) -> None:
    """Change the columns of a message."""
    columns = ", ".join(f"{name} = ?" for name in values)
    with contextlib.closing(sqlite3.connect(tracker.folder / "tracker.db")) as connection:
        connection.execute(f"UPDATE messages SET {columns} WHERE id = ?", (*values.values(), number))
        connection.commit()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"state": "queued"}, "It waits, and the next 'tracker tick' sends it."),
        ({"state": "queued", "next_attempt_at": "2027-02-01 04:00:00"},
         "It waits, and is not sent before 2570-02-01 11:00."),
        ({"state": "sending"}, "It is just being sent."),
        ({"channel": "email"}, "The mail server has taken it."),
        ({"channel": "line"}, "LINE has taken it."),
        ({"state": "retry", "next_attempt_at": "2027-02-01 04:00:00"},
         "It will be tried again, not before 2570-02-01 11:00."),
        ({"state": "failed"}, "It did not arrive. Correct the contact's address, then: "
         "tracker outbox retry 1, or tracker outbox cancel 1 --reason TEXT"),
        ({"state": "unknown", "channel": "email"}, "It cannot be known whether it arrived. Decide: "
         "tracker outbox retry 1 (may arrive twice), or tracker outbox cancel 1 --reason TEXT"),
        ({"state": "unknown", "channel": "line"}, "It cannot be known whether it arrived. Decide: "
         "tracker outbox retry 1 (cannot arrive twice), or tracker outbox cancel 1 --reason TEXT"),
        ({"state": "unknown", "channel": "email", "useful_until": "2027-02-01 03:00:00"},
         "It cannot be known whether it arrived. Decide: tracker outbox cancel 1 --reason TEXT "
         "(it is past its use, so it cannot be sent again)"),
        ({"state": "cancelled"}, "It was called off."),
        ({"state": "cancelled", "rendered_at": None}, "It was called off before it was written."),
        ({"state": "expired"}, "It was not sent: it was past its use before it could be."),
    ],
    ids=["queued", "put_off", "sending", "email", "line", "retry", "failed", "unknown", "unknown_line",
         "unknown_late", "cancelled", "unwritten", "expired"],
)  # fmt: skip
def test_show_says_how_a_message_stands(sent: Tracker, values: dict[str, object], sentence: str) -> None:
    leave(sent, 1, **values)

    assert sent.says("outbox", "show", 1).splitlines()[2] == sentence


def test_show_tells_every_try(sent: Tracker) -> None:
    leave(sent, 1, cost=3)
    with contextlib.closing(sqlite3.connect(sent.folder / "tracker.db")) as connection:
        connection.execute("DELETE FROM attempts WHERE message_id = 1")
        for row in (
            (1, 1, "2027-02-01 02:05:00", "line", "U1", "retry", "", "", "cut \x1b[31moff"),
            (1, 2, "2027-02-01 02:06:00", "line", "U1", "sent", "b", "a", ""),
        ):
            connection.execute("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()

    lines = sent.says("outbox", "show", 1).splitlines()

    assert lines[1] == "Made 2570-02-01 09:05, sent 2570-02-01 09:05, attempts 1, costs 3 LINE messages"
    assert lines[4:8] == [
        "Try  When              By    To  Outcome  Request                 Remark",
        "---  ----------------  ----  --  -------  ----------------------  ---------------",
        r"  1  2570-02-01 09:05  line  U1  retry                            cut \x1b[31moff",
        "  2  2570-02-01 09:06  line  U1  sent     b (accepted before: a)",
    ]
    assert sent.json("outbox", "show", 1)["tries"][1] == {
        "number": 2, "at": "2027-02-01T02:06:00+00:00", "channel": "line", "address": "U1",
        "outcome": "sent", "request_id": "b", "accepted_request_id": "a", "remark": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ((), [1, 2, 3, 4]),
        (("--contact", "ทะเบียน"), [1]),
        (("--limit", "2"), [3, 4]),
        (("--channel", "line"), []),
        (("--since", "1 ก.พ. 2570"), [1, 2, 3, 4]),
        (("--since", "2570-02-02"), []),
        (("--status", "sent", "--contact", "หัวหน้า", "--limit", "1"), [2]),
    ],
    ids=["all", "contact", "limit", "channel", "since", "since_later", "together"],
)
def test_list_filters(sent: Tracker, words: Sequence[str], numbers: list[int]) -> None:
    assert [each["id"] for each in sent.json("outbox", "list", *words)] == numbers
    if not numbers:
        assert sent.says("outbox", "list", *words) == "No message is like that.\n"


def test_list_refuses_an_unknown_contact(sent: Tracker) -> None:
    assert sent.refuses("outbox", "list", "--contact", "ใคร").startswith("No contact 'ใคร'. ")


def test_list_tells_cost_and_reference(sent: Tracker) -> None:
    leave(sent, 1, cost=1, reference="abc")

    first = sent.json("outbox", "list")[0]

    assert (first["cost"], first["reference"]) == (1, "abc")


def test_retry_says_what_to_expect_and_the_next_tick_sends(sent: Tracker) -> None:
    leave(sent, 1, state="failed")
    leave(sent, 2, state="unknown", channel="email", unsure=2)

    assert sent.says("outbox", "retry", 1) == (
        f"1 to {TABIAN}: waits to be sent again.\nIt goes out with the next 'tracker tick'.\n"
    )
    assert sent.says("outbox", "retry", 2, 1, "--reason", "โทรถามแล้ว") == (
        f"1 to {TABIAN}: waits to be sent again.\n"
        "2 to หัวหน้าฝ่ายโยธา: waits to be sent again. "
        "It may arrive twice: it cannot be known whether the first one arrived.\n"
        "They go out with the next 'tracker tick'.\n"
    )

    assert sent.json("tick")["sent"] == 2
    assert {each["status"] for each in sent.json("outbox", "list")} == {"sent"}


def test_retry_as_json_carries_the_remarks(sent: Tracker) -> None:
    leave(sent, 2, state="unknown", channel="email", unsure=2)

    (found,) = sent.json("outbox", "retry", 2)

    assert (found["id"], found["status"]) == (2, "retry")
    assert found["remarks"] == ["It may arrive twice: it cannot be known whether the first one arrived."]


def test_retry_from_a_rehearsal_can_really_send(sent: Tracker) -> None:
    leave(sent, 2, state="failed")

    assert sent.says("outbox", "retry", 2, "--really-send") == (
        "2 to หัวหน้าฝ่ายโยธา: waits to be sent again. It goes by email to yotha@example.go.th now.\n"
        "It goes out with the next 'tracker tick --really-send'.\n"
    )


def test_cancel_and_take_back(sent: Tracker) -> None:
    leave(sent, 1, state="failed")

    assert sent.says("outbox", "cancel", 1, "--reason", "โทรแล้ว") == f"1 to {TABIAN}: cancelled.\n"
    lines = sent.says("outbox", "show", 1).splitlines()
    assert lines[2:5] == ["It was called off.", "Cancelled: โทรแล้ว", "left out: called off: โทรแล้ว"]
    assert sent.json("tick")["sent"] == 0

    sent.says("outbox", "retry", 1)
    assert sent.json("tick")["sent"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("retry", 1, 2), "Message 2 was sent already. Nothing was changed."),
        (("cancel", 1, 2, "--reason", "x"), "Message 2 was sent already. Nothing was changed."),
        (("retry", 1, 99), "There is no message 99; the newest is 4."),
        (("cancel", 1, 99, "--reason", "x"), "There is no message 99; the newest is 4."),
    ],
    ids=["retry_sent", "cancel_sent", "retry_unknown", "cancel_unknown"],
)
def test_all_or_nothing(sent: Tracker, words: Sequence[object], sentence: str) -> None:
    leave(sent, 1, state="failed")
    before = sent.rows()

    assert sent.refuses("outbox", *words) == sentence
    assert sent.rows() == before


@pytest.mark.parametrize(
    "words",
    [("retry",), ("retry", "x"), ("retry", "0"), ("cancel", "1"), ("list", "--limit", "0")],
    ids=" ".join,
)
def test_wrong_usage(sent: Tracker, words: tuple[str, ...]) -> None:
    assert sent("outbox", *words).exit_code == 2
