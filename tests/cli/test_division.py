"""tracker division: the units of the agency."""

import json
from typing import Any

import pytest

from tests.cli.conftest import PLAN, Tracker

TEN = (
    "ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายโยธา", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", "ฝ่ายรายได้", "ฝ่ายรักษาความสะอาดและสวนสาธารณะ",
    "ฝ่ายการศึกษา", "ฝ่ายการคลัง", "ฝ่ายเทศกิจ", "ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม",
)  # fmt: skip


def names(tracker: Tracker) -> list[str]:
    return [each["name"] for each in tracker.json("division", "list")]


def exported(tracker: Tracker) -> list[dict[str, Any]]:
    return json.loads(tracker.says("plan", "export", "-"))["measures"]


def test_list_shows_names_and_other_names(office: Tracker) -> None:
    said = office.says("division", "list")

    assert said.splitlines()[:3] == [
        "Division               Also written",
        "---------------------  -------------------------------------------",
        "ฝ่ายทะเบียน              ทะเบียน",
    ]
    assert office.json("division", "list")[0] == {"name": "ฝ่ายทะเบียน", "aliases": ["ทะเบียน"]}


def test_add_makes_a_division_that_is_found_by_its_alias(office: Tracker) -> None:
    assert office.says("division", "add", "งานแผนที่", "--alias", "แผนที่") == "Added งานแผนที่.\n"

    assert names(office)[-1] == "งานแผนที่"
    assert office.json("list", "--division", "แผนที่") == []


@pytest.mark.parametrize("name", ["ฝ่ายโยธา", "โยธา", " ฝ่าย โยธา"])
def test_add_refuses_a_name_that_means_one_already(office: Tracker, name: str) -> None:
    before = office.rows()

    said = office.refuses("division", "add", name)

    assert said.endswith("already means the division 'ฝ่ายโยธา'. Nothing was added.")
    assert office.rows() == before


def test_import_without_a_file_adds_what_is_missing_of_a_districts_ten(office: Tracker) -> None:
    said = office.says("division", "import").splitlines()

    assert said[0] == "5 added, 5 known before."
    assert set(names(office)) == set(TEN)
    assert {line.strip() for line in said[1:]} == set(TEN) - {
        "ฝ่ายทะเบียน", "ฝ่ายโยธา", "ฝ่ายเทศกิจ", "ฝ่ายปกครอง", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล"
    }  # fmt: skip


def test_import_again_adds_nothing(office: Tracker) -> None:
    office.says("division", "import")
    before = office.rows()

    assert office.says("division", "import") == "0 added, 10 known before.\n"
    assert office.rows() == before


def test_import_reads_a_csv_with_bom(office: Tracker) -> None:
    (office.folder / "d.csv").write_text("name,aliases\nงานหนึ่ง,หนึ่ง;๑\nฝ่ายโยธา,\n", encoding="utf-8-sig")

    assert office.says("division", "import", "d.csv") == "1 added, 1 known before.\n  งานหนึ่ง\n"
    assert office.json("division", "list")[-1] == {"name": "งานหนึ่ง", "aliases": ["หนึ่ง", "๑"]}


@pytest.mark.parametrize(
    "content", [None, "ชื่อ,aliases\nงานหนึ่ง,\n".encode(), "name\nงาน".encode("cp874")],
    ids=["missing", "no_name", "thai_windows"],
)  # fmt: skip
def test_import_refuses_an_unreadable_file(office: Tracker, content: bytes | None) -> None:
    if content is not None:
        (office.folder / "d.csv").write_bytes(content)
    before = office.rows()

    assert office.refuses("division", "import", "d.csv").startswith("d.csv: ")
    assert office.rows() == before


@pytest.mark.parametrize("words", [("list",), ("add", "ฝ่ายโยธา"), ("import",)], ids=lambda words: words[0])
def test_division_before_any_plan_says_what_to_do(empty: Tracker, words: tuple[str, ...]) -> None:
    empty.says("init")

    assert empty.refuses("division", *words) == (
        "No agency is known yet. Load its plan first with: tracker plan import FILE"
    )


def test_rename_keeps_the_old_name_as_another_and_everything_follows(office: Tracker) -> None:
    reports = len(office.json("list", "--division", "ฝ่ายโยธา"))

    said = office.says("division", "rename", "โยธา", "--to", "ฝ่ายโยธาและผังเมือง")

    assert said == "ฝ่ายโยธา is now ฝ่ายโยธาและผังเมือง; the old name still means it.\n"
    for name in ("ฝ่ายโยธาและผังเมือง", "โยธาและผังเมือง", "ฝ่ายโยธา", "โยธา"):
        assert len(office.json("list", "--division", name)) == reports > 0
    assert "ฝ่ายโยธา" not in names(office)
    assert office.json("contact", "list")[1]["divisions"] == ["ฝ่ายโยธาและผังเมือง"]


