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
    """What is known of a contact's addresses; a suspended one is left out (empty).

    ``channels`` is the contact's own order of channels; empty is the office's.
    """

    contact_id: int
    name: str
    email: str
    line_id: str
    channels: tuple[str, ...] = ()

    @classmethod
    def usable(cls, contact: Any) -> "Addresses":
        """Those of a stored contact, or a row with its columns, that were not suspended."""
        return cls(
            contact.id,
            contact.name,
            email="" if contact.email_suspended else contact.email,
            line_id="" if contact.line_suspended else contact.line_id,
            channels=own_order(contact.channels),
        )

    @property
    def reachable(self) -> frozenset[str]:
        """The channels that need an address and have one."""
        return frozenset(channel for channel in ADDRESSED if self.of(channel))

    def of(self, channel: str) -> str:
        """The address on a channel that needs one; otherwise the contact's name."""
        return {LINE: self.line_id, EMAIL: self.email}.get(channel, self.name)


def own_order(stored: str) -> tuple[str, ...]:
    """A contact's own order of channels as it is stored: ``email;line``."""
    return tuple(filter(None, stored.split(";")))


@dataclass(frozen=True, slots=True)
class Choice:
    """The channel of a message; ``intended`` is the one that would be used if all were set up."""

    channel: str
    intended: str

    @property
    def reached(self) -> str:
        """The channel whose address counts: what is diverted into a file bears the intended one's."""
        return self.channel if self.channel in ADDRESSED else self.intended


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes. ``intended`` is the channel that would be used if all were set up.

    Contacts with the same ``identity`` are reached at the same address and so get one message.
    """

    channel: str
    intended: str
    address: str
    identity: Identity


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
        """Where a message of these kinds reaches a contact, leaving out the channels ``without``.

        None when no channel is left.
        """
        chosen = self.choose(contact.reachable, kinds, own=contact.channels, without=without)
        if chosen is None:
            return None
        address = contact.of(chosen.reached)
        same = address.casefold() if chosen.reached in ADDRESSED else str(contact.contact_id)
        return Route(chosen.channel, chosen.intended, address, (chosen.reached, same))

    def choose(
        self,
        reachable: Collection[str],
        kinds: Collection[Kind],
        *,
        own: tuple[str, ...] = (),
        without: Collection[str] = (),
    ) -> Choice | None:
        """The first usable channel for whoever has an address on the channels ``reachable``.

        The order is the contact's ``own``, then the office's: who wants e-mail is still reached when the
        mailbox refuses. E-mail goes before LINE for kinds that LINE is not kept for.
        """
        order = dict.fromkeys((*own, *self.order))
        wanted = [each for each in order if each not in ADDRESSED or each in reachable]
        if LINE in wanted and EMAIL in wanted and not self.line_kinds & set(kinds):
            wanted.remove(LINE)
            wanted.insert(wanted.index(EMAIL) + 1, LINE)
        wanted = [each for each in wanted if each not in without]
        if not wanted:
            return None
        usable = [each for each in wanted if each in self.configured] or [FILE]
        return Choice(FILE if self.divert else usable[0], wanted[0])
