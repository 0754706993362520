"""tracker contact edit, remove, pause, resume: what is done to one contact, and what is kept of it."""

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from tests.cli.conftest import Tracker

FIRST = "2027-02-01T09:05+07:00"
YOTHA = "หัวหน้าฝ่ายโยธา"
TABIAN = "หัวหน้าฝ่ายทะเบียน"


def contact(tracker: Tracker, name: str) -> dict[str, Any]:
    (found,) = [each for each in tracker.json("contact", "list") if each["name"] == name]
    return found


def last_event(tracker: Tracker) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Who did what in the newest line of the history, and what it was before and after."""
    with contextlib.closing(sqlite3.connect(tracker.folder / "tracker.db")) as connection:
        actor, what, before, after = connection.execute(
            "SELECT actor, what, before, after FROM events ORDER BY id DESC LIMIT 1"
        ).fetchone()
    return actor, what, json.loads(before), json.loads(after)


def execute(tracker: Tracker, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(tracker.folder / "tracker.db")) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize(
    ("words", "said", "column", "value"),
    [
        (("--name", "ผอ.โยธา"), "ผอ.โยธา: changed name.", "name", "ผอ.โยธา"),
        (("--email", "new@example.go.th"), f"{YOTHA}: changed e-mail.", "email", "new@example.go.th"),
        (("--email", ""), f"{YOTHA}: changed e-mail.", "email", ""),
        (("--line", "U" + "2" * 32), f"{YOTHA}: changed LINE.", "line_id", "U" + "2" * 32),
        (("--phone", "๐๒ ๑"), f"{YOTHA}: changed telephone.", "phone", "02 1"),
        (("--divisions", "ฝ่ายเทศกิจ;ทะเบียน"), f"{YOTHA}: changed divisions.", "divisions",
         ["ฝ่ายทะเบียน", "ฝ่ายเทศกิจ"]),
        (("--divisions", ""), f"{YOTHA}: changed divisions.", "divisions", []),
        (("--roles", "owner,coordinator"), f"{YOTHA}: changed roles.", "roles", ["owner", "coordinator"]),
        (("--rank", "2"), f"{YOTHA}: changed roles.", "rank", 2),
        (("--language", "en"), f"{YOTHA}: changed language.", "language", "en"),
        (("--from", "1 ต.ค. 2569"), f"{YOTHA}: changed first day.", "valid_from", "2026-10-01"),
        (("--until", "2027-09-30"), f"{YOTHA}: changed last day.", "valid_until", "2027-09-30"),
        (("--channels", "email,line"), f"{YOTHA}: changed channels.", "channels", ["email", "line"]),
        (("--phone", ""), f"{YOTHA}: as it was.", "phone", ""),
    ],
    ids=["name", "email", "no_email", "line", "phone", "divisions", "no_division", "roles", "rank",
         "language", "from", "until", "channels", "nothing"],
)  # fmt: skip
def test_edit_changes_one_column_alone(
    office: Tracker, words: Sequence[str], said: str, column: str, value: object
) -> None:
    before = contact(office, YOTHA)

    assert office.says("contact", "edit", YOTHA, *words) == f"{said}\n"

    after = contact(office, str(value) if column == "name" else YOTHA)
    changed = {column: value} | ({"rank": None} if column == "roles" else {})
    assert after == before | changed


def test_edit_is_kept_in_the_history_without_personal_data(office: Tracker) -> None:
    office.says("contact", "edit", YOTHA, "--email", "new@example.go.th", "--channels", "email")

    assert last_event(office) == (
        "ผู้ทดสอบ",
        "contact changed",
        {"contact": 2, "channels": ""},
        {"contact": 2, "changed": ["email", "channels"], "trusted": [], "channels": "email"},
    )


def test_edit_names_new_divisions(office: Tracker) -> None:
    assert office.says("contact", "edit", YOTHA, "--divisions", "ฝ่ายใหม่") == (
        f"{YOTHA}: changed divisions.\nNew divisions: ฝ่ายใหม่.\n"
    )


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("yotha@example.go.th", f"{YOTHA}: as it was.\nThe address for e-mail is used again.\n"),
        (
            "new@example.go.th",
            f"{YOTHA}: changed e-mail.\nThe address for e-mail is used again.\n",
        ),
    ],
    ids=["same", "corrected"],
)
def test_edit_with_an_address_ends_its_suspension(office: Tracker, email: str, said: str) -> None:
    refused = "UPDATE contacts SET email_suspended = ?, email_suspended_on = '2027-02-01' WHERE id = 2"
    execute(office, refused, "no such mailbox")
    assert contact(office, YOTHA)["suspensions"] == [
        {"channel": "email", "since": "2027-02-01", "reason": "no such mailbox"}
    ]
    last_line = office.says("contact", "list").splitlines()[-1]
    assert last_line == f"{YOTHA}: nothing goes by email since 2570-02-01: no such mailbox"

    office.says("contact", "edit", YOTHA, "--phone", "1")
    assert contact(office, YOTHA)["suspended"] == ["email"]
    assert office.says("contact", "edit", YOTHA, "--email", email) == said

    assert (contact(office, YOTHA)["suspended"], contact(office, YOTHA)["email"]) == ([], email)


def test_edit_with_an_address_names_what_did_not_arrive_and_is_of_use(office: Tracker) -> None:
    refused = "UPDATE contacts SET email_suspended = ?, email_suspended_on = '2027-02-01' WHERE id = 2"
    edit = ("contact", "edit", YOTHA, "--email", "new@example.go.th", "--now")
    office.says("tick", "--now", "2027-02-01T09:05+07:00")
    execute(office, refused, "no such mailbox")
    execute(office, "UPDATE messages SET state = ? WHERE contact_id = 2", "failed")
    (number,) = [each["id"] for each in office.json("outbox", "list", "--contact", YOTHA)]

    said = office.says(*edit, "2027-02-02T09:00+07:00")
    execute(office, refused, "no such mailbox")
    later = office.says(*edit, "2027-09-01T09:00+07:00")

    assert said.splitlines()[-1] == (
        f"Message {number} did not arrive before; to have it sent now: tracker outbox retry {number}"
    )
    assert "did not arrive" not in later


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ใคร", "--phone", "1"), "No contact 'ใคร'. There are: หัวหน้าฝ่ายทะเบียน, หัวหน้าฝ่ายโยธา, "
                                  "ผู้ประสานงาน, ผู้อำนวยการเขต."),
        ((YOTHA,), "Nothing to change was named; see: tracker contact edit --help"),
        ((YOTHA, "--email", "a@b"), "column 'email' holds 'a@b'; an address such as office@example.go.th is "
                                    "expected. Nothing was changed."),
        ((YOTHA, "--name", ""), "column 'name' is empty; every contact needs a name or a post. "
                                "Nothing was changed."),
        ((YOTHA, "--channels", "email,sms"), "column 'channels' holds 'sms'; some of line, email, file are "
                                             "expected. Nothing was changed."),
        ((YOTHA, "--division", "ฝ่ายทะเบียน", "--phone", "1"),
         "No contact 'หัวหน้าฝ่ายโยธา' answers for ฝ่ายทะเบียน."),
        ((YOTHA, "--name", TABIAN, "--divisions", "ฝ่ายทะเบียน"),
         "Another contact 'หัวหน้าฝ่ายทะเบียน' has these divisions. Nothing was changed."),
    ],
    ids=["unknown", "nothing", "email", "no_name", "channel", "other_division", "another_contact"],
)  # fmt: skip
def test_edit_refuses_and_changes_nothing(office: Tracker, words: Sequence[str], sentence: str) -> None:
    before = office.rows()

    assert office.refuses("contact", "edit", *words) == sentence
    assert office.rows() == before


def test_several_of_one_name_are_told_apart_by_division(office: Tracker) -> None:
    office.says("contact", "add", YOTHA, "--phone", "9")
    office.says("contact", "add", YOTHA, "--division", "ฝ่ายโยธา", "--division", "ฝ่ายเทศกิจ")

    assert office.refuses("contact", "edit", YOTHA, "--phone", "1") == (
        f"There are several contacts '{YOTHA}': ฝ่ายโยธา; the whole agency (--division \"\"); "
        "ฝ่ายโยธา, ฝ่ายเทศกิจ. Name one with --division."
    )
    for division, phone in (("โยธา", "1"), ("", "2"), ("เทศกิจ", "3")):
        office.says("contact", "edit", YOTHA, "--division", division, "--phone", phone)

    phones = {tuple(each["divisions"]): each["phone"] for each in office.json("contact", "list")[1:]}
    assert phones[("ฝ่ายโยธา",)] == "1"
    assert phones[("ฝ่ายโยธา", "ฝ่ายเทศกิจ")] == "3"
    assert [each["phone"] for each in office.json("contact", "list") if each["name"] == YOTHA] == [
        "1", "2", "3"
    ]  # fmt: skip


def test_remove_deletes_who_never_received_anything(office: Tracker) -> None:
    said = office.says("contact", "remove", YOTHA)

    assert said == f"{YOTHA}: deleted; nothing had been sent or was owed.\n"

    assert YOTHA not in [each["name"] for each in office.json("contact", "list")]
    assert last_event(office) == (
        "ผู้ทดสอบ",
        "contact deleted",
        {"contact": 2, "division": "ฝ่ายโยธา", "roles": "owner;supervisor", "rank": "1", "language": "th"},
        {},
    )


@pytest.mark.parametrize(
    ("words", "until"), [((), "2570-02-10"), (("--on", "28 ก.พ. 2570"), "2570-02-28")], ids=["today", "day"]
)
def test_remove_ends_the_post_of_who_received_something(
    office: Tracker, words: Sequence[str], until: str
) -> None:
    office.says("tick", "--now", FIRST)
    messages = office.json("outbox", "list")

    assert office.says("contact", "remove", YOTHA, *words) == (
        f"{YOTHA}: in office until {until}, and gets nothing after that day.\n"
    )

    last = contact(office, YOTHA)["valid_until"]
    assert last == until.replace("2570", "2027")
    assert office.json("outbox", "list") == messages
    assert last_event(office)[1:] == (
        "contact ended", {"contact": 2, "valid_until": ""}, {"contact": 2, "valid_until": last}
    )  # fmt: skip


def test_remove_with_a_day_ends_the_post_also_of_who_received_nothing(office: Tracker) -> None:
    office.says("contact", "remove", YOTHA, "--on", "2027-03-31")

    assert contact(office, YOTHA)["valid_until"] == "2027-03-31"


def test_remove_refuses_what_makes_no_sense(office: Tracker) -> None:
    office.says("tick", "--now", FIRST)
    office.says("contact", "edit", YOTHA, "--from", "2027-01-15")

    assert office.refuses("contact", "remove", YOTHA, "--on", "2027-01-14") == (
        "The post began on 2570-01-15 and cannot end before. Nothing was changed."
    )
    office.says("contact", "remove", YOTHA)
    assert office.refuses("contact", "remove", YOTHA) == (
        "The post ended on 2570-02-10 already. Nothing was changed."
    )
    result = office("contact", "remove", YOTHA, "--erase", "--on", "2027-03-31")
    assert result.exit_code == 2


def test_remove_with_erase_leaves_nothing_of_the_person(office: Tracker) -> None:
    office.says("contact", "edit", YOTHA, "--name", "นางสมศรี <ใจดี>", "--phone", "0 2999 8888")
    office.says("tick", "--now", FIRST)

    said = office.says("contact", "remove", "นางสมศรี <ใจดี>", "--erase")

    # Her own message, and the coordinator's, which names who has not answered.
    assert said == (
        "นางสมศรี <ใจดี>: erased, and the post ended; 2 stored messages changed.\n"
        "What was sent cannot be called back: copies lie in mailboxes and in LINE, and may lie in the folder "
        "outbox and in back-ups.\n"
    )
    stored = json.dumps(office.rows(), ensure_ascii=False, default=str)
    for trace in ("สมศรี", "yotha@example.go.th", "0 2999 8888"):
        assert trace not in stored
    erased = contact(office, "(erased) 2")
    assert (erased["roles"], erased["valid_until"], erased["divisions"]) == ([], "2027-02-10", ["ฝ่ายโยธา"])
    (message,) = [each for each in office.json("outbox", "list") if each["contact"] == "(erased) 2"]
    assert (message["address"], message["status"]) == ("(erased)", "sent")
    assert "เรียน (erased)" in office.json("outbox", "show", message["id"])["text"]


def test_erase_says_what_others_share_and_leaves_it(office: Tracker) -> None:
    office.says("contact", "add", YOTHA, "--email", "yotha@example.go.th")
    office.says("tick", "--now", FIRST)
    text = office.json("outbox", "show", 2)["text"]

    said = office.says("contact", "remove", YOTHA, "--division", "โยธา", "--erase")

    assert "Left in messages, because it may mean others as well: name, e-mail.\n" in said
    assert office.json("outbox", "show", 2)["text"] == text
    assert contact(office, YOTHA)["email"] == "yotha@example.go.th"


def test_pause_and_resume(office: Tracker) -> None:
    said = office.says("contact", "pause", YOTHA, "--until", "28 ก.พ. 70", "--reason", "ลา")

    assert said == (
        f"{YOTHA}: paused from 2570-02-10 until 2570-02-28: ลา\n"
        "What is still of use after that goes out then.\n"
    )
    pause = {"from": "2027-02-10", "until": "2027-02-28", "reason": "ลา"}
    assert contact(office, YOTHA)["pause"] == pause
    assert office.says("contact", "list").splitlines()[-1] == (
        f"{YOTHA}: paused from 2570-02-10 until 2570-02-28: ลา"
    )
    assert last_event(office) == ("ผู้ทดสอบ", "contact paused", {"contact": 2}, {"contact": 2, **pause})

    assert office.says("contact", "resume", YOTHA) == f"{YOTHA}: not paused any more.\n"
    assert contact(office, YOTHA)["pause"] is None
    assert last_event(office)[1:] == ("contact resumed", {"contact": 2, **pause}, {"contact": 2})
    assert office.refuses("contact", "resume", YOTHA) == f"{YOTHA} is not paused. Nothing was changed."


def test_pause_that_is_over_is_not_shown(office: Tracker) -> None:
    office.says("contact", "pause", YOTHA, "--until", "2027-02-10", "--reason", "ลา")
    office.now = "2027-02-11T10:00+07:00"

    assert "paused" not in office.says("contact", "list")
    assert office.refuses("contact", "resume", YOTHA) == f"{YOTHA} is not paused. Nothing was changed."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--until", "2027-02-09"), "A pause until 2570-02-09 is over already. Nothing was changed."),
        (("--from", "2027-03-02", "--until", "2027-03-01"),
         "The pause ends before it begins. Nothing was changed."),
        (("--until", "เร็ว ๆ นี้"), "Cannot read 'เร็ว ๆ นี้' as a date: "
                                  "write it like 31 ม.ค. 2565, 31/1/2565 or 2022-01-31."),
    ],
    ids=["over", "backwards", "no_date"],
)  # fmt: skip
def test_pause_refuses(office: Tracker, words: Sequence[str], sentence: str) -> None:
    before = office.rows()

    assert office.refuses("contact", "pause", YOTHA, *words, "--reason", "ลา") == sentence
    assert office.refuses("contact", "pause", YOTHA, "--until", "2027-03-01", "--reason", " ") == (
        "A pause needs a reason; it is kept in the history. Nothing was changed."
    )
    assert office.rows() == before


def test_plan_pause_and_resume(office: Tracker) -> None:
    name = "สำนักงานเขตสมมุติ, fiscal year 2570"

    assert office.says("plan", "pause", "--until", "2570-03-31", "--reason", "รอคำสั่ง") == (
        f"{name}: paused from 2570-02-10 until 2570-03-31: รอคำสั่ง\n"
        "What is still of use after that goes out then.\n"
    )
    assert office.says("plan", "list").splitlines()[-1] == (
        f"{name}: paused from 2570-02-10 until 2570-03-31: รอคำสั่ง"
    )
    assert office.says("plan", "show").splitlines()[1] == "Paused from 2570-02-10 until 2570-03-31: รอคำสั่ง"
    assert office.json("plan", "list")[0]["pause"] == {
        "from": "2027-02-10", "until": "2027-03-31", "reason": "รอคำสั่ง"
    }  # fmt: skip

    assert office.says("plan", "resume") == f"{name}: not paused any more.\n"
    assert "aused" not in office.says("plan", "list") + office.says("plan", "show")
    assert office.refuses("plan", "resume") == f"{name} is not paused. Nothing was changed."
    assert last_event(office)[1] == "plan resumed"


def test_names_cannot_command_a_terminal(office: Tracker) -> None:
    office.says("contact", "pause", YOTHA, "--until", "2027-02-28", "--reason", "\x1b[31mลา")
    execute(
        office, "UPDATE contacts SET name = ?, email_suspended = ? WHERE id = 2", "ก\x1b]0;x\x07", "\x9b2J"
    )

    printed = office.says("contact", "list") + office.says("doctor", "--no-addresses")
    complaint = office.refuses("contact", "edit", "\x1b[31m", "--phone", "1")

    assert not {"\x1b", "\x07", "\x9b"} & set(printed + complaint)
    assert r"ก\x1b]0;x\x07: paused from 2570-02-10 until 2570-02-28: \x1b[31mลา" in printed


def test_today_is_the_offices_day(office: Tracker) -> None:
    """17:30 UTC is tomorrow in Bangkok."""
    office.now = dt.datetime(2027, 2, 10, 17, 30, tzinfo=dt.UTC).isoformat()

    office.says("contact", "pause", YOTHA, "--until", "2027-02-28", "--reason", "ลา")

    assert contact(office, YOTHA)["pause"]["from"] == "2027-02-11"


def test_edit_says_that_a_rank_means_nothing_for_who_is_no_supervisor(office: Tracker) -> None:
    before = office.rows()

    assert office.says("contact", "edit", "ผู้ประสานงาน", "--rank", "2") == (
        "ผู้ประสานงาน: as it was.\nA rank counts for supervisors only, and was not kept for: ผู้ประสานงาน.\n"
    )
    assert office.rows() == before