def test_a_plan_that_prints_the_old_name_is_still_the_plan_that_is_loaded(office: Tracker) -> None:
    office.says("division", "rename", "ฝ่ายโยธา", "--to", "ฝ่ายโยธาและผังเมือง")

    assert office.says("plan", "diff", PLAN).endswith("nothing would change.\n")


def test_rename_is_written_into_the_history(office: Tracker) -> None:
    office.says("division", "add", "ฝ่ายทะเบียณ")

    office.says("division", "rename", "ฝ่ายทะเบียณ", "--to", "ฝ่ายคดี")

    _, _, who, what, *_, before, after = office.rows()["events"][-1]
    assert (who, what) == ("ผู้ทดสอบ", "division renamed")
    assert json.loads(before) == {"name": "ฝ่ายทะเบียณ", "aliases": ["ทะเบียณ"]}
    assert json.loads(after) == {"name": "ฝ่ายคดี", "aliases": ["คดี", "ทะเบียณ", "ฝ่ายทะเบียณ"]}


def test_rename_to_the_present_name_changes_nothing(office: Tracker) -> None:
    before = office.rows()

    assert office.says("division", "rename", "โยธา", "--to", "ฝ่ายโยธา") == "ฝ่ายโยธา: as it was.\n"
    assert office.rows() == before


def test_rename_to_another_way_of_writing_the_name_is_done(office: Tracker) -> None:
    office.says("division", "rename", "ฝ่ายโยธา", "--to", "ฝ่าย โยธา")

    assert "ฝ่าย โยธา" in names(office)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ฝ่ายโยธา", "--to", "เทศกิจ"), "'เทศกิจ' already means the division 'ฝ่ายเทศกิจ'. Nothing was changed; "
         "move what belongs to ฝ่ายโยธา there, then: tracker division remove 'ฝ่ายโยธา'"),
        (("ฝ่ายโยธา", "--to", " "), "The new name is empty. Nothing was changed."),
        (("ฝ่ายโยธ", "--to", "ก"), "No division 'ฝ่ายโยธ'. Did you mean ฝ่ายโยธา or ฝ่ายทะเบียน?"),
    ],
    ids=["taken", "empty", "unknown"],
)  # fmt: skip
def test_rename_refuses(office: Tracker, words: tuple[str, ...], sentence: str) -> None:
    before = office.rows()

    assert office.refuses("division", "rename", *words) == sentence
    assert office.rows() == before


def test_remove_takes_a_misspelt_division_away_once_nothing_refers_to_it(office: Tracker) -> None:
    office.says("contact", "add", "ปลัด", "--division", "ฝ่ายทะเบียณ", "--role", "owner")
    office.says("contact", "edit", "ปลัด", "--divisions", "ฝ่ายทะเบียน")

    assert office.says("division", "remove", "ฝ่ายทะเบียณ") == "Removed ฝ่ายทะเบียณ.\n"

    assert "ฝ่ายทะเบียณ" not in names(office)
    _, _, who, what, *_, before, after = office.rows()["events"][-1]
    assert (who, what, json.loads(after)) == ("ผู้ทดสอบ", "division removed", {})
    assert json.loads(before) == {"name": "ฝ่ายทะเบียณ", "aliases": ["ทะเบียณ"]}


def test_remove_names_what_refers_to_a_division(office: Tracker) -> None:
    before = office.rows()

    said = office.refuses("division", "remove", "ฝ่ายโยธา")

    measures = sum(each["lead"] == "ฝ่ายโยธา" for each in exported(office))
    reports = len(office.json("list", "--division", "ฝ่ายโยธา"))
    assert said == (
        f"ฝ่ายโยธา cannot be removed: it leads {measures} measures, has {reports} follow-ups "
        "and is answered for by หัวหน้าฝ่ายโยธา. Nothing was changed; a wrong name is mended with: "
        "tracker division rename 'ฝ่ายโยธา' --to NAME"
    )
    assert office.rows() == before


def test_remove_of_a_division_that_only_a_contact_has_names_the_contact(office: Tracker) -> None:
    office.says("contact", "add", "ปลัด", "--division", "ฝ่ายใหม่", "--role", "owner")

    said = office.refuses("division", "remove", "ใหม่")

    assert said.startswith("ฝ่ายใหม่ cannot be removed: it is answered for by ปลัด. Nothing was changed; ")
