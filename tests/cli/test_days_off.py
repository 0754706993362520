"""tracker days-off: what it shows, what it changes, and what it says about due dates."""

import contextlib
import datetime as dt
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Tracker
from tracker.config import shipped
from tracker.services.days_off import DayOff, read_table

NOTHING = "Nothing was changed"


def table(tracker: Tracker, year: int = 2570) -> Path:
    return tracker.folder / "config" / "days-off" / f"{year}.csv"


def events(tracker: Tracker) -> list[tuple[str, str, object]]:
    with contextlib.closing(sqlite3.connect(tracker.folder / "tracker.db")) as connection:
        rows = connection.execute("SELECT actor, what, after FROM events WHERE what LIKE 'day%' ORDER BY id")
        return [(actor, what, json.loads(after)) for actor, what, after in rows]


def test_list_shows_the_present_year_in_the_buddhist_era(office: Tracker) -> None:
    said = office.says("days-off", "list").splitlines()

    assert said[0].split() == ["Date", "Day", "Confirmed", "Name"]
    assert said[2].split() == ["2569-10-13", "Tue", "no", "วันนวมินทรมหาราช"]
    assert said[-1] == (
        f"Fiscal year 2570: 18 days, 18 not confirmed. Table: {shipped() / 'days-off' / '2570.csv'}"
    )


@pytest.mark.parametrize("year", ["2565", "2022", "ปีงบประมาณ พ.ศ. ๒๕๖๕", "65"])
def test_list_reads_the_year_in_any_form(office: Tracker, year: str) -> None:
    found = office.json("days-off", "list", year)

    assert found[0] | {"name": ""} == {
        "date": "2021-10-13", "weekday": "Wednesday", "name": "", "confirmed": True
    }  # fmt: skip
    assert len(found) == 22


def test_year_without_a_table_says_how_to_make_one(office: Tracker) -> None:
    assert office.refuses("days-off", "list", "2590") == (
        "There is no table of days off for fiscal year 2590. Make one with: tracker days-off seed 2590"
    )
    assert "tracker days-off seed 2590" in office.refuses("days-off", "add", "2590-01-03", "x")


@pytest.mark.parametrize("date", ["2570-06-01", "1/6/2570", "๑ มิ.ย. ๗๐", "2027-06-01", "1 June 2027"])
def test_add_copies_the_table_and_adds_the_day(office: Tracker, date: str) -> None:
    said = office.says("days-off", "add", date, "วันหยุดราชการเพิ่มเป็นกรณีพิเศษ")

    assert said == (
        f"Added Tue 1 Jun 2570, วันหยุดราชการเพิ่มเป็นกรณีพิเศษ, to {table(office)}. "
        "Reminders follow the new table at once.\n"
    )
    added = DayOff(dt.date(2027, 6, 1), "วันหยุดราชการเพิ่มเป็นกรณีพิเศษ", confirmed=True)
    known = read_table(shipped() / "days-off" / "2570.csv")
    assert read_table(table(office)) == sorted([*known, added], key=lambda each: each.on)
    assert events(office) == [("ผู้ทดสอบ", "day off added", {"date": "2027-06-01", "name": added.name})]


def test_add_names_the_follow_ups_due_on_the_day_and_leaves_them(office: Tracker) -> None:
    before = office.json("list", "--period", "2570-04")
    assert {each["due_on"] for each in before} == {"2027-05-10"}

    said = office.says("days-off", "add", "2570-05-10", "วันพืชมงคล").splitlines()

    assert said[1:] == [
        "3 open follow-ups are due on this day and stay so: I1 2570-04, I2 2570-04, O3 2570-04",
        "To move one: tracker postpone I1 --period 2570-04 --until 2570-05-11 --reason TEXT",
    ]
    assert office.json("list", "--period", "2570-04") == before
    assert office.says(*said[2].removeprefix("To move one: tracker ").split())


def test_add_counts_open_follow_ups_alone(office: Tracker) -> None:
    office.says("done", "I1", "I2", "--period", "2570-04", "--on", "2570-02-10")

    said = office.says("days-off", "add", "2570-05-10", "วันพืชมงคล").splitlines()

    assert said[1] == "1 open follow-up is due on this day and stays so: O3 2570-04"


