"""The due dates of a message as an iCalendar file (RFC 5545), which calendars take in as all-day entries.

It is published (RFC 5546 §3.2.1), so it is a notice that asks for no answer. Each entry is known by its plan,
contact and due date: a later message replaces it, and what nobody mentions again stays as it was.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from itertools import chain
from urllib.parse import quote
from uuid import UUID, uuid5

from tracker.reports.digest import Digest, Item, OwnerPart, PlanDigest

Describe = Callable[[PlanDigest, tuple[Item, ...]], str]
"""Gives the words of one entry: its title in the first line, its description in the others."""

_OCTETS_PER_LINE = 75
_UIDS = UUID("4d0f5c1e-7a53-4b64-9a53-0c2f5b8f6a11")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPECIAL = re.compile(r"[\\;,]")
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Follow-up tracker//Reminders//TH",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
)


def calendar_file(digest: Digest, describe: Describe) -> str:
    """One entry for each day on which the owner has something to report, from today on; "" without one.

    It depends on the digest alone. SEQUENCE counts days, since a contact gets one message a day.
    """
    entries = [
        line
        for plan in digest.plans
        if plan.owner
        for due_on, items in _by_due_date(plan.owner, digest.today)
        for line in _entry(digest, plan, due_on, describe(plan, items))
    ]
    if not entries:
        return ""
    return "".join(f"{_folded(line)}\r\n" for line in (*_HEAD, *entries, "END:VCALENDAR"))


def _by_due_date(owner: OwnerPart, today: dt.date) -> Iterator[tuple[dt.date, tuple[Item, ...]]]:
    """Each item once. What is overdue lies in the past and is left to the text."""
    days: dict[dt.date, dict[Item, None]] = {}
    for item in chain(owner.to_report, owner.due_soon, owner.closing):
        if item.due_on >= today:
            days.setdefault(item.due_on, {})[item] = None
    return ((due_on, tuple(days[due_on])) for due_on in sorted(days))


def _entry(digest: Digest, plan: PlanDigest, due_on: dt.date, words: str) -> Iterator[str]:
    title, _, description = words.partition("\n")
    known_by = "\n".join((plan.agency, str(plan.fiscal_year), digest.recipient, due_on.isoformat()))
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid5(_UIDS, known_by)}"
    yield f"DTSTAMP:{digest.today:%Y%m%d}T000000Z"
    yield f"SEQUENCE:{digest.today.toordinal()}"
    yield _organizer(plan)
    yield f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due_on + dt.timedelta(days=1):%Y%m%d}"  # the first day that is not part of it
    yield "TRANSP:TRANSPARENT"  # the day stays free for meetings
    yield f"SUMMARY:{_escaped(title)}"
    yield f"DESCRIPTION:{_escaped(description)}"
    yield "END:VEVENT"


def _organizer(plan: PlanDigest) -> str:
    """RFC 5546 demands one: the coordinator, or the agency, which has no address of its own."""
    for person in plan.ask:
        if person.email:
            return f"ORGANIZER;CN={_quoted(person.name)}:mailto:{quote(person.email, safe='@+!$*')}"
    return f"ORGANIZER;CN={_quoted(plan.agency)}:invalid:nomail"


def _quoted(name: str) -> str:
    """A parameter's value, which knows no escapes (RFC 5545 §3.1)."""
    return '"' + _CONTROLS.sub(" ", name.replace("\n", " ")).replace('"', "'") + '"'


def _escaped(text: str) -> str:
    """RFC 5545 §3.3.11."""
    return _SPECIAL.sub(r"\\\g<0>", _CONTROLS.sub("", text)).replace("\n", "\\n")


def _folded(line: str) -> str:
    """RFC 5545 §3.1: at most 75 octets a line, no character of UTF-8 cut."""
    octets = line.encode(errors="replace")
    pieces, start = [], 0
    while len(octets) - start > _OCTETS_PER_LINE - bool(start):
        end = start + _OCTETS_PER_LINE - bool(start)
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end].decode())
        start = end
    return "\r\n ".join([*pieces, octets[start:].decode()])
