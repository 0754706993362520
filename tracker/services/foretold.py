"""Which reminders of a follow-up will come: those that the future, played on a copy, wrote of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.db.models import Contact, FollowUp, Message, MessageState, Reminder
from tracker.reports.why import Fate, Line
from tracker.services.future import Future
from tracker.services.routing import Addresses
from tracker.services.waiting import NAMED_LATELY
from tracker.services.written import ENDED, MENTIONED, Written, way

IF_OPEN = "if it is still open then"
NAMED_BEFORE = "a message of the days before will have named its due date"
LATER = "only after the days that were looked at"


def foretold(future: Future, follow_up_id: int) -> list[Line]:
    """A line for each reminder to come, and each list that will name the follow-up; in order of time."""
    with future.copy() as session:
        new = (future.last_reminder, future.last_message, future.unwritten)
        written = _Foretold(session, future.moment, future.routing, *new)
        follow_up = session.get_one(FollowUp, follow_up_id)
        lines = [*written.reminders(follow_up), *written.lists(follow_up)]
    return _joined(replace(line, message=None, state="") for line in lines if line.kind != MENTIONED)


def _joined(lines: Iterator[Line]) -> list[Line]:
    """What comes to several at once stands on one line."""
    found: dict[tuple[object, ...], Line] = {}
    for line in sorted(lines, key=lambda line: line.at):
        key = (line.at, line.kind, line.steps, line.fate, line.reason)
        known = found.get(key)
        found[key] = replace(known, contacts=known.contacts + line.contacts) if known else line
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Foretold(Written):
    """Reads it off the copy, whose messages have numbers that mean nothing to anybody."""

    def _fate(self, reminder: Reminder, contact: Contact, message: Message | None) -> tuple[Fate, str]:
        if reminder.dropped:
            return Fate.NOT_SENT, NAMED_BEFORE if reminder.dropped == NAMED_LATELY else reminder.dropped
        if message is not None:
            return self._of_message(message)
        if self.routing.route(Addresses.usable(contact), {reminder.kind}) is None:
            return Fate.NOT_SENT, f"{contact.name} has no usable address"
        return Fate.COMING, LATER

    def _of_message(self, message: Message) -> tuple[Fate, str]:
        if message.state is MessageState.SENT:
            return Fate.COMING, f"{way(message)}, {IF_OPEN}"
        if message.state in ENDED:
            return Fate.NOT_SENT, f"its message {ENDED[message.state]}"
        return Fate.COMING, LATER
