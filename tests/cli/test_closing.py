"""tracker done, submit, return, waive, reopen, postpone: all of what was typed, or nothing."""

import hashlib
from collections.abc import Sequence

import pytest

from tests.cli.conftest import Tracker

TITLE = "ที่จอดรถจักรยาน"


def test_done_closes_the_only_one_that_has_begun(office: Tracker) -> None:
    assert office.says("done", "E3") == f"E3 2570-01-31: done. {TITLE}\n"

    assert office.periods("E3", "done") == ["2570-01-31"]


def test_done_takes_several_codes(office: Tracker) -> None:
    said = office.says("done", "I1", "i2", "O๓", "--period", "2570-01")

    assert said == (
        "I1 2570-01: done. การตอบจดหมายให้ตรงเวลา\n"
        "I2 2570-01: done. การเก็บกุญแจห้องประชุม\n"
        "O3 2570-01: done. E-Poster\n"
        "3 follow-ups.\n"
    )
    assert {code: office.periods(code, "done") for code in ("I1", "I2", "O3")} == {
        "I1": ["2570-01"],
        "I2": ["2570-01"],
        "O3": ["2570-01"],
    }


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(b"I1\nO3\n", id="lines"),
        pytest.param(b"I1, O3", id="commas"),
        pytest.param("\ufeffI1\r\nO๓\r\n".encode(), id="bom_and_thai_digits"),
        pytest.param("I1 O๓".encode("cp874"), id="thai_windows"),
        pytest.param(b"I1 O3 I1\n", id="one_twice"),
    ],
)
def test_done_reads_codes_from_standard_input(office: Tracker, typed: bytes) -> None:
    said = office.says("done", "-", "--period", "2570-01", stdin=typed)

    assert said.splitlines()[-1] == "2 follow-ups."
    assert office.periods("O3", "done") == ["2570-01"]


@pytest.mark.parametrize("typed", ["", "\n \n", ",,"])
def test_done_of_empty_standard_input_is_refused(office: Tracker, typed: str) -> None:
    assert office.refuses("done", "-", stdin=typed) == "Standard input held no code. Nothing was changed."


@pytest.mark.parametrize(
    ("code", "period", "stored"),
    [
        ("I1", "ม.ค. 70", "2570-01"),
        ("I1", "มกราคม ๒๕๗๐", "2570-01"),
        ("I1", "๒๕๗๐-๐๑", "2570-01"),
        ("I1", "2027-01", "2570-01"),
        ("I3", "ไตรมาส 1/2570", "2570-Q1"),
        ("I3", "ไตรมาสที่ ๑/๒๕๗๐", "2570-Q1"),
        ("O1", "6 เดือนแรก 2570", "2570-H1"),
        ("O1", "2570", "2570"),
        ("E3", "๓๑ ม.ค. ๗๐", "2570-01-31"),
        ("E3", "2027-01-31", "2570-01-31"),
    ],
)
def test_done_reads_a_period_in_every_form(office: Tracker, code: str, period: str, stored: str) -> None:
    office.says("done", code, "--period", period)

    assert office.periods(code, "done") == [stored]


def test_done_keeps_note_evidence_day_and_name(office: Tracker) -> None:
    (office.folder / "photo.jpg").write_bytes(b"a photo")

    office.says(
        "done", "E3", "--note", "ตีเส้นแล้ว", "--evidence", "photo.jpg", "--evidence", "https://example.go.th/e3",
        "--on", "28 ม.ค. 70", "--by", "คุณเทศ",
    )  # fmt: skip

    (facts,) = office.json("list", "--code", "E3")
    assert facts["evidence"] == [
        {"kind": "file", "location": "photo.jpg", "sha256": hashlib.sha256(b"a photo").hexdigest()},
        {"kind": "link", "location": "https://example.go.th/e3", "sha256": ""},
    ]
    (event,) = office.json("show", "E3")["history"]
    assert event["by"] == "คุณเทศ"
    assert event["after"] == {
        "status": "done",
        "due_on": "2027-01-29",
        "on": "2027-01-28",
        "note": "ตีเส้นแล้ว",
        "evidence": ["photo.jpg", "https://example.go.th/e3"],
    }
    assert office.json("summary", "--as-of", "2027-01-28")["done"] == 1


def test_done_without_a_name_is_by_tracker_actor(office: Tracker) -> None:
    office.says("done", "E3", TRACKER_ACTOR="คุณแก้ว")

    assert office.json("show", "E3")["history"][0]["by"] == "คุณแก้ว"


