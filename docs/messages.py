"""How many messages each contact gets in a year: ``messages.md``, made by ``python -m docs.messages``.

It plays the bundled plan from 1 October to the end of the sixty days after the year, a tick each working day,
with the real planning and delivery over a channel that takes everything. It is not among ``docs.pages``
because it takes some seconds.
"""

import datetime as dt
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from docs.pages import NOTE
from tracker.app import App, initialise
from tracker.channels.base import Outgoing, Receipt
from tracker.config import shipped
from tracker.db.models import Contact, Division, FollowUp, Measure, Message, MessageState, Plan
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import DEPUTY, HEAD_OF_DIVISION, Role
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import REMINDERS, Kind
from tracker.messages.rendered import Rendered
from tracker.plans.reader import read_plan, with_default_cadence
from tracker.reports.digest import Digest
from tracker.services.contact_files import read_contacts
from tracker.services.contacts import ContactEntry, store_contacts
from tracker.services.divisions import DivisionBook
from tracker.services.follow_ups import Change, apply
from tracker.services.plan_import import import_plan
from tracker.services.tick import tick

PLAN, CONTACTS = "huai-khwang-2565.txt", "demo-contacts.csv"
MADE_ON, FIRST, LAST = dt.date(2021, 9, 20), dt.date(2021, 10, 1), dt.date(2022, 11, 29)
KINDS = [kind for kind in Kind if kind in REMINDERS]

Answers = Callable[[OfficeTime, dt.date], dt.date | None]
"""When a follow-up that is due on a day is answered; None: never."""

CASES: dict[str, Answers] = {
    "When everyone answers on the last day": lambda office, due_on: due_on,
    "When everyone is three days late": lambda office, due_on: due_on + dt.timedelta(days=3),
    "When nobody answers": lambda office, due_on: None,
}
INTRODUCTION = """\
The bundled plan (fiscal year 2565, 80 measures), with an owner and a head for each lead division, a deputy,
a director and a coordinator, from the first day of the year to the last on which it is spoken of. A message
that merges several kinds counts for the weightiest. The last column is the most in one month, besides
escalations.
"""
ANSWER_TIME = dt.time(15, 0)
JUDGEMENT = """\
JUDGE
"""


class _Words:
    """Stands for the words, which are not counted."""

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        return Rendered(digest.recipient, "", "")


class _Box:
    """A channel that takes everything."""

    name = "file"

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        return Receipt()

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class _Year:
    """An office's year, and the hands of its clock."""

    app: App
    instant: dt.datetime

    def play(self, answers: Answers, last: dt.date) -> None:
        """A tick at five past nine on each working day, and the answers of the day after it."""
        office = self.app.office
        for number in range((last - FIRST).days + 1):
            day = FIRST + dt.timedelta(days=number)
            if office.working.includes(day):
                self.instant = office.at(day, dt.time(9, 5))
                delivery = replace(self.app.delivery(), renderer=_Words(), channel=lambda name: _Box())  # type: ignore[arg-type]
                tick(delivery, self.app.moment)
            self.instant = office.at(day, ANSWER_TIME)
            with self.app.sessions.begin() as session:
                self._answer(session, answers, day)

    def _answer(self, session: Session, answers: Answers, day: dt.date) -> None:
        still_open = select(FollowUp).where(FollowUp.status == Status.OPEN, FollowUp.due_on <= day)
        for each in session.scalars(still_open.order_by(FollowUp.id)):
            on = answers(self.app.office, each.due_on)
            if on is not None and on <= day:
                change = Change(Action.DONE, on=day)
                apply(
                    session, each, change, what="it", verify=False, actor="docs", today=day, now=self.instant
                )


def page(last: dt.date = LAST) -> str:
    """The page's text, played up to ``last``."""
    return "\n".join(_lines(last)) + "\n"


