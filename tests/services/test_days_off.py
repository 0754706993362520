"""Tables of days off: reading what an office edits, and seeding a new year."""

import datetime as dt
from pathlib import Path

import pytest

from tracker.config import shipped
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WEEKEND, OfficeTime
from tracker.errors import UnreadableFile
from tracker.services.days_off import (
    DayOff,
    Doubt,
    doubt,
    doubts,
    read_days_off,
    read_table,
    seeded_days,
    table_text,
    warnings,
    write_table,
)

HEADER = "date,name,confirmed\n"


def table(tmp_path: Path, text: str, name: str = "2570.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_are_read_together(tmp_path: Path) -> None:
    first = table(tmp_path, HEADER + "2026-10-13,วันนวมินทร,no\n\n2026-10-23,วันปิยะ,yes\n", "2570.csv")
    second = table(
        tmp_path, "\ufeff" + HEADER + "2027-10-13,,\n 2026-10-23 ,again,no\n,empty,no\n", "2571.csv"
    )

    assert read_days_off([first, second]) == {
        dt.date(2026, 10, 13),
        dt.date(2026, 10, 23),
        dt.date(2027, 10, 13),
    }
    assert read_days_off([]) == frozenset()


@pytest.mark.parametrize(
    ("rows", "line", "value"),
    [
        ("2027-04-31,x,no\n", 2, "2027-04-31"),
        ("2027-04-13,x,no\n\n13/04/2027,x,no\n", 4, "13/04/2027"),
        ("2027-04-13,x,no\n2570-04-14,x,no\n", 3, "2570-04-14"),
        ("๒๕๗๐-04-14,x,no\n", 2, "๒๕๗๐-04-14"),
        ('2027-04-13,"a\nb",no\nสงกรานต์,x,no\n', 4, "สงกรานต์"),
    ],
    ids=["no_such_day", "day_first_after_an_empty_line", "buddhist_era", "thai_digits", "after_two_lines"],
)
def test_line_that_cannot_be_read_is_named(tmp_path: Path, rows: str, line: int, value: str) -> None:
    path = table(tmp_path, HEADER + rows)

    with pytest.raises(UnreadableFile) as refused:
        read_days_off([path])
    assert str(refused.value) == (
        f"{path}: line {line}: {value!r} is no Gregorian date; write it like 2027-04-13."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"day,name\n2027-04-13,x\n", "has no column 'date'"),
        (b"2027-04-13\n", "has no column 'date'"),
        (b"", "has no column 'date'"),
        (b"date\n\xa1\xa2\n", "UnicodeDecodeError"),
        (b"date\n2027-\x0004-13\n", "line 2: .* is no Gregorian date"),
    ],
    ids=["other_column", "no_header", "empty", "cp874", "nul"],
)
def test_table_that_is_none_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "2570.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=sentence):
        read_days_off([path])


def test_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"2570\.csv: the days off cannot be read"):
        read_days_off([tmp_path / "2570.csv"])


def test_remarks_and_further_columns_are_passed_over(tmp_path: Path) -> None:
    rows = "note,name,date,confirmed\nx,a,2026-10-13,YES\n# a,b\ny,b,2026-10-23,no\n"
    path = table(tmp_path, "# by the Cabinet, 2569\n" + rows)

    assert read_table(path) == [
        DayOff(dt.date(2026, 10, 13), "a", confirmed=True),
        DayOff(dt.date(2026, 10, 23), "b", confirmed=False),
    ]


SEEDED_2570 = [
    *("2026-10-13", "2026-10-23", "2026-12-07", "2026-12-10", "2026-12-31", "2027-01-01", "2027-02-22"),
    *("2027-04-06", "2027-04-13", "2027-04-14", "2027-04-15", "2027-05-04", "2027-05-20", "2027-06-03"),
    *("2027-07-19", "2027-07-20", "2027-07-28", "2027-08-12"),
]


