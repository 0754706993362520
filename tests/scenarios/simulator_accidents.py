"""What happens in the year: people do their work or change, and the machine and the providers fail.

Each happening has a chance of its own, made from the seed and its number, so that it is the same however
often the program looked before.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import contact, line_id
from tests.scenarios.simulator_channels import MeteredChannel
from tests.scenarios.simulator_machine import Armed, die, fail
from tests.scenarios.simulator_office import DAY, DIVISIONS, changed
from tracker.db.models import Contact, FollowUp, Message, Plan
from tracker.domain.follow_up import TRANSITIONS, Action
from tracker.services.contact_changes import edit_contact, remove_contact
from tracker.services.divisions import DivisionBook
from tracker.services.follow_ups import Change, apply
from tracker.services.outbox_desk import STOPPABLE, Decision, cancel_messages
from tracker.services.pauses import Pause, pause, resume
from tracker.services.plan_import import import_plan

if TYPE_CHECKING:
    from tests.scenarios.simulator_year import Simulation

HOUR = dt.timedelta(hours=1)
OUTAGES = (HOUR, DAY, DAY, 14 * DAY, 92 * DAY)
JUMPS = (HOUR, 5 * HOUR, DAY, 9 * DAY, 40 * DAY)

ACTOR = "somebody"


@dataclass
class Happening:
    """One accident at its instant: the simulation it befalls, and its own chance."""

    sim: "Simulation"
    chance: random.Random

    @property
    def today(self) -> dt.date:
        return self.sim.office.time.today(self.sim.machine.truth)

    # --- people

    def completion(self, session: Session) -> None:
        """Someone reports what is due, the oldest first; some do it before the time."""
        near = self._follow_ups(session, FollowUp.due_on <= self.today + 6 * DAY, FollowUp.status == "open")
        for each in near[:4]:
            if self.chance.random() < self.sim.at.diligence:
                verify = self.sim.at.verify and self.chance.random() < 0.5
                self._apply(session, each, Action.DONE, verify=verify)

    def surprise(self, session: Session) -> None:
        """Any other thing that may be done to a follow-up: waived, returned, opened again, postponed."""
        rows = self._follow_ups(session, FollowUp.due_on <= self.today + 40 * DAY)
        if not rows:
            return
        each = self.chance.choice(rows)
        fitting = [action for action, way in TRANSITIONS.items() if each.status in way.sources]
        self._apply(session, each, self.chance.choice(fitting), verify=self.sim.at.verify)

    def departure(self, session: Session) -> None:
        person = self._person(session)
        if person.valid_until is None or person.valid_until > self.today:
            last = self.today + DAY * self.chance.randrange(-1, 10)
            if person.valid_from is None or person.valid_from <= last:
                remove_contact(
                    session, person, on=last, actor=ACTOR, now=self.sim.machine.truth, today=self.today
                )
                self.sim.expects("contact ended", None)

    def arrival(self, session: Session) -> None:
        number = self.sim.newcomers = self.sim.newcomers + 1
        roles = self.chance.choice(
            [["owner"], ["owner"], ["supervisor"], ["coordinator"], ["owner", "supervisor"]]
        )
        address: dict[str, str] = {"email": self._address()}
        if self.chance.random() < 0.4:
            address = {"line_id": line_id(1000 + number)} | (address if self.chance.random() < 0.5 else {})
        contact(
            session, self.sim.office.agency, f"new {number}",
            divisions=[self.chance.choice(DIVISIONS)], roles=roles,
            rank=self.chance.choice([1, 2, 3]) if "supervisor" in roles else None,
            valid_from=self.today + DAY * self.chance.randrange(0, 4), **address,
        )  # fmt: skip

    def contact_change(self, session: Session) -> None:
        """Another address, division, order of channels or rank; an address that was refused is corrected."""
        person = self._person(session)
        changes = self.chance.choice(
            [
                {"email": self._address()},
                {"line_id": line_id(2000 + self.chance.randrange(999))},
                {"email": "", "line_id": line_id(2000 + self.chance.randrange(999))},
                {"division": self.chance.choice(DIVISIONS)},
                {"roles": "owner;supervisor", "rank": str(self.chance.randrange(1, 4))},
            ]
        )
        book = DivisionBook(session, self.sim.office.agency)
        done = edit_contact(session, person, changes, book, actor=ACTOR, now=self.sim.machine.truth)
        if done.changed or done.trusted:
            self.sim.expects("contact changed", None)

    def rest(self, session: Session) -> None:
        """Somebody is away for a while, or the plan rests; or comes back before the time."""
        plan = session.scalars(select(Plan)).one()
        target: Contact | Plan = plan if self.chance.random() < 0.15 else self._person(session)
        what = "plan" if isinstance(target, Plan) else "contact"
        facts: dict[str, Any] = {"actor": ACTOR, "now": self.sim.machine.truth, "today": self.today}
        if target.paused_until is not None and target.paused_until >= self.today:
            resume(session, target, "it", **facts)
            self.sim.expects(f"{what} resumed", None)
        else:
            first = self.chance.choice([None, self.today, self.today + 3 * DAY])
            last = (first or self.today) + DAY * self.chance.randrange(0, 25)
            pause(session, target, Pause(first, last, "away"), **facts)
            self.sim.expects(f"{what} paused", None)

    def amendment(self, session: Session) -> None:
        """The plan comes in again: as it was, with a changed measure, or with one less or one more."""
        document = self.sim.office.document
        measures = list(document.measures)
        place = self.chance.randrange(len(measures))
        match self.chance.randrange(4):
            case 0 if len(measures) > 4:
                self.sim.left_out.append(measures.pop(place))
            case 1 if self.sim.left_out:
                measures.append(self.sim.left_out.pop())
            case 2 | 3:
                measures[place] = changed(measures[place], self.chance)
        self.sim.office.document = replace(document, measures=tuple(measures))
        before = {each.id: each.status for each in session.scalars(select(FollowUp))}
        done = import_plan(
            session, self.sim.office.document, office=self.sim.office.time, report_days=5,
            catalogue={}, actor=ACTOR, now=self.sim.machine.truth,
        )  # fmt: skip
        session.flush()
        if not done.changed:
            return
        for each in session.scalars(select(FollowUp).execution_options(populate_existing=True)):
            if each.status != before.get(each.id, each.status):
                self.sim.expects("waive", each.id)
        self.sim.expects("plan amended", None)

    def clerk_calls_off(self, session: Session) -> None:
        waiting = session.scalars(
            select(Message.id).where(Message.state.in_(STOPPABLE)).order_by(Message.id)
        ).all()
        if waiting:
            decision = Decision(ACTOR, self.sim.machine.truth, "not now")
            cancel_messages(session, [self.chance.choice(waiting)], decision)
            self.sim.expects("message cancelled", None)

    def day_off(self, _session: Session) -> None:
        """A day off is announced, days ahead or for tomorrow, or struck out again."""
        days = self.sim.office.time.working.days_off
        coming = sorted(day for day in days if day > self.today)
        if coming and self.chance.random() < 0.3:
            self.sim.office.set_days_off(days - {self.chance.choice(coming)})
        else:
            self.sim.office.set_days_off(days | {self.today + DAY * self.chance.randrange(1, 20)})

    # --- the machine and the providers

    def crash(self, _session: Session) -> None:
        self.sim.arm("crash", Armed(self.chance.randrange(1, 150), die))

    def failing_job(self, _session: Session) -> None:
        self.sim.arm("failing job", Armed(self.chance.randrange(1, 150), fail))

    def double_start(self, _session: Session) -> None:
        """Another process looks in the middle of a look, wherever no transaction is open."""
        how = self.chance.choice(["tick", "run"])
        self.sim.arm(
            "double", Armed(self.chance.randrange(1, 25), lambda: self.sim.second(how), between=True)
        )

    def locked(self, _session: Session) -> None:
        waits = self.chance.choice([1, 5, 30])
        self.sim.arm("lock", Armed(self.chance.randrange(1, 12), lambda: self.sim.lock(waits), between=True))

    def outage(self, _session: Session) -> None:
        self.sim.off_until = self.sim.machine.truth + self.chance.choices(OUTAGES, weights=[6, 6, 4, 2, 1])[0]

    def clock_forward(self, _session: Session) -> None:
        self.sim.set_clock(self.chance.choice(JUMPS), for_looks=self.chance.randrange(1, 4))

    def clock_back(self, _session: Session) -> None:
        self.sim.set_clock(-HOUR * self.chance.randrange(1, 9), for_looks=self.chance.randrange(1, 3))

    def extra_tick(self, _session: Session) -> None:
        """Cron, or somebody, ticks beside the scheduler."""
        self.sim.look_soon = True

    def channel_down(self, _session: Session) -> None:
        channel = self.sim.machine.channels[self.chance.choice(["line", "email"])]
        channel.down_until = self.sim.machine.truth + HOUR * self.chance.choice([1, 5, 30, 80])

    def quota(self, _session: Session) -> None:
        """Somebody else sends from the account, at night; or the account's plan changes; or no answer."""
        line = self.sim.machine.channels["line"]
        if isinstance(line, MeteredChannel) and line.limit is not None:
            match self.chance.randrange(3):
                case 0:
                    line.spent[line.month] += min(line.left() or 0, self.chance.randrange(1, 9))
                case 1:
                    line.limit = max(line.spent[line.month], line.limit + self.chance.choice([-5, -2, 20]))
                case 2:
                    line.answers = not line.answers
            self.sim.note_quota()

    # --- by whom

    def _follow_ups(self, session: Session, *conditions: Any) -> list[FollowUp]:
        query = select(FollowUp).where(FollowUp.before_tracking.is_(False), *conditions)
        return list(session.scalars(query.order_by(FollowUp.due_on, FollowUp.id)))

    def _person(self, session: Session) -> Contact:
        return self.chance.choice(session.scalars(select(Contact).order_by(Contact.id)).all())

    def _address(self) -> str:
        return f"{self.chance.choice(['0', '2', 'new', f'n{self.chance.randrange(99)}'])}@x.example"

    def _apply(self, session: Session, each: FollowUp, action: Action, *, verify: bool) -> None:
        to = max(each.due_on, self.today) + DAY * self.chance.randrange(1, 30)
        change = Change(
            action, self.today, reason="because", due_on=to if action is Action.POSTPONE else None
        )
        now = self.sim.machine.truth
        apply(session, each, change, what="it", verify=verify, actor=ACTOR, today=self.today, now=now)
        self.sim.expects(action.value, each.id)


KINDS: dict[str, tuple[int, Callable[[Happening, Session], None]]] = {
    "completion": (50, Happening.completion),
    "surprise": (14, Happening.surprise),
    "departure": (3, Happening.departure),
    "arrival": (4, Happening.arrival),
    "contact change": (6, Happening.contact_change),
    "pause or resume": (6, Happening.rest),
    "re-import": (3, Happening.amendment),
    "message called off": (2, Happening.clerk_calls_off),
    "day off edited": (2, Happening.day_off),
    "crash": (8, Happening.crash),
    "failing job": (5, Happening.failing_job),
    "double start": (7, Happening.double_start),
    "database locked": (4, Happening.locked),
    "outage": (5, Happening.outage),
    "clock forward": (2, Happening.clock_forward),
    "clock back": (2, Happening.clock_back),
    "extra tick": (5, Happening.extra_tick),
    "channel down": (4, Happening.channel_down),
    "quota": (3, Happening.quota),
}
"""How often a year sees each, on average and roughly."""
