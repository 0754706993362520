"""The office that is simulated: a small plan, five divisions, and who is told of what; by the seed."""

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from tests.factories import contact, line_id, measure, rule, stored
from tests.factories import plan as document
from tracker.domain.cadence import Cadence
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.plans import model

YEAR = FiscalYear(2565)
LAST = dt.date(2022, 12, 2)
"""Two days after the sixty in which the year is still spoken of."""
DAY = dt.timedelta(days=1)
DAYS_OFF = frozenset(
    {dt.date(2021, 12, 6), dt.date(2022, 1, 3), *(dt.date(2022, 4, n) for n in range(11, 16))}
)  # fmt: skip
DIVISIONS = ["ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายโยธา", "ฝ่ายการคลัง"]
HELPER = "ฝ่ายสนับสนุน"
CADENCES = ["monthly", "quarterly", "half-yearly", "yearly"]
GROUP = line_id(500, "C")


@dataclass
class Circumstances:
    """What a seed makes of the year: everything about it that does not happen at an instant."""

    imported_at: dt.datetime
    fault_rate: float
    diligence: float
    quota: int | None
    reserve: int
    per_minute: dict[str, int]
    seconds_a_send: int
    verify: bool
    vacant: frozenset[str]


@dataclass
class Office:
    """The calendar, which people edit, and the document, which is amended."""

    time: OfficeTime = field(default_factory=lambda: OfficeTime(working=WorkingDays(DAYS_OFF)))
    agency: int = 0
    document: model.Plan = field(default_factory=document)

    def set_days_off(self, days: frozenset[dt.date]) -> None:
        self.time = replace(self.time, working=WorkingDays(days))


def circumstances(chance: random.Random) -> Circumstances:
    """Before the year begins in two seeds of three, otherwise in its middle: then much is past."""
    day = YEAR.starts_on + DAY * (
        chance.randrange(-14, -1) if chance.random() < 0.66 else chance.randrange(20, 190)
    )
    minutes = dt.timedelta(hours=chance.randrange(1, 12), minutes=chance.randrange(60))
    return Circumstances(
        imported_at=dt.datetime.combine(day, dt.time(), dt.UTC) + minutes,
        fault_rate=chance.choice([0.0, 0.03, 0.08, 0.15, 0.3]),
        diligence=chance.choice([0.3, 0.6, 0.9]),
        quota=chance.choice([None, None, 300, 15, 6]),
        reserve=chance.choice([0, 3]),
        per_minute=chance.choice([{}, {}, {"email": 2, "line": 3}]),
        seconds_a_send=chance.choice([1, 1, 20, 240]),
        verify=chance.random() < 0.3,
        vacant=frozenset(post for post in ("director", "deputy", "head", "clerk") if chance.random() < 0.2),
    )


def found(session: Session, office: Office, chance: random.Random, at: Circumstances) -> None:
    """Import the plan and add the people."""
    office.document = document(*(_measure(n, chance) for n in range(8)))
    plan = stored(session, office.document, office=office.time, now=at.imported_at)
    office.agency = plan.agency_id
    for name, details in _people(chance).items():
        if name not in at.vacant:
            contact(session, office.agency, name, **details)


def _measure(number: int, chance: random.Random) -> model.Measure:
    rules = [rule(CADENCES[number % 4])]
    if number % 3 == 0:
        rules.append(rule("on", some_day(chance)))
    supporting = "all" if number == 7 and chance.random() < 0.2 else (HELPER,) if number == 5 else ()
    starts, ends = YEAR.starts_on, YEAR.ends_on
    if number == 6:
        starts, ends = sorted([some_day(chance), some_day(chance)])
    made = measure(
        f"O{number}",
        lead=DIVISIONS[number % 4],
        rules=rules,
        supporting=supporting,
        starts_on=starts,
        ends_on=ends,
    )
    return replace(made, lead="") if number == 4 and chance.random() < 0.1 else made


def changed(each: model.Measure, chance: random.Random) -> model.Measure:
    """A measure as an amended document has it: another rule, another lead, or another span."""
    what = chance.randrange(3)
    if what == 0:
        cadence = chance.choice([*CADENCES, "on"])
        return replace(each, rules=(rule(cadence, some_day(chance) if cadence == Cadence.ON else None),))
    if what == 1:
        return replace(each, lead=chance.choice([*DIVISIONS, HELPER]))
    return replace(each, ends_on=max(each.starts_on, some_day(chance)))


def some_day(chance: random.Random) -> dt.date:
    return YEAR.starts_on + chance.randrange(20, 340) * DAY


def _people(chance: random.Random) -> dict[str, dict[str, object]]:
    """By each kind of address: LINE alone, both, e-mail alone, none, one that is shared, a group."""
    none = {"email": ""} if chance.random() < 0.5 else {"email": "3@x.example"}
    return {
        "owner 0": {"divisions": [DIVISIONS[0]], "email": "0@x.example"},
        "owner 1": {"divisions": [DIVISIONS[1]], "line_id": line_id(1)},
        "owner 2": {"divisions": [DIVISIONS[2]], "email": "2@x.example", "line_id": line_id(2)},
        "owner 3": {"divisions": [DIVISIONS[3]], **none},
        "helper": {"divisions": [HELPER], "email": "h5@x.example"},
        "shares": {"divisions": [DIVISIONS[1]], "email": "0@X.example"},
        "group": {"divisions": [DIVISIONS[3]], "line_id": GROUP},
        "whole": {"email": "w@x.example"} if chance.random() < 0.5 else {"line_id": line_id(3)},
        "head": {"divisions": [DIVISIONS[0]], "email": "h@x.example", "roles": ["supervisor"]},
        "other head": {"divisions": DIVISIONS[1:3], "line_id": line_id(98), "roles": ["supervisor", "owner"]},
        "deputy": {"divisions": DIVISIONS[:3], "email": "d@x.example", "rank": 2, "roles": ["supervisor"]},
        "director": {"line_id": line_id(99), "roles": ["supervisor"]},
        "clerk": {"divisions": [DIVISIONS[2]], "email": "c@x.example", "roles": ["coordinator", "owner"]},
    }
