"""tracker plan: bringing a plan in, writing it out, listing and showing it."""

import json

import pytest

from tests.cli.conftest import IMPORTED, PLAN, Tracker

DETAILS = """\
  by instrument: IIT 3, EIT 2, OIT 2
  by division:   ฝ่ายทะเบียน 1, ฝ่ายโยธา 2, ฝ่ายเทศกิจ 2, ฝ่ายปกครอง 2
  by cadence:    monthly 3, quarterly 2, on 3, yearly 1, half-yearly 2
  no measure in the plan: I4, I5, E2, O2
  new divisions: ฝ่ายทะเบียน, ฝ่ายโยธา, ฝ่ายเทศกิจ, ฝ่ายปกครอง, ฝ่ายสิ่งแวดล้อมและสุขาภิบาล
  2 doubts, named above, each with its line
"""
DOUBTS = """\
sommut-2570.txt, line 36: I1: the row says 90.01, the score table 90.10.
sommut-2570.txt, line 44: I3: no lead is marked; ฝ่ายเทศกิจ stands first and is taken.

"""
COUNTED = "สำนักงานเขตสมมุติ, fiscal year 2570: 7 measures, 50 follow-ups.\n"


@pytest.fixture
def fresh(empty: Tracker) -> Tracker:
    """A folder with an empty rehearsal database, before the plan's year."""
    empty.now = IMPORTED
    empty.says("init")
    return empty


def test_import_names_doubts_and_counts(fresh: Tracker) -> None:
    said = fresh.says("plan", "import", PLAN)

    assert said == DOUBTS + COUNTED + DETAILS + (
        "Nothing is sent before 2569-10-01 09:00. What goes out then, so far:\n"
        "  nothing; add the people with: tracker contact import FILE\n"
    )
    assert {name: len(rows) for name, rows in fresh.rows().items() if name in ("measures", "follow_ups")} == {
        "measures": 7,
        "follow_ups": 50,
    }


def test_import_dry_run_says_the_same_and_changes_nothing(fresh: Tracker) -> None:
    before = fresh.rows()
    files = sorted(fresh.folder.rglob("*"))

    said = fresh.says("plan", "import", PLAN, "--dry-run")

    assert said == DOUBTS + COUNTED + DETAILS + "This was a dry run. Nothing was changed.\n"
    assert fresh.rows() == before
    assert [
        path for path in sorted(fresh.folder.rglob("*")) if path.suffix not in (".db-wal", ".db-shm")
    ] == files


def test_import_as_json_has_stable_keys(fresh: Tracker) -> None:
    facts = fresh.json("plan", "import", PLAN)

    assert set(facts) >= {
        "agency", "fiscal_year", "dry_run", "changed", "measures", "follow_ups", "before_tracking", "counts",
        "new_divisions", "tracked_from", "sends_from", "absent", "warnings",
    }  # fmt: skip
    assert (facts["agency"], facts["fiscal_year"], facts["dry_run"], facts["changed"]) == (
        "สำนักงานเขตสมมุติ", 2570, False, True
    )  # fmt: skip
    assert (facts["measures"], facts["follow_ups"], facts["before_tracking"]) == (7, 50, 0)
    assert facts["counts"]["instrument"] == {"IIT": 3, "EIT": 2, "OIT": 2}
    assert (facts["tracked_from"], facts["sends_from"]) == ("2026-10-01", "2026-09-21T02:00:00+00:00")
    assert [each["code"] for each in facts["absent"]] == ["I4", "I5", "E2", "O2"]
    assert [each["line"] for each in facts["warnings"]] == [36, 44]


def test_import_dry_run_as_json_changes_nothing(fresh: Tracker) -> None:
    before = fresh.rows()

    facts = fresh.json("plan", "import", PLAN, "--dry-run")

    assert (facts["dry_run"], facts["measures"]) == (True, 7)
    assert fresh.rows() == before


def test_import_again_changes_nothing(office: Tracker) -> None:
    before = office.rows()

    said = office.says("plan", "import", PLAN)

    assert said == DOUBTS + (
        "สำนักงานเขตสมมุติ, fiscal year 2570: this plan is loaded already, with 7 measures. "
        "Nothing was changed.\n"
    )
    assert office.rows() == before
    assert office.json("plan", "import", PLAN)["changed"] is False


def test_import_within_the_year_does_not_count_what_was_due_before(fresh: Tracker) -> None:
    fresh.now = "2027-02-10T10:00+07:00"

    said = fresh.says("plan", "import", PLAN)

    # due until 9 February: 4 months of 3 measures, the first quarter of 2, and 31 January
    assert "  due already, so not counted: 15\n" in said
    assert fresh.json("summary")["total"] == 35


