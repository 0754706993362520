"""The tables. Dates are Gregorian and local to the office, instants are UTC, years Buddhist Era.

The partial indexes have the same condition on PostgreSQL, where the migration alone states it: naming it here
would load every PostgreSQL driver at each start.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db.base import Base, Word
from tracker.domain.cadence import Cadence, RuleOrigin
from tracker.domain.contacts import Role
from tracker.domain.follow_up import Status
from tracker.domain.reminders import Kind


class MessageState(StrEnum):
    """Where a message stands on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


READY = (MessageState.QUEUED, MessageState.RETRY)
"""A message that waits, for its first try or another; there is an index of these alone."""


class Meta(Base):
    """Facts about this database itself: ``mode`` (live or rehearsal), and the instants of what was done last.

    ``created_at``; ``planned_at``, when somebody looked for what is owed; ``gathered_at``, when new messages
    were made, or could have been. Instants are in ISO form with their offset, "" for never.
    """

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Agency(Base):
    """The office that owns plans."""

    __tablename__ = "agencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Division(Base):
    """A unit of an agency, with the names under which documents print it."""

    __tablename__ = "divisions"
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str]
    aliases: Mapped[list[str]]


class Contact(Base):
    """A post or person that receives messages. The validity is in days, both included; None is unbounded.

    ``channels`` is the contact's own order of channels, separated by ";" ("": the office's). A suspended
    address got a permanent refusal; the columns keep the reason and the day until a person clears it. From
    ``paused_from`` to ``paused_until``, both included, the contact gets nothing.
    """

    __tablename__ = "contacts"
    __table_args__ = (Index(None, "agency_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    line_id: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="th")
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    email_suspended: Mapped[str] = mapped_column(default="")
    line_suspended: Mapped[str] = mapped_column(default="")
    channels: Mapped[str] = mapped_column(server_default="")
    email_suspended_on: Mapped[dt.date | None]
    line_suspended_on: Mapped[dt.date | None]
    paused_from: Mapped[dt.date | None]
    paused_until: Mapped[dt.date | None]
    pause_reason: Mapped[str] = mapped_column(server_default="")


class ContactDivision(Base):
    """A division a contact answers for; a contact without any answers for the whole agency."""

    __tablename__ = "contact_divisions"
    __table_args__ = (Index(None, "division_id", "contact_id"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"), primary_key=True)


class ContactRole(Base):
    """Why a contact receives messages; ``rank`` belongs to supervisors."""

    __tablename__ = "contact_roles"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(Word(Role), primary_key=True)
    rank: Mapped[int | None]


class Plan(Base):
    """One agency's measures for one fiscal year.

    ``tracked_from`` is the day from which follow-ups count; nothing is sent for the plan before the instant
    ``sends_from``, nor from ``paused_from`` to ``paused_until``, both included. Indicators, absent items and
    warnings are kept as the document gave them.
    """

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("agency_id", "fiscal_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    fiscal_year: Mapped[int]
    assessed_year: Mapped[int]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    tracked_from: Mapped[dt.date]
    sends_from: Mapped[dt.datetime]
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    indicators: Mapped[list[dict[str, Any]]]
    absent: Mapped[list[dict[str, Any]]]
    warnings: Mapped[list[dict[str, Any]]]
    paused_from: Mapped[dt.date | None]
    paused_until: Mapped[dt.date | None]
    pause_reason: Mapped[str] = mapped_column(server_default="")


class Measure(Base):
    """One improvement measure of a plan, in the order of the document.

    ``lead`` and ``supporting`` are the names as printed; the divisions they mean stand beside them. A measure
    that an amended document left out is retired from that day on. ``origin_id`` is the measure of the year
    before that it continues, and ``carried`` what was unfinished then.
    """

    __tablename__ = "measures"
    __table_args__ = (UniqueConstraint("plan_id", "code"), Index(None, "plan_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    instrument: Mapped[str]
    indicator: Mapped[int | None]
    score: Mapped[float | None]
    score_table_score: Mapped[float | None]
    analysis: Mapped[list[str]]
    weaknesses: Mapped[list[str]]
    actions: Mapped[list[str]]
    follow_up: Mapped[list[str]]
    timeline: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    lead: Mapped[str]
    supporting: Mapped[list[str]]
    lead_division_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    supports_all: Mapped[bool]
    first_line: Mapped[int]
    last_line: Mapped[int]
    retired_on: Mapped[dt.date | None]
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id"))
    carried: Mapped[str] = mapped_column(server_default="")


class MeasureSupport(Base):
    """A division that supports a measure, in the order printed."""

    __tablename__ = "measure_supports"

    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"), primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"), primary_key=True)
    position: Mapped[int]


class MeasureRule(Base):
    """How often a measure is followed up; ``on_date`` belongs to the cadence ``on``."""

    __tablename__ = "rules"

    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    cadence: Mapped[Cadence] = mapped_column(Word(Cadence))
    on_date: Mapped[dt.date | None]
    phrase: Mapped[str]
    origin: Mapped[RuleOrigin] = mapped_column(Word(RuleOrigin))


class FollowUp(Base):
    """One measure, rule and period: the thing that is reported, reminded of and marked done.

    The plan and the lead division are repeated here so that counting what is overdue needs no join.
    ``closed_on`` is the day from which it counts as done or waived, ``submitted_on`` the owner's report.
    ``series`` grows when the due date is moved or the follow-up reopened: its reminders then start again.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("measure_id", "fiscal_year", "period"),
        Index(
            "ix_follow_ups_open",
            "plan_id",
            "lead_division_id",
            "due_on",
            "before_tracking",
            sqlite_where=text("status = 'open'"),
        ),
        Index("ix_follow_ups_division", "lead_division_id", "plan_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measures.id"))
    lead_division_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    fiscal_year: Mapped[int]
    period: Mapped[str]
    cadence: Mapped[Cadence] = mapped_column(Word(Cadence))
    starts_on: Mapped[dt.date]
    scheduled_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    before_tracking: Mapped[bool]
    status: Mapped[Status] = mapped_column(Word(Status), server_default=Status.OPEN.value)
    submitted_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]
    result: Mapped[str] = mapped_column(server_default="")
    series: Mapped[int] = mapped_column(server_default="1")


class DueMove(Base):
    """One move of a due date, with its reason; ``moved_on`` is the office's day of the move."""

    __tablename__ = "due_moves"
    __table_args__ = (Index(None, "follow_up_id", "moved_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"))
    moved_on: Mapped[dt.date]
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date]
    reason: Mapped[str]


class Evidence(Base):
    """A link or file that shows the work; of a file the SHA-256 of its content is kept."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "follow_up_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"))
    kind: Mapped[str]
    location: Mapped[str]
    sha256: Mapped[str] = mapped_column(default="")
    added_at: Mapped[dt.datetime]
    added_by: Mapped[str]


class Event(Base):
    """One line of the history: who did what, when, and what it was before and after. Only ever added."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "measure_id"), Index(None, "plan_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    what: Mapped[str]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class Message(Base):
    """One digest to one contact: unique by contact, office day and number.

    ``key`` is the UUID that makes a repeat recognisable to LINE and to mailboxes. ``channel`` is where it
    goes, ``intended_channel`` where it would have gone. What leaves (``subject``; ``thread``: the keys of the
    e-mails it continues, the oldest first; and its MessageText) is stored just before the first attempt and
    is the same at every other. ``unsure`` counts the attempts of which the outcome is not known. ``begun_at``
    is None while it is claimed and surely not handed over yet. ``cost`` is how many people a push reaches,
    None off LINE. The smallest ``turn`` leaves first.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("contact_id", "on_date", "number"),
        Index(
            "ix_messages_ready",
            *("turn", "next_attempt_at", "id"),
            sqlite_where=text("state IN ('queued', 'retry')"),
        ),
        Index("ix_messages_leased", "lease_until", sqlite_where=text("state = 'sending'")),
        Index(None, "on_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    on_date: Mapped[dt.date]
    number: Mapped[int]
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    channel: Mapped[str]
    intended_channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[MessageState] = mapped_column(Word(MessageState))
    created_at: Mapped[dt.datetime]
    useful_until: Mapped[dt.datetime]
    subject: Mapped[str] = mapped_column(default="")
    thread: Mapped[str] = mapped_column(server_default="")
    cost: Mapped[int | None]
    turn: Mapped[int] = mapped_column(server_default="0")
    rendered_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[dt.datetime | None]
    next_attempt_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    begun_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    reference: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")


class MessageText(Base):
    """What a message says, from just before its first attempt: plain, as HTML, and ``flex``, the JSON of
    LINE's objects, and ``calendar``, an iCalendar file; "" for a form that its channel does not have.

    Apart from the message, whose row changes several times on its way: SQLite writes a changed row anew, with
    all that it holds.
    """

    __tablename__ = "message_texts"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    body: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    flex: Mapped[str] = mapped_column(default="")
    calendar: Mapped[str] = mapped_column(default="")


class Reminder(Base):
    """One thing owed to one contact, once: by follow-up, step and series, or by plan and period.

    Without a message it waits for the contact's next one; ``dropped`` tells why it was not sent.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(
            "uq_reminders_follow_up",
            *("follow_up_id", "kind", "step", "series", "contact_id"),
            unique=True,
            sqlite_where=text("follow_up_id IS NOT NULL"),
        ),
        Index(
            "uq_reminders_plan",
            *("plan_id", "kind", "period", "contact_id"),
            unique=True,
            sqlite_where=text("follow_up_id IS NULL"),
        ),
        Index(
            "ix_reminders_waiting",
            "contact_id",
            sqlite_where=text("message_id IS NULL AND dropped = ''"),
        ),
        Index(None, "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    period: Mapped[str]
    step: Mapped[int]
    series: Mapped[int]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    created_at: Mapped[dt.datetime]
    useful_until: Mapped[dt.datetime]
    dropped: Mapped[str] = mapped_column(server_default="")


class MessageItem(Base):
    """A follow-up that a sent text named: the proof of who was told of what."""

    __tablename__ = "message_items"
    __table_args__ = (Index(None, "follow_up_id"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"), primary_key=True)


class Attempt(Base):
    """One try to hand a message over: by which channel, to which address, and what came of it.

    ``number`` counts all of a message's, whatever the channel; ``Message.attempts`` those by the present one.
    ``outcome`` is the state it led to. ``request_id`` is the provider's name for the request, and
    ``accepted_request_id`` that of the earlier request which LINE had accepted already.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "channel", "at"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    channel: Mapped[str]
    address: Mapped[str]
    outcome: Mapped[MessageState] = mapped_column(Word(MessageState))
    request_id: Mapped[str]
    accepted_request_id: Mapped[str]
    remark: Mapped[str]


class ChannelRest(Base):
    """A channel that is left alone ``until`` an instant, and why: what its provider said."""

    __tablename__ = "channel_rests"

    channel: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[dt.datetime]
    reason: Mapped[str]


class QuotaReading(Base):
    """What LINE said of a month's quota at an instant, and what our own messages had cost by then.

    ``month`` is the first day of the month, ``quota`` None where there is no limit, ``used`` and ``spent``
    are people reached: all of the account's, and ours. ``alarm`` is a sentence where something is wrong.
    """

    __tablename__ = "quota_readings"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    month: Mapped[dt.date]
    quota: Mapped[int | None]
    used: Mapped[int]
    spent: Mapped[int]
    alarm: Mapped[str]


class LineAudience(Base):
    """How many people a LINE group or room holds, when last asked: what a push there costs."""

    __tablename__ = "line_audiences"

    address: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]
    counted_at: Mapped[dt.datetime]


class Lease(Base):
    """A task that one process has at a time: who has it, and until when unless renewed."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[dt.datetime]
