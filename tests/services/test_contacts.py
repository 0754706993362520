"""Contacts: what each column may hold, and storing them again and again."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import agency, contact, line_id, row_counts
from tracker.db.models import Contact, ContactRole
from tracker.domain.contacts import Role
from tracker.errors import InputError
from tracker.services.contact_listing import StoredContact, Suspension, as_row, list_contacts
from tracker.services.contacts import COLUMNS, ContactEntry, ContactsStored, read_entry, store_contacts
from tracker.services.divisions import DivisionBook

GOOD = {
    "name": {"หัวหน้าฝ่าย": "หัวหน้าฝ่าย", " นาย ก ": "นาย ก", "นาย\u200bก": "นายก"},
    "division": {
        "": (),
        "ฝ่ายปกครอง": ("ฝ่ายปกครอง",),
        "ฝ่ายปกครอง; ฝ่ายการคลัง ;": ("ฝ่ายปกครอง", "ฝ่ายการคลัง"),
        "ก;ก": ("ก",),
        "ฝ่าย ก, ข": ("ฝ่าย ก, ข",),
    },
    "email": {
        "": "",
        " a.b+c@example.go.th ": "a.b+c@example.go.th",
        "O'Neil_1@x-y.co": "O'Neil_1@x-y.co",
    },
    "line_id": {"": ""} | {line_id(7, kind): line_id(7, kind) for kind in "UCR"},
    "phone": {"": "", "๐ ๒๒๗๕ ๔๐๐๐ ต่อ ๑": "0 2275 4000 ต่อ 1"},
    "roles": {
        "": (),
        "owner": (Role.OWNER,),
        "Owner; SUPERVISOR": (Role.OWNER, Role.SUPERVISOR),
        "coordinator;coordinator": (Role.COORDINATOR,),
    },
    "rank": {"": None, "1": 1, "๓": 3, "2.0": 2},
    "language": {"": "th", "th": "th", "EN": "en"},
    "valid_from": {"": None, "2021-10-01": dt.date(2021, 10, 1), "๑ ต.ค. ๖๔": dt.date(2021, 10, 1)},
    "valid_until": {"30/9/2565": dt.date(2022, 9, 30), "2565-09-30": dt.date(2022, 9, 30)},
    "channels": {"": (), "email;line": ("email", "line"), "LINE, file": ("line", "file")},
}  # fmt: skip
FIELD = {"division": "divisions"}
BAD = {
    "name": ["", " ", "\u200b"],
    "email": ["a", "a@b", "a@@b.c", "a b@c.d", "ก@example.go.th", "a@b.c, d@e.f", "a@b.c\nBcc: x@y.z"],
    "line_id": ["@office", "U123", "U" + "A" * 32, line_id(1) + "0", "X" + "0" * 32],
    "roles": ["boss", "owner coordinator", "เจ้าของ"],
    "rank": ["0", "4", "1.5", "-1", "x", "๑๒"],
    "language": ["fr", "thai", "ไทย"],
    "valid_from": ["31/2/2565", "1/2", "พรุ่งนี้"],
    "valid_until": ["2565-13-01"],
    "channels": ["sms", "email line", "console"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "text", "value"), [(column, *pair) for column, pairs in GOOD.items() for pair in pairs.items()]
)
def test_good_value_is_read(column: str, text: str, value: object) -> None:
    entry = read_entry({"name": "ก", column: text})

    assert entry == replace(ContactEntry("ก"), **{FIELD.get(column, column): value})


@pytest.mark.parametrize(
    ("column", "text"), [(column, text) for column, texts in BAD.items() for text in texts]
)
def test_bad_value_is_refused_with_its_column(column: str, text: str) -> None:
    with pytest.raises(InputError, match=f"^column '{column}'"):
        read_entry({"name": "ก", column: text})


def test_every_column_has_good_values() -> None:
    assert set(GOOD) == set(COLUMNS)
    assert set(BAD) | {"division", "phone"} == set(COLUMNS)  # those two hold what people write


def test_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(InputError, match="'valid_until' lies before 'valid_from'"):
        read_entry({"name": "ก", "valid_from": "2022-01-02", "valid_until": "2022-01-01"})

    same_day = read_entry({"name": "ก", "valid_from": "2022-01-02", "valid_until": "2022-01-02"})
    assert same_day.valid_from == same_day.valid_until == dt.date(2022, 1, 2)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=15)))
def test_any_text_is_read_or_refused_with_its_column(values: dict[str, str]) -> None:
    try:
        read_entry(values)
        refusal = ""
    except InputError as error:
        refusal = str(error)

    assert refusal == "" or refusal.startswith("column '")


# storing


def store(session: Session, *entries: ContactEntry) -> ContactsStored:
    owner = agency(session).id
    result = store_contacts(session, owner, entries, DivisionBook(session, owner))
    session.flush()
    return result


def listed(session: Session) -> list[StoredContact]:
    return list_contacts(session, agency(session).id)


HEAD = ContactEntry(
    "หัวหน้าฝ่าย",
    ("ฝ่ายหนึ่ง", "ฝ่ายสอง"),
    email="head@example.go.th",
    line_id=line_id(1),
    phone="0 2275 4000",
    roles=(Role.OWNER, Role.SUPERVISOR),
    language="en",
    valid_from=dt.date(2021, 10, 1),
    valid_until=dt.date(2022, 9, 30),
)
STORED_HEAD = StoredContact(
    id=1,
    name="หัวหน้าฝ่าย",
    divisions=("ฝ่ายหนึ่ง", "ฝ่ายสอง"),
    email="head@example.go.th",
    line_id=line_id(1),
    phone="0 2275 4000",
    roles=("owner", "supervisor"),
    rank=1,
    language="en",
    valid_from=dt.date(2021, 10, 1),
    valid_until=dt.date(2022, 9, 30),
    suspended=(),
)


def test_contact_is_stored_whole(session: Session) -> None:
    assert store(session, HEAD) == ContactsStored(1, 0, 0, ("ฝ่ายหนึ่ง", "ฝ่ายสอง"), (), (), ())
    assert listed(session) == [STORED_HEAD]


def test_storing_again_changes_nothing(session: Session) -> None:
    bare = ContactEntry("ผู้ประสานงาน")
    store(session, HEAD, bare)
    before, rows = listed(session), row_counts(session)

    again = store(session, bare, replace(HEAD, divisions=("ฝ่ายสอง", "หนึ่ง")))

    assert again == ContactsStored(0, 0, 2, (), (), ("ผู้ประสานงาน",), ("ผู้ประสานงาน",))
    assert (listed(session), row_counts(session)) == (before, rows)


CHANGES = {
    "email": {"email": "new@example.go.th"},
    "no_email": {"email": ""},
    "line_id": {"line_id": line_id(9)},
    "phone": {"phone": "1"},
    "language": {"language": "th"},
    "one_role_less": {"roles": (Role.OWNER,)},
    "another_role": {"roles": (Role.OWNER, Role.SUPERVISOR, Role.COORDINATOR)},
    "rank": {"rank": 2},
    "unbounded": {"valid_from": None, "valid_until": None},
    "spelling": {"name": "หัวหน้า ฝ่าย"},
}


@pytest.mark.parametrize("changed", list(CHANGES.values()), ids=list(CHANGES))
def test_known_contact_is_changed(session: Session, changed: dict[str, object]) -> None:
    store(session, HEAD)

    result = store(session, replace(HEAD, **changed))

    expected = {
        "roles" if key == "roles" else key: tuple(sorted(value, key=list(Role).index))
        if key == "roles" and isinstance(value, tuple)
        else value
        for key, value in changed.items()
    }
    if changed == CHANGES["one_role_less"]:
        expected["rank"] = None
    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    assert listed(session) == [replace(STORED_HEAD, **expected)]
    assert store(session, replace(HEAD, **changed)).unchanged == 1


def test_same_post_of_two_divisions_is_two_contacts(session: Session) -> None:
    posts = [ContactEntry("หัวหน้าฝ่าย", (name,), roles=(Role.OWNER,)) for name in ("ฝ่ายหนึ่ง", "ฝ่ายสอง")]
    whole = ContactEntry("หัวหน้าฝ่าย")

    assert store(session, *posts, whole).added == 3
    assert store(session, whole, *posts).unchanged == 3
    assert [each.divisions for each in listed(session)] == [("ฝ่ายหนึ่ง",), ("ฝ่ายสอง",), ()]


def test_same_contact_twice_is_stored_once(session: Session) -> None:
    result = store(session, HEAD, replace(HEAD, phone="1"))

    assert (result.added, result.changed) == (1, 1)
    assert [each.phone for each in listed(session)] == ["1"]


def test_same_name_in_another_agency_is_another_contact(session: Session) -> None:
    store(session, HEAD)
    other = agency(session, "สำนักงานเขตอื่น").id

    assert store_contacts(session, other, [HEAD], DivisionBook(session, other)).added == 1
    assert len(list_contacts(session, other)) == len(listed(session)) == 1
    (mine,) = listed(session)
    assert list_contacts(session, agency(session).id, mine.id) == [mine]
    assert list_contacts(session, other, mine.id) == []


@pytest.mark.parametrize(
    ("divisions", "rank", "expected"),
    [((), None, 3), (("ฝ่ายหนึ่ง",), None, 1), ((), 2, 2), (("ฝ่ายหนึ่ง",), 3, 3)],
    ids=["director", "head_of_division", "deputy", "given"],
)
def test_supervisor_has_a_rank(
    session: Session, divisions: tuple[str, ...], rank: int | None, expected: int
) -> None:
    store(session, ContactEntry("ก", divisions, roles=(Role.OWNER, Role.SUPERVISOR), rank=rank))

    ranks = session.execute(select(ContactRole.role, ContactRole.rank).order_by(ContactRole.role))
    assert {role.value: rank for role, rank in ranks} == {"owner": None, "supervisor": expected}


def test_what_keeps_a_contact_from_messages_is_told(session: Session) -> None:
    result = store(
        session,
        ContactEntry("ไม่มีบทบาท", email="a@b.c"),
        ContactEntry("ไม่มีที่อยู่", roles=(Role.OWNER,)),
        ContactEntry("ไลน์", line_id=line_id(1), roles=(Role.OWNER,)),
    )

    assert (result.without_role, result.without_address) == (("ไม่มีบทบาท",), ("ไม่มีที่อยู่",))


@pytest.mark.parametrize(
    ("changed", "suspended"),
    [
        ({}, ("email", "line")),
        ({"email": "new@example.go.th"}, ("line",)),
        ({"line_id": line_id(9)}, ("email",)),
    ],
    ids=["same_addresses", "new_email", "new_line_id"],
)
def test_only_a_new_address_is_free_of_the_old_refusal(
    session: Session, changed: dict[str, str], suspended: tuple[str, ...]
) -> None:
    store(session, HEAD)
    row = session.scalars(select(Contact)).one()
    row.email_suspended, row.line_suspended = "no such mailbox", "blocked"
    row.email_suspended_on = row.line_suspended_on = dt.date(2022, 1, 4)
    session.flush()

    store(session, replace(HEAD, **changed))

    assert listed(session)[0].suspended == suspended
    reasons = {"email": "no such mailbox", "line": "blocked"}
    assert listed(session)[0].suspensions == tuple(
        Suspension(channel, dt.date(2022, 1, 4), reasons[channel]) for channel in suspended
    )


def test_factory_stores_what_the_program_stores(session: Session) -> None:
    made = contact(session, agency(session).id, "ก", divisions=["ฝ่ายหนึ่ง"], roles=["supervisor"], rank=2)

    assert listed(session) == [
        StoredContact(1, "ก", ("ฝ่ายหนึ่ง",), "", "", "", ("supervisor",), 2, "th", None, None)
    ]
    assert made.name == "ก"


def test_roles_are_separated_by_semicolons_or_commas() -> None:
    expected = (Role.OWNER, Role.COORDINATOR)

    for text in ("owner;coordinator", "Owner, coordinator", "owner ; coordinator"):
        assert read_entry({"name": "ก", "roles": text}).roles == expected


def test_division_that_looks_misspelt_is_doubted(session: Session) -> None:
    stored = store(session, HEAD, ContactEntry("เสมียน", divisions=("ฝ่ายหนึ่งง",)))

    assert stored.doubts == ("ฝ่ายหนึ่งง is new; is ฝ่ายหนึ่ง meant?",)


def test_several_divisions_written_as_one_are_doubted(session: Session) -> None:
    store(session, ContactEntry("ก", divisions=("ฝ่ายหนึ่ง", "ฝ่ายสอง")))

    stored = store(session, ContactEntry("ข", divisions=("ฝ่ายหนึ่ง,ฝ่ายสอง",)))

    assert stored.doubts == (
        "ฝ่ายหนึ่ง,ฝ่ายสอง is new; if several are meant, write them with semicolons between.",
    )


def test_channels_that_are_not_named_stay(session: Session) -> None:
    store(session, replace(HEAD, channels=("email", "line")))

    assert store(session, HEAD).unchanged == 1
    assert listed(session)[0].channels == ("email", "line")
    assert store(session, replace(HEAD, channels=())).touched == {1: ["channels"]}
    assert listed(session)[0].channels == ()


def test_row_of_a_stored_contact_is_read_as_the_same_contact(session: Session) -> None:
    entry = replace(HEAD, channels=("email", "line"), rank=2)
    store(session, entry)

    row = as_row(listed(session)[0])

    assert tuple(row) == COLUMNS
    assert read_entry(row) == entry


def test_touched_names_the_columns_that_changed(session: Session) -> None:
    store(session, HEAD)

    changed = store(session, replace(HEAD, phone="1", roles=(Role.OWNER,)), ContactEntry("ใหม่"))

    assert changed.touched == {1: ["phone", "roles"], 2: ["added"]}