def test_import_tracks_from_the_day_given(fresh: Tracker) -> None:
    fresh.now = "2027-02-10T10:00+07:00"

    facts = fresh.json("plan", "import", PLAN, "--track-from", "๑ ม.ค. ๗๐")

    # October and November of 3 measures were due before January
    assert (facts["tracked_from"], facts["before_tracking"]) == ("2027-01-01", 6)


def test_import_takes_the_agency_and_the_year_given(fresh: Tracker) -> None:
    facts = fresh.json("plan", "import", PLAN, "--agency", "สำนักงานเขตอื่น", "--fiscal-year", "๒๕๗๐")

    assert (facts["agency"], facts["fiscal_year"]) == ("สำนักงานเขตอื่น", 2570)
    assert fresh.json("plan", "list")[0]["agency"] == "สำนักงานเขตอื่น"


def test_import_of_another_year_says_so_without_a_line(fresh: Tracker) -> None:
    said = fresh.says("plan", "import", PLAN, "--fiscal-year", "2571", "--dry-run")

    assert said.splitlines()[0] == (
        "sommut-2570.txt: Fiscal year 2571 was asked for; the document names another."
    )


def test_import_gives_the_default_cadence_to_measures_that_name_none(fresh: Tracker) -> None:
    monthly = fresh.json("plan", "import", PLAN, "--dry-run", "--default-cadence", "yearly")

    # I3 alone names none
    assert monthly["counts"]["cadence"] == {
        "monthly": 3, "yearly": 2, "quarterly": 1, "on": 3, "half-yearly": 2
    }  # fmt: skip


def test_import_takes_the_default_cadence_of_the_settings(fresh: Tracker) -> None:
    settings = fresh.folder / "config" / "tracker.toml"
    settings.write_text("[follow_up]\ndefault_cadence = 'half-yearly'\n", encoding="utf-8")

    facts = fresh.json("plan", "import", PLAN, "--dry-run")

    assert facts["counts"]["cadence"]["half-yearly"] == 3


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        pytest.param(
            "none.txt", None, "none.txt: there is no such file; check the name and the folder.", id="missing"
        ),
        pytest.param(".", None, ".: is a folder; name the file of the plan in it.", id="folder"),
        pytest.param("plan.pdf", b"%PDF-1.7", "plan.pdf: is a PDF file; ", id="pdf"),
        pytest.param("plan.docx", b"PK\x03\x04", "plan.docx: is ", id="cut_word_file"),
        pytest.param(
            "plan.txt", b"\xff\xfe\x00\x00", "plan.txt: is not text in UTF-8 or Thai Windows (cp874); "
            "save it as UTF-8 text.", id="binary",
        ),
        pytest.param(
            "plan.json", b'{"agency": ', "plan.json: is not complete JSON "
            "(Expecting value, line 1, column 12); export the plan again.", id="cut_json",
        ),
    ],
)  # fmt: skip
def test_import_refuses_what_is_no_plan(
    fresh: Tracker, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (fresh.folder / name).write_bytes(content)
    before = fresh.rows()

    assert fresh.refuses("plan", "import", name).startswith(sentence)
    assert fresh.rows() == before


@pytest.mark.parametrize(
    ("content", "word"), [("", "plan.txt: "), ("สวัสดี\n", "plan.txt: "), ("a\tb\tc\n1\t2\t3\n", "plan.txt: ")]
)
def test_import_refuses_text_without_a_plan(fresh: Tracker, content: str, word: str) -> None:
    (fresh.folder / "plan.txt").write_text(content, encoding="utf-8")

    assert fresh.refuses("plan", "import", "plan.txt").startswith(word)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--track-from", "ไม่รู้", "Cannot read 'ไม่รู้' as a date: "
                                 "write it like 31 ม.ค. 2565, 31/1/2565 or 2022-01-31."),
        ("--track-from", "1/2/2027", "Cannot read '1/2/2027' as a date: "
                                     "it could be 2027-02-01 or 2027-01-02; write it in one of these ways."),
        ("--fiscal-year", "2300", "Cannot read '2300' as a date: "
                                  "the year could be BE 2300 (CE 1757) or CE 2300 (BE 2843)."),
    ],
)  # fmt: skip
def test_import_refuses_unreadable_options(fresh: Tracker, option: str, value: str, sentence: str) -> None:
    before = fresh.rows()

    assert fresh.refuses("plan", "import", PLAN, option, value, "--dry-run") == sentence
    assert fresh.rows() == before


def test_import_knows_four_cadences(fresh: Tracker) -> None:
    result = fresh("plan", "import", PLAN, "--default-cadence", "weekly")

    assert result.exit_code == 2
    assert "'weekly' is not one of 'monthly', 'quarterly', 'half-yearly', 'yearly'." in result.stderr


