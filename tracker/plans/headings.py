"""Finding the row, or the two rows, of a table that say what its columns hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tracker.plans.columns import Meaning, heading_key, is_plan_heading, recognise
from tracker.plans.grid import Row
from tracker.plans.likeness import likeness

_LIKE_BEFORE = 0.6
_BULLETS = ("-", "–", "•")


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns of a plan table, its headings as shown, and how many rows they take."""

    columns: Mapping[int, Meaning]
    shown: tuple[str, ...]
    rows: int

    @property
    def is_form(self) -> bool:
        """Whether code, title and score stand together in the first column, as in the published form."""
        return Meaning.ITEM in self.columns.values()

    def may_be_repeated_by(self, row: Row) -> bool:
        """Whether the row might head the table once more; cheap, because it is asked of every row."""
        place = next(place for place, meaning in self.columns.items() if meaning is Meaning.ACTIONS)
        cell = row.shown(place).strip()
        if not cell or cell.startswith(_BULLETS) or not (key := heading_key(cell)):
            return False
        return likeness(key, heading_key(self.shown[place])) >= _LIKE_BEFORE


@dataclass(slots=True)
class HeadingFinder:
    """Recognises headings, and remembers what came nearest to one for the refusal."""

    names: Mapping[str, str] | None
    nearest: Sequence[str] = ()
    _most: int = field(default=-1)

    def find(self, row: Row, below: Row | None) -> Heading | None:
        """The plan table's heading that begins with this row; None when it is something else."""
        shown = [row.shown(place) for place in range(row.width)]
        columns = recognise(shown, self.names)
        self._remember(shown, columns)
        single = Heading(columns, tuple(shown), 1) if is_plan_heading(columns) else None
        if below is None or not _divides(row, below):
            return single
        both = [f"{text} {_own(below, place)}".strip() for place, text in enumerate(shown)]
        finer = recognise(both, self.names)
        if is_plan_heading(finer) and (single is None or len(finer) >= len(columns)):
            return Heading(finer, tuple(both), 2)
        return single

    def _remember(self, shown: list[str], columns: Mapping[int, Meaning]) -> None:
        named = len(columns) * 100 + sum(map(bool, shown)) if sum(map(bool, shown)) > 1 else 0
        if named > self._most:
            self.nearest, self._most = shown, named


def _divides(row: Row, below: Row) -> bool:
    """Whether the lower row names parts of columns that the upper one names together or leaves open."""
    merged = set(row.beside) | {place - 1 for place in row.beside}
    named = {place for place in range(len(below.cells)) if _own(below, place)}
    return bool(named) and all(place in merged or not row.shown(place) for place in named)


def _own(row: Row, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""
