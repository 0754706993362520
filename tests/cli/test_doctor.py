"""tracker doctor: what is in place, what is doubtful, and what keeps reminders from going out."""

import contextlib
import datetime as dt
import itertools
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import PLAN, Tracker
from tracker.channels.base import ChannelDown, Quota
from tracker.cli import doctor_addresses
from tracker.errors import DeliveryError

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
        "warning  days off", "warning  days off", "warning  email", "ok       line", "warning  contacts",
        "warning  planning",
    ]  # fmt: skip
    assert lines[-2] == "warning  contacts: สำนักงานเขตสมมุติ: nobody is reminded for ฝ่ายเทศกิจ, ฝ่ายปกครอง"
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


def about_contacts(tracker: Tracker) -> list[str]:
    return [text for state, subject, text in findings(tracker) if (state, subject) == ("warning", "contacts")]


def test_doctor_names_lead_divisions_that_no_supervisor_hears_of(office: Tracker) -> None:
    assert not any("supervisor" in text for text in about_contacts(office))

    office.says("contact", "remove", "ผู้อำนวยการเขต")

    unseen = "สำนักงานเขตสมมุติ: no supervisor is told what is overdue in ฝ่ายทะเบียน, ฝ่ายเทศกิจ, ฝ่ายปกครอง"
    assert unseen in about_contacts(office)
    office.says("contact", "edit", "หัวหน้าฝ่ายโยธา", "--rank", "3")  # a director hears of every division
    assert unseen not in about_contacts(office)


def test_doctor_hears_a_supervisor_of_the_whole_agency_for_every_division(office: Tracker) -> None:
    office.says("contact", "edit", "ผู้อำนวยการเขต", "--rank", "2")

    assert not any("supervisor" in text for text in about_contacts(office))


def test_doctor_names_contacts_of_a_division_that_is_nearly_one_that_leads(office: Tracker) -> None:
    office.says("contact", "add", "ปลัด", "--division", "ฝ่ายทะเบียณ", "--role", "owner", "--email", "a@b.go.th")

    assert about_contacts(office)[-1] == (
        "ปลัด: the division ฝ่ายทะเบียณ leads and supports nothing; is ฝ่ายทะเบียน meant? | "
        "Correct it: tracker contact edit NAME --divisions LIST"
    )


@pytest.mark.parametrize("supported_by_all", [False, True])
def test_doctor_names_contacts_of_a_division_without_a_part_unless_all_support(
    office: Tracker, *, supported_by_all: bool
) -> None:
    office.says("contact", "add", "ปลัด", "--division", "งานแผนที่", "--role", "owner", "--email", "a@b.go.th")
    execute(office, "UPDATE measures SET supports_all = ?", supported_by_all)

    said = [text for text in about_contacts(office) if text.startswith("ปลัด: ")]

    sentence = "ปลัด: the division งานแผนที่ leads and supports nothing | "
    assert said == (
        [] if supported_by_all else [f"{sentence}Correct it: tracker contact edit NAME --divisions LIST"]
    )


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
        "warning", "outbox",
        "1 message failed; see: tracker outbox list --status failed, then retry or cancel"
    ) in findings(office)  # fmt: skip


def test_doctor_misses_the_days_off_of_a_year_far_ahead(office: Tracker) -> None:
    texts = [
        text
        for _, subject, text in findings(office, TRACKER_NOW="2050-01-04T09:00+07:00")
        if subject == "days off"
    ]

    assert texts[0].startswith("there is no table for 2593; make ")


def execute(tracker: Tracker, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(tracker.folder / "tracker.db")) as connection:
        connection.execute(statement, values)
        connection.commit()


