"""The columns of a text table: which heading names what, and the cells of a line by what they hold."""

from collections import Counter

from tracker.plans import phrases
from tracker.plans.cells import BREAK, cell_text
from tracker.plans.columns import Meaning, recognise
from tracker.plans.plan_rows import Column
from tracker.plans.responsible import names_lead
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key

_LONGEST_HEADING = 120
_FEWEST_COLUMNS = 4
_FEWEST_HEADING_WORDS = 3

_COLUMNS = {
    Meaning.ANALYSIS: Column.ANALYSIS,
    Meaning.WEAKNESSES: Column.WEAKNESSES,
    Meaning.ACTIONS: Column.ACTIONS,
    Meaning.FOLLOW_UP: Column.FOLLOW_UP,
    Meaning.RULES: Column.FOLLOW_UP,
    Meaning.TIMELINE: Column.TIMELINE,
    Meaning.STARTS_ON: Column.TIMELINE,
    Meaning.ENDS_ON: Column.TIMELINE,
    Meaning.RESPONSIBLE: Column.RESPONSIBLE,
    Meaning.LEAD: Column.RESPONSIBLE,
    Meaning.SUPPORTING: Column.SUPPORTING,
}
_OF_ITEM = (Meaning.INDICATOR, Meaning.CODE, Meaning.ITEM, Meaning.TITLE, Meaning.SCORE)
_HEADING_KEYS = tuple(map(folded_key, phrases.WORDS_OF_HEADINGS))
Columns = dict[int, Meaning]
Sorted = tuple[dict[Column, str], dict[tuple[Column, int], str]]
"""The cell of each column, and the cells of further columns of the same meaning by their place."""


def plan_columns(cells: list[str]) -> Columns:
    """What the columns hold that a heading names, by place; empty when the cells head no plan table."""
    if len(cells) < _FEWEST_COLUMNS or is_long(cells):
        return {}
    texts = [cell_text(cell) for cell in cells]
    keys = [folded_key(text) for text in texts]
    if any(phrases.NOT_IN_HEADINGS.search(to_arabic(text)) or names_lead(text) for text in texts):
        return {}
    if sum(any(word in key for word in _HEADING_KEYS) for key in keys) < _FEWEST_HEADING_WORDS:
        return {}
    columns = recognise(cells)
    columns.update({place: Meaning.ITEM for place, each in columns.items() if _is_item_alone(each, columns)})
    held = set(columns.values())
    has_owner = bool(held & {Meaning.RESPONSIBLE, Meaning.LEAD})
    has_item = bool(held & {Meaning.ITEM, Meaning.CODE, Meaning.TITLE})
    return columns if has_item and has_owner and Meaning.ACTIONS in held else {}


def _is_item_alone(meaning: Meaning, columns: Columns) -> bool:
    others = {Meaning.ITEM, Meaning.CODE, Meaning.TITLE, Meaning.INDICATOR} - {meaning}
    return meaning in (Meaning.CODE, Meaning.TITLE, Meaning.INDICATOR) and not others & set(columns.values())


def sorted_cells(cells: list[str], columns: Columns) -> tuple[Sorted, list[tuple[int, str]]]:
    """The cells by column, and those that no column of a plan holds, by place."""
    first = {column: "" for meaning in columns.values() if (column := _column(meaning))}
    further: dict[tuple[Column, int], str] = {}
    aside: list[tuple[int, str]] = []
    item: dict[Meaning, str] = {}
    seen: Counter[Column] = Counter()
    for place, cell in enumerate(cells):
        meaning = columns.get(place)
        column = _column(meaning) if meaning else None
        if meaning is None or column is None:
            aside.append((place, cell))
            continue
        if column is Column.ITEM:
            item[meaning] = BREAK.join(filter(None, [item.get(meaning, ""), cell]))
        elif seen[column]:
            further[column, place] = cell
        else:
            first[column] = cell
        seen[column] += 1
    first[Column.ITEM] = _item_cell(item)
    return (first, further), aside


def is_long(cells: list[str]) -> bool:
    """Whether a cell is too long for a heading."""
    return any(
        len(cell) > _LONGEST_HEADING * 2 or len(folded_key(cell_text(cell))) > _LONGEST_HEADING
        for cell in cells
    )


def _column(meaning: Meaning) -> Column | None:
    return Column.ITEM if meaning in _OF_ITEM else _COLUMNS.get(meaning)


def _item_cell(parts: dict[Meaning, str]) -> str:
    """One first cell of what stands in several: code, title and score, with the label that marks a score."""
    if set(parts) == {Meaning.ITEM}:
        return parts[Meaning.ITEM]
    score = parts.get(Meaning.SCORE, "")
    if score and not phrases.EXACT_SCORE_LABEL.search(score):
        score = f"{phrases.SCORE_LABEL} {score}"
    code = " ".join(parts[each] for each in (Meaning.CODE, Meaning.ITEM, Meaning.TITLE) if parts.get(each))
    return BREAK.join(filter(None, [parts.get(Meaning.INDICATOR, ""), code, score]))
