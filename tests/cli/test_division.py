"""tracker division: the units of the agency."""

import pytest

from tests.cli.conftest import Tracker

TEN = (
    "ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายโยธา", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", "ฝ่ายรายได้", "ฝ่ายรักษาความสะอาดและสวนสาธารณะ",
    "ฝ่ายการศึกษา", "ฝ่ายการคลัง", "ฝ่ายเทศกิจ", "ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม",
)  # fmt: skip


def names(tracker: Tracker) -> list[str]:
    return [each["name"] for each in tracker.json("division", "list")]


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
