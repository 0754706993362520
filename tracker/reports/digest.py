"""What one message to one contact has to say, as facts. The wording is the messages' business."""

import datetime as dt
from dataclasses import dataclass

from tracker.domain.reminders import Kind
from tracker.reports.summary import Summary


@dataclass(frozen=True, slots=True)
class Item:
    """One open follow-up as a message names it; ``period`` is the stored label, ``lead`` the division."""

    follow_up_id: int
    code: str
    title: str
    period: str
    due_on: dt.date
    days_overdue: int
    lead: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to turn to: the coordinator's name or post, telephone and e-mail ("" where unknown)."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class OwnerPart:
    """What the divisions of an owner have to report.

    ``overdue`` and ``to_report`` (due from today to the end of the month) are ordered by due date.
    ``closing`` is filled by the quarterly notice only: what will have to be reported once the quarter is
    over. ``due_soon`` marks the follow-ups of ``to_report`` (and beyond the month) that fall due within days.
    ``next_on`` and ``next_count`` say when something falls due after this month, and how much that day.
    ``year_total`` is filled once, at the start of tracking: how many follow-ups await in the whole year.
    ``informed`` is whether a supervisor was told of one of the overdue ones; None where none could be.
    """

    divisions: tuple[str, ...]
    to_report: tuple[Item, ...]
    overdue: tuple[Item, ...]
    closing: tuple[Item, ...]
    due_soon: tuple[Item, ...]
    next_on: dt.date | None
    next_count: int
    year_total: int | None
    informed: bool | None = None


@dataclass(frozen=True, slots=True)
class SupportPart:
    """For a division that leads nothing: the leads it supports, each with its number of measures."""

    divisions: tuple[str, ...]
    leads: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SilentDivision:
    """A division that has not answered: how much is overdue, the age in days of the oldest, its owners."""

    division: str
    overdue: int
    oldest_days: int
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paused:
    """A contact who gets nothing up to a day, and why ("" where nobody said)."""

    name: str
    until: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A contact whose last message that came to an end, or is tried again, did not arrive; its ``number``.

    ``state`` is retry, failed, unknown or expired. ``reason`` is what the channel said, in its words.
    """

    name: str
    number: int
    state: str
    channel: str
    on: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class QuotaAlarm:
    """What is wrong with LINE's ``quota`` (None: no limit) of a month.

    ``others`` messages went from the account since the day ``since`` that were not ours; where that is 0, the
    quota fell, from ``before`` (None: from no limit).
    """

    quota: int | None
    before: int | None
    others: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class CoordinatorPart:
    """The coordinators' weekly list.

    ``waiting`` was submitted and waits to be accepted; ``unreachable`` are sentences about addresses that
    failed; ``vacant`` are lead divisions without an owner who could be reminded. ``line_left`` is how many
    people LINE may still reach this month, and of how many (None: without limit, or not known); ``alarms``
    are about that quota, and ``undelivered`` about messages, of the last days.
    """

    silent: tuple[SilentDivision, ...]
    waiting: tuple[Item, ...]
    unreachable: tuple[str, ...]
    vacant: tuple[str, ...]
    line_left: tuple[int, int] | None = None
    alarms: tuple[QuotaAlarm, ...] = ()
    paused: tuple[Paused, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()


@dataclass(frozen=True, slots=True)
class QuarterStanding:
    """How a plan stood at the end of the quarter ``label``, counted from the beginning of the year."""

    label: str
    due: int
    done: int
    overdue: int


@dataclass(frozen=True, slots=True)
class CalendarDoubt:
    """A fiscal year (BE) whose days off cannot be relied on: ``unconfirmed`` of ``days``, or none at all."""

    year: int
    days: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class SupervisorPart:
    """The supervisors' overview; ``divisions`` is empty when it covers the whole agency.

    ``quarter`` tells how it stood when the quarter ended, in the month after that. ``doubts`` are about the
    office's calendar.
    """

    divisions: tuple[str, ...]
    summary: Summary
    quarter: QuarterStanding | None
    doubts: tuple[CalendarDoubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalated:
    """An overdue item that reached ``after_days`` calendar days since its due date, on ``reached_on``."""

    item: Item
    after_days: int
    reached_on: dt.date


@dataclass(frozen=True, slots=True)
class EscalationPart:
    """What a supervisor is asked to look at: the items that reached a number of days, the oldest first.

    ``rank`` is the reader's: 1 head of division, 2 deputy, 3 director. ``divisions`` is empty when the reader
    answers for the whole agency; ``overdue`` counts all that is overdue there, the items among it.
    """

    rank: int
    divisions: tuple[str, ...]
    items: tuple[Escalated, ...]
    overdue: int


@dataclass(frozen=True, slots=True)
class PlanDigest:
    """What one message says of one plan; parts that do not concern the contact are None."""

    agency: str
    fiscal_year: int
    owner: OwnerPart | None
    support: SupportPart | None
    supervisor: SupervisorPart | None
    coordinator: CoordinatorPart | None
    ask: tuple[Person, ...]
    escalation: EscalationPart | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One message to one contact, built from the state of things at its first attempt.

    ``kinds`` are the reasons that made it owed. It has at least one plan, and nothing empty in it.
    ``lists_all``: no other channel would carry the whole list, so this message does, as far as it can.
    """

    recipient: str
    language: str
    today: dt.date
    kinds: frozenset[Kind]
    plans: tuple[PlanDigest, ...]
    lists_all: bool = False
