import hashlib
import json
from pathlib import Path

import pytest

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import UnreadableFile
from tracker.plans import reader
from tracker.plans.json_format import plan_to_json
from tracker.plans.reader import read_plan, with_default_cadence

SAMPLE = Path(__file__).parents[1] / "data" / "plans" / "sommut-2570.txt"


def test_read_plan_names_the_source_with_its_hash() -> None:
    plan = read_plan(SAMPLE)

    assert plan.source.name == "sommut-2570.txt"
    assert plan.source.sha256 == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("encoding", "line_end"),
    [
        pytest.param("utf-8-sig", "\n", id="byte_order_mark"),
        pytest.param("utf-8", "\r\n", id="windows_lines"),
        pytest.param("cp874", "\r\n", id="thai_windows"),
    ],
)
def test_read_plan_does_not_depend_on_encoding_and_lines(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    misread = {0xEB0: "ะ", 0xEC1: "แ", 0xE99: "น", 0xEC0: "เ", 0xEA5: "ล", 0xEB5: "ี", 0xE8D: "ย", 0xEA7: "ว"}
    text = SAMPLE.read_text(encoding="utf-8").translate(misread)
    path = tmp_path / "plan.txt"
    path.write_bytes(text.replace("\n", line_end).encode(encoding))

    assert read_plan(path).measures == read_plan(SAMPLE).measures


def test_read_plan_reads_its_own_json(tmp_path: Path) -> None:
    plan = read_plan(SAMPLE)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_to_json(plan), ensure_ascii=False), encoding="utf-8")

    assert read_plan(path) == plan
    assert read_plan(path, agency="สำนักงานเขตอื่น").agency == "สำนักงานเขตอื่น"


def test_agency_and_year_given_take_the_place_of_the_printed(tmp_path: Path) -> None:
    plan = read_plan(SAMPLE, fiscal_year=2571, agency="สำนักงานเขตอื่น")

    assert (plan.agency, plan.fiscal_year, plan.starts_on.isoformat()) == ("สำนักงานเขตอื่น", 2571, "2027-10-01")
    assert [measure.lead for measure in plan.measures] == [
        measure.lead for measure in read_plan(SAMPLE).measures
    ]
    assert "fiscal-year-differs" in [warning.code for warning in plan.warnings]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("plan.txt", b"", "no plan table", id="empty"),
        pytest.param("plan.txt", "บันทึก\nข้อความ".encode(), "no plan table", id="other_text"),
        pytest.param("plan.txt", b"\xff\xfe\x00\x00", "is not text in UTF-8", id="binary"),
        pytest.param("plan.txt", b"%PDF-1.7 ...", "is a PDF file", id="pdf"),
        pytest.param("plan.txt", b"PK\x03\x04...", "Word, Excel or ZIP", id="docx"),
        pytest.param("plan.json", b'{"agency": "', "not complete JSON", id="truncated_json"),
        pytest.param("plan.json", b"[]", "is no exported plan", id="json_of_another_kind"),
        pytest.param("plan.json", b'{"agency": NaN}', "NaN is no number", id="constant_of_javascript"),
        pytest.param("plan.json", b"[" * 100_000, "is no exported plan", id="nested_too_deep"),
    ],
)
def test_read_plan_refuses_a_file_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UnreadableFile) as caught:
        read_plan(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_read_plan_refuses_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="there is no such file"):
        read_plan(tmp_path / "absent.txt")
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_plan(tmp_path)


def test_read_plan_refuses_a_name_the_system_cannot_open(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_plan(tmp_path / ("ก" * 300))


def test_read_plan_refuses_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST_BYTES", 10)
    path = tmp_path / "plan.txt"
    path.write_bytes(b"x" * 11)

    with pytest.raises(UnreadableFile, match="larger than 50 MB"):
        read_plan(path)


def test_read_plan_refuses_json_of_another_year(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan_to_json(read_plan(SAMPLE))), encoding="utf-8")

    with pytest.raises(UnreadableFile, match="fiscal year 2570, not of 2569"):
        read_plan(path, fiscal_year=2569)


@pytest.mark.parametrize(
    ("remove", "said"),
    [("ปีงบประมาณ", "--fiscal-year"), ("สำนักงานเขต", "--agency")],
    ids=["no_year", "no_agency"],
)
def test_read_plan_asks_for_what_the_document_does_not_say(tmp_path: Path, remove: str, said: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace(remove, ""), encoding="utf-8")
    given = {"fiscal_year": 2570, "agency": "สำนักงานเขตสมมุติ"}

    with pytest.raises(UnreadableFile, match=said):
        read_plan(path)
    assert len(read_plan(path, **given).measures) == 7  # type: ignore[arg-type]


def test_default_cadence_goes_to_measures_without_a_rule_only() -> None:
    plan = read_plan(SAMPLE)

    filled = with_default_cadence(plan, Cadence.QUARTERLY)

    before = {measure.code: measure.rules for measure in plan.measures}
    after = {measure.code: measure.rules for measure in filled.measures}
    assert before["I3"] == ()
    assert after == {**before, "I3": (Rule(Cadence.QUARTERLY, origin=RuleOrigin.DEFAULT),)}
