"""What became of the reminders that were written: sent, waiting and for what, or not sent and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import (
    Contact,
    ContactRole,
    FollowUp,
    Message,
    MessageItem,
    MessageState,
    Plan,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.fiscal import first_of_month, last_of_month, next_month
from tracker.domain.reminders import WEIGHT, Kind, allowances
from tracker.reports.when import said_day, said_instant
from tracker.reports.why import Fate, Line
from tracker.services.message_making import NOT_RECEIVED, UNDER_WAY
from tracker.services.moment import Moment
from tracker.services.reach import absence, paused
from tracker.services.reminders import next_gathering
from tracker.services.routing import ADDRESSED, Addresses, Routing

CHANNELS = {"line": "LINE", "email": "e-mail", "file": "file", "console": "screen"}
LISTS = frozenset({Kind.MONTHLY, Kind.QUARTERLY, Kind.COORDINATOR})
"""Kinds that name follow-ups without a reminder for each."""

MENTIONED = "mentioned"
"""What a message about other follow-ups did with this one."""

ON_THE_WAY = (MessageState.QUEUED, MessageState.RETRY, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class Written:
    """Reads what is on record, and says at which rule what waits is held up at the moment.

    Only what has greater numbers than ``after_reminder`` and ``after_message``, or is among ``messages``.
    """

    session: Session
    moment: Moment
    routing: Routing
    after_reminder: int = 0
    after_message: int = 0
    messages: frozenset[int] = frozenset()

    def reminders(self, follow_up: FollowUp) -> Iterator[Line]:
        """A line for each reminder of a follow-up."""
        rows = self.session.execute(
            select(Reminder, Contact, Message)
            .join(Contact, Contact.id == Reminder.contact_id)
            .outerjoin(Message, Message.id == Reminder.message_id)
            .where(Reminder.follow_up_id == follow_up.id, Reminder.id > self.after_reminder)
            .order_by(Reminder.id)
        )
        for reminder, contact, message in rows.all():
            fate, reason = self._fate(reminder, contact, message)
            if fate is Fate.SENT:
                reason += self._stood_in(reminder)
            if reminder.series != follow_up.series:
                reason += "; its reminders began anew after that"
            yield self._line(reminder, contact, message, fate, reason)

    def lists(self, follow_up: FollowUp) -> Iterator[Line]:
        """A line for each message that named a follow-up without a reminder of its own."""
        own = exists().where(Reminder.message_id == Message.id, Reminder.follow_up_id == follow_up.id)
        these = or_(Message.id > self.after_message, Message.id.in_(self.messages))
        rows = self.session.execute(
            select(Message, Contact)
            .join(MessageItem, MessageItem.message_id == Message.id)
            .join(Contact, Contact.id == Message.contact_id)
            .where(MessageItem.follow_up_id == follow_up.id, ~own, these)
            .order_by(Message.id)
        )
        for message, contact in rows.all():
            carried = self._carried(message)
            reasons = {kind for kind, _ in carried} or {message.kind}
            kinds = sorted(reasons, key=WEIGHT.__getitem__, reverse=True)
            lists = [kind for kind in kinds if kind in LISTS]
            fate, reason = self._of_message(message)
            yield Line(
                message.sent_at or message.created_at,
                ", ".join(lists) or MENTIONED,
                (),
                tuple(dict.fromkeys(name for kind, name in carried if kind in lists)) or (contact.name,),
                fate,
                reason if lists else f"{reason}; it was about other items ({', '.join(kinds)})",
                message.id,
                message.channel,
                message.state.value,
            )

    def _carried(self, message: Message) -> list[tuple[Kind, str]]:
        """The kinds that a message carries, each with the contact it is for."""
        rows = self.session.execute(
            select(Reminder.kind, Contact.name)
            .join(Contact, Contact.id == Reminder.contact_id)
            .where(Reminder.message_id == message.id)
            .order_by(Reminder.id)
        )
        return [(row.kind, row.name) for row in rows]

    def _line(
        self, reminder: Reminder, contact: Contact, message: Message | None, fate: Fate, reason: str
    ) -> Line:
        return Line(
            message.sent_at if message and message.sent_at else reminder.created_at,
            reminder.kind.value,
            (reminder.step,),
            (contact.name,),
            fate,
            reason,
            message.id if message else None,
            message.channel if message else "",
            message.state.value if message else "",
        )

    def _fate(self, reminder: Reminder, contact: Contact, message: Message | None) -> tuple[Fate, str]:
        if reminder.dropped:
            left_out = f"; message {message.id} went without it" if message and message.sent_at else ""
            return Fate.NOT_SENT, reminder.dropped + left_out
        if message is not None:
            return self._of_message(message)
        if reminder.useful_until <= self.moment.now:
            return Fate.NOT_SENT, "past its use before a message could carry it"
        return Fate.WAITING, self._held_by(reminder, contact)

    def _of_message(self, message: Message) -> tuple[Fate, str]:
        remark = f" ({message.error})" if message.error else ""
        match message.state:
            case MessageState.SENT:
                return Fate.SENT, f"{way(message)}, message {message.id}{remark}"
            case MessageState.UNKNOWN:
                asks = "may have arrived; a person has to decide: tracker outbox show"
                return Fate.WAITING, f"message {message.id} {asks} {message.id}{remark}"
            case state if state in ON_THE_WAY:
                return Fate.WAITING, f"in message {message.id}, {self._under_way(message)}{remark}"
            case state:
                return Fate.NOT_SENT, f"message {message.id} {ENDED[state]}{remark}"

    def _under_way(self, message: Message) -> str:
        now, office = self.moment.now, self.moment.office
        if message.state is MessageState.SENDING:
            return "which is being sent"
        after = max(now, message.next_attempt_at)
        opens = office.next_sending(after)
        if opens > after:
            return f"outside the hours of sending until {said_instant(opens, office)}"
        if message.state is MessageState.RETRY:
            return f"tried {_times(message.attempts)}, again from {said_instant(after, office)}"
        return "which goes out when the program looks next: tracker tick"

    def _held_by(self, reminder: Reminder, contact: Contact) -> str:
        """The rule that keeps a written reminder out of a message now."""
        today, name = self.moment.today, contact.name
        plan = self.session.get_one(Plan, reminder.plan_id)
        if away := absence(contact, today):
            return away
        if pause := paused(plan, today):
            return f"plan {plan.fiscal_year} is {pause}"
        if self.routing.route(Addresses.usable(contact), {reminder.kind}) is None:
            refused = contact.email_suspended or contact.line_suspended
            return f"{name} has no usable address{f': {refused}' if refused else ''}"
        return self._held_by_message(reminder, contact)

    def _held_by_message(self, reminder: Reminder, contact: Contact) -> str:
        today = self.moment.today
        gone = self._last(contact, Message.on_date == today, Message.state.not_in(NOT_RECEIVED))
        if gone is not None:
            tomorrow = self.moment.office.working.after(today, 1)
            return f"message {gone} went today, and one a day is the most: from {said_day(tomorrow)}"
        under_way = self._last(contact, Message.state.in_(UNDER_WAY))
        if under_way is not None:
            return f"message {under_way} is still under way, and there is one at a time"
        return self._held_by_month(reminder, contact) or self._until_gathered()

    def _until_gathered(self) -> str:
        now, office = self.moment.now, self.moment.office
        begins = next_gathering(self.session, now, office)
        if begins == now:
            return "put into a message when the program looks next: tracker tick"
        return f"put into a message from {said_instant(begins, office)}"

    def _held_by_month(self, reminder: Reminder, contact: Contact) -> str:
        """Whether its contact has had as many messages this month as may precede one of its kind."""
        today, rules = self.moment.today, self.moment.rules
        month = Message.on_date.between(first_of_month(today), last_of_month(today))
        counts = (month, Message.kind != Kind.ESCALATION, Message.state.not_in(NOT_RECEIVED))
        had = self.session.scalar(select(func.count()).where(_reaches(contact), *counts)) or 0
        if had < allowances(today, self.moment.office, rules)[reminder.kind]:
            return ""
        cap = rules.monthly_cap
        most = "as many as are allowed" if had >= cap else f"and keeps room for weekly ones among {cap}"
        then = f"from {said_day(next_month(today))} on if it is still of use"
        return f"{contact.name} has had {had} messages this month, {most}; {then}"

    def _last(self, contact: Contact, *conditions: ColumnElement[bool]) -> int | None:
        return self.session.scalar(select(func.max(Message.id)).where(_reaches(contact), *conditions))

    def _stood_in(self, reminder: Reminder) -> str:
        """Who was told in place of a vacant rank."""
        if reminder.kind is not Kind.ESCALATION:
            return ""
        role = self.session.get(ContactRole, (reminder.contact_id, Role.SUPERVISOR))
        if role is None or role.rank is None or role.rank <= reminder.step:
            return ""
        return f"; rank {reminder.step} was vacant, so it fell to rank {role.rank}"


ENDED = {
    MessageState.FAILED: "failed",
    MessageState.CANCELLED: "was called off",
    MessageState.EXPIRED: "expired before it could leave",
}


def way(message: Message) -> str:
    """By which channel to which address; what went into a file names the channel it was meant for."""
    if message.channel in ADDRESSED or message.channel == message.intended_channel:
        return f"by {CHANNELS[message.channel]} to {message.address}"
    meant = CHANNELS[message.intended_channel]
    return f"into a {CHANNELS[message.channel]}, meant for {meant} to {message.address}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _reaches(contact: Contact) -> ColumnElement[bool]:
    """Messages to a contact: its own, what it shares with others, and what went to one of its addresses."""
    shared = exists().where(Reminder.message_id == Message.id, Reminder.contact_id == contact.id)
    own = [each.lower() for each in (contact.email, contact.line_id) if each]
    return or_(Message.contact_id == contact.id, shared, func.lower(Message.address).in_(own))
