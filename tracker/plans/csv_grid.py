"""A CSV file to a table: comma, semicolon or tab; a row is counted by the line it begins in."""

import csv
import io
from collections.abc import Iterator

from tracker.errors import InputError
from tracker.plans.columns import is_plan_heading, recognise
from tracker.plans.grid import MOST_COLUMNS, Row, Table
from tracker.plans.printed import unescape
from tracker.plans.rows import split_lines

_DELIMITERS = (",", ";", "\t")
_LOOKED_AT = 20_000
_LONGEST_CELL = 1_000_000
_FEWEST_COLUMNS = 3
_MOST_BEFORE_HEADING = 30


def csv_tables(text: str) -> list[Table]:
    """The file's one table; InputError names the line where it breaks off."""
    return [Table("", _rows(text))]


def tabbed_tables(text: str) -> list[Table]:
    """A text with tabs as one table, without quotes; none where no line has enough cells for a plan."""
    lines = split_lines(text)
    if not any(line.count("\t") + 1 >= _FEWEST_COLUMNS for line in lines):
        return []
    return [Table("", (Row(number, line.split("\t")) for number, line in enumerate(lines, start=1)))]


def _rows(text: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    first = 1
    try:
        for cells in lines:
            if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
                raise InputError(f"line {first} has {len(cells):,} cells, which no plan table has.")
            yield Row(first, [unescape(cell) for cell in cells[:MOST_COLUMNS]])
            first = lines.line_num + 1
    except csv.Error as problem:
        raise InputError(
            f"the row that begins in line {first} is broken or cut off ({problem})."
        ) from problem


def _delimiter(text: str) -> str:
    """The mark that parts a plan's headings, or else the most cells, the same number in row after row."""
    return max(_DELIMITERS, key=lambda mark: _fitness(text[:_LOOKED_AT], mark))


def _fitness(text: str, mark: str) -> tuple[bool, int]:
    rows: list[list[str]] = []
    try:
        rows += csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    except csv.Error:
        return False, 0
    counts = [len(cells) for cells in rows if len(cells) > 1]
    usual = max(set(counts), key=counts.count, default=0)
    has_headings = any(is_plan_heading(recognise(cells)) for cells in rows[:_MOST_BEFORE_HEADING])
    return has_headings, counts.count(usual) * usual