class Mail:
    """A mail server that answers questions alone: ``answers`` by address, everything else is reached."""

    name = "email"

    def __init__(self) -> None:
        self.answers: dict[str, str | Exception] = {}
        self.asked: list[str] = []

    def probe(self) -> str:
        return "answers"

    def check_address(self, address: str) -> str:
        self.asked.append(address)
        answer = self.answers.get(address, "")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is open."""


class Line(Mail):
    """LINE, which is paid for."""

    name = "line"
    left: Quota | Exception = Quota(200, 20)

    def quota(self) -> Quota:
        if isinstance(self.left, Exception):
            raise self.left
        return self.left

    def people(self, address: str) -> int:
        return 1


ADDRESSES = ["tabian@example.go.th", "yotha@example.go.th", "ita@example.go.th", "director@example.go.th"]
LINE = "U" + "1" * 32
ADDRESSES_OK = ("ok", "email addresses", "4 of 4 asked about")


@pytest.fixture
def mail() -> Mail:
    return Mail()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def connected(office: Tracker, mail: Mail, line: Line, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """The office with a mail server and LINE."""
    opened = {"email": mail, "line": line}
    monkeypatch.setattr("tracker.channels.registry.open_channel", lambda name, _options: opened[name])
    settings = '[email]\nfrom = "a@b.go.th"\n'
    (office.folder / "config" / "tracker.toml").write_text(settings, encoding="utf-8")
    office.environ |= {"TRACKER_SMTP_HOST": "127.0.0.1", "TRACKER_LINE_TOKEN": "geheim"}
    return office


def of(tracker: Tracker, *subjects: str) -> list[tuple[str, str, str]]:
    return [each for each in findings(tracker) if each[1] in subjects]


def test_doctor_asks_about_every_address_once(connected: Tracker, mail: Mail, line: Line) -> None:
    connected.says("contact", "add", "อีกคน", "--role", "owner", "--email", "TABIAN@example.go.th")
    connected.says("contact", "add", "ไม่มีบทบาท", "--email", "none@example.go.th")
    connected.says(
        "contact", "add", "พ้นตำแหน่ง", "--role", "owner", "--email", "gone@example.go.th",
        "--until", "2027-02-09",
    )  # fmt: skip

    assert of(connected, "email addresses", "line addresses") == [
        ADDRESSES_OK,
        ("ok", "line addresses", "1 of 1 asked about"),
    ]
    assert (mail.asked, line.asked) == (ADDRESSES, [LINE])


def test_doctor_names_who_would_not_be_reached_and_what_to_do(
    connected: Tracker, mail: Mail, line: Line
) -> None:
    mail.answers["yotha@example.go.th"] = "The mail server knows no such mailbox."
    line.answers[LINE] = "LINE does not reach this user: not a friend, or blocked."

    assert of(connected, "email addresses", "line addresses") == [
        ("warning", "email addresses",
         "หัวหน้าฝ่ายโยธา (yotha@example.go.th): The mail server knows no such mailbox. | "
         "Correct it: tracker contact edit NAME --email ADDRESS"),
        ADDRESSES_OK,
        ("warning", "line addresses",
         f"หัวหน้าฝ่ายทะเบียน ({LINE}): LINE does not reach this user: not a friend, or blocked. | "
         "Have the office's LINE account added as a friend there, or correct it: "
         "tracker contact edit NAME --line ID"),
        ("ok", "line addresses", "1 of 1 asked about"),
    ]  # fmt: skip


def test_doctor_says_once_that_a_server_does_not_tell(connected: Tracker, mail: Mail) -> None:
    mail.answers |= dict.fromkeys(ADDRESSES[:2], DeliveryError("The mail server does not tell."))

    assert of(connected, "email addresses") == [
        ("warning", "email addresses", "2 of 4 could not be learnt: The mail server does not tell."),
        ("ok", "email addresses", "2 of 4 asked about"),
    ]


def test_doctor_stops_asking_a_channel_that_is_down(connected: Tracker, mail: Mail) -> None:
    mail.answers[ADDRESSES[0]] = ChannelDown("The mail server hung up.")

    assert of(connected, "email addresses") == [
        ("warning", "email addresses", "1 of 4 could not be learnt: The mail server hung up.")
    ]
    assert mail.asked == ADDRESSES[:1]


def test_doctor_asks_for_a_minute_at_most(
    connected: Tracker, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = itertools.count(step=25)
    original = doctor_addresses.address_findings
    monkeypatch.setattr(
        "tracker.cli.doctor.address_findings",
        lambda *words: original(*words, ticks=lambda: next(seconds)),
    )

    assert of(connected, "email addresses") == [
        ("warning", "email addresses", "2 of 4 not asked about: a minute was over"),
        ("ok", "email addresses", "2 of 4 asked about"),
    ]
    assert mail.asked == ADDRESSES[:2]


def test_doctor_asks_about_no_address_when_told_so(connected: Tracker, mail: Mail, line: Line) -> None:
    said = connected.says("doctor", "--no-addresses")

    assert "addresses" not in said
    assert (mail.asked, line.asked) == ([], [])


def test_doctor_leaves_suspended_addresses_alone(connected: Tracker, mail: Mail) -> None:
    refused = "UPDATE contacts SET email_suspended = ?, email_suspended_on = '2027-02-01' WHERE id = 2"
    execute(connected, refused, "no such mailbox")

    assert (
        "warning", "contacts",
        "หัวหน้าฝ่ายโยธา: nothing is sent to the email address any more since 2570-02-01: no such mailbox | "
        "Correct it: tracker contact edit NAME --email ADDRESS",
    ) in findings(connected)  # fmt: skip
    assert "yotha@example.go.th" not in mail.asked


@pytest.mark.parametrize(
    ("left", "state", "text"),
    [
        (Quota(200, 20), "ok", "180 of 200 left this month; 30 are kept for escalations"),
        (Quota(200, 170), "warning", "30 of 200 left this month; 30 are kept for escalations, "
                                     "so that nothing else goes by LINE before the next"),
        (Quota(200, 300), "warning", "0 of 200 left this month, "
                                     "so that nothing goes by LINE before the next"),
        (Quota(None, 20), "ok", "no limit; 20 used this month"),
        (DeliveryError("LINE did not answer."), "warning", "could not be learnt: LINE did not answer."),
    ],
    ids=["plenty", "reserve", "nothing", "no_limit", "unknown"],
)  # fmt: skip
def test_doctor_tells_what_is_left_of_line(
    connected: Tracker, line: Line, left: Quota | Exception, state: str, text: str
) -> None:
    line.left = left

    assert of(connected, "line quota") == [(state, "line quota", text)]


def test_doctor_takes_off_what_was_sent_and_line_has_not_counted_yet(connected: Tracker, line: Line) -> None:
    line.left = Quota(200, 20)
    reading = (
        "INSERT INTO quota_readings (at, month, quota, used, spent, alarm) VALUES (?, ?, 200, 60, 10, '')"
    )
    execute(connected, reading, "2027-02-09 03:00:00", "2027-02-01")
    connected.says("tick", "--now", "2027-02-01T09:05+07:00")
    execute(connected, "UPDATE messages SET channel = 'line', cost = 12, state = 'sent' WHERE id = 1")

    # LINE told of 60 when ours had cost 10; they have cost 12 by now.
    assert of(connected, "line quota")[0][2] == "138 of 200 left this month; 30 are kept for escalations"


def test_doctor_repeats_the_newest_alarm_of_the_month(connected: Tracker) -> None:
    for at, month, alarm in (
        ("2027-01-31 03:00:00", "2027-01-01", "an old one"),
        ("2027-02-03 03:00:00", "2027-02-01", "LINE's monthly quota fell from 500 to 200."),
        ("2027-02-04 03:00:00", "2027-02-01", ""),
    ):
        row = "INSERT INTO quota_readings (at, month, quota, used, spent, alarm) VALUES (?, ?, 200, 1, 1, ?)"
        execute(connected, row, at, month, alarm)

    assert of(connected, "line quota")[1:] == [
        ("warning", "line quota", "2570-02-03 10:00: LINE's monthly quota fell from 500 to 200.")
    ]


def test_doctor_tells_where_secrets_come_from(connected: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("geheim", encoding="utf-8")
    path.chmod(0o600)

    said = connected.says("doctor", TRACKER_SMTP_PASSWORD_FILE=str(path))

    assert "ok       secrets: TRACKER_LINE_TOKEN comes from the environment\n" in said
    expected = f"secrets: TRACKER_SMTP_PASSWORD comes from {path}, which only its owner may read\n"
    assert f"ok       {expected}" in said
    assert "geheim" not in said


def test_doctor_names_pauses(office: Tracker) -> None:
    office.says("contact", "pause", "หัวหน้าฝ่ายโยธา", "--until", "2027-02-28", "--reason", "ลา")
    office.says("plan", "pause", "--until", "2027-02-20", "--reason", "รอ")

    assert [text for _, subject, text in findings(office) if subject == "pauses"] == [
        "หัวหน้าฝ่ายโยธา is paused from 2570-02-10 until 2570-02-28: ลา | End it: tracker contact resume NAME",
        "สำนักงานเขตสมมุติ, fiscal year 2570, is paused from 2570-02-10 until 2570-02-20: รอ | "
        "End it: tracker plan resume",
    ]
    assert "planning" not in {subject for _, subject, _ in findings(office)}


def test_doctor_names_what_got_stuck(office: Tracker) -> None:
    office.says("tick", "--now", "2027-02-01T09:05+07:00")
    execute(office, "UPDATE messages SET state = 'unknown' WHERE id = 1")
    execute(office, "UPDATE messages SET state = 'sending', lease_until = '2027-02-01 03:00:00' WHERE id = 2")
    execute(office, "UPDATE messages SET state = 'retry', attempts = 3, error = 'busy' WHERE id = 3")
    execute(office, "UPDATE messages SET state = 'queued', error = 'LINE was spared: 0 left' WHERE id = 4")
    execute(office, "INSERT INTO channel_rests VALUES ('email', '2027-02-10 03:30:00', 'login refused')")

    assert [text for _, subject, text in findings(office) if subject == "outbox"] == [
        "1 message unknown; see: tracker outbox list --status unknown, then retry or cancel",
        "email is left alone until 2570-02-10 10:30: login refused | "
        "Once that is mended: tracker outbox retry NUMBER",
        "1 message left while being sent; the next 'tracker tick' takes that up",
        "1 message held back: LINE's quota is too small, and no e-mail is known | "
        "See: tracker outbox list --status queued",
        "1 message tried in vain again and again, the newest: busy | See: tracker outbox list --status retry",
    ]


PLANNED = "2027-02-05T09:00+00:00"
"""Friday, 16:00 in Bangkok."""


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2027-02-05T16:20+07:00", "ok"),
        ("2027-02-07T12:00+07:00", "ok"),
        ("2027-02-08T09:20+07:00", "ok"),
        ("2027-02-08T09:31+07:00", "warning"),
        ("2027-03-01T10:00+07:00", "warning"),
    ],
    ids=["minutes_later", "weekend", "an_hour_of_monday_is_not_over", "monday", "weeks_later"],
)
def test_doctor_asks_whether_anybody_plans(office: Tracker, now: str, state: str) -> None:
    execute(office, "UPDATE meta SET value = ? WHERE key = 'planned_at'", PLANNED)
    office.now = now

    (found,) = [each for each in findings(office) if each[1] == "planning"]

    words = {
        "ok": "last 2570-02-05 16:00",
        "warning": "nobody has planned since 2570-02-05 16:00: is 'tracker run' or cron running?",
    }
    assert found == (state, "planning", words[state])


def test_doctor_takes_a_live_office_that_nobody_plans_for_as_a_problem(
    live: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2027, 2, 10, 3, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("tracker.app.system_clock", lambda: now)

    result = live("doctor")

    assert (result.exit_code, result.stderr) == (1, "Error: 1 problem found.\n")
    said = "problem  planning: nobody has planned yet: is 'tracker run' or cron running?"
    assert said in result.stdout

    under_a_set_clock = live.says("doctor", "--now", "2027-02-10T10:00+07:00")
    assert said.replace("problem ", "warning ") in under_a_set_clock


def test_doctor_expects_no_planning_where_nothing_can_be_owed(office: Tracker) -> None:
    office.now = "2028-02-10T10:00+07:00"

    assert "planning" not in {subject for _, subject, _ in findings(office)}
