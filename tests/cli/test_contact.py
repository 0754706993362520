"""tracker contact: the people and posts that get messages, and every way to type them wrong."""

from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from tests.cli.conftest import CONTACTS, PLAN, Tracker

LINE_ID = "U" + "1" * 32


def contact(tracker: Tracker, name: str) -> dict[str, object]:
    (found,) = [each for each in tracker.json("contact", "list") if each["name"] == name]
    return found


def test_list_shows_what_each_gets(office: Tracker) -> None:
    lines = office.says("contact", "list").splitlines()

    assert lines[0].split() == [
        "Contact",
        "Divisions",
        "Roles",
        "Rank",
        "E-mail",
        "LINE",
        "Telephone",
    ]
    assert lines[2].split() == ["หัวหน้าฝ่ายทะเบียน", "ฝ่ายทะเบียน", "owner", "tabian@example.go.th", LINE_ID]
    assert lines[4].split() == [
        "ผู้ประสานงาน",
        "(all)",
        "coordinator",
        "ita@example.go.th",
        "0",
        "2000",
        "0001",
    ]


def test_list_tells_rank_and_language_where_they_matter_and_shows_no_empty_column(office: Tracker) -> None:
    office.says("contact", "edit", "ผู้อำนวยการเขต", "--language", "en", "--rank", "2")

    titles, _, *rows = office.says("contact", "list").splitlines()

    assert titles.split() == [
        "Contact", "Divisions", "Roles", "Rank", "E-mail", "LINE", "Telephone", "Language"
    ]  # fmt: skip
    assert "owner, supervisor     1  yotha" in rows[1]
    assert "supervisor            2  director" in rows[3]
    assert [row.split()[-1] for row in rows] == [LINE_ID, "yotha@example.go.th", "0001", "en"]


def test_list_as_json_has_stable_keys(office: Tracker) -> None:
    assert office.json("contact", "list")[1] == {
        "id": 2,
        "name": "หัวหน้าฝ่ายโยธา",
        "divisions": ["ฝ่ายโยธา"],
        "email": "yotha@example.go.th",
        "line_id": "",
        "phone": "",
        "roles": ["owner", "supervisor"],
        "rank": 1,
        "language": "th",
        "valid_from": None,
        "valid_until": None,
        "suspended": [],
        "channels": [],
        "suspensions": [],
        "pause": None,
    }
    assert contact(office, "ผู้อำนวยการเขต")["rank"] == 3


def test_list_without_contacts_says_what_to_do(empty: Tracker) -> None:
    empty.says("init")
    empty.says("plan", "import", PLAN)

    assert empty.says("contact", "list") == (
        "There are no contacts yet. Add them with: tracker contact import FILE\n"
    )
    assert empty.json("contact", "list") == []


def test_add_stores_everything(office: Tracker) -> None:
    said = office.says(
        "contact", "add", "ปลัดเขต", "--division", "โยธา", "--division", "ฝ่ายใหม่", "--email", "a@b.go.th",
        "--line", LINE_ID, "--phone", "๐๒ ๑๒๓", "--role", "owner", "--role", "supervisor", "--rank", "2",
        "--language", "en", "--from", "1 ต.ค. 69", "--until", "2027-09-30", "--channels", "email,line",
    )  # fmt: skip

    assert said == "Contacts: 1 added, 0 changed, 0 as they were.\nNew divisions: ฝ่ายใหม่.\n"
    assert contact(office, "ปลัดเขต") == {
        "id": 5,
        "name": "ปลัดเขต",
        "divisions": ["ฝ่ายโยธา", "ฝ่ายใหม่"],
        "email": "a@b.go.th",
        "line_id": LINE_ID,
        "phone": "02 123",
        "roles": ["owner", "supervisor"],
        "rank": 2,
        "language": "en",
        "valid_from": "2026-10-01",
        "valid_until": "2027-09-30",
        "suspended": [],
        "channels": ["email", "line"],
        "suspensions": [],
        "pause": None,
    }


