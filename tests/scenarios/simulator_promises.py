"""What must be true after each step of the simulated year; a broken promise is said with what broke it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.scenarios.oracle import DAY, NINE, Facts, Person, asked, is_paused, month_end, owed, written
from tests.scenarios.simulator_broken import promise
from tests.scenarios.simulator_channels import Arrival
from tests.scenarios.simulator_machine import Written
from tracker.db.models import Attempt, Message, MessageItem, MessageState, MessageText, Reminder
from tracker.domain.contacts import Role
from tracker.domain.reminders import OWNER_KINDS, Kind
from tracker.reports.digest import OwnerPart, PlanDigest
from tracker.services.outbox_desk import CALLED_OFF
from tracker.services.waiting import NAMED_LATELY, PAST_USE

if TYPE_CHECKING:
    from tests.scenarios.simulator_year import Simulation

CAP = 6
CLOSES = dt.time(16, 30)
NOT_RECEIVED = (MessageState.CANCELLED, MessageState.EXPIRED)
UNDER_WAY = (MessageState.SENDING, MessageState.RETRY)
ROLES = {Kind.SUMMARY: Role.SUPERVISOR, Kind.ESCALATION: Role.SUPERVISOR, Kind.COORDINATOR: Role.COORDINATOR}


class Promises:
    """Keeps what it has seen, so that a step costs what the step changed."""

    def __init__(self, sim: "Simulation") -> None:
        self.sim = sim
        self.expected: set[tuple[Any, ...]] = set()
        self._reminders = 0
        self._messages = 0
        self._dropped: set[int] = set()
        self._given_up: set[int] = set()
        self._refused: set[tuple[int, dt.date | None]] = set()
        self._texts = 0
        self._under_way: set[int] = set()
        self._gathered: set[dt.date] = set()
        self._arrivals: dict[str, int] = defaultdict(int)
        self._first: dict[tuple[str, str], Arrival] = {}
        self._days: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        self._months: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        self._carries: dict[str, set[int]] = {}

    # --- what is owed is written, and nothing else

    def reminders(
        self,
        session: Session,
        due: set[tuple[Any, ...]],
        *,
        clean: bool,
        since: Set[tuple[Any, ...]] = frozenset(),
    ) -> None:
        """``due`` is what was owed when the look began; one that did not end well may have left some out.

        It may have written what is owed ``since`` another process had its look in between, or by nine o'clock
        where it made up for the day before.
        """
        columns = (Reminder.kind, Reminder.contact_id, Reminder.follow_up_id, Reminder.period, Reminder.step)
        rows = session.execute(
            select(*columns, Reminder.series, Reminder.id)
            .where(Reminder.id > self._reminders)
            .order_by(Reminder.id)
        ).all()
        new = [(kind.value, *rest) for kind, *rest, _ in rows]
        self._reminders = max([self._reminders, *(row.id for row in rows)])
        promise(len(new) == len(set(new)) and not self.expected & set(new), "a reminder twice", new)
        free = set(new) - due - since
        promise(not free, "written without being owed", sorted(free, key=str)[:3])
        self.expected |= set(new)
        if clean:
            promise(due <= self.expected, "owed and not written", sorted(due - self.expected, key=str)[:3])

    # --- what was let go, and what waits, has its reason

    def dropped(self, session: Session, facts: Facts, now: dt.datetime) -> None:
        """Nothing that is owed still is let go, save for what was told lately, or called off by a person."""
        rows = session.scalars(
            select(Reminder).where(Reminder.dropped != "", Reminder.id.not_in(self._dropped))
        )
        new = [each for each in rows if each.id not in self._dropped]
        still = owed(facts, now, self.sim.office.time) if new else set()
        for each in new:
            self._dropped.add(each.id)
            if each.dropped in (PAST_USE, "past its use"):
                promise(each.useful_until <= now, "let go before its use was over", each.kind, each.period)
            elif each.dropped == NAMED_LATELY:
                self._was_named(session, each)
            elif not each.dropped.startswith(CALLED_OFF):
                promise(_key(each) not in still, "let go though it is owed", _key(each), each.dropped)

    def _was_named(self, session: Session, reminder: Reminder) -> None:
        working = self.sim.office.time.working
        days = session.scalars(
            select(Message.on_date)
            .join(MessageItem, MessageItem.message_id == Message.id)
            .join(Reminder, Reminder.message_id == Message.id)
            .where(MessageItem.follow_up_id == reminder.follow_up_id, Message.state == MessageState.SENT)
            .where(Reminder.contact_id == reminder.contact_id)
        )
        near = working.before(self.sim.office.time.today(self.sim.machine.now), 3)
        promise(any(day >= near for day in days), "taken for told, and was not", _key(reminder))

    def made(self, session: Session) -> None:
        """A message is made on a working day, from nine o'clock until sending ends."""
        rows = session.execute(
            select(Message.id, Message.created_at).where(Message.id > self._messages)
        ).all()
        self._messages = max([self._messages, *(row.id for row in rows)])
        for row in rows:
            may_be = self._may_be_made(row.created_at) or self.catches_up(row.created_at)
            promise(may_be, "made at the wrong time", row.id, row.created_at)

    def looked(self, now: dt.datetime) -> None:
        """A look that ended well began at ``now``, by the machine's clock."""
        if self._may_be_made(now):
            self._gathered.add(self.sim.office.time.today(now))

    def catches_up(self, now: dt.datetime) -> bool:
        """Whether nobody looked in the hours of the working day before: then it is done as the day begins."""
        office = self.sim.office.time
        return office.may_send(now) and office.working.before(office.today(now), 1) not in self._gathered

    def _may_be_made(self, now: dt.datetime) -> bool:
        local = now.astimezone(self.sim.office.time.zone)
        return self.sim.office.time.working.includes(local.date()) and NINE <= local.time() < CLOSES

    def waiting(
        self, session: Session, facts: Facts, began: dt.datetime, now: dt.datetime, down: set[str]
    ) -> None:
        """After a look that ended well: whatever waits has a reason to."""
        today = self.sim.office.time.today(now)
        if is_paused(facts.plan, today):
            return
        rows = session.execute(
            select(Reminder.id, Reminder.contact_id, Reminder.kind).where(
                Reminder.message_id.is_(None), Reminder.dropped == ""
            )
        )
        kinds: dict[int, set[Kind]] = defaultdict(set)
        for row in rows:
            if row.id in self._under_way:  # its message was another's, and left without it: an hour later
                self.sim.dirty = True
            else:
                kinds[row.contact_id].add(row.kind)
        tried = select(Attempt.address).where(Attempt.outcome == MessageState.FAILED, Attempt.at >= began)
        refused = {address.casefold() for address in session.scalars(tried)}
        for contact_id, why in kinds.items():
            person = facts.people[contact_id]
            if {person.row.email.casefold(), person.row.line_id.casefold()} & refused:
                self.sim.dirty = (
                    True  # so was this: its message left for an address that is not this person's
                )
                continue
            held = person.is_away(today) or self._is_held(session, person, today, why)
            may_be = self._may_be_made(began) and self._may_be_made(now)
            promise(held or not may_be, "forgotten", person.row.name, sorted(why))
        if self.sim.office.time.may_send(now):
            ready = select(Message).where(
                Message.state.in_([MessageState.QUEUED, MessageState.RETRY]), Message.next_attempt_at <= now
            )
            left = [each for each in session.scalars(ready) if each.channel not in down]
            promise(not left, "left lying", [(each.id, each.state, each.channel) for each in left])

    def under_way(self, session: Session) -> None:
        """What is in a message at the end of a look, and may be taken out of it in the next."""
        busy = Message.state.in_([MessageState.QUEUED, *UNDER_WAY])
        carried = select(Reminder.id).join(Message, Message.id == Reminder.message_id).where(busy)
        self._under_way = set(session.scalars(carried))

    def _is_held(self, session: Session, person: Person, today: dt.date, kinds: Iterable[Kind]) -> bool:
        """There is a message of today already, or one under way, or the month's number is reached."""
        reached = {person.row.email.casefold(), person.row.line_id.casefold()} - {""}
        carried = select(Message.id).join(Reminder, Reminder.message_id == Message.id)
        known = Message.contact_id == person.id
        known |= Message.id.in_(carried.where(Reminder.contact_id == person.id))
        known |= func.lower(Message.address).in_(reached)
        columns = (Message.id, Message.on_date, Message.state, Message.kind)
        rows = session.execute(select(*columns).where(known)).all()
        given_up = {row.id for row in rows if row.state in NOT_RECEIVED}
        if given_up - self._given_up:  # it was under way until this look: an hour later is the turn
            self._given_up |= given_up
            self.sim.dirty = True
            return True
        refused = {(person.id, day) for day in (person.row.email_suspended_on, person.row.line_suspended_on)}
        if (person.id, today) in refused - self._refused:  # its message was another's, and left without it
            self._refused |= refused
            self.sim.dirty = True
            return True
        rows = [row for row in rows if row.state not in NOT_RECEIVED]
        if any(row.on_date == today or row.state in UNDER_WAY for row in rows):
            return True
        month = [row for row in rows if (row.on_date.year, row.on_date.month) == (today.year, today.month)]
        had = sum(row.kind is not Kind.ESCALATION for row in month)
        light = set(kinds) <= {Kind.DUE_SOON, Kind.COORDINATOR}
        return had >= CAP - (self._mondays_left(today) if light else 0) and Kind.ESCALATION not in kinds

    def _mondays_left(self, today: dt.date) -> int:
        """Places that a month keeps for the weekly reminders still to come."""
        days = [today + number * DAY for number in range(1, (month_end(today) - today).days + 1)]
        return sum(day.weekday() == 0 for day in days) + 1

    # --- what was said

    def texts(self, session: Session, facts: Facts, texts: Sequence[Written]) -> None:
        """Each text that was kept, against what was owed to whom when it was made."""
        new = {f"{number} ": texts[number] for number in range(self._texts, len(texts))}
        self._texts = len(texts)
        if not new:
            return
        since = min(each.at for each in new.values())
        query = select(Message, MessageText.body).join(MessageText, MessageText.message_id == Message.id)
        for message, body in session.execute(query.where(Message.rendered_at >= since)):
            text = new.get(body.partition(" ")[0] + " ")
            if text is not None and text.at == message.rendered_at:
                self._text(session, facts, message, text)

    def _text(self, session: Session, facts: Facts, message: Message, text: Written) -> None:
        carried = session.scalars(
            select(Reminder).where(Reminder.message_id == message.id, Reminder.dropped == "")
        ).all()
        today = self.sim.office.time.today(text.at)
        named = set(
            session.scalars(select(MessageItem.follow_up_id).where(MessageItem.message_id == message.id))
        )
        promise(named == set(text.items), "the record names others than the text", message.id)
        kinds = {each.kind for each in carried}
        if message.state is not MessageState.FAILED:  # then what it carried for others waits for another
            promise(kinds == text.digest.kinds, "kinds", message.id, kinds ^ text.digest.kinds)
        promise(not is_paused(facts.plan, today), "a text while the plan is paused", message.id)
        for each in carried:
            promise(each.useful_until > text.at, "told past its use", _key(each))
            self._addressee(facts, facts.people[each.contact_id], each, today)
        self._carries[message.key] = {each.contact_id for each in carried}
        if message.state is MessageState.FAILED:
            return
        for plan in text.digest.plans:
            self._content(facts, plan, carried, today)

    def _addressee(self, facts: Facts, person: Person, each: Reminder, today: dt.date) -> None:
        promise(person.is_in_office(today), "told though not in office", person.row.name)
        promise(not person.is_away(today), "told while paused", person.row.name)
        promise(ROLES.get(each.kind, Role.OWNER) in person.roles, "told without the role", _key(each))
        if each.follow_up_id is None:
            return
        it = facts.follow_ups[each.follow_up_id]
        promise(
            it.status == "open" and it.series == each.series, "told of what is closed or moved", _key(each)
        )
        supervisors = facts.present(Role.SUPERVISOR, today)
        theirs = (
            person in asked(supervisors, each.step, it.lead_division_id)
            if each.kind is Kind.ESCALATION
            else person.owns(it.lead_division_id)
        )
        promise(theirs, "told of what is another's", _key(each))

    def _content(self, facts: Facts, plan: PlanDigest, carried: Sequence[Reminder], today: dt.date) -> None:
        readers = [facts.people[each.contact_id] for each in carried if each.kind in OWNER_KINDS]
        if plan.owner is not None:
            own = [it for it in facts.open() if any(each.owns(it.lead_division_id) for each in readers)]
            self._owner(plan.owner, own, today)
        if plan.escalation is not None:
            told = {each.item.follow_up_id for each in plan.escalation.items}
            owed_to = {each.follow_up_id for each in carried if each.kind is Kind.ESCALATION}
            promise(told == owed_to, "an escalation names others than those owed", told ^ owed_to)
        if plan.coordinator is not None:
            waits = {it.id for it in facts.follow_ups.values() if it.status == "submitted"}
            promise(
                {each.follow_up_id for each in plan.coordinator.waiting} == waits, "waiting to be accepted"
            )

    def _owner(self, part: OwnerPart, own: Sequence[Any], today: dt.date) -> None:
        """Everything that is theirs and open, and nothing else."""
        end = month_end(today)
        lists = {
            "overdue": (part.overdue, {it.id for it in own if it.due_on < today}),
            "to report": (part.to_report, {it.id for it in own if today <= it.due_on <= end}),
            "closing": (part.closing, {it.id for it in own if it.scheduled_on == end}),
        }
        for name, (told, right) in lists.items():
            said = {each.follow_up_id for each in told}
            promise(said <= right if name == "closing" else said == right, name, said ^ right)

    # --- what arrived

    def arrivals(self, facts: Facts, called_off: set[str]) -> None:
        """In the hours of sending, to one address and person once a day, six times a month, with one text."""
        for channel in self.sim.machine.channels.values():
            new = channel.arrived[self._arrivals[channel.name] :]
            self._arrivals[channel.name] += len(new)
            for each in new:
                self._arrival(facts, each, called_off)

    def _arrival(self, facts: Facts, each: Arrival, called_off: set[str]) -> None:
        office, key = self.sim.office.time, each.letter.key
        promise(office.may_send(each.by_the_machine), "sent outside the hours", each.by_the_machine)
        promise(each.by_the_machine >= facts.plan.sends_from, "sent before the plan's first day")
        first = self._first.setdefault((each.channel, key), each)
        if first is not each:
            # Who sends by a wrong clock cannot know, once it is right, how old LINE's key is.
            may_double = each.channel == "email" or first.by_the_machine != first.at
            promise(may_double, "twice by a channel that knows repeats", each.channel, key)
            promise(_said(first) == _said(each), "a repeat with another text or address", key)
        number = sum(it.letter.key == key for it in self.sim.machine.channels["email"].arrived)
        promise(number <= 2, "an e-mail a third time", key)
        if first is each and key not in called_off:
            self._count(each, office.today(each.by_the_machine))

    def _count(self, each: Arrival, day: dt.date) -> None:
        kinds = self.sim.machine.text_of(each.letter.text).digest.kinds
        names = [(each.channel, each.letter.address.casefold()), *self._carries.get(each.letter.key, ())]
        for name in names:
            self._days[name, day].add(each.letter.key)
            promise(len(self._days[name, day]) == 1, "a second message on one day", name, day)
            if Kind.ESCALATION not in kinds:
                month = self._months[name, day.year, day.month]
                month.add(each.letter.key)
                promise(len(month) <= CAP, "more messages than a month allows", name, day)
        self.sim.check_purse(each, kinds)

    # --- all in all

    def the_end(self, session: Session, now: dt.datetime) -> None:
        """Each thing that was owed was sent, or the reason stands beside it, or its message is of use."""
        keys = written(session)
        promise(set(keys) == self.expected and len(keys) == len(set(keys)), "reminders lost or changed")
        rows = session.execute(
            select(
                Reminder.id,
                Message.state,
                func.coalesce(Message.useful_until, Reminder.useful_until).label("until"),
            )
            .outerjoin(Message, Message.id == Reminder.message_id)
            .where(Reminder.dropped == "", Message.state.is_distinct_from(MessageState.SENT))
        )
        for row in rows:
            waits = row.state in (None, MessageState.QUEUED, *UNDER_WAY)
            promise(not waits or row.until > now, "neither sent nor given up", row.id, row.state)


def _key(each: Reminder) -> tuple[Any, ...]:
    return each.kind.value, each.contact_id, each.follow_up_id, each.period, each.step, each.series


def _said(each: Arrival) -> tuple[str, ...]:
    letter = each.letter
    return letter.address, letter.subject, letter.text, letter.html, letter.flex
