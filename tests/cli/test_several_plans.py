"""Which plan is meant when a database holds several: those of other years, and of other agencies."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Tracker

AGENCY, OTHER = "สำนักงานเขตสมมุติ", "สำนักงานเขตอื่น"
BOTH = "Name one with --agency and --fiscal-year."


def with_plan(office: Tracker, *, agency: str = AGENCY, years_later: int = 0) -> None:
    """Bring the same plan in once more, for another agency or year."""
    document: dict[str, Any] = json.loads(
        office.says("plan", "export", "-", "--agency", AGENCY, "--fiscal-year", "2570")
    )
    text = json.dumps(document, ensure_ascii=False).replace(AGENCY, agency)
    for year in (2570, 2569, 2027, 2026) if years_later else ():
        text = text.replace(str(year), str(year + years_later))
    name = f"{agency}-{years_later}.json"
    (office.folder / name).write_text(text, encoding="utf-8")
    office.says("plan", "import", name, "--now", "2026-09-20T14:00+07:00")


def meant(office: Tracker, *words: str, now: str = "2027-02-10T10:00+07:00") -> tuple[str, int]:
    facts = office.json("summary", *words, "--now", now)
    return facts["agency"], facts["fiscal_year"]


def test_the_only_plan_is_meant_whatever_the_day(office: Tracker) -> None:
    assert meant(office) == (AGENCY, 2570)
    assert meant(office, now="2030-01-01T10:00+07:00") == (AGENCY, 2570)


@pytest.mark.parametrize(
    ("now", "year"),
    [
        ("2027-02-10T10:00+07:00", 2570),
        ("2027-09-30T16:59+00:00", 2570),  # 23:59 in Bangkok
        ("2027-09-30T17:30+00:00", 2571),  # tomorrow in Bangkok, the new year's first day
        ("2028-02-10T10:00+07:00", 2571),
    ],
)
def test_of_two_years_the_present_one_is_meant(office: Tracker, now: str, year: int) -> None:
    with_plan(office, years_later=1)

    assert meant(office, now=now) == (AGENCY, year)
    assert meant(office, "--fiscal-year", "2570", now=now) == (AGENCY, 2570)
    assert meant(office, "--fiscal-year", "ปีงบประมาณ ๒๕๗๑", now=now) == (AGENCY, 2571)


def test_of_two_past_years_none_is_meant(office: Tracker) -> None:
    with_plan(office, years_later=1)

    said = office.refuses("summary", "--now", "2030-01-01T10:00+07:00")

    assert said == f"There are several plans: {AGENCY} 2570; {AGENCY} 2571. {BOTH}"


@pytest.mark.parametrize(
    "words",
    [
        ("list",), ("overdue",), ("summary",), ("show", "I1"), ("plan", "show"), ("plan", "export", "x.json"),
        ("done", "E3"), ("submit", "E3"), ("waive", "E3", "--reason", "ก"),
        ("postpone", "E3", "--until", "2027-03-01", "--reason", "ก"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_of_two_agencies_one_must_be_named(office: Tracker, words: tuple[str, ...]) -> None:
    with_plan(office, agency=OTHER)
    before = office.rows()

    assert office.refuses(*words) == f"There are several plans: {AGENCY} 2570; {OTHER} 2570. {BOTH}"
    assert office.rows() == before


@pytest.mark.parametrize("name", [OTHER, "เขตอื่น", "อื่น", "สำนักงาน เขตอื่น"])
def test_agency_is_found_by_a_part_of_its_name(office: Tracker, name: str) -> None:
    with_plan(office, agency=OTHER)

    assert meant(office, "--agency", name) == (OTHER, 2570)


def test_agency_that_is_not_there_is_named_with_the_others(office: Tracker) -> None:
    with_plan(office, agency=OTHER)

    said = office.refuses("summary", "--agency", "สำนักงานเขตดวงจันทร์")

    assert said.startswith("No plan 'สำนักงานเขตดวงจันทร์'. ")
    assert AGENCY in said


def test_change_reaches_the_named_plan_alone(office: Tracker) -> None:
    with_plan(office, agency=OTHER)

    office.says("done", "E3", "--agency", OTHER)

    assert [each["status"] for each in office.json("list", "--code", "E3", "--agency", OTHER)] == ["done"]
    assert [each["status"] for each in office.json("list", "--code", "E3", "--agency", AGENCY)] == ["open"]


@pytest.mark.parametrize(
    "words", [("division", "list"), ("contact", "list"), ("contact", "add", "ก")], ids=" ".join
)
def test_agency_must_be_named_for_its_divisions_and_contacts(office: Tracker, words: tuple[str, ...]) -> None:
    with_plan(office, agency=OTHER)

    assert office.refuses(*words) == f"There are several agencies: {AGENCY}; {OTHER}. Name one with --agency."
    office.says(*words, "--agency", OTHER)


def test_doctor_looks_at_every_agency(office: Tracker) -> None:
    with_plan(office, agency=OTHER)

    assert f"warning  contacts: {OTHER}: there is no coordinator\n" in office.says("doctor")


def test_year_that_is_not_there_is_named_with_the_others(office: Tracker) -> None:
    assert office.refuses("list", "--fiscal-year", "2565") == f"No plan '2565'. There are: {AGENCY} 2570."
