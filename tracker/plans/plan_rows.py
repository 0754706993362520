"""What the rows of a plan's tables are before they are measures: printed cells by column, and their lines."""

from dataclasses import dataclass, field
from enum import StrEnum

from tracker.plans.cells import BREAK, over_pages
from tracker.plans.item_cells import ItemCell, read_item_cell
from tracker.plans.model import Instrument
from tracker.plans.score_tables import ScoreRow
from tracker.plans.stated import NOTHING, Stated


class Column(StrEnum):
    """What a column of a plan table holds."""

    ITEM = "item"
    ANALYSIS = "analysis"
    WEAKNESSES = "weaknesses"
    ACTIONS = "actions"
    FOLLOW_UP = "follow_up"
    TIMELINE = "timeline"
    RESPONSIBLE = "responsible"
    SUPPORTING = "supporting"


@dataclass(slots=True)
class PlanRow:
    """One row of the plan, over all its pages: the printed cells of each column, and its lines.

    ``further`` holds what stands in a second or later column of the same meaning.
    """

    instrument: Instrument | None
    first_line: int
    last_line: int
    cells: dict[Column, list[str]] = field(default_factory=dict)
    stated: Stated = NOTHING
    further: dict[tuple[Column, int], list[str]] = field(default_factory=dict)

    def text(self, column: Column) -> str:
        """The column's text with its breaks, see ``cells``."""
        further = (self.further[key] for key in sorted(self.further) if key[0] is column)
        texts = map(over_pages, [self.cells.get(column, []), *further])
        return BREAK.join(text for text in texts if text)

    def item(self) -> ItemCell:
        """What the first column says."""
        return self.stated.item or read_item_cell(self.text(Column.ITEM))


@dataclass(slots=True)
class Document:
    """What the lines of a document hold; ``headings`` are those of columns about the planned year."""

    rows: list[PlanRow] = field(default_factory=list)
    scores: dict[Instrument, list[ScoreRow]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    leftovers: list[tuple[int, str]] = field(default_factory=list)
    doubts: list[tuple[int, str, str]] = field(default_factory=list)
