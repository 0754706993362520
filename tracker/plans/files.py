"""A file that a person named to its bytes and its text, within bounds; one sentence where it is none."""

import os
import stat
from pathlib import Path

from tracker.errors import UnreadableFile
from tracker.plans.grid import MOST_COLUMNS

LONGEST_LINE = 500_000
_MAGIC = {
    b"%PDF": "is a PDF file; save its table as text with tabs (.txt), Word or Excel and import that.",
    b"{\\rtf": "is a rich text file (.rtf); save it as .docx and import that.",
}
_TOO_LARGE = "is larger than 50 MB and no plan document; name another file."
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def content_of(path: Path, most_bytes: int) -> bytes:
    """The bytes of an ordinary file that is not too large; nothing else is even opened."""
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise UnreadableFile(path, "is a folder; name the file of the plan in it.")
        if not stat.S_ISREG(kind.st_mode):
            raise UnreadableFile(path, "is no file but a device or a pipe; name the file of the plan.")
        if kind.st_size > most_bytes:
            raise UnreadableFile(path, _TOO_LARGE)
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except FileNotFoundError as problem:
        raise UnreadableFile(path, "there is no such file; check the name and the folder.") from problem
    except (OSError, ValueError) as problem:  # ValueError: a name with a NUL in it
        why = os.strerror(problem.errno) if isinstance(problem, OSError) and problem.errno else str(problem)
        raise UnreadableFile(path, f"cannot be opened ({why}); check that you may read it.") from problem
    if len(content) > most_bytes:  # it has grown since
        raise UnreadableFile(path, _TOO_LARGE)
    return content


def refuse_other_formats(path: Path, content: bytes) -> None:
    """UnreadableFile for formats that hold no table that can be read; each says what to do instead."""
    for magic, what in _MAGIC.items():
        if content.startswith(magic):
            raise UnreadableFile(path, what)
    if content.startswith(_OLD_OFFICE) and _ENCRYPTED in content:
        raise UnreadableFile(path, "is protected by a password; save it without one and import that.")
    if content.startswith(_OLD_OFFICE):
        raise UnreadableFile(
            path, "is an old Office file (.doc, .xls); save it as .docx or .xlsx and import that."
        )
    ending = path.suffix.casefold()
    if ending in (".docx", ".xlsx") and not content.startswith(b"PK"):
        program = "Word document" if ending == ".docx" else "Excel workbook"
        raise UnreadableFile(path, f"is named {ending} but is no {program}; open it and save it as one.")


def text_of(path: Path, content: bytes) -> str:
    """The text of a file in UTF-8 or cp874, without NUL bytes and without lines that no plan has."""
    if b"\0" in content[:4096]:
        raise UnreadableFile(path, "is not text in UTF-8 or Thai Windows (cp874); save it as UTF-8 text.")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise UnreadableFile(path, f"holds NUL bytes, first in line {line}: it is damaged; get it again.")
    for encoding in ("utf-8-sig", "cp874"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        _refuse_long_lines(path, text)
        return text
    raise UnreadableFile(path, "is not text in UTF-8 or Thai Windows (cp874); save it as UTF-8 text.")


def _refuse_long_lines(path: Path, text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise UnreadableFile(path, f"line {number} has {len(line):,} characters, which no plan has.")
        if line.count("\t") >= MOST_COLUMNS and (cells := line.rstrip().count("\t") + 1) > MOST_COLUMNS:
            raise UnreadableFile(path, f"line {number} has {cells:,} cells, which no plan table has.")
