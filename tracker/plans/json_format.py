"""A plan as JSON, the contract of ``plan export --format json``, and back with every value checked.

Keys may be added in later versions, so unknown ones are passed over; a missing or misshapen one is refused
with its place in the document.
"""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal, TypeVar

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import InputError
from tracker.plans.model import AbsentItem, Indicator, Instrument, Measure, Plan, PlanWarning, Source

_Value = TypeVar("_Value")
_Enum = TypeVar("_Enum", bound=StrEnum)
_FEWEST_YEARS, _MOST_YEARS = 2400, 2999


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan in plain values for ``json.dumps``, keys in the order of the contract, dates as ISO text."""
    return {
        "agency": plan.agency,
        "fiscal_year": plan.fiscal_year,
        "assessed_year": plan.assessed_year,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "source": {"name": plan.source.name, "sha256": plan.source.sha256},
        "indicators": [
            {
                "number": each.number,
                "title": each.title,
                "instrument": each.instrument.value,
                "score": each.score,
            }
            for each in plan.indicators
        ],
        "measures": [_measure_to_json(measure) for measure in plan.measures],
        "absent": [{"code": each.code, "title": each.title, "score": each.score} for each in plan.absent],
        "warnings": [{"line": each.line, "code": each.code, "text": each.text} for each in plan.warnings],
    }


def plan_from_json(document: object) -> Plan:
    """The plan that ``plan_to_json`` wrote; InputError names the first value that cannot be right."""
    top = _Node(document, "the document")
    plan = Plan(
        agency=top.name("agency"),
        fiscal_year=top.year("fiscal_year"),
        assessed_year=top.year("assessed_year"),
        starts_on=top.day("starts_on"),
        ends_on=top.day("ends_on"),
        source=_source(top.child("source")),
        indicators=top.each("indicators", _indicator),
        measures=top.each("measures", _measure),
        absent=top.each(
            "absent", lambda node: AbsentItem(node.name("code"), node.text("title"), node.score("score"))
        ),
        warnings=top.each(
            "warnings", lambda node: PlanWarning(node.whole("line"), node.text("code"), node.text("text"))
        ),
    )
    _check_order(plan.starts_on, plan.ends_on, "the document")
    return plan


def _measure_to_json(measure: Measure) -> dict[str, Any]:
    supporting = measure.supporting
    return {
        "code": measure.code,
        "title": measure.title,
        "instrument": measure.instrument.value,
        "indicator": measure.indicator,
        "score": measure.score,
        "score_table_score": measure.score_table_score,
        "analysis": list(measure.analysis),
        "weaknesses": list(measure.weaknesses),
        "actions": list(measure.actions),
        "follow_up": list(measure.follow_up),
        "timeline": measure.timeline,
        "starts_on": measure.starts_on.isoformat(),
        "ends_on": measure.ends_on.isoformat(),
        "lead": measure.lead,
        "supporting": supporting if supporting == "all" else list(supporting),
        "rules": [_rule_to_json(rule) for rule in measure.rules],
        "source_lines": list(measure.source_lines),
    }


def _rule_to_json(rule: Rule) -> dict[str, Any]:
    return {
        "cadence": rule.cadence.value,
        "on": rule.on.isoformat() if rule.on else None,
        "phrase": rule.phrase,
        "origin": rule.origin.value,
    }


class _Node:
    """An object of the document and its place, for errors that say where."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise InputError(f"{place}: an object with keys is expected.")
        self.place = place
        self._value: dict[str, Any] = value

    def get(self, key: str) -> Any:
        if key not in self._value:
            raise InputError(f"{self.place}: the key {key!r} is missing.")
        return self._value[key]

    def refuse(self, key: str, expected: str) -> InputError:
        shown = repr(self._value[key])
        short = shown if len(shown) <= 40 else shown[:39] + "…"
        return InputError(f"{self.place}, {key!r}: {expected} is expected, not {short}.")

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str):
            raise self.refuse(key, "text")
        return value

    def name(self, key: str) -> str:
        value = self.text(key)
        if not value.strip():
            raise self.refuse(key, "text that is not empty")
        return value

    def whole(self, key: str) -> int:
        value = self.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refuse(key, "a whole number from 0 on")
        return value

    def year(self, key: str) -> int:
        value = self.whole(key)
        if not _FEWEST_YEARS <= value <= _MOST_YEARS:
            raise self.refuse(key, "a year of the Buddhist era")
        return value

    def score(self, key: str) -> float | None:
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            raise self.refuse(key, "a score from 0 to 100, or null,")
        return float(value)

    def day(self, key: str) -> dt.date:
        try:
            return dt.date.fromisoformat(self.text(key))
        except ValueError as problem:
            raise self.refuse(key, "a date like 2022-01-31") from problem

    def one_of(self, key: str, kind: type[_Enum]) -> _Enum:
        value = self.text(key)
        if value not in [member.value for member in kind]:
            raise self.refuse(key, f"one of {', '.join(kind)}")
        return kind(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.refuse(key, "a list of texts")
        return tuple(value)

    def child(self, key: str) -> "_Node":
        return _Node(self.get(key), f"{self.place}, {key!r}")

    def each(self, key: str, read: Callable[["_Node"], _Value]) -> tuple[_Value, ...]:
        value = self.get(key)
        if not isinstance(value, list):
            raise self.refuse(key, "a list")
        return tuple(read(_Node(each, f"{key}[{place}]")) for place, each in enumerate(value))


def _source(node: _Node) -> Source:
    return Source(node.text("name"), node.text("sha256"))


def _indicator(node: _Node) -> Indicator:
    return Indicator(
        node.whole("number"), node.text("title"), node.one_of("instrument", Instrument), node.score("score")
    )


def _measure(node: _Node) -> Measure:
    measure = Measure(
        code=node.name("code"),
        title=node.text("title"),
        instrument=node.one_of("instrument", Instrument),
        indicator=None if node.get("indicator") is None else node.whole("indicator"),
        score=node.score("score"),
        score_table_score=node.score("score_table_score"),
        analysis=node.texts("analysis"),
        weaknesses=node.texts("weaknesses"),
        actions=node.texts("actions"),
        follow_up=node.texts("follow_up"),
        timeline=node.text("timeline"),
        starts_on=node.day("starts_on"),
        ends_on=node.day("ends_on"),
        lead=node.text("lead"),
        supporting=_supporting(node),
        rules=node.each("rules", _rule),
        source_lines=_source_lines(node),
    )
    _check_order(measure.starts_on, measure.ends_on, node.place)
    return measure


def _rule(node: _Node) -> Rule:
    cadence = node.one_of("cadence", Cadence)
    on = None if node.get("on") is None else node.day("on")
    if (cadence is Cadence.ON) != (on is not None):
        raise node.refuse("on", "a date for the cadence 'on', and null for every other,")
    return Rule(cadence, on=on, phrase=node.text("phrase"), origin=node.one_of("origin", RuleOrigin))


def _supporting(node: _Node) -> tuple[str, ...] | Literal["all"]:
    if node.get("supporting") == "all":
        return "all"
    return node.texts("supporting")


def _source_lines(node: _Node) -> tuple[int, int]:
    value = node.get("source_lines")
    if not isinstance(value, list) or len(value) != 2 or not all(type(each) is int for each in value):
        raise node.refuse("source_lines", "the first and the last line")
    return value[0], value[1]


def _check_order(starts_on: dt.date, ends_on: dt.date, place: str) -> None:
    if ends_on < starts_on:
        raise InputError(f"{place}: it ends on {ends_on}, before it starts on {starts_on}.")
