"""tracker list, overdue and summary: what is open, late and how it stands, now and on an earlier day."""

import pytest

from tests.cli.conftest import Tracker

LIST_KEYS = [
    "code", "title", "period", "status", "scheduled_on", "due_on", "days_overdue", "before_tracking", "lead",
    "supporting", "evidence",
]  # fmt: skip


def test_list_is_a_table_by_due_date(office: Tracker) -> None:
    office.says("done", "I2", "--period", "2570-01")

    assert office.says("list", "--due", "2570-02") == (
        "Code  Period   Due         Status    Late  Lead       Measure\n"
        "----  -------  ----------  ------  ------  ---------  ---------------------\n"
        "I1    2570-01  2570-02-05  open    5 days  ฝ่ายทะเบียน  การตอบจดหมายให้ตรงเวลา\n"
        "I2    2570-01  2570-02-05  done            ฝ่ายโยธา    การเก็บกุญแจห้องประชุม\n"
        "O3    2570-01  2570-02-05  open    5 days  ฝ่ายปกครอง  E-Poster\n"
        "3 follow-ups, 2 overdue.\n"
    )


def test_list_of_one_counts_in_the_singular(office: Tracker) -> None:
    assert office.says("list", "--code", "E3").splitlines()[-1] == "1 follow-up, 1 overdue."