def test_add_again_changes_the_one_of_this_name_and_division(office: Tracker) -> None:
    words = ("contact", "add", "หัวหน้าฝ่ายโยธา", "--division", "ฝ่ายโยธา", "--role", "owner")

    said = office.says(*words, "--email", "new@example.go.th")

    assert said == "Contacts: 0 added, 1 changed, 0 as they were.\n"
    assert contact(office, "หัวหน้าฝ่ายโยธา")["email"] == "new@example.go.th"
    assert contact(office, "หัวหน้าฝ่ายโยธา")["roles"] == ["owner"]
    assert office.says(*words, "--email", "new@example.go.th") == (
        "Contacts: 0 added, 0 changed, 1 as they were.\n"
    )


def test_add_warns_of_a_contact_that_gets_nothing(office: Tracker) -> None:
    assert office.says("contact", "add", "ว่าง") == (
        "Contacts: 1 added, 0 changed, 0 as they were.\n"
        "Without a role, and so without messages: ว่าง.\n"
        "Without an address, so their messages go into the folder outbox: ว่าง.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((" ",), "column 'name' is empty; every contact needs a name or a post."),
        (("ก", "--email", "a@b"), "column 'email' holds 'a@b'; "
                                  "an address such as office@example.go.th is expected."),
        (("ก", "--email", "a@b.go.th\nBcc: x@y.th"), None),
        (("ก", "--line", "@line"), "column 'line_id' holds '@line'; "
                                  "U, C or R and 32 of 0-9 and a-f is expected."),
        (("ก", "--from", "2570"), "column 'valid_from': Cannot read '2570' as a date: "
                                  "write it like 31 ม.ค. 2565, 31/1/2565 or 2022-01-31."),
        (("ก", "--channels", "sms"), "column 'channels' holds 'sms'; "
                                     "some of line, email, file are expected."),
        (("ก", "--from", "2027-02-02", "--until", "2027-02-01"),
         "column 'valid_until' lies before 'valid_from'."),
    ],
    ids=["no_name", "email", "header_in_email", "line", "date", "channels", "ends_before_it_begins"],
)  # fmt: skip
def test_add_refuses(office: Tracker, words: Sequence[str], sentence: str | None) -> None:
    before = office.rows()

    said = office.refuses("contact", "add", *words)

    assert said.endswith(" Nothing was changed.")
    assert sentence is None or said == f"{sentence} Nothing was changed."
    assert office.rows() == before


