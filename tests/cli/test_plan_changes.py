"""tracker plan diff, export, import again, rollover: a plan goes out, comes back amended, and goes on."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PLAN, Tracker


def amended(office: Tracker) -> Path:
    """The exported plan with E3 led by ฝ่ายทะเบียน and followed up by half-years."""
    office.says("plan", "export", "plan.json")
    path = office.folder / "plan.json"
    plan = json.loads(path.read_text(encoding="utf-8"))
    for measure in plan["measures"]:
        if measure["code"] == "E3":
            measure["lead"] = "ฝ่ายทะเบียน"
            measure["rules"] = [{"cadence": "half-yearly", "on": None, "phrase": "", "origin": "user"}]
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "docx"])
def test_what_is_exported_differs_in_nothing(office: Tracker, form: str) -> None:
    assert office.says("plan", "export", f"out.{form}") == f"Wrote 7 measures to out.{form}.\n"

    assert "nothing would change." in office.says("plan", "diff", f"out.{form}")
    assert "Nothing was changed." in office.says("plan", "import", f"out.{form}")


def test_diff_says_what_was_and_what_would_be_and_changes_nothing(office: Tracker) -> None:
    path = amended(office)
    before = office.rows()

    said = office.says("plan", "diff", path)

    assert said.startswith("changed  E3  ")
    assert "→ ฝ่ายทะเบียน" in said
    assert "→ half-yearly" in said
    assert office.rows() == before
    found = office.json("plan", "diff", path)
    assert found["changed"] == [{"code": "E3", "fields": ["lead", "rules"]}]
    assert (found["added"], found["removed"], found["moved"], found["facts"]) == ([], [], [], [])


def test_dry_run_of_an_amended_plan_changes_nothing(office: Tracker) -> None:
    path = amended(office)
    before = office.rows()

    said = office.says("plan", "import", path, "--dry-run")

    assert "Against the plan that was loaded:" in said
    assert said.endswith("This was a dry run. Nothing was changed.\n")
    assert office.rows() == before


def test_amended_plan_changes_the_coming_follow_ups(office: Tracker) -> None:
    office.says("plan", "import", amended(office))

    coming = [each for each in office.json("list", "--code", "E3") if each["due_on"] > "2027-02-10"]
    assert [each["period"] for each in coming] == ["2570-H1", "2570-H2"]
    assert {each["lead"] for each in coming} == {"ฝ่ายทะเบียน"}
    assert "Nothing was changed." in office.says("plan", "import", "plan.json")


def test_diff_without_a_loaded_plan_is_refused(empty: Tracker) -> None:
    empty.says("init", "--rehearsal")

    assert "is loaded to compare with." in empty.refuses("plan", "diff", PLAN)


def test_column_that_cannot_be_read_is_refused(office: Tracker) -> None:
    assert "write it like measure=" in office.refuses("plan", "diff", PLAN, "--column", "x")


def test_rollover_makes_next_years_plan_and_its_dry_run_nothing(office: Tracker) -> None:
    before = office.rows()
    assert "This was a dry run." in office.says("plan", "rollover", "2571", "--dry-run")
    assert office.rows() == before

    made = office.json("plan", "rollover", "2571", "--code", "E3")

    assert (made["fiscal_year"], made["measures"]) == (2571, 1)
    assert list(made["carried"]) == ["E3"]
    assert [each["fiscal_year"] for each in office.json("plan", "list")] == [2570, 2571]
    assert "There is a plan of 2571 already." in office.refuses(
        "plan", "rollover", "2571", "--fiscal-year", "2570"
    )
