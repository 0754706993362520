"""Dates and period labels in the words of the templates."""

import datetime as dt
from pathlib import Path

import pytest

from tracker.config import ConfigFiles
from tracker.messages.labels import PeriodFacts, date_filters, period_facts, with_digits
from tracker.messages.templates import Templates

DAY = dt.date(2022, 2, 7)


@pytest.mark.parametrize(
    ("label", "thai", "english"),
    [
        ("2565-03", "มีนาคม 2565", "March 2022"),
        ("2565-Q2", "ไตรมาสที่ 2/2565", "Quarter 2/2565"),
        ("2565-H1", "รอบ 6 เดือนแรก ปี 2565", "First half of 2565"),
        ("2565-H2", "รอบ 6 เดือนหลัง ปี 2565", "Second half of 2565"),
        ("2565", "ปีงบประมาณ 2565", "Fiscal year 2565"),
        ("2565-01-31", "31 มกราคม 2565", "31 January 2022"),
        ("2565-13", "2565-13", "2565-13"),
        ("ตามแผน", "ตามแผน", "ตามแผน"),
    ],
)
def test_period_label_in_words(tmp_path, label, thai, english):
    assert (_in_words(tmp_path, "th", label), _in_words(tmp_path, "en", label)) == (thai, english)


def test_period_facts_of_a_month_hold_its_first_day():
    assert period_facts("2567-02") == PeriodFacts("2567-02", "month", 2567, 0, dt.date(2024, 2, 1))


def test_dates_are_buddhist_in_thai_and_gregorian_elsewhere():
    thai, english = date_filters("th"), date_filters("en")

    assert {name: write(DAY) for name, write in thai.items()} == {
        "long_date": "7 กุมภาพันธ์ 2565",
        "short_date": "7 ก.พ. 65",
        "month": "กุมภาพันธ์ 2565",
    }
    assert {name: write(DAY) for name, write in english.items()} == {
        "long_date": "7 February 2022",
        "short_date": "7 Feb 2022",
        "month": "February 2022",
    }


def test_letters_write_thai_digits():
    assert date_filters("th")["long_date"](DAY, "thai") == "๗ กุมภาพันธ์ ๒๕๖๕"
    assert with_digits(2565, "thai") == "๒๕๖๕"
    assert with_digits("๒๕65") == "2565"


def _in_words(office: Path, language: str, label: str) -> str:
    own = office / "templates" / language / "label.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text('{% import "words.j2" as say %}{{ say.period(label) }}', encoding="utf-8")
    return Templates(ConfigFiles(office).find, language).render("label.txt.j2", {"label": label})