def test_export_writes_the_plan_that_import_reads(office: Tracker, empty: Tracker) -> None:
    said = office.says("plan", "export", "plan.json")

    assert said == "Wrote 7 measures to plan.json.\n"
    exported = json.loads((office.folder / "plan.json").read_text(encoding="utf-8"))
    assert list(exported) == [
        "agency", "fiscal_year", "assessed_year", "starts_on", "ends_on", "source", "indicators", "measures",
        "absent", "warnings",
    ]  # fmt: skip
    assert list(exported["measures"][0]) == [
        "code", "title", "instrument", "indicator", "score", "score_table_score", "analysis", "weaknesses",
        "actions", "follow_up", "timeline", "starts_on", "ends_on", "lead", "supporting", "rules",
        "source_lines",
    ]  # fmt: skip
    assert [each["code"] for each in exported["measures"]] == ["I1", "I2", "I3", "E1", "E3", "O1", "O3"]
    empty.now = IMPORTED
    empty.says("init")
    empty.says("plan", "import", office.folder / "plan.json")
    assert json.loads(empty.says("plan", "export", "-")) == exported


def test_export_to_standard_output_is_the_same_as_into_a_file(office: Tracker) -> None:
    office.says("plan", "export", "plan.json")

    said = office.says("plan", "export", "-")

    assert said == (office.folder / "plan.json").read_text(encoding="utf-8")
    assert json.loads(said) == office.json("plan", "show")


def test_export_writes_over_a_file_only_by_force(office: Tracker) -> None:
    file = office.folder / "plan.json"
    file.write_text("precious", encoding="utf-8")

    assert office.refuses("plan", "export", "plan.json") == (
        "plan.json exists already. Give --force to write over it."
    )
    assert file.read_text(encoding="utf-8") == "precious"
    assert office.says("plan", "export", "plan.json", "--force") == "Wrote 7 measures to plan.json.\n"


@pytest.mark.parametrize("name", ["plan.docm", "plan"])
def test_export_refuses_other_endings(office: Tracker, name: str) -> None:
    said = office.refuses("plan", "export", name)

    assert said.startswith(f"{name}: ")
    assert not (office.folder / name).exists()


def test_export_takes_the_form_given_whatever_the_ending(office: Tracker) -> None:
    office.says("plan", "export", "plan.data", "--format", "json")

    assert json.loads((office.folder / "plan.data").read_text(encoding="utf-8"))["fiscal_year"] == 2570


def test_export_into_a_missing_folder_is_refused(office: Tracker) -> None:
    said = office.refuses("plan", "export", "no/plan.json")

    assert said == "The system refused: No such file or directory (no/plan.json)."


def test_list_names_each_plan(office: Tracker) -> None:
    assert office.says("plan", "list") == (
        "Agency          Year  Measures  Follow-ups  Tracked from  Document\n"
        "--------------  ----  --------  ----------  ------------  ---------------\n"
        "สำนักงานเขตสมมุติ  2570         7          50  2569-10-01    sommut-2570.txt\n"
    )
    assert office.json("plan", "list") == [
        {
            "agency": "สำนักงานเขตสมมุติ",
            "fiscal_year": 2570,
            "starts_on": "2026-10-01",
            "ends_on": "2027-09-30",
            "tracked_from": "2026-10-01",
            "source": "sommut-2570.txt",
            "measures": 7,
            "follow_ups": 50,
            "pause": None,
        }
    ]


def test_list_without_a_plan_says_what_to_do(fresh: Tracker) -> None:
    assert fresh.says("plan", "list") == "No plan is loaded yet. Load one with: tracker plan import FILE\n"
    assert fresh.json("plan", "list") == []


def test_show_is_a_line_for_each_measure(office: Tracker) -> None:
    lines = office.says("plan", "show").splitlines()

    assert lines[0] == "สำนักงานเขตสมมุติ, fiscal year 2570 (2569-10-01 to 2570-09-30)"
    assert [line.split()[0] for line in lines[3:]] == ["I1", "I2", "I3", "E1", "E3", "O1", "O3"]
    assert lines[6].split() == ["E1", "ฝ่ายโยธา", "quarterly,", "on", "2570-03-31", "ป้ายบอกทางอ่านง่าย"]
    assert lines[4].split()[2:4] == ["ฝ่ายทะเบียน,", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล"]


def test_show_without_a_plan_says_what_to_do(fresh: Tracker) -> None:
    assert fresh.refuses("plan", "show") == ("No plan is loaded yet. Load one with: tracker plan import FILE")