def test_list_as_json_keeps_its_contract(office: Tracker) -> None:
    office.says("done", "E3", "--evidence", "https://example.go.th/e3")

    (facts,) = office.json("list", "--code", "E3")

    assert list(facts)[: len(LIST_KEYS)] == LIST_KEYS
    assert {key: facts[key] for key in LIST_KEYS} == {
        "code": "E3",
        "title": "ที่จอดรถจักรยาน",
        "period": "2570-01-31",
        "status": "done",
        "scheduled_on": "2027-01-31",
        "due_on": "2027-01-29",  # 31 January 2027 is a Sunday
        "days_overdue": 0,
        "before_tracking": False,
        "lead": "ฝ่ายเทศกิจ",
        "supporting": [],
        "evidence": [{"kind": "link", "location": "https://example.go.th/e3", "sha256": ""}],
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--division", "เทศกิจ"), ["I3 2570-Q1", "E3 2570-01-31", "I3 2570-Q2"]),
        (("--division", "ฝ่าย เทศกิจ", "--overdue"), ["I3 2570-Q1", "E3 2570-01-31"]),
        (("--code", "E3", "--status", "open"), ["E3 2570-01-31"]),
        (("--code", "E3", "--status", "done"), []),
        (("--code", "i3", "--code", "e๓"), ["I3 2570-Q1", "E3 2570-01-31", "I3 2570-Q2"]),
        (("--code", "03", "--period", "มี.ค. 70"), ["O3 2570-03"]),
        (("--code", "E1", "--period", "ไตรมาส 1/2570", "--period", "2570-Q3"), ["E1 2570-Q1", "E1 2570-Q3"]),
        (("--code", "O1", "--period", "๒๕๗๐"), ["O1 2570"]),
        (("--code", "E1", "--period", "2027-03-31"), ["E1 2570-03-31"]),
        (("--code", "I1", "--due", "ก.พ. 70"), ["I1 2570-01"]),
        (("--code", "I1", "--due", "2027-02"), ["I1 2570-01"]),
        (("--code", "I1", "--due", "8 ธ.ค. 69"), ["I1 2569-10", "I1 2569-11"]),
        (("--code", "I1", "--due", "2026-12-07"), ["I1 2569-10"]),
        (("--code", "I1", "--overdue", "--as-of", "2026-12-08"), ["I1 2569-10"]),
        (("--code", "I1", "--overdue", "--as-of", "๙ ธ.ค. ๖๙"), ["I1 2569-10", "I1 2569-11"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_list_filters(office: Tracker, words: tuple[str, ...], expected: list[str]) -> None:
    facts = office.json("list", *words)

    assert [f"{each['code']} {each['period']}" for each in facts] == expected


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--division", "โยทา"), "No division 'โยทา'. Did you mean"),
        (("--code", "I9"), "No code 'I9' in the plan 2570. Did you mean"),
        (("--code", "XX"), "No code 'XX' in the plan 2570. There are: I1, I2, I3, E1, E3, O1, O3."),
        (("--period", "2570-Q5"), "Cannot read '2570-Q5' as a date: "),
        (("--period", "2570-H3"), "Cannot read '2570-H3' as a date: a year has two halves, there is no H3."),
        (("--due", "พรุ่งนี้"), "Cannot read 'พรุ่งนี้' as a date: "),
        (("--as-of", "1/2/2027"), "Cannot read '1/2/2027' as a date: it could be 2027-02-01 or 2027-01-02; "
                                  "write it in one of these ways."),
        (("--as-of", "31 ก.พ. 70"), "Cannot read '31 ก.พ. 70' as a date: "
                                    "กุมภาพันธ์ 2570 (2027-02) has 28 days, there is no 31."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_list_refuses_what_it_cannot_read(office: Tracker, words: tuple[str, ...], sentence: str) -> None:
    assert office.refuses("list", *words).startswith(sentence)


def test_list_knows_four_statuses(office: Tracker) -> None:
    result = office("list", "--status", "late")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        "Error: Invalid value for '--status': 'late' is not one of 'open', 'submitted', 'done', 'waived'.\n"
    )


def test_list_of_nothing_says_so(office: Tracker) -> None:
    assert office.says("list", "--status", "waived") == "Nothing fits.\n"
    assert office.says("list", "--status", "waived", "--json") == "[]\n"


def test_list_marks_what_was_due_before_tracking(empty: Tracker, office: Tracker) -> None:
    office.says("plan", "export", "plan.json")
    empty.says("init")
    empty.says("plan", "import", office.folder / "plan.json")

    assert "open (before tracking)" in empty.says("list", "--code", "E3")
    assert empty.says("overdue") == "Nothing is overdue.\n"
    (facts,) = empty.json("list", "--code", "E3")
    assert (facts["before_tracking"], facts["days_overdue"]) == (True, 0)


def test_overdue_is_the_oldest_first(office: Tracker) -> None:
    facts = office.json("overdue", "--division", "โยธา")

    assert [(each["code"], each["period"], each["days_overdue"]) for each in facts] == [
        ("I2", "2569-10", 96),  # 6 November to 10 February: 24 + 31 + 31 + 10
        ("I2", "2569-11", 64),
        ("I2", "2569-12", 33),
        ("E1", "2570-Q1", 33),
        ("I2", "2570-01", 5),
    ]
    assert list(facts[0])[: len(LIST_KEYS)] == LIST_KEYS


def test_overdue_begins_on_the_day_after_the_due_date(office: Tracker) -> None:
    assert office.json("overdue", "--as-of", "2026-11-06") == []
    assert {each["days_overdue"] for each in office.json("overdue", "--as-of", "2026-11-07")} == {1}


def test_overdue_prints_a_table_and_a_count(office: Tracker) -> None:
    lines = office.says("overdue", "--as-of", "2026-11-07").splitlines()

    assert lines[2].split() == [
        "I1", "2569-10", "2569-11-06", "open", "1", "day", "ฝ่ายทะเบียน", "การตอบจดหมายให้ตรงเวลา"
    ]  # fmt: skip
    assert lines[-1] == "3 follow-ups, 3 overdue."


def test_overdue_of_nothing_says_so(office: Tracker) -> None:
    assert office.says("overdue", "--as-of", "2026-10-31") == "Nothing is overdue.\n"
    assert office.says("overdue", "--as-of", "2026-10-31", "--json") == "[]\n"


def test_as_of_counts_closing_by_the_day_it_was_done_and_ignores_later_moves(office: Tracker) -> None:
    office.says("done", "E3", "--on", "2027-02-03")
    office.says("postpone", "I3", "--period", "2570-Q1", "--until", "2027-02-26", "--reason", "รอ")

    late = [
        [each["code"] for each in office.json("overdue", "--division", "เทศกิจ", "--as-of", day)]
        for day in ("2027-02-02", "2027-02-03", "2027-02-10")
    ]
    assert late == [["I3", "E3"], ["I3"], []]


def test_summary_as_json_keeps_its_contract(office: Tracker) -> None:
    office.says("done", "E3", "--on", "2027-01-29")
    office.says("done", "I1", "--period", "2569-10")
    office.says("waive", "I2", "--period", "2569-10", "--reason", "ปิดห้อง")
    office.says("submit", "O3", "--period", "2569-10")

    facts = office.json("summary")

    assert set(facts) >= {
        "as_of", "agency", "fiscal_year", "total", "done", "submitted", "open", "waived", "overdue", "due",
        "on_time_rate", "by_division", "aging", "oldest", "trend",
    }  # fmt: skip
    counts = ("total", "done", "submitted", "open", "waived", "overdue", "due")
    # overdue: 12 months of three measures, two quarters and E3 are 15, less the four above
    # due: what was scheduled until today, the same 15
    assert [facts[key] for key in counts] == [50, 2, 1, 46, 1, 11, 15]
    assert facts["on_time_rate"] == pytest.approx(1 / 15, abs=0.0001)
    assert (facts["as_of"], facts["agency"], facts["fiscal_year"]) == ("2027-02-10", "สำนักงานเขตสมมุติ", 2570)
    assert sum(each["overdue"] for each in facts["by_division"]) == facts["overdue"]
    assert set(facts["by_division"][0]) >= {
        "division", "total", "done", "submitted", "open", "waived", "overdue", "oldest_days"
    }  # fmt: skip
    assert facts["aging"] == {"1-7": 3, "8-30": 0, "31-90": 8, "90+": 0}
    assert set(facts["oldest"][0]) >= {"code", "period", "lead", "due_on", "days_overdue"}
    assert facts["oldest"][0]["days_overdue"] == 64
    assert facts["trend"][-1] == {"as_of": "2027-02-10", "overdue": 11, "done": 2}


def test_summary_is_a_page(office: Tracker) -> None:
    office.says("done", "E3", "--on", "2027-01-29")

    assert office.says("summary", "--division", "เทศกิจ", "--as-of", "2027-02-01") == (
        "สำนักงานเขตสมมุติ, fiscal year 2570, on 2570-02-01\n"
        "\n"
        "Overdue 1, open 2, submitted 0, done 1, waived 0, together 3; 50% of 2 done in time.\n"
        "Overdue by age in days: 1-7: 0, 8-30: 1, 31-90: 0, 90+: 0\n"
        "\n"
        "Division  Total  Done  Submitted  Open  Waived  Overdue  Oldest, days\n"
        "--------  -----  ----  ---------  ----  ------  -------  ------------\n"
        "ฝ่ายเทศกิจ      3     1          0     2       0        1            24\n"
        "\n"
        "The oldest overdue:\n"
        "Code  Period   Due         Days  Lead      Measure\n"
        "----  -------  ----------  ----  --------  --------------\n"
        "I3    2570-Q1  2570-01-08    24  ฝ่ายเทศกิจ  การยืมร่มส่วนกลาง\n"
        "\n"
        "At the end of  Overdue  Done\n"
        "-------------  -------  ----\n"
        "2569-10-31           0     0\n"
        "2569-11-30           0     0\n"
        "2569-12-31           0     0\n"
        "2570-01-31           1     1\n"
        "2570-02-01           1     1\n"
        "\n"
        "Days off: 18 of 18 days of 2570 are not confirmed; compare them with the Cabinet's list "
        "(tracker days-off list 2570), then: tracker days-off confirm 2570.\n"
    )


def test_summary_before_anything_was_due_says_so(office: Tracker) -> None:
    said = office.says("summary", "--as-of", "2026-10-05")

    assert said.splitlines()[2] == (
        "Overdue 0, open 50, submitted 0, done 0, waived 0, together 50; nothing was due yet."
    )
    assert office.json("summary", "--as-of", "2026-10-05")["on_time_rate"] is None
