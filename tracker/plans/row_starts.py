"""Whether a printed row begins a row of the plan, goes on with the one before, or heads a group of rows.

At the top of a page the cells of a row go on where a page break has cut them; the first cell may be empty
or not. What decides is the code, the score, the timeline and the lead's mark, and what the row before lacks.
"""

from collections.abc import Mapping

from tracker.plans import phrases
from tracker.plans.cells import BREAK, cell_text
from tracker.plans.codes import clear_instrument, lettered_instrument, number_candidates
from tracker.plans.item_cells import ItemCell, read_item_cell
from tracker.plans.likeness import likeness
from tracker.plans.model import Instrument
from tracker.plans.plan_rows import Column, PlanRow
from tracker.plans.responsible import names_lead
from tracker.plans.timeline import split_timeline
from tracker.thai.digits import to_arabic

_FULL_ROW = 4
_SAME_TITLE = 0.9


def begins_row(cells: Mapping[Column, str], before: PlanRow | None) -> bool:
    """Whether the cells begin a row of the plan; otherwise they go on with the row before.

    A row begins with an indicator or a code. Where the code is lost it begins with a title that has its own
    timeline, lead or score, two of the three, when the row before has got its score already.
    """
    printed = cells.get(Column.ITEM, "")
    if not printed or phrases.CONTINUED.search(printed):
        return False
    item = read_item_cell(cell_text(printed))
    if item.heading is not None:
        return True
    if before is None:
        return bool(item.token or item.title)
    timeline, lead = _has_timeline(cells.get(Column.FOLLOW_UP, "")), _has_lead(cells)
    has_score = before.item().score is not None
    if item.token and _may_be_code(item.token):
        return timeline or lead or has_score or _begins_by_code(cells, item, before)
    if has_score:
        return bool(item.title) and timeline + lead + (item.score is not None) >= 2
    again = timeline and lead and _has_lead(before) and _has_timeline(before.text(Column.FOLLOW_UP))
    return bool(item.title) and again


def repeats_item(cells: Mapping[Column, str], before: PlanRow | None) -> bool:
    """Whether the first cell prints the item of the row before again, and the rest is no row of its own."""
    if before is None or _has_timeline(cells.get(Column.FOLLOW_UP, "")) or _has_lead(cells):
        return False
    item, open_item = read_item_cell(cell_text(cells.get(Column.ITEM, ""))), before.item()
    instrument = clear_instrument(item.token)
    if item.heading is not None or instrument is None:
        return False
    numbers = number_candidates(item.token, instrument)
    same = bool(numbers.keys() & number_candidates(open_item.token, instrument).keys())
    return same and likeness(item.title, open_item.title) >= _SAME_TITLE and item.score == open_item.score


def is_heading_alone(cells: Mapping[Column, str]) -> bool:
    """Whether only an indicator's heading stands in the row."""
    item = read_item_cell(cell_text(cells.get(Column.ITEM, "")))
    others = any(cell for column, cell in cells.items() if column is not Column.ITEM)
    return item.heading is not None and not item.token and not item.title and not others


def _begins_by_code(cells: Mapping[Column, str], item: ItemCell, before: PlanRow) -> bool:
    """Whether a code begins a row where nothing else does: it must be new, and plain or in a full row."""
    old = before.item().token
    if to_arabic(item.token) == to_arabic(old):
        return False
    if clear_instrument(item.token) is not None:
        return True
    is_full = sum(bool(cell) for cell in cells.values()) >= _FULL_ROW
    return is_full and bool(cells.get(Column.RESPONSIBLE) and before.text(Column.RESPONSIBLE))


def _may_be_code(token: str) -> bool:
    return lettered_instrument(token) is not None or any(
        number_candidates(token, instrument) for instrument in Instrument
    )


def _has_timeline(follow_up: str) -> bool:
    timeline, _ = split_timeline(cell_text(follow_up))
    return bool(timeline) and not timeline.startswith("(")


def _has_lead(row: Mapping[Column, str] | PlanRow) -> bool:
    text = row.text(Column.RESPONSIBLE) if isinstance(row, PlanRow) else row.get(Column.RESPONSIBLE, "")
    return names_lead(cell_text(text.replace(BREAK, " ")))
