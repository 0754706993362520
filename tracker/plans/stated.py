"""What a row says in columns of its own, beside the wording that the published form has instead.

A value stated here is taken as it stands; what is None is read from the row's words like everything else.
"""

import datetime as dt
from dataclasses import dataclass, field

from tracker.domain.cadence import Rule
from tracker.plans.item_cells import ItemCell
from tracker.plans.model import Instrument
from tracker.plans.responsible import Responsible


@dataclass(frozen=True, slots=True)
class Stated:
    """The values of a row that stand in columns of their own, and the doubts in reading them.

    ``bullets`` holds, by the column's name, lists whose bullets the document keeps apart by itself.
    A doubt is the code of a warning and its sentence.
    """

    code: str = ""
    instrument: Instrument | None = None
    item: ItemCell | None = None
    has_indicator: bool = False
    score_table_score: float | None = None
    timeline: str | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    owners: Responsible | None = None
    rules: tuple[Rule, ...] | None = None
    bullets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubts: tuple[tuple[str, str], ...] = ()


NOTHING = Stated()
