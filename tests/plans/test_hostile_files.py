"""Files that are not what they seem: one clear sentence, bounded memory, nothing half read."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from tracker.errors import UnreadableFile
from tracker.plans.reader import read_plan

PEAK = Path("/proc/self/status")  # ru_maxrss would be the parent's, which runs all the tests
HEADING = ("รหัสข้อ", "ประเด็นการประเมิน", "คะแนน", "จุดอ่อน", "มาตรการ", "การกำกับติดตาม", "ผู้รับผิดชอบ")
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def _xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["สำนักงานเขตสมมุติ"])
    sheet.append(["แผนประจำปีงบประมาณ พ.ศ. 2570"])
    sheet.append(HEADING)
    sheet.append(["O1", "แผนผัง", 90, "-", "- ทำ", "- ทุกเดือน", "ฝ่ายโยธา"])
    return _saved(book)


def _docx() -> bytes:
    document = Document()
    document.add_paragraph("สำนักงานเขตสมมุติ")
    table = document.add_table(rows=1, cols=len(HEADING))
    for cell, text in zip(table.rows[0].cells, HEADING, strict=True):
        cell.text = text
    return _saved(document)


def _saved(document: object) -> bytes:
    content = io.BytesIO()
    document.save(content)  # type: ignore[attr-defined]
    return content.getvalue()


def _with_part(archive: bytes, name: str, part: bytes) -> bytes:
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
    return changed.getvalue()


def _refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_plan(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param(
            "plan.xlsx", b"code,title\n", "is named .xlsx but is no Excel workbook", id="not_an_xlsx"
        ),
        pytest.param("plan.docx", b"", "is named .docx but is no Word document", id="empty_docx"),
        pytest.param("plan.xlsx", _xlsx()[:3000], "damaged, or cut", id="cut_xlsx"),
        pytest.param("plan.docx", _docx()[:-40], "damaged, or cut", id="cut_docx"),
        pytest.param("plan.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "is an old Office file", id="old_office"),
        pytest.param(
            "plan.xlsx",
            b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password",
            id="password",
        ),
        pytest.param("plan.docx", b"%PDF-1.7", "is a PDF file", id="pdf"),
        pytest.param("plan.rtf", b"{\\rtf1 plan}", "is a rich text file", id="rtf"),
        pytest.param(
            "plan.csv", b"a,b\n" * 2000 + b"\0", "holds NUL bytes, first in line 2001", id="late_nul"
        ),
        pytest.param("plan.txt", b"\0\0\0\0", "is not text in UTF-8", id="nul"),
        pytest.param("plan.txt", b"\t" * 10_000 + b"x", "line 1 has 10,001 cells", id="tabs"),
        pytest.param("plan.csv", b"," * 10_000 + b"x", "line 1 has 10,001 cells", id="commas"),
        pytest.param("plan.txt", b"x" * 600_000, "line 1 has 600,000 characters", id="long_line"),
        pytest.param(
            "plan.csv", ",".join(HEADING).encode() + b'\n"O1,', "line 2 is broken or cut", id="cut_csv"
        ),
        pytest.param(
            "plan.html", b"<table><tr>" + b"<td>x" * 300, "a row of it has 300 cells", id="wide_html"
        ),
        pytest.param("plan.html", b"<table>" * 5000, "columns of its table cannot be", id="nested_html"),
        pytest.param(
            "plan.docx",
            _with_part(_docx(), "word/document.xml", (ENTITIES + "<x>&j;</x>").encode()),
            "declares entities (word/document.xml)",
            id="entities_in_docx",
        ),
        pytest.param(
            "plan.xlsx",
            _with_part(_xlsx(), "xl/styles.xml", (ENTITIES + "<x>&j;</x>").encode()),
            "declares entities (xl/styles.xml)",
            id="entities_in_xlsx",
        ),
        pytest.param(
            "plan.xlsx",
            _with_part(_xlsx(), "xl/worksheets/sheet1.xml", "<x/>".encode("utf-16")),
            "in an unusual encoding",
            id="utf_16",
        ),
        pytest.param(
            "plan.xlsx",
            _with_part(_xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
            "is an Excel workbook that is damaged",
            id="broken_sheet",
        ),
        pytest.param(
            "plan.xlsx",
            _with_part(_xlsx(), "xl/workbook.xml", b"<x"),
            "workbook that is damaged",
            id="broken_book",
        ),
        pytest.param(
            "plan.docx",
            _with_part(_docx(), "word/document.xml", b"<x"),
            "is a Word document that is damaged",
            id="broken_document",
        ),
        pytest.param(
            "plan.zip",
            _with_part(_xlsx(), "", b"").replace(b"xl/workbook", b"xl/werkbook"),
            "ZIP file",
            id="zip",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert said in _refusal(path)


def test_pipes_folders_and_broken_links_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert "is no file but a device or a pipe" in _refusal(tmp_path / "pipe")
    assert "there is no such file" in _refusal(tmp_path / "link")
    assert "cannot be opened" in _refusal(tmp_path / "loop")
    assert "cannot be opened" in _refusal(Path(f"{tmp_path}/a\0b"))
    assert "is a folder" in _refusal(tmp_path)


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(_xlsx())
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "plan.xlsx")

    assert [each.code for each in read_plan(tmp_path / "link.xlsx").measures] == ["O1"]


def _bomb(kind: str) -> bytes:
    whole, part = (_docx(), "word/document.xml") if kind == "docx" else (_xlsx(), "xl/worksheets/sheet1.xml")
    return _with_part(whole, part, b"<w:p/>" * (60 * 1024 * 1024 // 6))


def _huge(kind: str) -> bytes:
    whole, part = (_docx(), "word/media.bin") if kind == "docx" else (_xlsx(), "xl/media.bin")
    content = io.BytesIO(whole)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(part, "w") as file:
        for _ in range(300):
            file.write(bytes(1024 * 1024))
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("elements.docx", lambda: _bomb("docx"), "far more than a plan can have"),
        ("zeros.docx", lambda: _huge("docx"), "unpacks to more than 200 MB"),
        ("zeros.xlsx", lambda: _huge("xlsx"), "unpacks to more than 200 MB"),
        ("sparse.csv", None, "larger than 50 MB"),
    ],
)
def test_bombs_and_giants_are_refused_within_bounded_memory(
    tmp_path: Path, name: str, make: object, said: str
) -> None:
    if not PEAK.exists():
        pytest.skip("the peak of the memory of a process is known on Linux only")
    path = tmp_path / name
    if callable(make):
        path.write_bytes(make())
    else:
        with path.open("wb") as file:
            file.truncate(200 * 1024 * 1024)

    script = (
        "import sys\nfrom pathlib import Path\nfrom tracker.errors import UnreadableFile\n"
        "from tracker.plans.reader import read_plan\n"
        "try:\n    read_plan(Path(sys.argv[1]))\nexcept UnreadableFile as problem:\n    print(problem)\n"
        f"print(Path('{PEAK}').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=120
    )

    refused, kilobytes = done.stdout.splitlines()
    assert said in refused
    assert int(kilobytes) < 150 * 1024


def test_memory_does_not_grow_with_what_a_sheet_claims(tmp_path: Path) -> None:
    claimed = _with_part(_xlsx(), "", b"")
    with zipfile.ZipFile(io.BytesIO(claimed)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    path = tmp_path / "plan.xlsx"
    path.write_bytes(
        _with_part(claimed, "xl/worksheets/sheet1.xml", sheet.replace(b'ref="A1:G4"', b'ref="A1:XFD1048576"'))
    )

    assert [each.code for each in read_plan(path).measures] == ["O1"]