def test_seed_of_2570_holds_the_days_a_library_knows() -> None:
    days = seeded_days(FiscalYear(2570))

    assert [each.on.isoformat() for each in days] == SEEDED_2570
    assert all(each.name and not each.confirmed for each in days)


@pytest.mark.parametrize("year", range(2565, 2575))
def test_seed_has_working_weekdays_of_its_year_alone(year: int) -> None:
    fiscal_year = FiscalYear(year)

    days = {each.on for each in seeded_days(fiscal_year)}

    assert len(days) >= 15
    assert all(fiscal_year.starts_on <= day <= fiscal_year.ends_on for day in days)
    assert all(day.weekday() not in WEEKEND for day in days)
    assert dt.date(year - 543, 5, 1) not in days  # Labour Day is no day off of the government's


def test_table_is_written_whole_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "days-off" / "2570.csv"
    days = seeded_days(FiscalYear(2570))

    write_table(path, table_text(days))

    assert read_table(path) == days
    assert path.read_bytes().startswith(b"\xef\xbb\xbfdate,name,confirmed\n2026-10-13,")  # for Excel
    assert [each.name for each in path.parent.iterdir()] == ["2570.csv"]


def test_table_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path, HEADER)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_table(path, HEADER + "2026-10-13,a,no\n")

    assert path.read_text(encoding="utf-8") == HEADER
    assert [each.name for each in tmp_path.iterdir()] == ["2570.csv"]


MISSING_2570 = "there is no table for 2570; make one with: tracker days-off seed 2570"
UNCONFIRMED_2570 = (
    "1 of 2 days of 2570 is not confirmed; compare them with the Cabinet's list "
    "(tracker days-off list 2570), then: tracker days-off confirm 2570"
)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, MISSING_2570),
        ("", MISSING_2570),
        ("2026-10-13,a,no\n2026-10-23,b,Yes\n", UNCONFIRMED_2570),
        ("2026-10-13,a,\n2026-10-23,b,yes\n", UNCONFIRMED_2570),
        ("2026-10-13,a,yes\n2026-10-23,b,YES\n", "None"),
    ],
    ids=["missing", "empty", "one_unconfirmed", "left_blank", "confirmed"],
)
def test_doubt_about_a_table_is_a_sentence(tmp_path: Path, rows: str | None, said: str) -> None:
    if rows is not None:
        table(tmp_path, HEADER + rows)

    assert str(doubt(lambda name: tmp_path / Path(name).name, 2570)) == said


@pytest.mark.parametrize(
    ("today", "start_month", "years"),
    [
        (dt.date(2026, 10, 1), 10, [2570]),
        (dt.date(2027, 6, 30), 10, [2570]),
        (dt.date(2027, 7, 1), 10, [2570, 2571]),
        (dt.date(2027, 9, 30), 10, [2570, 2571]),
        (dt.date(2027, 10, 1), 10, [2571]),
        (dt.date(2027, 9, 30), 1, [2570]),
        (dt.date(2027, 10, 1), 1, [2570, 2571]),
    ],
    ids=[
        "first_day",
        "end_of_june",
        "first_of_july",
        "last_day",
        "next_year",
        "from_january",
        "its_last_quarter",
    ],
)
def test_coming_year_is_looked_at_from_the_last_quarter_on(
    tmp_path: Path, today: dt.date, start_month: int, years: list[int]
) -> None:
    office = OfficeTime(fiscal_start_month=start_month)

    found = doubts(lambda name: tmp_path / name, office, today=today)

    assert found == [Doubt(year) for year in years]
    assert warnings(lambda name: tmp_path / name, office, today=today) == [
        f"Days off: there is no table for {year}; make one with: tracker days-off seed {year}."
        for year in years
    ]


def test_shipped_tables_hold_days_of_their_own_year() -> None:
    for path in sorted((shipped() / "days-off").glob("*.csv")):
        year = FiscalYear(int(path.stem))
        assert all(year.starts_on <= day <= year.ends_on for day in read_days_off([path])), path
