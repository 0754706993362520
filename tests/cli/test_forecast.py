"""tracker forecast: what will be sent, as it is read and as scripts read it."""

import pytest

from tests.cli.conftest import Tracker

pytestmark = pytest.mark.usefixtures("no_network")

KEYS = {
    "at", "on", "kind", "kinds", "contact", "also_for", "divisions", "channel", "intended_channel", "address",
    "items", "cost", "cost_is_known", "remark",
}  # fmt: skip
EARLY = "2027-02-01T09:00+07:00"
"""Monday, the first working day of February, as the month's messages become owed."""


def test_forecast_is_a_calendar_for_people(office: Tracker) -> None:
    said = office.says("forecast", "--to", "2570-02-01", "--now", EARLY)

    assert said.startswith("สำนักงานเขตสมมุติ, Mon 1 Feb 2570 to Mon 1 Feb 2570\n\nDay ")
    first = next(line for line in said.splitlines() if line.startswith("Mon 1 Feb 2570  09:00"))
    assert "หัวหน้าฝ่ายทะเบียน" in first
    assert "LINE" in first
    assert said.count("Mon 1 Feb 2570  ") == 1
    assert said.endswith(
        "Feb 2570: 4 messages, by e-mail 3, by LINE 1 (reaching 1 person).\n\n"
        "Assumed: from Mon 1 Feb 2570 09:00 on nobody answers and nothing changes; what is submitted stays "
        "so.\n"
        "This is a rehearsal: everything goes into files. Shown is the channel it is meant for.\n"
    )


def test_forecast_as_json_is_what_the_outbox_then_lists(office: Tracker) -> None:
    foreseen = office.json("forecast", "--to", "2027-02-01", "--now", EARLY)
    office.says("tick", "--now", EARLY)

    same = ("kind", "kinds", "contact", "channel", "intended_channel", "address", "items")
    sent = [{key: each[key] for key in same} for each in office.json("outbox", "list")]
    assert set(foreseen["messages"][0]) >= KEYS
    assert [{key: each[key] for key in same} for each in foreseen["messages"]] == sent
    assert {each["at"] for each in foreseen["messages"]} == {"2027-02-01T02:00:00+00:00"}
    assert foreseen["totals"] == {
        "messages": 4, "by_channel": {"email": 3, "line": 1}, "line_people": 1, "line_people_known": True,
    }  # fmt: skip
    assert foreseen["months"][0]["month"] == "2570-02"
    assert (foreseen["from"], foreseen["to"], foreseen["empty_because"]) == ("2027-02-01", "2027-02-01", None)


def test_forecast_goes_to_the_end_of_next_month(office: Tracker) -> None:
    found = office.json("forecast")

    assert (found["from"], found["to"]) == ("2027-02-10", "2027-03-31")
    assert {each["month"] for each in found["months"]} == {"2570-02", "2570-03"}


def test_forecast_of_a_contact_shows_theirs_alone(office: Tracker) -> None:
    found = office.json("forecast", "--contact", "ผู้อำนวยการเขต", "--now", EARLY)

    assert {each["contact"] for each in found["messages"]} == {"ผู้อำนวยการเขต"}
    assert "No contact 'ใคร'" in office.refuses("forecast", "--contact", "ใคร")


def test_forecast_writes_nothing(office: Tracker) -> None:
    before = office.rows()

    office.says("forecast", "--now", EARLY)

    assert office.rows() == before
    assert not (office.folder / "outbox").exists()


def test_forecast_of_a_live_database_takes_a_set_clock_and_shows_its_channels(live: Tracker) -> None:
    """LINE and e-mail are not set up here: everything would go into files, and cost nothing."""
    said = live.says("forecast", "--to", "2570-02-01", "--now", EARLY)

    assert "file (LINE is not set up)" in said
    assert "Feb 2570: 4 messages, by file 4.\n" in said
    assert "rehearsal" not in said


def test_forecast_of_a_past_or_reversed_span_is_refused(office: Tracker) -> None:
    assert office.refuses("forecast", "--to", "2570-01-31") == (
        "Sun 31 Jan 2570 is past; what was sent until today is shown by: tracker outbox list"
    )
    assert office.refuses("forecast", "--from", "2570-04-01", "--to", "2570-03-01") == (
        "The forecast would end on Mon 1 Mar 2570, before it begins on Thu 1 Apr 2570."
    )


def test_empty_forecast_says_why(office: Tracker, empty: Tracker) -> None:
    said = office.says("forecast", "--now", "2028-02-10T10:00+07:00")

    over = "fiscal year 2570 ended on Thu 30 Sep 2570, and reminders go on for 60 days after"
    assert said.endswith(f"\n\nNothing will be sent: {over}.\n")
    empty.says("init", "--rehearsal")
    assert "Load its plan first with: tracker plan import FILE" in empty.refuses("forecast")


def test_forecast_of_a_plan_that_is_not_there_names_those_that_are(office: Tracker) -> None:
    assert "สำนักงานเขตสมมุติ 2570" in office.refuses("forecast", "--fiscal-year", "2571")
    assert office.json("forecast", "--fiscal-year", "2570") == office.json("forecast")
