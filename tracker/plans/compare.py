"""What changed between two versions of a plan."""

from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher

from tracker.plans.model import Measure, Plan

FACTS = ("assessed_year", "starts_on", "ends_on", "indicators", "absent")


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """A measure that is in both versions but not the same: the names of the fields that differ."""

    before: Measure
    after: Measure
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What a new version of a plan brings.

    ``moved`` are the codes of measures that stand elsewhere among those that stay; ``facts`` the names of
    the plan's own fields that differ. Where a row stands in the document is no difference.
    """

    added: tuple[Measure, ...]
    removed: tuple[Measure, ...]
    changed: tuple[MeasureChange, ...]
    moved: tuple[str, ...]
    facts: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved or self.facts)

    def codes(self) -> list[str]:
        """The codes of all measures that differ, each once."""
        named = [*self.added, *self.removed, *(change.after for change in self.changed)]
        return list(dict.fromkeys([*(measure.code for measure in named), *self.moved]))


def compare(before: Plan, after: Plan) -> PlanDifference:
    """The difference between two versions of one plan, in the order of the new one."""
    old = {measure.code: measure for measure in before.measures}
    new = {measure.code: measure for measure in after.measures}
    return PlanDifference(
        added=tuple(measure for code, measure in new.items() if code not in old),
        removed=tuple(measure for code, measure in old.items() if code not in new),
        changed=tuple(
            MeasureChange(old[code], measure, names)
            for code, measure in new.items()
            if code in old and (names := _differing(old[code], measure))
        ),
        moved=_moved([code for code in old if code in new], [code for code in new if code in old]),
        facts=tuple(name for name in FACTS if getattr(before, name) != getattr(after, name)),
    )


def _differing(before: Measure, after: Measure) -> tuple[str, ...]:
    elsewhere = replace(after, source_lines=before.source_lines)
    return tuple(
        field.name
        for field in fields(Measure)
        if getattr(before, field.name) != getattr(elsewhere, field.name)
    )


def _moved(before: list[str], after: list[str]) -> tuple[str, ...]:
    if before == after:
        return ()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    stayed = {
        after[place]
        for block in matcher.get_matching_blocks()
        for place in range(block.b, block.b + block.size)
    }
    return tuple(code for code in after if code not in stayed)
