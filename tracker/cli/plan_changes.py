"""How the difference between two versions of a plan is shown."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tracker.cli.context import shown_date
from tracker.plans.compare import MeasureChange, PlanDifference

FIELD_NAMES = {
    "rules": "followed up",
    "follow_up": "follow-up wording",
    "starts_on": "starts",
    "ends_on": "ends",
    "score_table_score": "score in the table",
}
SHORT_FIELDS = ("title", "lead", "score", "score_table_score", "timeline", "indicator", "instrument")


def difference_lines(difference: PlanDifference) -> Iterator[str]:
    """The difference for people, a line each."""
    for measure in difference.added:
        yield f"added    {measure.code}  {measure.title}"
    for measure in difference.removed:
        yield f"removed  {measure.code}  {measure.title}"
    for change in difference.changed:
        yield f"changed  {change.after.code}  {'; '.join(_field_changes(change))}"
    if difference.moved:
        yield f"moved    {', '.join(difference.moved)}"
    if difference.facts:
        yield f"plan     {', '.join(difference.facts)}"


def _field_changes(change: MeasureChange) -> Iterator[str]:
    """Short values as they were and are; of long texts only that they changed."""
    for name in change.fields:
        before, after = (_short(getattr(each, name), name) for each in (change.before, change.after))
        yield (
            f"{FIELD_NAMES.get(name, name)} {before} → {after}"
            if before != after
            else FIELD_NAMES.get(name, name)
        )


def _short(value: Any, name: str) -> str:
    if name == "rules":
        return ", ".join(f"on {shown_date(rule.on)}" if rule.on else rule.cadence.value for rule in value)
    if name == "supporting":
        return value if isinstance(value, str) else ", ".join(value) or "(none)"
    if isinstance(value, dt.date):
        return shown_date(value)
    return str(value) if name in SHORT_FIELDS else ""


def difference_as_json(difference: PlanDifference) -> dict[str, object]:
    """The difference for scripts: codes, and the names of the fields that changed."""
    return {
        "added": [measure.code for measure in difference.added],
        "removed": [measure.code for measure in difference.removed],
        "changed": [{"code": each.after.code, "fields": list(each.fields)} for each in difference.changed],
        "moved": list(difference.moved),
        "facts": list(difference.facts),
    }