@pytest.mark.parametrize(
    "words", [("--role", "boss"), ("--rank", "4"), ("--rank", "x"), ("--language", "de")], ids=" ".join
)
def test_add_with_what_no_option_takes_is_wrong_usage(office: Tracker, words: tuple[str, ...]) -> None:
    result = office("contact", "add", "ก", *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: Invalid value for '{words[0]}'" in result.stderr


def test_import_counts(office: Tracker) -> None:
    changed = CONTACTS.replace("yotha@", "y@") + "คนใหม่,ฝ่ายใหม่,,,,\n"
    (office.folder / "contacts.csv").write_text(changed, encoding="utf-8")

    assert office.says("contact", "import", "contacts.csv") == (
        "Contacts: 1 added, 1 changed, 3 as they were.\n"
        "New divisions: ฝ่ายใหม่.\n"
        "Without a role, and so without messages: คนใหม่.\n"
        "Without an address, so their messages go into the folder outbox: คนใหม่.\n"
    )


def test_import_dry_run_shows_what_would_come_in_and_changes_nothing(office: Tracker) -> None:
    changed = CONTACTS.replace("yotha@", "y@").replace("0 2000 0001,coord", "0 2000 0009,supervisor;coord")
    (office.folder / "contacts.csv").write_text(changed + "คนใหม่,ฝ่ายทะเบียณ,,,,owner\n", encoding="utf-8")
    before = office.rows()

    assert office.says("contact", "import", "contacts.csv", "--dry-run") == (
        "Contacts: 1 added, 2 changed, 2 as they were.\n"
        "New divisions: ฝ่ายทะเบียณ.\n"
        "  ฝ่ายทะเบียณ is new; is ฝ่ายทะเบียน meant?\n"
        "Without an address, so their messages go into the folder outbox: คนใหม่.\n"
        "  หัวหน้าฝ่ายโยธา (ฝ่ายโยธา): e-mail\n"
        "  ผู้ประสานงาน (all): telephone, roles\n"
        "  คนใหม่ (ฝ่ายทะเบียณ): added\n"
        "This was a dry run. Nothing was changed.\n"
    )
    assert office.rows() == before


def test_import_says_for_whom_a_rank_means_nothing(office: Tracker) -> None:
    (office.folder / "c.csv").write_text(
        "name,email,roles,rank\nก,a@b.go.th,owner,1\nข,b@b.go.th,supervisor,2\n", encoding="utf-8"
    )

    assert office.says("contact", "import", "c.csv") == (
        "Contacts: 2 added, 0 changed, 0 as they were.\n"
        "A rank counts for supervisors only, and was not kept for: ก.\n"
    )


def test_add_with_a_rank_alone_changes_a_supervisors_rank(office: Tracker) -> None:
    words = ("contact", "add", "ผู้อำนวยการเขต")

    assert office.says(*words, "--rank", "2") == "Contacts: 0 added, 1 changed, 0 as they were.\n"
    assert (contact(office, words[2])["rank"], contact(office, words[2])["roles"]) == (2, ["supervisor"])
    office.says(*words, "--role", "supervisor", "--role", "owner")
    assert contact(office, words[2])["rank"] == 2
    assert office.says("contact", "add", "ผู้ประสานงาน", "--rank", "2") == (
        "Contacts: 0 added, 0 changed, 1 as they were.\n"
        "A rank counts for supervisors only, and was not kept for: ผู้ประสานงาน.\n"
    )


def test_add_to_a_contact_says_nothing_of_roles_and_address_that_it_has(office: Tracker) -> None:
    assert office.says("contact", "add", "ผู้ประสานงาน", "--phone", "1") == (
        "Contacts: 0 added, 1 changed, 0 as they were.\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp874"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_import_reads_the_csv_of_spreadsheets(office: Tracker, encoding: str, mark: str) -> None:
    text = f"email{mark}name{mark}roles\r\na@b.go.th{mark}คนใหม่{mark}Owner\r\n\r\n"
    (office.folder / "c.csv").write_bytes(text.encode(encoding))

    assert office.says("contact", "import", "c.csv") == "Contacts: 1 added, 0 changed, 0 as they were.\n"
    assert contact(office, "คนใหม่")["roles"] == ["owner"]


def test_import_reads_a_workbook(office: Tracker) -> None:
    book = Workbook()
    book.worksheets[0].append(["name", "phone", "rank", "roles"])
    book.worksheets[0].append(["คนใหม่", 20001234, 2, "supervisor"])
    book.save(office.folder / "c.xlsx")

    office.says("contact", "import", "c.xlsx")

    found = contact(office, "คนใหม่")
    assert (found["phone"], found["rank"], found["roles"]) == ("20001234", 2, ["supervisor"])


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (None, ()),
        (b"", ()),
        ("ชื่อ,email\nก,a@b.go.th\n".encode(), ("name",)),
        (b"name,email\n,a@b.go.th\n", ("2", "name")),
        (b"name,email\nx,a@b.go.th\ny,nobody\n", ("3", "email", "nobody")),
        (b"name,line_id\nx,U123\n", ("2", "line_id", "U123")),
        (b"name,roles\nx,owner;king\n", ("2", "roles", "king")),
        (b"name,rank\nx,7\n", ("2", "rank", "7")),
        (b"name,language\nx,fr\n", ("2", "language", "fr")),
        (b"name,valid_from\nx,31/2/2570\n", ("2", "valid_from", "31/2/2570")),
        (b'name,email\n"x\n', ()),
        (b"name\nx\0y\n", ()),
        (b"name\n\xff\xfe\xfd\n", ()),
    ],
    ids=["missing", "empty", "no_name", "nameless", "email", "line", "role", "rank", "language",
         "date", "open_quote", "binary", "encoding"],
)  # fmt: skip
def test_import_of_a_bad_file_says_where_and_changes_nothing(
    office: Tracker, content: bytes | None, parts: Sequence[str]
) -> None:
    if content is not None:
        (office.folder / "c.csv").write_bytes(content)
    before = office.rows()

    said = office.refuses("contact", "import", "c.csv")

    assert said.startswith("c.csv")
    assert [part for part in parts if part not in said] == []
    assert office.rows() == before


