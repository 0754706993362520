"""The page that counts a year's messages says what the program does; its first quarter is played again."""

from pathlib import Path

import pytest

from docs import messages
from tracker.domain.reminders import ReminderRules

PAGE = (Path(__file__).parent.parent / "docs" / "messages.md").read_text(encoding="utf-8")


def table(title: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    below = PAGE.split(f"## {title}\n\n")[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in below[2:]]


@pytest.mark.parametrize("title", list(messages.CASES))
def test_the_first_quarter_brings_what_the_page_says(title: str) -> None:
    played = messages.rows(messages.CASES[title], messages.FIRST_QUARTER)

    assert [[row.name, str(row.first_quarter)] for row in played] == [
        [cells[0], cells[-2]] for cells in table(title)
    ]
    assert any(row.first_quarter for row in played)


@pytest.mark.parametrize("title", list(messages.CASES))
def test_the_rows_of_the_page_add_up_and_keep_to_the_months_number(title: str) -> None:
    for _, *numbers, in_all, early, most in table(title):
        assert sum(int(number or 0) for number in numbers) == int(in_all)
        assert int(early) <= int(in_all)
        assert int(most) <= ReminderRules().monthly_cap


def test_the_page_holds_every_case_and_a_judgement() -> None:
    assert all(f"## {title}\n" in PAGE for title in messages.CASES)
    assert PAGE.endswith(messages.JUDGEMENT)
