"""The published plan of a district office, read whole. Its path stands in TRACKER_TEST_PLAN."""

import datetime as dt
import html
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tracker.plans.json_format import plan_from_json, plan_to_json
from tracker.plans.model import Instrument, Measure, Plan
from tracker.plans.reader import read_plan

pytestmark = pytest.mark.published_plan

IIT_ROWS = [*range(1, 4), 7, 8, 9, *range(11, 19), *range(20, 25), *range(27, 31)]
EIT_ROWS = [1, 2, 3, *range(5, 16)]
LED_BY_FINANCE = [
    "I7",
    "I8",
    "I9",
    "I11",
    "I12",
    "O18",
    "O19",
    "O20",
    "O21",
    "O22",
    "O23",
    "O24",
    "O36",
    "O37",
]
WITHOUT_SUPPORT = ["O1", "O2", "O3", "O4", "O5", "O10", "O11", "O12"]
MARCH_ENDS = dt.date(2022, 3, 31)


def _path() -> Path:
    if not os.environ.get("TRACKER_TEST_PLAN"):
        pytest.skip("TRACKER_TEST_PLAN is not set: the published plan was not read")
    return Path(os.environ["TRACKER_TEST_PLAN"])


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(_path())


def _by_code(plan: Plan) -> dict[str, Measure]:
    return {measure.code: measure for measure in plan.measures}


def test_whose_plan_and_of_which_years(plan: Plan) -> None:
    assert (plan.agency, plan.fiscal_year, plan.assessed_year) == ("สำนักงานเขตห้วยขวาง", 2565, 2564)
    assert (plan.starts_on, plan.ends_on) == (dt.date(2021, 10, 1), dt.date(2022, 9, 30))


def test_all_rows_have_their_codes_in_order(plan: Plan) -> None:
    assert [measure.code for measure in plan.measures] == [
        *(f"I{number}" for number in IIT_ROWS),
        *(f"E{number}" for number in EIT_ROWS),
        *(f"O{number}" for number in range(1, 44)),
    ]
    assert Counter(measure.instrument for measure in plan.measures) == {
        Instrument.IIT: 23,
        Instrument.EIT: 14,
        Instrument.OIT: 43,
    }


def test_indicators_have_their_averages(plan: Plan) -> None:
    assert [(each.number, each.instrument.value, each.score) for each in plan.indicators] == [
        (1, "IIT", 94.06),
        (2, "IIT", 84.90),
        (3, "IIT", 90.13),
        (4, "IIT", 85.52),
        (5, "IIT", 90.06),
        (6, "EIT", 84.09),
        (7, "EIT", 87.02),
        (8, "EIT", 87.94),
    ]
    assert Counter(each.indicator for each in plan.measures) == {
        1: 3,
        2: 5,
        3: 6,
        4: 5,
        5: 4,
        6: 4,
        7: 5,
        8: 5,
        None: 43,
    }


def test_scores_agree_with_the_score_tables_but_for_three(plan: Plan) -> None:
    differing = {
        each.code: (each.score, each.score_table_score)
        for each in plan.measures
        if each.score != each.score_table_score
    }

    assert differing == {"I1": (89.79, 89.73), "I3": (88.21, 89.21), "I13": (87.27, 87.21)}
    assert [each.line for each in plan.warnings if each.code == "score-differs"] == [206, 214, 232]
    assert _by_code(plan)["O42"].score == 0.0
    assert {each.score for each in plan.measures if each.code.startswith("O") and each.code != "O42"} == {
        100.0
    }


def test_items_without_a_row(plan: Plan) -> None:
    assert [(each.code, each.score) for each in plan.absent] == [
        ("I4", 99.03),
        ("I5", 98.77),
        ("I6", 98.96),
        ("I10", 92.42),
        ("I19", 95.59),
        ("I25", 90.89),
        ("I26", 96.59),
        ("E4", 83.87),
    ]


def test_leads_and_supporting_divisions(plan: Plan) -> None:
    assert Counter(each.lead for each in plan.measures) == {"ฝ่ายปกครอง": 66, "ฝ่ายการคลัง": 14}
    assert [each.code for each in plan.measures if each.lead == "ฝ่ายการคลัง"] == LED_BY_FINANCE
    assert [each.code for each in plan.measures if each.supporting == ()] == WITHOUT_SUPPORT
    assert {each.supporting for each in plan.measures} == {"all", ()}


