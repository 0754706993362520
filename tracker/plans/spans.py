"""Cells that span rows and columns, laid out on a grid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.plans.grid import MOST_COLUMNS, Row


@dataclass(slots=True)
class Span:
    """A cell as a document writes it, and how many rows and columns it takes."""

    text: str
    down: int = 1
    across: int = 1


def spread(rows: Iterable[Iterable[Span]]) -> Iterator[Row]:
    """The rows with every cell at its place; what reaches down from an upper row moves the others right."""
    reaching: dict[int, tuple[str, int]] = {}
    for number, spans in enumerate(rows, start=1):
        row = Row(number, [], {place: text for place, (text, _) in reaching.items()})
        left = {place: (text, rest - 1) for place, (text, rest) in reaching.items() if rest > 1}
        place = 0
        for span in spans:
            while place in reaching:
                place += 1
            for offset in range(min(span.across, MOST_COLUMNS - place)):
                _put(row, place + offset, span.text, is_first=offset == 0)
                if span.down > 1:
                    left[place + offset] = (span.text, span.down - 1)
            place += span.across
        reaching = left
        yield row


def _put(row: Row, place: int, text: str, *, is_first: bool) -> None:
    row.cells += [""] * (place + 1 - len(row.cells))
    if is_first:
        row.cells[place] = text
    else:
        row.beside[place] = text


@dataclass(slots=True)
class Reach:
    """A merged range of a sheet: its first and last column by place, its first and last row by number."""

    left: int
    right: int
    first: int
    last: int
    text: str = ""

    def mark(self, row: Row) -> None:
        """Tell a row that the range covers which of its cells do not stand for themselves."""
        if row.number == self.first:
            self.text = row.cells[self.left] if self.left < len(row.cells) else ""
            row.beside.update(dict.fromkeys(range(self.left + 1, self.right + 1), self.text))
        elif self.text:
            row.above.update(dict.fromkeys(range(self.left, self.right + 1), self.text))