def test_reminders_follow_the_new_table_at_once(office: Tracker) -> None:
    """Monday, 1 March 2570 is the day of the monthly messages; once it is off, the 2nd is."""
    office.says("days-off", "add", "2570-03-01", "วันหยุดพิเศษ")

    quiet = office.json("tick", TRACKER_NOW="2027-03-01T10:00+07:00")
    then = office.json("tick", TRACKER_NOW="2027-03-02T10:00+07:00")

    assert quiet["sent"] == 0
    assert then["sent"] > 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "2570-04-13", "x"), f"Tue 13 Apr 2570 is a day off already: วันสงกรานต์. {NOTHING}."),
        (("add", "2570-04-17", "x"), f"Sat 17 Apr 2570 is a weekend, off without a table. {NOTHING}."),
        (("add", "2570-06-01", " "), f"The day needs a name, as people know it. {NOTHING}."),
        (
            ("remove", "2570-06-01"),
            f"Tue 1 Jun 2570 is not in the table of fiscal year 2570. {NOTHING}; "
            "see: tracker days-off list 2570",
        ),
        (
            ("confirm", "2570", "2570-04-13", "2570-11-01"),
            f"Mon 1 Nov 2570 is not in the table of fiscal year 2570. {NOTHING}; "
            "see: tracker days-off list 2570",
        ),
        (("seed", "2400"), "The library knows no days off of fiscal year 2400. Nothing was written."),
    ],
    ids=["known", "weekend", "no_name", "unknown", "of_another_year", "too_long_ago"],
)
def test_what_cannot_be_done_changes_nothing(office: Tracker, words: tuple[str, ...], sentence: str) -> None:
    before = office.rows()

    assert office.refuses("days-off", *words) == sentence
    assert office.rows() == before
    assert not table(office).parent.exists()


def test_remove_makes_the_day_a_working_day(office: Tracker) -> None:
    said = office.says("days-off", "remove", "2570-07-19").splitlines()

    assert said == [
        f"Removed Mon 19 Jul 2570, วันเข้าพรรษา, from {table(office)}. Reminders follow the new table at once.",
        "Due dates that were counted around this day stay as they are; to move one: tracker postpone --help",
    ]
    assert dt.date(2027, 7, 19) not in {each.on for each in read_table(table(office))}
    assert events(office) == [("ผู้ทดสอบ", "day off removed", {"date": "2027-07-19", "name": "วันเข้าพรรษา"})]


def test_confirm_marks_the_days_given_then_all(office: Tracker) -> None:
    assert office.says("days-off", "confirm", "2570", "13 เม.ย. 70", "2027-04-14") == (
        f"Confirmed 2 days of fiscal year 2570 in {table(office)}.\n"
    )
    assert sum(each.confirmed for each in read_table(table(office))) == 2

    assert office.says("days-off", "confirm", "2570").startswith("Confirmed 16 days ")
    assert office.says("days-off", "confirm", "2570") == "They were confirmed before. Nothing was changed.\n"
    assert [after for _, _, after in events(office)] == [
        {"year": 2570, "days": ["2027-04-13", "2027-04-14"]},
        {"year": 2570, "days": "all"},
    ]


def test_seed_makes_a_table_once_unless_forced(office: Tracker) -> None:
    assert office.says("days-off", "seed", "2572").splitlines() == [
        f"Made {table(office, 2572)}: 17 days, none confirmed. Reminders follow the new table at once.",
        "Compare it with the Cabinet's list, then: tracker days-off confirm 2572",
    ]
    office.says("days-off", "confirm", "2572")

    assert office.refuses("days-off", "seed", "2572") == (
        f"{table(office, 2572)} is there already; --force overwrites it. {NOTHING}."
    )
    assert all(each.confirmed for each in read_table(table(office, 2572)))
    office.says("days-off", "seed", "2572", "--force")
    assert not any(each.confirmed for each in read_table(table(office, 2572)))


def test_file_that_cannot_be_written_leaves_no_record(office: Tracker) -> None:
    (office.folder / "config" / "days-off").write_text("in the way", encoding="utf-8")
    before = office.rows()

    assert office.refuses("days-off", "remove", "2570-07-19").startswith("The system refused: ")
    assert office.rows() == before


def test_live_database_refuses_a_change_by_a_set_clock(live: Tracker) -> None:
    live.now = "2027-02-10T10:00+07:00"

    assert "is a live database" in live.refuses("days-off", "confirm", "2570")
    assert not table(live).exists()


WARNING_2570, WARNING_2571 = (
    f"Days off: 18 of 18 days of {year} are not confirmed; compare them with the Cabinet's list "
    f"(tracker days-off list {year}), then: tracker days-off confirm {year}."
    for year in (2570, 2571)
)


@pytest.mark.parametrize(
    ("now", "warnings"),
    [
        ("2027-06-30T23:59+07:00", [WARNING_2570]),
        ("2027-06-30T17:00+00:00", [WARNING_2570, WARNING_2571]),  # midnight in Bangkok: 1 July
    ],
    ids=["end_of_june", "first_of_july"],
)
def test_summary_warns_of_tables_in_doubt(office: Tracker, now: str, warnings: list[str]) -> None:
    assert office.json("summary", TRACKER_NOW=now)["warnings"] == warnings
    said = office.says("summary", TRACKER_NOW=now).splitlines()
    assert [line for line in said if line.startswith("Days off:")] == warnings
    assert said[-1] == warnings[-1]


def test_summary_is_quiet_once_the_year_is_confirmed(office: Tracker) -> None:
    office.says("days-off", "confirm", "2570")

    assert office.json("summary")["warnings"] == []
    assert "Days off" not in office.says("summary")
