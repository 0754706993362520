import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tracker.errors import InputError
from tracker.plans.json_format import plan_from_json, plan_to_json
from tracker.plans.reader import read_plan

SAMPLE = Path(__file__).parents[1] / "data" / "plans" / "sommut-2570.txt"


@pytest.fixture
def document() -> dict[str, Any]:
    return plan_to_json(read_plan(SAMPLE))


def test_round_trip_through_text_is_equal(document: dict[str, Any]) -> None:
    assert plan_from_json(json.loads(json.dumps(document))) == read_plan(SAMPLE)


def test_keys_stand_in_the_order_of_the_contract(document: dict[str, Any]) -> None:
    assert list(document) == [
        "agency",
        "fiscal_year",
        "assessed_year",
        "starts_on",
        "ends_on",
        "source",
        "indicators",
        "measures",
        "absent",
        "warnings",
    ]
    assert list(document["measures"][0]) == [
        "code",
        "title",
        "instrument",
        "indicator",
        "score",
        "score_table_score",
        "analysis",
        "weaknesses",
        "actions",
        "follow_up",
        "timeline",
        "starts_on",
        "ends_on",
        "lead",
        "supporting",
        "rules",
        "source_lines",
    ]


def test_values_are_plain(document: dict[str, Any]) -> None:
    measure = document["measures"][3]

    assert (measure["code"], measure["instrument"], measure["supporting"]) == ("E1", "EIT", [])
    assert measure["rules"] == [
        {"cadence": "quarterly", "on": None, "phrase": "ทุกไตรมาส", "origin": "text"},
        {
            "cadence": "on",
            "on": "2027-03-31",
            "phrase": "รอบ ๖ เดือนแรก ของปีงบประมาณ พ.ศ. ๒๕๗๐",
            "origin": "text",
        },
    ]
    assert document["measures"][0]["supporting"] == "all"
    assert document["absent"][0] == {"code": "I4", "title": "การรดน้ำต้นไม้หน้าอาคาร", "score": 99.0}


def test_keys_added_later_are_passed_over(document: dict[str, Any]) -> None:
    assert plan_from_json({**document, "colour": "blue"}) == plan_from_json(document)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["agency"], " ", "'agency': text that is not empty is expected"),
        (["agency"], 7, "'agency': text is expected, not 7"),
        (["fiscal_year"], 2022, "a year of the Buddhist era is expected, not 2022"),
        (["fiscal_year"], True, "a whole number from 0 on is expected, not True"),
        (["starts_on"], "2026-13-01", "a date like 2022-01-31 is expected, not '2026-13-01'"),
        (["ends_on"], "2020-01-01", "it ends on 2020-01-01, before it starts"),
        (["source"], None, "an object with keys is expected"),
        (["indicators"], {}, "'indicators': a list is expected, not {}"),
        (["indicators", 0, "instrument"], "XIT", "one of IIT, EIT, OIT is expected, not 'XIT'"),
        (
            ["measures", 2, "score"],
            100.5,
            "measures[2], 'score': a score from 0 to 100, or null, is expected",
        ),
        (["measures", 2, "score"], "9", "a score from 0 to 100, or null, is expected, not '9'"),
        (["measures", 0, "actions"], ["ก", 1], "a list of texts is expected"),
        (["measures", 0, "supporting"], "some", "a list of texts is expected, not 'some'"),
        (["measures", 0, "source_lines"], [1], "the first and the last line is expected, not [1]"),
        (["measures", 0, "ends_on"], "2001-01-01", "measures[0]: it ends on 2001-01-01"),
        (["measures", 0, "rules", 0, "cadence"], "daily", "rules[0], 'cadence': one of monthly"),
        (["measures", 0, "rules", 0, "on"], "2027-01-01", "a date for the cadence 'on', and null"),
        (["measures", 0, "code"], "x" * 99, None),
        (["warnings", 0, "line"], -1, "warnings[0], 'line': a whole number from 0 on is expected, not -1"),
        (["absent", 0], [], "absent[0]: an object with keys is expected"),
    ],
)
def test_wrong_values_are_refused_with_their_place(
    document: dict[str, Any], path: list[str | int], value: object, said: str | None
) -> None:
    changed: Any = copy.deepcopy(document)
    *way, last = path
    place = changed
    for step in way:
        place = place[step]
    place[last] = value

    if said is None:
        assert plan_from_json(changed).measures[0].code == value
        return
    with pytest.raises(InputError) as caught:
        plan_from_json(changed)
    assert said in str(caught.value)


def test_long_values_are_shown_in_part(document: dict[str, Any]) -> None:
    document["measures"][0]["score"] = "x" * 200

    with pytest.raises(InputError, match=r"not 'x{38}…\.$"):
        plan_from_json(document)


@pytest.mark.parametrize("key", ["agency", "measures", "warnings"])
def test_missing_keys_are_named(document: dict[str, Any], key: str) -> None:
    del document[key]

    with pytest.raises(InputError, match=f"the document: the key '{key}' is missing"):
        plan_from_json(document)


def test_a_list_is_no_plan() -> None:
    with pytest.raises(InputError, match="the document: an object with keys is expected"):
        plan_from_json([])
