"""Divisions: found under every name they are printed with, added once."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import agency
from tracker.config import shipped
from tracker.db.models import Division
from tracker.errors import NotAllowed, UnknownName, UnreadableFile
from tracker.services.divisions import DivisionBook, read_catalogue

CATALOGUE = {"ฝ่ายการคลัง": ("การคลัง", "ฝ่ายคลัง"), "ฝ่าย ๑": ()}


@pytest.fixture
def book(session: Session) -> DivisionBook:
    return DivisionBook(session, agency(session).id, CATALOGUE)


@pytest.mark.parametrize(
    "name",
    ["ฝ่ายการคลัง", "การคลัง", "ฝ่ายคลัง", " ฝ่าย การคลัง ", "ฝ่ายการคลัง."],
    ids=["name", "bare", "alias", "spaces", "dot"],
)
def test_any_name_of_the_catalogue_means_the_same_division(book: DivisionBook, name: str) -> None:
    first = book.find_or_add(name)

    assert (first.name, first.aliases) == ("ฝ่ายการคลัง", ["การคลัง", "ฝ่ายคลัง"])
    assert book.find_or_add("ฝ่ายการคลัง") is first
    assert book.find("การคลัง") is first
    assert book.added == ["ฝ่ายการคลัง"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ฝ่ายใหม่", "ใหม่"),
        ("ใหม่", "ฝ่ายใหม่"),
        ("ฝ่าย ๑", "ฝ่าย1"),
        ("โรงเรียน ๒", "โรงเรียน 2"),
        ("ฝ่ายดําเนินการ", "ฝ่ายดำเนินการ"),
    ],
    ids=["bare_after", "bare_before", "thai_digit", "outside_the_catalogue", "two_ways_to_write_am"],
)
def test_two_spellings_are_one_division(book: DivisionBook, first: str, second: str) -> None:
    assert book.find_or_add(second) is book.find_or_add(first)
    assert len(book.added) == 1


def test_division_known_before_is_found_and_not_counted_as_added(
    session: Session, book: DivisionBook
) -> None:
    book.find_or_add("ฝ่ายใหม่")

    again = DivisionBook(session, agency(session).id, CATALOGUE)

    assert again.find_or_add("ใหม่").name == "ฝ่ายใหม่"
    assert again.added == []


def test_catalogue_gives_way_to_what_the_office_has(session: Session) -> None:
    owner = agency(session).id
    DivisionBook(session, owner).add("ฝ่ายคลัง")  # elsewhere only another name of ฝ่ายการคลัง

    book = DivisionBook(session, owner, CATALOGUE)

    assert book.find_or_add("ฝ่ายคลัง").name == "ฝ่ายคลัง"
    assert book.find_or_add("ฝ่ายการคลัง").aliases == ["การคลัง"]
    assert book.find("ฝ่ายคลัง").name == "ฝ่ายคลัง"


@pytest.mark.parametrize(
    ("name", "aliases", "taken"),
    [("การคลัง", (), "การคลัง"), ("ฝ่ายเงิน", ("ฝ่ายคลัง",), "ฝ่ายคลัง"), ("ฝ่ายการคลัง", (), "ฝ่ายการคลัง")],
    ids=["name_is_an_alias", "alias_is_an_alias", "same_name"],
)
def test_name_that_means_another_division_is_refused(
    session: Session, book: DivisionBook, name: str, aliases: tuple[str, ...], taken: str
) -> None:
    book.find_or_add("ฝ่ายการคลัง")

    with pytest.raises(NotAllowed, match=f"'{taken}' already means the division 'ฝ่ายการคลัง'"):
        book.add(name, aliases)
    assert list(session.scalars(select(Division.name))) == ["ฝ่ายการคลัง"]


def test_unknown_division_offers_the_nearest(book: DivisionBook) -> None:
    book.find_or_add("ฝ่ายการคลัง")

    with pytest.raises(UnknownName, match=r"No division 'ฝ่ายการครัง'\. Did you mean ฝ่ายการคลัง\?"):
        book.find("ฝ่ายการครัง")


def test_shipped_catalogue_has_the_ten_divisions_of_a_district() -> None:
    catalogue = read_catalogue(shipped() / "divisions.csv")

    assert len(catalogue) == 10
    assert all(name.removeprefix("ฝ่าย") in aliases for name, aliases in catalogue.items())


def test_catalogue_reads_names_and_aliases(tmp_path: Path) -> None:
    path = tmp_path / "divisions.csv"
    path.write_text("\ufeffname,aliases\nฝ่ายก,ก; กก ;\n\nฝ่ายข,\n ,ว่าง\n", encoding="utf-8")

    assert read_catalogue(path) == {"ฝ่ายก": ("ก", "กก"), "ฝ่ายข": ()}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"division\n\xe0\xb8\x81\n", "has no column 'name'"),
        (b"name\n\xa1\xa2\n", "cannot be read as CSV in UTF-8"),
        (b"", "has no column 'name'"),
    ],
    ids=["column", "cp874", "empty"],
)
def test_broken_catalogue_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "divisions.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=sentence):
        read_catalogue(path)


def test_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"divisions\.csv: cannot be read"):
        read_catalogue(tmp_path / "divisions.csv")
