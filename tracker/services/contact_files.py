"""Contacts in the files that offices keep them in, CSV and Excel: read, and written to be read back."""

import csv
import datetime as dt
import io
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from zipfile import BadZipFile

from tracker.errors import InputError, UnreadableFile
from tracker.plans.printed import clean, escape, is_run_by_sheets, unescape
from tracker.plans.writer import replace_file
from tracker.services.contact_listing import StoredContact, as_row
from tracker.services.contacts import COLUMNS, ContactEntry, read_entry
from tracker.thai.text import folded_key

ENDINGS = (".csv", ".xlsx")

MOST_BYTES = 20_000_000
DAMAGED = (
    *(BadZipFile, zlib.error, EOFError, RuntimeError),
    *(SyntaxError, ValueError, TypeError, LookupError, AttributeError),
)
"""What openpyxl lets through for a file that is no workbook, or only a part of one."""


def read_contacts(path: Path) -> list[ContactEntry]:
    """All contacts of a file, checked; the first that cannot be used is named with its line and column.

    CSV in UTF-8 (with or without BOM) or cp874, or an Excel workbook's first sheet. Only the column ``name``
    must exist; empty rows are passed over. Nobody may stand there twice, unless the rows are alike.
    """
    entries: list[ContactEntry] = []
    seen: dict[tuple[str, frozenset[str]], tuple[int, ContactEntry]] = {}
    for number, row in _rows(path):
        try:
            entry = read_entry(row)
        except InputError as error:
            raise InputError(f"{path}, line {number}: {error} Nothing was imported.") from None
        key = folded_key(entry.name), frozenset(map(folded_key, entry.divisions))
        earlier, same = seen.setdefault(key, (number, entry))
        if same != entry:
            lines = f"{path}, lines {earlier} and {number}"
            raise InputError(
                f"{lines}: {entry.name} stands there twice, and not alike. Nothing was imported."
            )
        entries.append(entry)
    if not entries:
        raise UnreadableFile(path, "holds no contact; nothing was imported.")
    return entries


def write_contacts(contacts: Sequence[StoredContact], path: Path) -> None:
    """Write contacts in the form that the file's ending says; it appears whole, or what was there stays.

    CSV is UTF-8 with BOM. Nothing in it is run by a spreadsheet: see ``printed.escape``.
    """
    makers = dict(zip(ENDINGS, (_csv_bytes, _workbook), strict=True))
    make = makers.get(path.suffix.lower())
    if make is None:
        raise InputError(f"{path}: the ending says no form; name the file {' or '.join(ENDINGS)}.")
    rows = [[clean(text) for text in as_row(contact).values()] for contact in contacts]
    replace_file(path, make([list(COLUMNS), *rows]))


def _csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([escape(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text, so that a telephone number keeps its first 0 and nothing becomes a formula."""
    from openpyxl import Workbook  # noqa: PLC0415  slow to import, needed for Excel alone

    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place, text or None)
            cell.number_format = "@"
            cell.quotePrefix = is_run_by_sheets(text)
            if text:
                cell.data_type = "s"
    sheet.freeze_panes = "B2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableFile(path, "is too large for a list of contacts.")
        lines = list(_sheet(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    except FileNotFoundError:
        raise UnreadableFile(path, "there is no such file.") from None
    except OSError as error:
        raise UnreadableFile(path, f"cannot be read ({error.strerror}).") from None
    if not lines:
        raise UnreadableFile(path, "is empty.")
    header = [cell.strip().lower() for cell in lines[0][1]]
    if "name" not in header:
        found = ", ".join(cell for cell in header if cell) or "nothing"
        raise UnreadableFile(
            path, f"has no column 'name'; its first row holds {found}. Columns: {', '.join(COLUMNS)}."
        )
    _refuse_mistyped(path, header)
    for number, cells in lines[1:]:
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(header, cells, strict=False))


def _refuse_mistyped(path: Path, header: Iterable[str]) -> None:
    """A column that is nearly one of ours is a slip, and its values would be lost."""
    for cell in header:
        nearest = get_close_matches(cell, COLUMNS, n=1, cutoff=0.75)
        if nearest and cell not in COLUMNS:
            raise UnreadableFile(path, f"has a column {cell!r}; did you mean {nearest[0]!r}?")


def _csv(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp874")
        except UnicodeDecodeError:
            raise UnreadableFile(
                path, "is neither UTF-8 nor Thai Windows (cp874); save it as CSV UTF-8."
            ) from None
    if "\0" in text:
        raise UnreadableFile(path, "is not a text file; save it as CSV UTF-8.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1  # where the row begins: a quoted cell may go on over several lines
    try:
        for cells in reader:
            yield line, [unescape(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(path, f"line {reader.line_num} is broken: {error}.") from None


def _sheet(path: Path) -> list[tuple[int, Sequence[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415  slow to import, needed for Excel alone

    content = io.BytesIO(path.read_bytes())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on styles and extensions that it passes over
            book = load_workbook(content, read_only=True, data_only=True)
            rows: Iterable[Sequence[object]] = book.worksheets[0].iter_rows(values_only=True)
            return [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]
    except DAMAGED:
        raise UnreadableFile(path, "is not an Excel workbook, or it is damaged.") from None


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
