"""Who deletes waits for the planner, and finds by then that what it has come to delete was spoken of."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import at, plan, reminded
from tracker.db.models import Contact, FollowUp
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.services.contact_changes import remove_contact
from tracker.services.contact_erasing import erase_contact

ONE = "ฝ่ายหนึ่ง"
NOW = at("2022-02-02 10:00")
SECOND_OF_FEBRUARY = rule("on", dt.date(2022, 2, 2))
BOTH = document(measure("O1", rules=[SECOND_OF_FEBRUARY]), measure("O2", rules=[SECOND_OF_FEBRUARY]))
OFFICE = OfficeTime()


def amend(session: Session) -> None:
    stored(session, document(BOTH.measures[0]), office=OFFICE, now=NOW)


def remove(session: Session) -> None:
    who = session.scalars(select(Contact)).one()
    remove_contact(session, who, on=None, actor="test", now=NOW, today=NOW.date())


def erase(session: Session) -> None:
    erase_contact(session, session.scalars(select(Contact)).one(), actor="test", now=NOW, today=NOW.date())


@pytest.mark.parametrize("deed", [amend, remove, erase])
def test_who_deletes_waits_for_the_planner(
    sessions: sessionmaker[Session], deed: Callable[[Session], None]
) -> None:
    with sessions.begin() as session:
        agency = stored(session, BOTH, office=OFFICE).agency_id
        contact(session, agency, "ก", divisions=[ONE], email="a@x.example")
    failures: list[str] = []

    def act() -> None:
        try:
            with sessions.begin() as session:
                deed(session)
        except SQLAlchemyError as error:
            failures.append(repr(error))

    with sessions.begin() as planning:
        plan(planning, NOW)
        clerk = threading.Thread(target=act)
        clerk.start()
        clerk.join(0.5)
        assert clerk.is_alive()
    clerk.join(20)

    assert failures == []
    with sessions() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
        assert reminded(session) != []
        statuses = set(session.scalars(select(FollowUp.status)))
        assert statuses == ({Status.OPEN, Status.WAIVED} if deed is amend else {Status.OPEN})
