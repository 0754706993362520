"""Tables for a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports import tables
from tracker.reports.tables import Column, safe, text_table
from tracker.thai.text import clusters, display_width, fit

COLUMNS = (Column("ข้อ"), Column("มาตรการ"), Column("ครบกำหนด"), Column("เกิน (วัน)", "right"))
ROWS = (
    ("I5", "การเผยแพร่นโยบายการบริหารงานบุคคล", "2022-01-10", "22"),
    ("O31", "กู้ยืม", "2022-02-28", "5"),
)
THAI = st.text("กขงนมเแไำิี่้ก็ำ aB1๒…", max_size=30)


def test_table_counts_columns_not_characters():
    assert list(text_table(COLUMNS, ROWS, width=None)) == [
        "ข้อ   มาตรการ                         ครบกำหนด    เกิน (วัน)",
        "---  ------------------------------  ----------  --------",
        "I5   การเผยแพร่นโยบายการบริหารงานบุคคล  2022-01-10        22",
        "O31  กู้ยืม                             2022-02-28         5",
    ]


def test_widest_column_gives_way_to_the_terminal():
    lines = list(text_table(COLUMNS, ROWS, width=46))

    assert lines == [
        "ข้อ   มาตรการ              ครบกำหนด    เกิน (วัน)",
        "---  -------------------  ----------  --------",
        "I5   การเผยแพร่นโยบายการ…  2022-01-10        22",
        "O31  กู้ยืม                  2022-02-28         5",
    ]
    assert {display_width(line) for line in lines} == {46}


def test_codes_dates_and_numbers_stay_whole_on_a_narrow_terminal():
    columns = (Column("code"), Column("due"), Column("baht", "right"), Column("title"))
    rows = [("O31", "2022-02-28", "1,234,567,890,123.00", "a title that is too long")]

    assert (
        list(text_table(columns, rows, width=20))[2] == "O31   2022-02-28  1,234,567,890,123.00  a title tha…"
    )


def test_columns_shrink_to_the_same_width_one_after_the_other():
    rows = [("a" * 30, "b" * 20)]

    assert list(text_table((Column("x"), Column("y")), rows, width=32))[2] == f"{'a' * 14}…  {'b' * 14}…"


def test_max_width_holds_on_any_terminal():
    columns = (Column("title", max_width=6), Column("n", "right", max_width=1))

    assert list(text_table(columns, [("มาตรการที่หนึ่ง", "12")], width=None))[2] == "มาตรก…  12"


def test_table_without_rows_shows_its_titles():
    assert list(text_table(COLUMNS[:2], [], width=80)) == ["ข้อ  มาตรการ", "--  -------"]


def test_row_of_another_length_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="zip"):
        list(text_table(COLUMNS, [("I1",)], width=None))


def test_rows_beyond_the_measured_ones_are_not_held_back(monkeypatch):
    monkeypatch.setattr(tables, "MEASURED_ROWS", 2)
    taken = []
    rows = ((taken.append(text) or text, "x") for text in ("a", "b", "c" * 20, "d"))

    table = text_table((Column("name"), Column("x")), rows, width=None)

    assert [next(table) for _ in range(3)] == ["name  x", "----  -", "a     x"]
    assert taken == ["a", "b"]
    assert list(table) == ["b     x", f"{'c' * 20}  x", "d     x"]


def test_longer_cell_further_down_is_shortened_where_the_terminal_is_narrow(monkeypatch):
    monkeypatch.setattr(tables, "MEASURED_ROWS", 1)
    rows = [("a" * 30, "x"), ("b" * 90, "x")]

    assert list(text_table((Column("name"), Column("x")), rows, width=23))[3] == f"{'b' * 19}…  x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("มาตรการ", "มาตรการ"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("one\r\n\ttwo\u2028three", "one two three"),
        ("\u202etxt.exe\u2066", "\\u202etxt.exe\\u2066"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\ud83d", "\\ud83d"),
    ],
    ids=["plain", "colour", "window_title", "c1", "line_breaks", "direction", "null", "surrogate"],
)
def test_safe_shows_what_a_terminal_would_obey(text, shown):
    assert safe(text) == shown
    assert list(text_table([Column("x")], [(text,)], width=None))[2] == shown


@given(st.text())
def test_safe_leaves_no_control_character(text):
    assert not {unicodedata.category(char) for char in safe(text)} & {"Cc", "Cs", "Zl", "Zp"}
    assert safe(safe(text)) == safe(text)


@given(st.lists(st.tuples(THAI, st.text(max_size=20), THAI), max_size=6), st.integers(1, 80))
def test_lines_fit_the_terminal_where_columns_can_give_way(rows, width):
    columns = (Column("ก"), Column("b"), Column("c", max_width=9))

    lines = list(text_table(columns, rows, width=width))

    assert len(lines) == len(rows) + 2
    assert max(map(display_width, lines)) <= max(width, 12 + 2 + 12 + 2 + 9)


@given(THAI, st.integers(1, 20))
def test_quick_ways_agree_with_the_careful_ones(text, width):
    assert tables._columns(text) == display_width(text)
    if display_width(text) > width:
        assert tables._fit(text, width) == fit(text, width)


@given(THAI, st.integers(1, 20))
def test_a_cut_never_parts_a_letter_from_its_marks(text, width):
    shown = list(text_table([Column("", max_width=width)], [(text,)], width=None))[2]

    kept = shown.removesuffix("…") if shown != text.rstrip() else text.rstrip()
    assert list(clusters(kept)) == list(clusters(text))[: len(list(clusters(kept)))]
