"""tracker why: the story of a measure's reminders, as it is read and as scripts read it."""

import pytest

from tests.cli.conftest import Tracker

pytestmark = pytest.mark.usefixtures("no_network")

KEYS = {"at", "kind", "steps", "contacts", "outcome", "reason", "message", "channel", "status"}


@pytest.fixture
def told(office: Tracker) -> Tracker:
    """February's first messages have gone."""
    office.says("tick", "--now", "2027-02-01T09:00+07:00")
    return office


def a_code(office: Tracker) -> str:
    """An item that is overdue on the day."""
    code: str = office.json("overdue")[0]["code"]
    return code


def test_why_tells_what_was_sent_and_what_comes(told: Tracker) -> None:
    code = a_code(told)

    said = told.says("why", code)
    story = told.json("why", code)["follow_ups"][0]

    first = story["reminders"][0]
    assert set(first) >= KEYS
    assert {each["outcome"] for each in story["reminders"]} >= {"sent", "coming"}
    assert f"message {first['message']}" in said or first["message"] is None
    assert said.startswith(f"{code}  ")
    assert f"\n{story['period']}, due " in said
    assert "\n\nAssumed: nobody answers anything and nothing changes; shown is what comes by the end" in said
    assert "\n\nAssumed: nobody answers anything and nothing changes.\n" in told.says("why", code, "--all")
    assert "into a file, meant for" in said


def test_why_of_a_period_and_of_the_whole_year(told: Tracker) -> None:
    code = a_code(told)
    some, everything = told.json("why", code), told.json("why", code, "--all")

    period = some["follow_ups"][0]["period"]
    one = told.json("why", code, "--period", period)["follow_ups"]
    assert [each["period"] for each in one] == [period]
    assert len(everything["follow_ups"]) >= len(some["follow_ups"])
    assert "No period '2569-01'" in told.refuses("why", code, "--period", "2569-01")


def test_why_of_a_contact_says_what_it_has_to_do_with_the_item(told: Tracker) -> None:
    said = told.says("why", a_code(told), "--contact", "ผู้ประสานงาน")

    assert (
        "ผู้ประสานงาน is coordinator for the whole agency; the reminders before and after the due date" in said
    )
    assert "หัวหน้าฝ่าย" not in said.partition("\n\n")[2].partition("coming")[0]


def test_why_of_an_unknown_code_names_the_nearest(office: Tracker) -> None:
    assert office.refuses("why", "O99").startswith("No code 'O99' in the plan 2570.")


def test_why_writes_nothing(told: Tracker) -> None:
    before = told.rows()

    told.says("why", a_code(told))

    assert told.rows() == before


def test_why_works_on_a_live_database_with_a_set_clock(live: Tracker) -> None:
    assert "coming" in live.says("why", "O1", "--all", "--now", "2027-01-04T10:00+07:00")