def test_done_of_several_begun_periods_names_them_and_changes_nothing(office: Tracker) -> None:
    before = office.rows()

    said = office.refuses("done", "I1")

    assert "2569-10, 2569-11, 2569-12, 2570-01, 2570-02" in said
    assert "2570-03" not in said
    assert "--period" in said
    assert office.rows() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("E3", "XX"), "No code 'XX' in the plan 2570. There are: I1, I2, I3, E1, E3, O1, O3."),
        (("E3", "I1"), "I1 has several periods"),
        (("E3", "I1", "--period", "2570-01-31"), "I1 has no follow-up for 2570-01-31; it has "),
        (("E3", "--on", "11 ก.พ. 70"), "2570-02-11 lies in the future; today is 2570-02-10. "),
        (("E3", "--on", "เมื่อวาน"), "Cannot read 'เมื่อวาน' as a date: "),
        (("E3", "--period", "เดือนที่แล้ว"), "Cannot read 'เดือนที่แล้ว' as a date: write a month as 2565-03, "),
        (("E3", "--evidence", "none.pdf"), "none.pdf: there is no such file; "
                                           "evidence is a file or a link that begins with http."),
        (("E3", "--evidence", "config"), "config: it cannot be read; "
                                         "evidence is a file or a link that begins with http."),
        (("O1", "--period", "2568-H1"), "O1 has no follow-up for 2568-H1; it has 2570-H1, 2570, 2570-H2."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_done_refuses_and_changes_nothing(office: Tracker, words: Sequence[str], sentence: str) -> None:
    before = office.rows()

    assert office.refuses("done", *words).startswith(sentence)
    assert office.rows() == before


def test_done_before_the_first_period_begins_names_it(office: Tracker) -> None:
    said = office.refuses("done", "I1", "--now", "2026-09-30T10:00+07:00")

    assert "2569-10" in said
    assert "2569-10-01" in said
    assert said.endswith("--period 2569-10.")


def test_done_twice_is_refused(office: Tracker) -> None:
    office.says("done", "E3")
    before = office.rows()

    said = office.refuses("done", "E3", "--period", "2570-01-31")

    assert said.startswith("E3 2570-01-31 is done; ")
    assert said.endswith(" Nothing was changed.")
    assert office.rows() == before


def test_done_waits_for_a_second_person_where_the_office_verifies(office: Tracker) -> None:
    (office.folder / "config" / "tracker.toml").write_text("[closing]\nverify = true\n", encoding="utf-8")

    assert office.says("done", "E3") == (
        f"E3 2570-01-31: submitted; 'tracker done' by a second person accepts it. {TITLE}\n"
    )
    assert office.says("done", "E3") == f"E3 2570-01-31: done. {TITLE}\n"


def test_a_life_of_a_follow_up(office: Tracker) -> None:
    said = [
        office.says("submit", "E3", "--note", "ส่งแล้ว"),
        office.says("return", "E3", "--reason", "ขาดภาพถ่าย"),
        office.says("done", "E3"),
        office.says("reopen", "E3", "--reason", "ลงผิดข้อ"),
        office.says("postpone", "E3", "--until", "๒๖ ก.พ. ๗๐", "--reason", "รอพัสดุ"),
        office.says("waive", "E3", "--reason", "ยกเลิก"),
        office.says("reopen", "E3", "--reason", "กลับมาทำ"),
    ]

    assert said == [
        f"E3 2570-01-31: {each}. {TITLE}\n"
        for each in (
            "submitted", "returned, and open again", "done", "open again", "postponed to 2570-02-26",
            "waived", "open again",
        )
    ]  # fmt: skip
    facts = office.json("show", "E3")
    assert [each["what"] for each in facts["history"]] == [
        "submit", "return", "done", "reopen", "postpone", "waive", "reopen"
    ]  # fmt: skip
    assert [each["after"].get("reason") for each in facts["history"]][1:] == [
        "ขาดภาพถ่าย", None, "ลงผิดข้อ", "รอพัสดุ", "ยกเลิก", "กลับมาทำ"
    ]  # fmt: skip
    assert (facts["follow_ups"][0]["status"], facts["follow_ups"][0]["due_on"]) == ("open", "2027-02-26")


@pytest.mark.parametrize(
    "words",
    [
        ("return", "E3", "--reason", "ก"),
        ("reopen", "E3", "--reason", "ก"),
        ("waive", "E3", "--reason", " "),
        ("waive", "E3", "E1", "--reason", "ก", "--period", "2570-01-31"),
        ("postpone", "E3", "--until", "2027-01-29", "--reason", "ก"),
        ("postpone", "E3", "--until", "ไม่รู้", "--reason", "ก"),
    ],
    ids=" ".join,
)
def test_action_that_does_not_fit_is_refused_and_changes_nothing(
    office: Tracker, words: Sequence[str]
) -> None:
    before = office.rows()

    assert office.refuses(*words)
    assert office.rows() == before


@pytest.mark.parametrize("command", ["return", "waive", "reopen", "postpone"])
def test_reason_must_be_given(office: Tracker, command: str) -> None:
    until = ["--until", "2027-03-01"] if command == "postpone" else []

    result = office(command, "E3", *until)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: Missing option '--reason'.\n")


@pytest.mark.parametrize("command", ["done", "submit"])
def test_code_must_be_given(office: Tracker, command: str) -> None:
    result = office(command)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: Missing argument 'CODE...'.\n")


def test_done_with_a_note_of_any_script_is_kept_as_it_is(office: Tracker) -> None:
    note = "เสร็จ ✓ 'quoted' \"twice\"; DROP TABLE follow_ups; --"

    office.says("done", "E3", "--note", note)

    assert office.json("show", "E3")["history"][0]["after"]["note"] == note
