"""Erasing a person: nothing of the name or an address is left in any table, and nobody else is harmed."""

import datetime as dt
import html
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import agency, contact, line_id, measure, plan, stored
from tests.services.delivering import Post, at
from tracker.db.base import Base
from tracker.db.models import Attempt, Contact, LineAudience, Message, MessageState, MessageText, Reminder
from tracker.domain.office_time import OfficeTime
from tracker.errors import DeliveryError, NotAllowed
from tracker.services.contact_erasing import ERASED, REASON, Erased, erase_contact

NAME, MAIL, PHONE = 'นาง "ส้ม" <O\'Neil>', "som_100%@example.go.th", "0 2999 8888"
FORMS = (
    *(NAME, html.escape(NAME), html.escape(NAME).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")),
    *(json.dumps(NAME)[1:-1], json.dumps(NAME, ensure_ascii=False)[1:-1]),
)
NOW = at("2022-01-04 09:05")
TODAY = dt.date(2022, 1, 4)


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    """An office with the person and a colleague, each with a message owed."""
    office = OfficeTime()
    with sessions.begin() as session:
        stored(session, plan(measure("O1")), office=office)
        contact(session, agency(session).id, NAME, divisions=["ฝ่ายหนึ่ง"], email=MAIL, phone=PHONE)
        contact(session, agency(session).id, "เพื่อน", divisions=["ฝ่ายหนึ่ง"], email="b@example.go.th")
    return Post(sessions, NOW, office)


def erase(post: Post, name: str = NAME) -> Erased:
    with post.sessions.begin() as session:
        person = session.scalars(select(Contact).where(Contact.name == name)).one()
        return erase_contact(session, person, actor="ผู้ทดสอบ", now=NOW, today=TODAY)


def everything(post: Post) -> str:
    """All text of all tables."""
    with post.sessions() as session:
        rows = (row for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
        return "\n".join(str(value) for row in rows for value in row)


def test_every_form_of_the_person_goes(post: Post) -> None:
    post.tick()
    with post.sessions.begin() as session:
        for text in session.scalars(select(MessageText)):
            text.body += f" {NAME} {MAIL} {PHONE}"
            text.html = " ".join(FORMS)
            text.flex = json.dumps([NAME, MAIL]) + json.dumps([NAME], ensure_ascii=False)
            text.calendar = f"DESCRIPTION:{NAME}"
        for message in session.scalars(select(Message)):
            message.error = f"<{MAIL}> unknown"
        for attempt in session.scalars(select(Attempt)):
            attempt.remark = f"<{MAIL}> unknown"

    done = erase(post)

    assert done == Erased(2, (), deleted=False)
    left = everything(post)
    assert [trace for trace in (*FORMS, MAIL, PHONE) if trace in left] == []
    assert f"{ERASED} 1" in left
    assert "b@example.go.th" in left


def test_what_would_still_go_out_is_called_off(post: Post) -> None:
    post.plan()

    erase(post)
    post.deliver()

    assert [each.recipient for each in post.email.sent] == ["เพื่อน"]
    with post.sessions() as session:
        states = {each.contact_id: each.state for each in session.scalars(select(Message))}
        reasons = set(session.scalars(select(Reminder.dropped).where(Reminder.contact_id == 1)))
    assert states == {1: MessageState.CANCELLED, 2: MessageState.SENT}
    assert reasons == {f"called off: {REASON}"}


def test_what_a_message_carries_for_others_goes_out_to_them(sessions: sessionmaker[Session]) -> None:
    office = OfficeTime()
    with sessions.begin() as session:
        stored(session, plan(measure("O1")), office=office)
        for name in (NAME, "เพื่อน"):
            contact(session, agency(session).id, name, divisions=["ฝ่ายหนึ่ง"], email="shared@example.go.th")
    post = Post(sessions, NOW, office)
    post.plan()

    assert erase(post).kept == ("e-mail",)
    post.tick()

    assert [(each.recipient, each.address) for each in post.email.sent] == [("เพื่อน", "shared@example.go.th")]


def test_nothing_is_erased_while_a_message_is_being_sent(post: Post) -> None:
    post.email.fail(DeliveryError("busy"))
    post.plan()
    with post.sessions.begin() as session:
        session.scalars(select(Message).where(Message.contact_id == 1)).one().state = MessageState.SENDING
    before = everything(post)

    with pytest.raises(NotAllowed, match="Message 1 is just being sent; try again in a few minutes"):
        erase(post)

    assert everything(post) == before


def test_who_received_nothing_is_gone(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        contact(session, agency(session).id, NAME, line_id=line_id(1, "C"))
        session.add(LineAudience(address=line_id(1, "C"), people=5, counted_at=NOW))
    post = Post(sessions, NOW)

    assert erase(post) == Erased(0, (), deleted=True)

    with sessions() as session:
        assert session.scalars(select(Contact)).all() == []
        assert session.scalars(select(LineAudience)).all() == []


@pytest.mark.parametrize("name", ["ฝ่ายหนึ่ง", "กขค", "เพื่อน"], ids=["division", "short", "namesake"])
def test_name_that_may_mean_others_stays_in_texts(post: Post, name: str) -> None:
    with post.sessions.begin() as session:
        person = session.scalars(select(Contact).where(Contact.name == NAME)).one()
        person.name = name
    post.tick()
    with post.sessions() as session:
        bodies = session.scalars(select(MessageText.body).order_by(MessageText.message_id)).all()
        person_id = session.scalars(select(Contact.id).order_by(Contact.id)).first()

    with post.sessions.begin() as session:
        person = session.get_one(Contact, person_id)
        done = erase_contact(session, person, actor="ผู้ทดสอบ", now=NOW, today=TODAY)

    assert done.kept == ("name",)
    with post.sessions() as session:
        assert session.scalars(select(MessageText.body).order_by(MessageText.message_id)).all() == bodies
        assert session.get_one(Contact, person_id).name == f"{ERASED} {person_id}"
