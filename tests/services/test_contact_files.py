"""Reading contacts from CSV and Excel: every way offices save them, and what is no list of contacts."""

import datetime as dt
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tracker.config import shipped
from tracker.domain.contacts import Role
from tracker.errors import InputError, TrackerError, UnreadableFile
from tracker.services.contact_files import MOST_BYTES, read_contacts
from tracker.services.contacts import COLUMNS, ContactEntry

TEXT = "name,division,roles\nหัวหน้าฝ่ายปกครอง,ฝ่ายปกครอง,owner\n\n ,,\nผู้ประสานงาน,,coordinator\n"
ENTRIES = [
    ContactEntry("หัวหน้าฝ่ายปกครอง", ("ฝ่ายปกครอง",), roles=(Role.OWNER,)),
    ContactEntry("ผู้ประสานงาน", roles=(Role.COORDINATOR,)),
]


def file(tmp_path: Path, content: bytes, name: str = "contacts.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(path: Path) -> str:
    """The sentence with which a file is refused, "" when it is read; anything else fails the test."""
    try:
        read_contacts(path)
    except TrackerError as error:
        return str(error)
    return ""


def named(refused: pytest.ExceptionInfo[TrackerError], path: Path) -> str:
    text = str(refused.value)
    assert text.startswith(str(path))
    return text.removeprefix(str(path))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp874"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode("cp874"),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("name,division,roles", " Name ,DIVISION,Roles,extra").encode(),
        TEXT.replace("ฝ่ายปกครอง,owner", '"ฝ่ายปกครอง","owner"').encode(),
        TEXT.rstrip("\n").encode(),
    ],
    ids=[
        "utf8", "bom", "cp874", "crlf", "cr", "semicolons", "tabs", "header_in_other_letters", "quotes",
        "no_last_line_end",
    ],
)  # fmt: skip
def test_csv_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    assert read_contacts(file(tmp_path, content)) == ENTRIES


def test_only_the_name_must_be_there_and_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    assert read_contacts(file(tmp_path, "name\nก\n".encode())) == [ContactEntry("ก")]
    assert read_contacts(file(tmp_path, "phone,name\n1,ก\n,ข\n".encode())) == [
        ContactEntry("ก", phone="1"),
        ContactEntry("ข"),
    ]


def test_every_column_is_read(tmp_path: Path) -> None:
    values = [
        *("ก", '"ฝ่ายหนึ่ง;ฝ่ายสอง"', "a@b.co", "U" + "0" * 32, "02", '"owner;supervisor"', "2", "en"),
        *("2021-10-01", "30 ก.ย. 65"),
    ]
    text = f"{','.join(COLUMNS)}\n{','.join(values)}\n"

    assert read_contacts(file(tmp_path, text.encode())) == [
        ContactEntry(
            name="ก",
            divisions=("ฝ่ายหนึ่ง", "ฝ่ายสอง"),
            email="a@b.co",
            line_id="U" + "0" * 32,
            phone="02",
            roles=(Role.OWNER, Role.SUPERVISOR),
            rank=2,
            language="en",
            valid_from=dt.date(2021, 10, 1),
            valid_until=dt.date(2022, 9, 30),
        )
    ]


def test_excel_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    content = workbook(
        ["Name", "division", "phone", "rank", "valid_from"],
        ["ก", None, 22754000, 2.0, dt.datetime(2021, 10, 1)],  # noqa: DTZ001  as Excel has it
        [None, None, None, None, None],
        ["ข", "ฝ่ายหนึ่ง", "๐๒", None, "๑ ต.ค. ๖๔"],
    )

    assert read_contacts(file(tmp_path, content, "contacts.XLSX")) == [
        ContactEntry("ก", phone="22754000", rank=2, valid_from=dt.date(2021, 10, 1)),
        ContactEntry("ข", ("ฝ่ายหนึ่ง",), phone="02", valid_from=dt.date(2021, 10, 1)),
    ]


def test_shipped_example_is_readable() -> None:
    assert len(read_contacts(shipped() / "plans" / "demo-contacts.csv")) >= 3


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("name,email\nก,a@b.co\nข,nobody\n", 3, "column 'email' holds 'nobody'"),
        ("name,email\n\n\nก,nobody\n", 4, "column 'email' holds 'nobody'"),
        ('name,email\n"ก\nก",a@b.co\nข,nobody\n', 4, "column 'email' holds 'nobody'"),
        ('name,phone,email\nก,"0\n2\n3",nobody\n', 2, "column 'email' holds 'nobody'"),
        ("name,rank\nก,9\n", 2, "column 'rank' holds '9'"),
        ("name,roles\n,owner\n", 2, "column 'name' is empty"),
    ],
    ids=["third", "after_empty_lines", "after_a_long_cell", "long_cell", "rank", "no_name"],
)
def test_line_of_a_bad_value_is_named_as_an_editor_counts(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    path = file(tmp_path, text.encode())

    with pytest.raises(InputError) as refused:
        read_contacts(path)
    said = named(refused, path)
    assert said.startswith(f", line {line}: {problem}")
    assert said.endswith("Nothing was imported.")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("name,division,email\nก,ฝ่ายหนึ่ง,a@b.co\n\nก , ฝ่ายหนึ่ง,c@b.co\n", True),
        ("name,division,email\nก,ฝ่ายหนึ่ง;ฝ่ายสอง,a@b.co\n\nก,ฝ่ายสอง;ฝ่ายหนึ่ง,c@b.co\n", True),
        ("name,division,email\nก,ฝ่ายหนึ่ง,a@b.co\n\nก,ฝ่ายหนึ่ง,a@b.co\n", False),
        ("name,division,email\nก,ฝ่ายหนึ่ง,a@b.co\n\nก,ฝ่ายสอง,c@b.co\n", False),
    ],
    ids=["another_address", "divisions_the_other_way_round", "alike", "another_division"],
)
def test_nobody_stands_there_twice_with_different_rows(tmp_path: Path, text: str, refused: bool) -> None:
    path = file(tmp_path, text.encode())

    if not refused:
        assert len(read_contacts(path)) == 2
        return
    with pytest.raises(InputError, match=r"lines 2 and 4: ก stands there twice, and not alike\."):
        read_contacts(path)


