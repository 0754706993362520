"""Finding plans, agencies and measures by what a person types."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from tests.factories import agency, measure, plan, stored
from tracker.db.models import Plan
from tracker.domain.office_time import OfficeTime
from tracker.errors import NotAllowed, UnknownName
from tracker.services.measures import find_agency, find_measures, find_plan

TODAY = dt.date(2022, 2, 15)
FIRST, SECOND = "สำนักงานเขตหนึ่ง", "สำนักงานเขตสอง"


def load(session: Session, office: OfficeTime, *which: tuple[str, int]) -> None:
    for name, year in which:
        document = plan(measure(fiscal_year=year), agency=name, fiscal_year=year)
        stored(session, document, office=office)


def found(session: Session, name: str | None = None, year: int | None = None) -> int:
    return find_plan(session, today=TODAY, agency=name, fiscal_year=year).fiscal_year


def test_only_plan_is_meant_whatever_its_year(session: Session, office: OfficeTime) -> None:
    load(session, office, (FIRST, 2570))

    assert found(session) == 2570


def test_of_several_years_the_present_one_is_meant(session: Session, office: OfficeTime) -> None:
    load(session, office, (FIRST, 2564), (FIRST, 2565), (FIRST, 2566))

    assert found(session) == 2565
    assert found(session, year=2566) == 2566


@pytest.mark.parametrize("name", [SECOND, "เขตสอง", " สำนักงาน เขตสอง"], ids=["whole", "part", "spaces"])
def test_agency_is_found_by_a_part_of_its_name(session: Session, office: OfficeTime, name: str) -> None:
    load(session, office, (FIRST, 2565), (SECOND, 2565), (SECOND, 2566))

    chosen = find_plan(session, today=TODAY, agency=name, fiscal_year=2566)

    assert chosen.agency_id == find_agency(session, SECOND).id
    assert found(session, name) == 2565


def test_whole_name_goes_before_a_part_of_another(session: Session, office: OfficeTime) -> None:
    load(session, office, ("เขตสาม", 2565), ("เขตสามสิบ", 2565))

    chosen = find_plan(session, today=TODAY, agency="เขตสาม", fiscal_year=None)

    assert chosen.agency_id == find_agency(session, "เขตสาม").id


def test_several_plans_are_named(session: Session, office: OfficeTime) -> None:
    load(session, office, (FIRST, 2565), (SECOND, 2565))

    with pytest.raises(NotAllowed) as several:
        found(session)
    assert str(several.value) == (
        f"There are several plans: {SECOND} 2565; {FIRST} 2565. Name one with --agency and --fiscal-year."
    )


def test_no_plan_says_what_to_do(session: Session) -> None:
    with pytest.raises(NotAllowed, match=r"No plan is loaded yet\. Load one with: tracker plan import"):
        found(session)


def test_unknown_plan_names_what_there_is(session: Session, office: OfficeTime) -> None:
    load(session, office, (FIRST, 2565))

    with pytest.raises(UnknownName, match=f"There are: {FIRST} 2565|Did you mean {FIRST} 2565"):
        found(session, year=2568)
    with pytest.raises(UnknownName, match="เขตสี่"):
        found(session, "เขตสี่")


def test_agency_by_default_is_the_only_one(session: Session) -> None:
    with pytest.raises(NotAllowed, match="No agency is known yet"):
        find_agency(session, None)

    only = agency(session, FIRST)
    assert find_agency(session, None) is only

    agency(session, SECOND)
    with pytest.raises(NotAllowed, match="There are several agencies"):
        find_agency(session, None)
    with pytest.raises(NotAllowed, match="There are several agencies"):
        find_agency(session, "สำนักงานเขต")
    with pytest.raises(UnknownName, match="No agency 'เขตสี่'"):
        find_agency(session, "เขตสี่")


@pytest.fixture
def coded(session: Session, office: OfficeTime) -> Plan:
    codes = ("I1", "E5", "O4", "O24", "O40")
    return stored(session, plan(*(measure(code) for code in codes)), office=office)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("O24", "O24"),
        ("o24", "O24"),
        (" O24 ", "O24"),
        ("O๒๔", "O24"),
        ("024", "O24"),
        ("๐๒๔", "O24"),
        ("OIT24", "O24"),
        ("oit4", "O4"),
        ("04", "O4"),
        ("e5", "E5"),
        ("i๑", "I1"),
    ],
)
def test_code_is_read_as_people_write_it(session: Session, coded: Plan, typed: str, code: str) -> None:
    assert [each.code for each in find_measures(session, coded, [typed])] == [code]


def test_codes_keep_their_order_and_come_once(session: Session, coded: Plan) -> None:
    measures = find_measures(session, coded, ["O24", "I1", "๐๒๔", "O4", "o24"])

    assert [each.code for each in measures] == ["O24", "I1", "O4"]


def test_unknown_code_names_the_nearest_and_where(session: Session, coded: Plan) -> None:
    with pytest.raises(UnknownName, match=r"No code 'O42' in the plan 2565\. Did you mean .*O4"):
        find_measures(session, coded, ["O24", "O42"])


def test_code_of_another_plan_is_unknown(session: Session, coded: Plan, office: OfficeTime) -> None:
    other = stored(session, plan(measure("O7"), agency=SECOND), office=office)

    with pytest.raises(UnknownName):
        find_measures(session, coded, ["O7"])
    assert [each.plan_id for each in find_measures(session, other, ["O7"])] == [other.id]
