"""By which channel, and to which address, a contact is reached."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.reminders import Kind

LINE, EMAIL, FILE = "line", "email", "file"
ADDRESSED = (LINE, EMAIL)
"""Channels that need an address of the contact's; the others reach a folder or a screen."""

Identity = tuple[str, str]
"""Equal for all that reaches the same address."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """What is known of a contact's addresses; a suspended one is left out (empty)."""

    contact_id: int
    name: str
    email: str
    line_id: str

    @classmethod
    def usable(cls, contact: Any) -> "Addresses":
        """Those of a stored contact, or a row with its columns, that were not suspended."""
        return cls(
            contact.id,
            contact.name,
            email="" if contact.email_suspended else contact.email,
            line_id="" if contact.line_suspended else contact.line_id,
        )

    def of(self, channel: str) -> str:
        """The address on a channel that needs one; otherwise the contact's name."""
        return {LINE: self.line_id, EMAIL: self.email}.get(channel, self.name)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes. ``intended`` is the channel that would be used if all were set up.

    Contacts with the same ``identity`` are reached at the same address and so get one message.
    """

    channel: str
    intended: str
    address: str
    identity: Identity


def identity(channel: str, intended: str, address: str, contact_id: int) -> Identity:
    """What a message reaches: an address, or the contact's own file where it has none.

    A message diverted into a file counts for the address it would have reached.
    """
    reached = channel if channel in ADDRESSED else intended
    return reached, (address.casefold() if reached in ADDRESSED else str(contact_id))


@dataclass(frozen=True, slots=True)
class Routing:
    """An office's preferences: the order of channels, which are set up, and what may cost money on LINE.

    With ``divert`` every message goes to the file channel, whatever was intended: a rehearsal.
    """

    order: tuple[str, ...] = (LINE, EMAIL, FILE)
    configured: frozenset[str] = frozenset({FILE})
    line_kinds: frozenset[Kind] = field(default_factory=lambda: frozenset({Kind.MONTHLY, Kind.ESCALATION}))
    divert: bool = False

    def route(
        self, contact: Addresses, kinds: Collection[Kind], *, without: Collection[str] = ()
    ) -> Route | None:
        """The first usable channel for a message of these kinds, leaving out the channels ``without``.

        None when no channel is left. E-mail goes before LINE for kinds that LINE is not kept for.
        """
        wanted = [each for each in self._preferred(contact, kinds) if each not in without]
        if not wanted:
            return None
        intended = wanted[0]
        usable = [each for each in wanted if each in self.configured] or [FILE]
        channel = FILE if self.divert else usable[0]
        address = contact.of(channel if channel in ADDRESSED else intended)
        return Route(channel, intended, address, identity(channel, intended, address, contact.contact_id))

    def _preferred(self, contact: Addresses, kinds: Collection[Kind]) -> list[str]:
        reachable = [each for each in self.order if each not in ADDRESSED or contact.of(each)]
        if LINE in reachable and EMAIL in reachable and not self.line_kinds & set(kinds):
            reachable.remove(LINE)
            reachable.insert(reachable.index(EMAIL) + 1, LINE)
        return reachable
