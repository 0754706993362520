"""Why reminders of a follow-up were or were not sent, as facts."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.domain.follow_up import Status


class Fate(StrEnum):
    """What became, or becomes, of a reminder."""

    SENT = "sent"
    WAITING = "waiting"
    NOT_SENT = "not sent"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Line:
    """One reminder, or several with the same fate: what it is, to whom, what became of it and by which rule.

    ``at`` is the UTC instant at which it was sent or came due, or will. ``steps`` is empty for a list that
    named the follow-up among others. ``state`` is that of its message, "" without one.
    """

    at: dt.datetime
    kind: str
    steps: tuple[int, ...]
    contacts: tuple[str, ...]
    fate: Fate
    reason: str
    message: int | None = None
    channel: str = ""
    state: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line with the stable keys that scripts rely on."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "steps": list(self.steps),
            "contacts": list(self.contacts),
            "outcome": self.fate.value,
            "reason": self.reason,
            "message": self.message,
            "channel": self.channel or None,
            "status": self.state or None,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """A follow-up with all its reminders in order of time, and the ``notes`` that hold for all of them."""

    period: str
    due_on: dt.date
    status: Status
    before_tracking: bool
    notes: tuple[str, ...]
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        """The follow-up with the stable keys that scripts rely on."""
        return {
            "period": self.period,
            "due_on": self.due_on.isoformat(),
            "status": self.status.value,
            "before_tracking": self.before_tracking,
            "notes": list(self.notes),
            "reminders": [line.as_json() for line in self.lines],
        }
