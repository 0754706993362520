"""An office whose clock can be turned, with something to report; its messages go into files."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.factories import contact, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import at
from tracker.app import App
from tracker.db.models import Message


class Clock:
    """Its hands stand where ``now`` was put."""

    def __init__(self) -> None:
        self.now = at("2021-09-20 14:00")

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office_app(app: App, clock: Clock) -> Iterator[App]:
    """Monthly, quarterly and a single day; an owner, a coordinator and a director."""
    own = replace(app, clock=clock)
    with own.sessions.begin() as session:
        rules = [rule("monthly"), rule("quarterly"), rule("on", dt.date(2022, 3, 4))]
        agency = stored(
            session, document(measure("O1", lead="ฝ่ายหนึ่ง", rules=rules)), office=own.office
        ).agency_id
        contact(session, agency, "owner", divisions=["ฝ่ายหนึ่ง"], email="o@x.example")
        contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
        contact(session, agency, "director", roles=["supervisor"], email="d@x.example")
    yield own
    own.close()


def messages(app: App) -> list[Message]:
    with app.sessions() as session:
        return list(session.query(Message).order_by(Message.id))
