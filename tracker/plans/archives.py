"""Word and Excel files as ZIP archives: looked through, within bounds, before anything parses them.

An archive may be cut, may not be what its name says, and may hold far more than it shows. Every part that is
parsed is unpacked once in small pieces and thrown away, so that a bomb is known by then.
"""

import io
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from tracker.errors import UnreadableFile

MOST_PARTS = 3000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_TAGS = {"docx": 3_000_000, "xlsx": 20_000_000}
"""A Word document is held in memory as a whole, so it may have fewer elements than a workbook."""

_PIECE = 1 << 16
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)
DAMAGE = (*_DAMAGE, SyntaxError, TypeError, LookupError, AttributeError)
"""What python-docx and openpyxl let through for a file that is not as it should be."""


class Kind(StrEnum):
    """What an archive holds; the values are the endings."""

    DOCX = "docx"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class _Marks:
    """The part by which a kind is known."""

    part: str
    kind: Kind


_KNOWN_BY = (_Marks("word/document.xml", Kind.DOCX), _Marks("xl/workbook.xml", Kind.XLSX))
_OTHERS = {
    "xl/workbook.bin": "a binary Excel workbook (.xlsb); save it as .xlsx and import that.",
    "content.xml": "an OpenDocument file; save it as .docx or .xlsx and import that.",
}


def checked_archive(path: Path, content: bytes) -> Kind:
    """The kind of a whole and harmless archive; UnreadableFile says what is wrong with any other."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            kind = _kind(path, archive)
            _check_size(path, archive)
            tags = sum(_tags(path, archive, part) for part in archive.infolist() if _is_parsed(part))
    except _DAMAGE as problem:
        raise UnreadableFile(
            path,
            "is no whole Word, Excel or ZIP file: it is damaged, or cut when it was copied; get it again.",
        ) from problem
    if tags > MOST_TAGS[kind]:
        raise UnreadableFile(path, "holds far more than a plan can have and was not read.")
    return kind


def _kind(path: Path, archive: ZipFile) -> Kind:
    names = set(archive.namelist())
    for mark in _KNOWN_BY:
        if mark.part in names:
            return mark.kind
    for part, what in _OTHERS.items():
        if part in names:
            raise UnreadableFile(path, f"is {what}")
    raise UnreadableFile(
        path,
        "is a ZIP file and no Word, Excel or ZIP file with a plan at its top; unpack it and import the plan.",
    )


def _check_size(path: Path, archive: ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableFile(
            path, f"unpacks to more than {MOST_UNPACKED // 1024**2} MB, which no plan does; it was not read."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile(path, "is protected by a password; save it without one and import that.")


def _is_parsed(part: ZipInfo) -> bool:
    return part.filename.endswith((".xml", ".rels"))


def _tags(path: Path, archive: ZipFile, part: ZipInfo) -> int:
    """How many tags an XML part has; unpacking it to the end checks its size and its checksum too."""
    tags, before = 0, b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            if not before and piece.startswith(_UTF_16):
                raise UnreadableFile(
                    path, f"has a part in an unusual encoding ({part.filename}); save it anew."
                )
            if _DECLARATION.search(before[-16:] + piece):
                raise UnreadableFile(
                    path,
                    f"declares entities ({part.filename}), which no Office program does; it was not read.",
                )
            tags += piece.count(b"<")
            before = piece
    return tags
