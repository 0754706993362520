"""Whether each contact's address would be reached, as far as providers tell without anything being sent."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from tracker.app import App
from tracker.channels.base import ChannelDown, Checking
from tracker.cli.doctor_findings import OK, WARNING, Finding
from tracker.db.models import Contact
from tracker.errors import DeliveryError

MOST_SECONDS = 60
ADVICE = {
    "email": "Correct it: tracker contact edit NAME --email ADDRESS",
    "line": "Have the office's LINE account added as a friend there, or correct it: "
    "tracker contact edit NAME --line ID",
}


def address_findings(
    app: App,
    contacts: Sequence[Contact],
    channels: Sequence[str],
    *,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[Finding]:
    """Ask about every address once, for at most ``MOST_SECONDS`` in all and one answer more.

    What was refused before is not asked about: the contacts' own findings say it already.
    """
    ends = ticks() + MOST_SECONDS
    for name in channels:
        channel = app.channel(name)
        if isinstance(channel, Checking):
            yield from _asked(name, channel, _holders(contacts, name), lambda: ticks() < ends)


def _holders(contacts: Sequence[Contact], name: str) -> dict[str, list[str]]:
    """Who is reached at each address."""
    found: dict[str, list[str]] = defaultdict(list)
    for contact in contacts:
        address, refused = (
            (contact.email, contact.email_suspended)
            if name == "email"
            else (contact.line_id, contact.line_suspended)
        )
        if address and not refused:
            found[address.casefold() if name == "email" else address].append(contact.name)
    return found


def _asked(
    name: str, channel: Checking, holders: dict[str, list[str]], in_time: Callable[[], bool]
) -> Iterator[Finding]:
    subject = f"{name} addresses"
    asked, untold = 0, list[str]()
    for address, people in holders.items():
        if not in_time():
            text = f"{len(holders) - asked} of {len(holders)} not asked about: a minute was over"
            yield Finding(subject, WARNING, text)
            break
        asked += 1
        try:
            objection = channel.check_address(address)
        except DeliveryError as error:
            untold.append(str(error))
            if isinstance(error, ChannelDown):
                break
            continue
        if objection:
            text = f"{', '.join(people)} ({address}): {objection} | {ADVICE[name]}"
            yield Finding(subject, WARNING, text)
    if untold:
        yield Finding(subject, WARNING, f"{len(untold)} of {len(holders)} could not be learnt: {untold[0]}")
    if asked > len(untold):
        yield Finding(subject, OK, f"{asked - len(untold)} of {len(holders)} asked about")
