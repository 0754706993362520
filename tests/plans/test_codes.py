import pytest

from tracker.plans.codes import (
    PrintedItem,
    ReadCode,
    clear_instrument,
    lettered_instrument,
    number_candidates,
    read_codes,
)
from tracker.plans.model import Instrument
from tracker.plans.score_tables import ScoreItem

TITLES = ["จดหมาย", "กุญแจห้องประชุม", "ร่มส่วนกลาง", "รดน้ำต้นไม้", "โต๊ะเก้าอี้", "ป้ายบอกทาง"]
TABLE = [
    ScoreItem(Instrument.IIT, number, title, 80.0 + number, number)
    for number, title in enumerate(TITLES, start=1)
]


@pytest.mark.parametrize(
    ("token", "instrument"),
    [
        ("E๕", Instrument.EIT),
        ("O๓๑", Instrument.OIT),
        ("I30", Instrument.IIT),
        ("๐๑", None),
        ("1๑", None),
        ("Em", None),
        ("", None),
    ],
)
def test_clear_instrument_trusts_a_printed_letter_alone(token: str, instrument: Instrument | None) -> None:
    assert clear_instrument(token) == instrument


@pytest.mark.parametrize(
    ("token", "instrument"),
    [
        ("Em", Instrument.EIT),
        ("0๘", Instrument.OIT),
        ("๐๑", Instrument.OIT),
        ("E๕", Instrument.EIT),
        ("OIT 42", Instrument.OIT),
        ("๑๔", None),
        ("1๙", None),
    ],
)
def test_lettered_instrument_takes_what_is_left_of_a_code(token: str, instrument: Instrument | None) -> None:
    assert lettered_instrument(token) == instrument


def test_read_codes_trusts_a_plain_code_that_is_printed_twice() -> None:
    items = [PrintedItem(token, "", None) for token in ("O๔๒", "O๔๒", "O๔๓")]

    assert [read.number for read in read_codes(items, Instrument.OIT, ())] == [42, 42, 43]


def test_read_codes_says_when_the_title_is_of_another_item() -> None:
    (read, *_) = read_codes([PrintedItem("I๒", "จดหมาย", 81.0)], Instrument.IIT, TABLE)

    assert read == ReadCode(1, "'I๒' is printed; 1 has this title in the score table")


@pytest.mark.parametrize(
    ("token", "instrument", "numbers"),
    [
        pytest.param("๑๑", Instrument.IIT, {1, 11}, id="letter_read_as_thai_one"),
        pytest.param("12", Instrument.IIT, {2, 12}, id="letter_read_as_one"),
        pytest.param("๓", Instrument.IIT, {3}, id="letter_lost"),
        pytest.param("๑๑๑", Instrument.IIT, {11}, id="three_ones"),
        pytest.param("l๕", Instrument.IIT, {5}, id="letter_read_as_l"),
        pytest.param("0๑๐", Instrument.OIT, {10}, id="zero_for_o"),
        pytest.param("๐๘", Instrument.OIT, {8}, id="thai_zero_for_o"),
        pytest.param("O๑O", Instrument.OIT, {10}, id="o_for_zero"),
        pytest.param("Em", Instrument.EIT, set(), id="number_lost"),
        pytest.param("", Instrument.EIT, set(), id="nothing"),
    ],
)
def test_number_candidates_are_all_possible_readings(
    token: str, instrument: Instrument, numbers: set[int]
) -> None:
    assert set(number_candidates(token, instrument)) == numbers


def test_read_codes_takes_titles_scores_and_order_together() -> None:
    items = [
        PrintedItem("๑๑", "จดหมาย", 81.0),
        PrintedItem("๓", "ร่มส่วนกลาง", 10.0),
        PrintedItem("Im", "โต๊ะ เก้าอี้", 85.0),
        PrintedItem("1๖", "ป้ายบอกทาง", None),
    ]

    assert read_codes(items, Instrument.IIT, TABLE) == [ReadCode(1), ReadCode(3), ReadCode(5), ReadCode(6)]


def test_read_codes_without_a_table_follows_the_order() -> None:
    items = [PrintedItem(token, "", None) for token in ("1๑", "12", "๓", "1๑๑")]

    assert [read.number for read in read_codes(items, Instrument.IIT, ())] == [1, 2, 3, 11]


def test_read_codes_of_no_items_is_empty() -> None:
    assert read_codes([], Instrument.EIT, TABLE) == []


def test_read_codes_says_when_nothing_is_to_go_by() -> None:
    (read,) = read_codes([PrintedItem("", "เรื่องอื่นโดยสิ้นเชิง", None)], Instrument.IIT, ())

    assert read == ReadCode(1, "no code is printed; 1 is a guess from the titles and the order of the rows")


def test_read_codes_says_when_two_rows_have_one_code() -> None:
    items = [PrintedItem("E๕", "", None), PrintedItem("E๕", "", None)]

    doubt = "'E๕' is printed, and 5 is the best reading of another row too"
    assert read_codes(items, Instrument.EIT, ()) == [ReadCode(5, doubt), ReadCode(5, doubt)]


def test_read_codes_doubts_the_lesser_reading() -> None:
    items = [PrintedItem("1๕", "", None), PrintedItem("1๕", "", None)]

    assert [read.doubt for read in read_codes(items, Instrument.IIT, ())] == [
        "",
        "'1๕' is printed, which could be 5 or 15",
    ]


def test_read_codes_doubts_a_number_that_may_hide_the_letter() -> None:
    (read,) = read_codes([PrintedItem("๑๔", "", None)], Instrument.IIT, ())

    assert read.doubt == "'๑๔' is printed, which could be 4 or 14"