@pytest.mark.parametrize("name", ["c.xlsx", "c.XLSX"])
def test_import_of_no_workbook_is_refused(office: Tracker, name: str) -> None:
    (office.folder / name).write_bytes(b"name\nx\n")

    assert office.refuses("contact", "import", name).startswith(f"{name}: is not an Excel workbook")


def test_import_of_a_folder_is_refused(office: Tracker) -> None:
    assert office.refuses("contact", "import", "config")


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("add", "ก"),
        ("import", "c.csv"),
        ("export", "d.csv"),
        ("edit", "ก", "--phone", "1"),
        ("remove", "ก"),
        ("resume", "ก"),
        ("pause", "ก", "--until", "2570-03-01", "--reason", "ลา"),
    ],
    ids=lambda words: words[0],
)
def test_contact_before_any_plan_says_what_to_do(empty: Tracker, words: tuple[str, ...]) -> None:
    empty.says("init")
    (empty.folder / "c.csv").write_text("name\nก\n", encoding="utf-8")

    assert empty.refuses("contact", *words) == (
        "No agency is known yet. Load its plan first with: tracker plan import FILE"
    )


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_export_is_imported_as_it_was(office: Tracker, empty: Tracker, name: str) -> None:
    office.says(
        "contact", "add", "=1+1", "--phone", "+66 2", "--division", "โยธา", "--division", "ฝ่ายใหม่",
        "--until", "2027-09-30", "--channels", "email,line", "--role", "supervisor",
        "--rank", "2", "--email", "a@b.go.th",
    )  # fmt: skip
    empty.says("init")
    empty.says("plan", "import", PLAN)

    assert office.says("contact", "export", office.folder / name) == (
        f"Wrote 5 contacts to {office.folder / name}.\n"
    )
    empty.says("contact", "import", office.folder / name)

    assert empty.json("contact", "list") == office.json("contact", "list")
    assert office.says("contact", "import", name) == "Contacts: 0 added, 0 changed, 5 as they were.\n"


def test_export_is_a_csv_that_no_spreadsheet_runs(office: Tracker) -> None:
    office.says("contact", "add", "=1+1", "--phone", "+66 2")

    office.says("contact", "export", "c.csv")

    content = (office.folder / "c.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfname,division,email,line_id,phone,roles,rank,language,")
    assert content.endswith(b"\r\n'=1+1,,,,'+66 2,,,th,,,\r\n")


def test_export_keeps_a_file_unless_told(office: Tracker) -> None:
    assert office.refuses("contact", "export", "contacts.csv") == (
        "contacts.csv exists already. Give --force to write over it."
    )
    assert (office.folder / "contacts.csv").read_text(encoding="utf-8") == CONTACTS

    said = office.says("contact", "export", "contacts.csv", "--force")
    assert said == "Wrote 4 contacts to contacts.csv.\n"


def test_export_into_another_form_is_refused(office: Tracker) -> None:
    assert office.refuses("contact", "export", "contacts.pdf") == (
        "contacts.pdf: the ending says no form; name the file .csv or .xlsx."
    )


def test_import_reads_channels_and_leaves_them_without_the_column(office: Tracker) -> None:
    (office.folder / "c.csv").write_text("name,channels\nใหม่,email;line\n", encoding="utf-8")
    office.says("contact", "import", "c.csv")
    assert contact(office, "ใหม่")["channels"] == ["email", "line"]

    (office.folder / "c.csv").write_text("name,phone\nใหม่,1\n", encoding="utf-8")
    office.says("contact", "import", "c.csv")

    assert (contact(office, "ใหม่")["channels"], contact(office, "ใหม่")["phone"]) == (["email", "line"], "1")