def test_every_measure_runs_the_whole_year(plan: Plan) -> None:
    assert {each.timeline for each in plan.measures} == {"ตลอดปีงบประมาณ (ต.ค. ๖๔ - ก.ย. ๖๕)"}
    assert {(each.starts_on, each.ends_on) for each in plan.measures} == {(plan.starts_on, plan.ends_on)}


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("I7", []),
        ("I9", [("monthly", None)]),
        ("O4", []),
        ("O8", [("monthly", None)]),
        ("O11", []),
        ("O15", [("yearly", None), ("half-yearly", None)]),
        ("O16", [("monthly", None), ("half-yearly", None)]),
        ("O19", [("quarterly", None), ("on", MARCH_ENDS)]),
        ("O23", [("on", MARCH_ENDS)]),
        ("O24", [("on", dt.date(2022, 1, 31))]),
        ("O31", [("half-yearly", None), ("on", MARCH_ENDS), ("monthly", None)]),
        ("O40", [("quarterly", None), ("on", MARCH_ENDS)]),
    ],
)
def test_rules_of_named_items(plan: Plan, code: str, rules: list[tuple[str, dt.date | None]]) -> None:
    assert [(rule.cadence.value, rule.on) for rule in _by_code(plan)[code].rules] == rules


def test_measures_with_a_rule(plan: Plan) -> None:
    with_rules = [each.code for each in plan.measures if each.rules]

    monthly = [
        "I1",
        "I2",
        "I3",
        "I8",
        "I9",
        "I11",
        "I12",
        "E1",
        "E2",
        "E3",
        "E5",
        "O2",
        "O5",
        "O6",
        "O8",
        "O16",
        "O30",
        "O31",
        "O32",
    ]
    assert with_rules == sorted(
        {*monthly, "O15", "O19", "O23", "O24", "O40"}, key=[each.code for each in plan.measures].index
    )
    assert [
        each.code for each in plan.measures if any(rule.cadence == "monthly" for rule in each.rules)
    ] == monthly


@pytest.mark.parametrize(
    ("code", "counts"),
    [  # analysis, weaknesses, actions, follow-up
        ("I1", (1, 2, 2, 1)),
        ("I3", (1, 2, 2, 2)),
        ("I24", (1, 2, 2, 2)),
        ("E14", (1, 1, 1, 3)),
        ("O1", (3, 1, 2, 1)),
        ("O2", (1, 2, 2, 1)),
        ("O13", (3, 2, 1, 2)),
        ("O22", (3, 2, 2, 1)),
        ("O29", (1, 1, 1, 4)),
        ("O36", (2, 1, 1, 3)),
    ],
)
def test_bullets_of_named_items(plan: Plan, code: str, counts: tuple[int, ...]) -> None:
    found = _by_code(plan)[code]

    assert tuple(map(len, (found.analysis, found.weaknesses, found.actions, found.follow_up))) == counts


def test_json_round_trip_is_equal(plan: Plan) -> None:
    assert plan_from_json(plan_to_json(plan)) == plan


def test_every_character_of_every_cell_is_in_the_export(plan: Plan) -> None:
    lines = _path().read_text(encoding="utf-8").split("\n")
    lost: list[tuple[str, int]] = []
    for measure in plan.measures:
        item, *printed = _printed_columns(lines, measure.source_lines)
        read = [measure.analysis, measure.weaknesses, measure.actions, (measure.timeline, *measure.follow_up)]
        lost += [(measure.code, at) for at, texts in enumerate(read) if _bare("".join(texts)) != printed[at]]
        lost += [(measure.code, -1)] * (_bare(measure.title) not in item)

    assert lost == []


def test_every_row_of_cells_belongs_to_a_measure(plan: Plan) -> None:
    lines = _path().read_text(encoding="utf-8").split("\n")
    covered = {
        line for each in plan.measures for line in range(each.source_lines[0], each.source_lines[1] + 1)
    }

    rows = [
        number
        for number, line in enumerate(lines, start=1)
        if line.count("\t") == 5 and not _is_heading(line)
    ]
    assert [number for number in rows if number not in covered] == []
    assert [each for each in plan.warnings if each.code == "text-not-placed"] == []


def _printed_columns(lines: list[str], span: tuple[int, int]) -> list[str]:
    """The columns of a row, its pages joined, without tags, spaces and hyphens."""
    pages = [line for line in lines[span[0] - 1 : span[1]] if line.count("\t") == 5 and not _is_heading(line)]
    return ["".join(map(_bare, cells)) for cells in zip(*(page.split("\t") for page in pages), strict=True)]


def _is_heading(line: str) -> bool:
    return line.startswith("หัวข้อการประเมิน\t")


def _bare(text: str) -> str:
    return re.sub(r"[\s\-]", "", html.unescape(re.sub(r"</?(?:p|ul)\b[^>]*>", "", text)))
