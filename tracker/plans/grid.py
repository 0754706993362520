"""What every document with tables is before it is a plan: tables of rows of cells, each with its place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MOST_COLUMNS = 200
MOST_CELLS = 1_000_000
"""No plan has more; what has is refused before it fills the memory."""

Progress = Callable[[int, int], None]
"""Told how many rows have been read, and of how many (0: it is not known)."""


@dataclass(slots=True)
class Row:
    """One row as a person's editor counts it: the text of each cell, "" where a merged cell covers it.

    ``above`` and ``beside`` hold, by place, the text of the merged cell that reaches there from an upper row
    or from the left. ``doubts`` are sentences about the reading of its cells.
    """

    number: int
    cells: list[str]
    above: dict[int, str] = field(default_factory=dict)
    beside: dict[int, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def shown(self, place: int) -> str:
        """The text that a person sees at a place, of the cell itself or of the one merged over it."""
        own = self.cells[place] if place < len(self.cells) else ""
        return own or self.above.get(place, "") or self.beside.get(place, "")

    @property
    def width(self) -> int:
        """How many columns the row has, its empty ends included."""
        return max([len(self.cells), *(place + 1 for place in self.above), *(p + 1 for p in self.beside)])


@dataclass(slots=True)
class Table:
    """A table, a sheet, or the text between tables (``is_text``: one cell a row).

    ``name`` is how a person finds it, "" where the file holds one table alone. A table that ``may_go_on`` has
    the columns of the one before it when it has no headings and the same width: a page break cut it in two.
    """

    name: str
    rows: Iterable[Row]
    is_text: bool = False
    may_go_on: bool = False
    is_hidden: bool = False
