"""What every channel is: something that hands one message to one address, or says why not."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tracker.errors import DeliveryError

REPEATS_FOR = {"line": dt.timedelta(hours=24), "file": dt.timedelta.max}
"""Channels that recognise a repeated key, and for how long after its first attempt. LINE keeps a retry key
for 24 hours; e-mail recognises none (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One stored message on its way to one address. A retry carries exactly the same values.

    ``key`` is the message's UUID: LINE's retry key, and what the e-mail's Message-ID is made of.
    ``created_at`` is the UTC instant at which the text was stored. ``html`` (e-mail), ``flex`` (JSON: a list
    of LINE message objects) and ``calendar`` (an iCalendar file, RFC 5545) are empty where there is none.
    ``thread`` holds the keys of the e-mails that this one continues, the oldest first.
    """

    key: str
    channel: str
    address: str
    recipient: str
    subject: str
    text: str
    html: str
    language: str
    created_at: dt.datetime
    flex: str = ""
    calendar: str = ""
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message: its reference, and a sentence where there is more to say.

    ``accepted_reference`` names the earlier request where the provider had taken the message before.
    """

    reference: str = ""
    note: str = ""
    accepted_reference: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many people may be reached this month (None: no limit), and how many were, approximately."""

    limit: int | None
    used: int


class ChannelDown(DeliveryError):
    """Nothing can go out by this channel now, to whatever address: the batch should stop.

    The message and its address are not at fault, so neither may be given up for it (``permanent`` is false).
    """


class QuotaSpent(DeliveryError):
    """What was paid for this month does not reach: nothing was sent, and nothing more goes by this channel.

    The message may go by another one; its address is not at fault.
    """


class Channel(Protocol):
    """A way to reach a contact.

    ``send`` returns when the provider has accepted the message. It raises DeliveryError when it was not
    accepted, ChannelDown when no other message would be either, QuotaSpent when the month's quota does not
    reach, and OutcomeUnknown when that cannot be known.
    ``probe`` sends nothing and says, in a few words, that the channel is ready; it raises like ``send``.
    """

    name: str

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt: ...

    def probe(self) -> str: ...

    def close(self) -> None: ...


@runtime_checkable
class Metered(Protocol):
    """A channel that is paid per person reached.

    Both ask the provider and raise like ``send``; ``people`` is how many a message to the address reaches.
    """

    def quota(self) -> Quota: ...

    def people(self, address: str) -> int: ...


@runtime_checkable
class Checking(Protocol):
    """A channel that can look whether an address would be reached, without sending anything.

    ``check_address`` returns "" where it would, otherwise a sentence; it raises like ``send`` where that
    could not be learnt.
    """

    def check_address(self, address: str) -> str: ...


@runtime_checkable
class Announcing(Protocol):
    """A channel that can get ready for a message before it may leave, while its record is being written.

    Nothing of it arrives by ``announce``, which raises nothing; ``send`` with the same object then takes less
    time. What was announced need not be sent. ``following`` is what will be announced after it, if anything:
    it can be put together while the provider takes this one.
    """

    def announce(self, message: Outgoing, following: Outgoing | None) -> None: ...
