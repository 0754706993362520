"""Changing a table of days off: what is asked for changes, and nothing else."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import UnreadableFile
from tracker.services.days_off import DayOff, read_table, table_text
from tracker.services.days_off_table import DaysOffTable

TUESDAY, FRIDAY = dt.date(2026, 10, 13), dt.date(2026, 10, 23)
OWN = """\
# as announced, "in full"
date,name,source,confirmed
2026-10-13,วันนวมินทรมหาราช,ครม.,no
# moved in 2569

2026-10-23,"วันปิยมหาราช, ร.5",,yes
,no date yet,?,
# end
"""


def opened(tmp_path: Path, text: str) -> DaysOffTable:
    path = tmp_path / "2570.csv"
    path.write_text(text, encoding="utf-8")
    return DaysOffTable(path)


def lines(table: DaysOffTable) -> list[str]:
    return table.text().splitlines()


def test_untouched_table_is_written_as_it_was(tmp_path: Path) -> None:
    assert opened(tmp_path, OWN).text() == OWN


def test_day_is_added_in_its_place(tmp_path: Path) -> None:
    table = opened(tmp_path, OWN)

    table.add(DayOff(dt.date(2026, 10, 16), "วันหยุดพิเศษ", confirmed=True))

    assert lines(table)[2:6] == [
        "2026-10-13,วันนวมินทรมหาราช,ครม.,no",
        "2026-10-16,วันหยุดพิเศษ,,yes",
        "# moved in 2569",
        "",
    ]


def test_removed_day_leaves_the_remarks_above_it(tmp_path: Path) -> None:
    table = opened(tmp_path, OWN)

    table.remove(FRIDAY)

    assert lines(table)[2:] == [
        "2026-10-13,วันนวมินทรมหาราช,ครม.,no",
        "# moved in 2569",
        "",
        ",no date yet,?,",
        "# end",
    ]
    assert table.find(FRIDAY) is None


def test_day_written_twice_is_removed_twice(tmp_path: Path) -> None:
    table = opened(tmp_path, "date,name\n2026-10-13,a\n2026-10-23,b\n2026-10-13,again\n")

    table.remove(TUESDAY)

    assert lines(table) == ["date,name,confirmed", "2026-10-23,b"]


@pytest.mark.parametrize(
    ("days", "changed", "still_open"),
    [([], 1, []), ([TUESDAY], 1, []), ([FRIDAY], 0, [TUESDAY])],
    ids=["all", "the_open_one", "one_confirmed_before"],
)
def test_confirming_counts_what_was_open(
    tmp_path: Path, days: list[dt.date], changed: int, still_open: list[dt.date]
) -> None:
    table = opened(tmp_path, OWN)

    assert table.confirm(days) == changed
    found = [table.find(each) for each in (TUESDAY, FRIDAY)]
    assert [each.on for each in found if each and not each.confirmed] == still_open


def test_column_that_was_missing_is_made(tmp_path: Path) -> None:
    table = opened(tmp_path, "date\n2026-10-13\n")

    assert table.find(TUESDAY) == DayOff(TUESDAY, "", confirmed=False)
    assert table.confirm([]) == 1
    assert lines(table) == ["date,name,confirmed", "2026-10-13,,yes"]


def test_table_that_cannot_be_read_is_not_changed(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"line 2: '13/10/2026' is no Gregorian date"):
        opened(tmp_path, "date,name\n13/10/2026,a\n")


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)
days = st.dates(dt.date(2026, 10, 1), dt.date(2027, 9, 30))


@given(found=st.dictionaries(days, names, min_size=1), data=st.data())
def test_any_days_added_and_removed_leave_the_others(
    tmp_path_factory: pytest.TempPathFactory, found: dict[dt.date, str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("table") / "2570.csv"
    path.write_text(table_text([]), encoding="utf-8")
    gone = data.draw(st.sampled_from(sorted(found)))

    table = DaysOffTable(path)
    for on, name in found.items():
        table.add(DayOff(on, name, confirmed=False))
    table.remove(gone)
    path.write_text(table.text(), encoding="utf-8", newline="\n")

    assert read_table(path) == [
        DayOff(on, name, confirmed=False) for on, name in sorted(found.items()) if on != gone
    ]
