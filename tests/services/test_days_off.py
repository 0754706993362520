"""Tables of days off: reading what an office edits, and seeding a new year."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from tracker.config import shipped
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import WEEKEND
from tracker.errors import UnreadableFile
from tracker.services.days_off import read_days_off, seeded_table, unconfirmed

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


def test_unconfirmed_days_are_counted(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "2026-10-13,a,no\n2026-10-23,b,Yes\n2026-12-10,c,\n")

    assert unconfirmed(path) == 2


SEEDED_2570 = [
    *("2026-10-13", "2026-10-23", "2026-12-07", "2026-12-10", "2026-12-31", "2027-01-01", "2027-02-22"),
    *("2027-04-06", "2027-04-13", "2027-04-14", "2027-04-15", "2027-05-04", "2027-05-20", "2027-06-03"),
    *("2027-07-19", "2027-07-20", "2027-07-28", "2027-08-12"),
]


def test_seed_of_2570_holds_the_days_a_library_knows(tmp_path: Path) -> None:
    text = seeded_table(FiscalYear(2570))
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [row["date"] for row in rows] == SEEDED_2570
    assert all(row["name"] and row["confirmed"] == "no" for row in rows)
    assert unconfirmed(table(tmp_path, text)) == len(SEEDED_2570)


@pytest.mark.parametrize("year", range(2565, 2575))
def test_seed_has_working_weekdays_of_its_year_alone(tmp_path: Path, year: int) -> None:
    fiscal_year = FiscalYear(year)

    days = read_days_off([table(tmp_path, seeded_table(fiscal_year))])

    assert len(days) >= 15
    assert all(fiscal_year.starts_on <= day <= fiscal_year.ends_on for day in days)
    assert all(day.weekday() not in WEEKEND for day in days)
    assert not {dt.date(year - 543, 5, 1)} & days  # Labour Day is no day off of the government's


def test_shipped_tables_hold_days_of_their_own_year() -> None:
    for path in sorted((shipped() / "days-off").glob("*.csv")):
        year = FiscalYear(int(path.stem))
        assert all(year.starts_on <= day <= year.ends_on for day in read_days_off([path])), path
