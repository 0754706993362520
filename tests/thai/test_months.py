import pytest

from tracker.thai.months import ENGLISH_NAMES, LONG_NAMES, SHORT_NAMES, is_english, month_number


@pytest.mark.parametrize("names", [LONG_NAMES, SHORT_NAMES, ENGLISH_NAMES], ids=["long", "short", "english"])
def test_every_name_has_its_number(names: tuple[str, ...]) -> None:
    assert [month_number(name) for name in names] == list(range(1, 13))


@pytest.mark.parametrize(
    ("name", "number"), [("มิ ย", 6), ("เมย.", 4), ("sept.", 9), ("MAY", 5), (" ก.ค. ", 7)]
)
def test_names_are_read_without_dots_and_in_any_case(name: str, number: int) -> None:
    assert month_number(name) == number


@pytest.mark.parametrize("name", ["", "ม", "Market", "มกรา"])
def test_other_words_are_no_month(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}$"):
        month_number(name)


def test_script_of_a_name() -> None:
    assert is_english("May")
    assert not is_english("พ.ค.")