def test_row_of_a_bad_value_in_excel_is_named_as_excel_counts(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"], book.active["B1"], book.active["A5"], book.active["B5"] = "name", "rank", "ก", 9
    book.save(tmp_path / "contacts.xlsx")

    with pytest.raises(InputError, match=r"contacts\.xlsx, line 5: column 'rank' holds '9'"):
        read_contacts(tmp_path / "contacts.xlsx")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ": is empty."),
        (b"\n\n", ": has no column 'name'; its first row holds nothing. Columns: name, division"),
        ("ชื่อ,ฝ่าย\nก,ข\n".encode(), ": has no column 'name'; its first row holds ชื่อ, ฝ่าย. Columns: name,"),
        (b"name\n", ": holds no contact; nothing was imported."),
        (b"name\n\n \n", ": holds no contact; nothing was imported."),
        ('name\nก\n"ข\n'.encode(), ": line 3 is broken: unexpected end of data."),
        ('name,phone\nก,"1"2\n'.encode(), ": line 2 is broken: ',' expected after '\"'."),
        (b"name\na\0b\n", ": is not a text file; save it as CSV UTF-8."),
        ("name\nก\n".encode("utf-16"), ": is neither UTF-8 nor Thai Windows (cp874); save it as CSV UTF-8."),
        (b"name\n\xff\xfe\n", ": is neither UTF-8 nor Thai Windows (cp874); save it as CSV UTF-8."),
    ],
    ids=[
        "empty", "empty_lines", "thai_header", "header_alone", "blank_rows", "open_quote", "broken_quote",
        "nul", "utf16", "no_encoding",
    ],
)  # fmt: skip
def test_what_is_no_list_of_contacts_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = file(tmp_path, content)

    with pytest.raises(UnreadableFile) as refused:
        read_contacts(path)
    assert named(refused, path).startswith(problem)


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.xlsx"])
def test_missing_file_and_directory_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(UnreadableFile, match="there is no such file"):
        read_contacts(path)

    path.mkdir()
    with pytest.raises(UnreadableFile, match=r"cannot be read \(Is a directory\)"):
        read_contacts(path)


def test_file_beyond_all_lists_is_not_read(tmp_path: Path) -> None:
    path = file(tmp_path, b"name\n")
    with path.open("r+b") as big:
        big.truncate(MOST_BYTES + 1)

    with pytest.raises(UnreadableFile, match="too large"):
        read_contacts(path)


@pytest.mark.parametrize("content", [b"", b"name\nx\n", b"PK\x03\x04broken"], ids=["empty", "text", "zip"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="is not an Excel workbook, or it is damaged"):
        read_contacts(file(tmp_path, content, "contacts.xlsx"))


def test_workbook_without_styles_is_read_without_a_remark(tmp_path: Path) -> None:
    whole = zipfile.ZipFile(io.BytesIO(workbook(["name"], ["ก"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as lean:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "xl/styles.xml":
                data = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
            lean.writestr(name, data)

    assert read_contacts(file(tmp_path, out.getvalue(), "contacts.xlsx")) == [ContactEntry("ก")]


def damaged(whole: bytes, seed: int) -> bytes:
    """A workbook cut short, with bytes changed, or with a part broken inside a sound archive."""
    luck = random.Random(seed)
    way = luck.randrange(3)
    if way == 0:
        return whole[: luck.randrange(len(whole))]
    if way == 1:
        content = bytearray(whole)
        for _ in range(5):
            content[luck.randrange(len(content))] = luck.randrange(256)
        return bytes(content)
    source, out = zipfile.ZipFile(io.BytesIO(whole)), io.BytesIO()
    broken = luck.choice(source.namelist())
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part[: luck.randrange(len(part))] if name == broken else part)
    return out.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers())
def test_damaged_workbook_is_read_or_refused_in_a_sentence(tmp_path: Path, seed: int) -> None:
    path = file(tmp_path, damaged(WHOLE, seed), "contacts.xlsx")

    said = refusal(path)

    assert said == "" or said.startswith(str(path))


WHOLE = workbook(["name", "division"], ["ก", "ฝ่ายหนึ่ง"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80) | st.text(max_size=80).map(lambda text: ("name\n" + text).encode()))
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = file(tmp_path, content)

    said = refusal(path)

    assert said == "" or said.startswith(str(path))