def counts(answers: Answers, last: dt.date) -> tuple[list[str], Counter[tuple[str, Kind]], dict[str, int]]:
    """The contacts in order, their messages by kind, and the most that each got in a month.

    Escalations count in the first, and not in the second: they are outside the monthly limit.
    """
    with tempfile.TemporaryDirectory() as folder:
        year = _begin(Path(folder))
        try:
            year.play(answers, last)
            return _count(year.app)
        finally:
            year.app.close()


def _begin(folder: Path) -> _Year:
    app = App.open({}, folder)
    year = _Year(app, app.office.at(MADE_ON, dt.time(14, 0)))
    year.app = replace(app, clock=lambda: year.instant, clock_is_set=True)
    initialise(year.app, rehearsal=True)
    plans = shipped() / "plans"
    document = with_default_cadence(read_plan(plans / PLAN), Cadence.QUARTERLY)
    with year.app.sessions.begin() as session:
        imported = import_plan(
            session, document, office=app.office, report_days=app.settings.report_days,
            catalogue=app.catalogue, actor="docs", now=year.instant,
        )  # fmt: skip
        agency_id = session.get_one(Plan, imported.plan_id).agency_id
        book = DivisionBook(session, agency_id, app.catalogue)
        store_contacts(session, agency_id, read_contacts(plans / CONTACTS), book)
        store_contacts(session, agency_id, list(_others(session)), book)
    return year


def _others(session: Session) -> Iterator[ContactEntry]:
    """Who is not in the bundled contacts: a clerk and a head for each lead division, and the deputy."""
    leads = select(Division.name).where(Division.id.in_(select(Measure.lead_division_id)))
    known = set(session.scalars(select(Contact.name)))
    for number, division in enumerate(session.scalars(leads.order_by(Division.id)), start=1):
        people = {f"เจ้าหน้าที่{division}": (Role.OWNER,), f"หัวหน้า{division}": (Role.SUPERVISOR,)}
        for name, roles in people.items():
            if name not in known:
                rank = HEAD_OF_DIVISION if Role.SUPERVISOR in roles else None
                yield ContactEntry(name, (division,), f"{roles[0]}{number}@x.example", roles=roles, rank=rank)
    yield ContactEntry("ผู้ช่วยผู้อำนวยการเขต", email="deputy@x.example", roles=(Role.SUPERVISOR,), rank=DEPUTY)


def _count(app: App) -> tuple[list[str], Counter[tuple[str, Kind]], dict[str, int]]:
    with app.reading() as session:
        names = list(session.scalars(select(Contact.name).order_by(Contact.id)))
        sent = session.execute(
            select(Contact.name, Message.kind, Message.on_date)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.state == MessageState.SENT)
        ).all()
    months: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for row in sent:
        months[row.name][row.on_date.year, row.on_date.month] += row.kind is not Kind.ESCALATION
    kinds = Counter((row.name, row.kind) for row in sent)
    return names, kinds, {name: max(months[name].values(), default=0) for name in names}


def _lines(last: dt.date) -> Iterator[str]:
    yield from ("# How many messages a year brings", NOTE.replace("docs", "docs.messages"), "")
    yield from INTRODUCTION.splitlines()
    for title, answers in CASES.items():
        names, kinds, most = counts(answers, last)
        yield from ("", f"## {title}", "")
        yield f"| Contact | {' | '.join(kind.value for kind in KINDS)} | in the year | in a month |"
        yield "|---" + "|---:" * (len(KINDS) + 2) + "|"
        for name in names:
            numbers = [kinds[name, kind] for kind in KINDS]
            shown = " | ".join(str(number or "") for number in numbers)
            yield f"| {name} | {shown} | {sum(numbers)} | {most[name]} |"
    yield from ("", "## Is it humane?", "", *JUDGEMENT.splitlines())


if __name__ == "__main__":
    (Path(__file__).parent / "messages.md").write_text(page(), encoding="utf-8", newline="\n")
