import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.thai.text import clusters, collation_key, display_width, fit, folded_key, pad, repair

thai_text = st.text(
    alphabet=st.one_of(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B), st.just(" "))
)


@pytest.mark.parametrize(
    ("copied", "mended"),
    [
        pytest.param("ทํา", "ทำ", id="split_sara_am"),
        pytest.param("นํ้า", "น้ำ", id="tone_between"),
        pytest.param("เเผน", "แผน", id="doubled_sara_e"),
        pytest.param("ก\u200bข\ufeffค\u00ad", "กขค", id="zero_width"),
        pytest.param("ก\x00\x07ข\tค\nง", "กข\tค\nง", id="controls_but_tab_and_newline"),
        pytest.param("ก\r\nข\rค", "ก\nข\nค", id="line_ends"),
        pytest.param("กุ่", "กุ่", id="nfc_order_of_marks"),
        pytest.param("คำ", "คำ", id="never_nfkc"),
    ],
)
def test_repair_mends_copied_thai(copied: str, mended: str) -> None:
    assert repair(copied) == mended


@given(st.text())
def test_repair_twice_changes_nothing(text: str) -> None:
    assert repair(repair(text)) == repair(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("ดำเนินการ", "ด าเนินการ", id="lost_nikhahit"),
        pytest.param("ดำเนินการ", "ดาเนินการ", id="sara_aa"),
        pytest.param("ประจำ", "ประจ\ufffdำ", id="replacement_character"),
        pytest.param("เพื่อ", "เพ่ือ", id="marks_swapped"),
        pytest.param("กรุง", "กรงุ", id="mark_on_the_next_letter"),
        pytest.param("ข้อ ๑.๒", "ข้อ12", id="digits_dots_and_spaces"),
        pytest.param("E-Service", "e-service", id="small_letters"),
    ],
)
def test_folded_keys_of_the_same_words_are_equal(first: str, second: str) -> None:
    assert folded_key(first) == folded_key(second)


def test_folded_keys_of_other_words_differ() -> None:
    assert folded_key("ฝ่ายโยธา") != folded_key("ฝ่ายรายได้")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("ฝ่าย", 3, id="tone_takes_none"),
        pytest.param("น้ำ", 2, id="sara_am_takes_one"),
        pytest.param("日本", 4, id="wide_characters"),
        pytest.param("a\u200bb", 2, id="zero_width"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_display_width_counts_columns(text: str, columns: int) -> None:
    assert display_width(text) == columns


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param("ฝ่ายโยธา", 7, "ฝ่ายโยธา", id="fits"),
        pytest.param("เก้าอี้น้ำ", 3, "เก้…", id="leading_vowel_stays_with_its_consonant"),
        pytest.param("น้ำแข็ง", 2, "…", id="never_within_a_cluster"),
        pytest.param("ab cd", 4, "ab…", id="no_space_before_the_ellipsis"),
        pytest.param("ab", 0, "", id="no_room"),
    ],
)
def test_fit_shortens_at_a_cluster(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@given(thai_text, st.integers(min_value=0, max_value=40))
def test_fit_keeps_the_width_and_begins_no_line_with_a_mark(text: str, width: int) -> None:
    shown = fit(text, width)

    assert display_width(shown) <= width or shown == text
    rest = text[len(shown.removesuffix("…").rstrip()) :].lstrip()
    assert (
        shown == text
        or not shown
        or not rest
        or unicodedata.category(rest[0]) != "Mn"
        or not shown[:-1].strip()
    )


@given(st.text())
def test_clusters_joined_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(thai_text, st.integers(min_value=0, max_value=40))
def test_padded_text_has_at_least_the_width(text: str, width: int) -> None:
    assert display_width(pad(text, width)) == max(width, display_width(text))


def test_collation_puts_leading_vowels_after_their_consonant() -> None:
    names = ["ฝ่ายเทศกิจ", "ฝ่ายโยธา", "ฝ่ายทะเบียน", "ฝ่ายปกครอง", "ฝ่ายการคลัง"]

    assert sorted(names, key=collation_key) == [
        "ฝ่ายการคลัง",
        "ฝ่ายทะเบียน",
        "ฝ่ายเทศกิจ",
        "ฝ่ายปกครอง",
        "ฝ่ายโยธา",
    ]


def test_collation_looks_at_tones_last() -> None:
    assert sorted(["ขาว", "ข่าว", "ข้าว", "ขาวา"], key=collation_key) == ["ขาว", "ข่าว", "ข้าว", "ขาวา"]
