"""What will be sent, as facts, and what they add up to."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.fiscal import first_of_month, month_label
from tracker.domain.reminders import Kind


@dataclass(frozen=True, slots=True)
class ForeseenMessage:
    """A message that will go out, at the UTC instant ``at``; ``on`` is the office's day.

    ``channel`` is where it goes, ``intended_channel`` where it would go if all were set up, ``by`` the one of
    them that it counts for: in a rehearsal, which sends into files alone, the intended one. ``also_for``
    names the contacts that share the message, ``divisions`` is empty for a contact of the whole agency.
    ``kinds`` are its reasons, the weightiest first; ``items`` the codes that it names, in the plan's order.
    ``cost`` is how many people it reaches by LINE (0 by other channels): 1 where LINE was never asked how
    many a group holds, and then ``cost_is_known`` is false. ``remark`` tells why it takes another channel
    than intended.
    """

    at: dt.datetime
    on: dt.date
    contact: str
    also_for: tuple[str, ...]
    divisions: tuple[str, ...]
    by: str
    channel: str
    intended_channel: str
    address: str
    kinds: tuple[Kind, ...]
    items: tuple[str, ...]
    cost: int
    cost_is_known: bool
    remark: str

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody the message is for."""
        return (self.contact, *self.also_for)

    def as_json(self) -> dict[str, Any]:
        """The message with the stable keys that scripts rely on, those of ``outbox list`` among them."""
        return {
            "at": self.at.isoformat(),
            "on": self.on.isoformat(),
            "kind": self.kinds[0].value,
            "kinds": [kind.value for kind in self.kinds],
            "contact": self.contact,
            "also_for": list(self.also_for),
            "divisions": list(self.divisions),
            "channel": self.channel,
            "intended_channel": self.intended_channel,
            "address": self.address,
            "items": list(self.items),
            "cost": self.cost,
            "cost_is_known": self.cost_is_known,
            "remark": self.remark or None,
        }


@dataclass(frozen=True, slots=True)
class MonthsQuota:
    """What LINE said last of a month: how many people may be reached (None: any number), how many were."""

    quota: int | None
    used: int
    read_at: dt.datetime

    @property
    def left(self) -> int | None:
        """How many people may still be reached."""
        return None if self.quota is None else max(0, self.quota - self.used)


@dataclass(frozen=True, slots=True)
class Totals:
    """Messages by channel, the people reached by LINE, and whether every group's number was known."""

    messages: int
    by_channel: dict[str, int]
    people: int
    people_are_known: bool

    @classmethod
    def of(cls, messages: Sequence[ForeseenMessage]) -> "Totals":
        """What these messages add up to."""
        return cls(
            len(messages),
            dict(sorted(Counter(each.by for each in messages).items())),
            sum(each.cost for each in messages),
            all(each.cost_is_known for each in messages),
        )

    def as_json(self) -> dict[str, Any]:
        """The sums with stable keys."""
        return {
            "messages": self.messages,
            "by_channel": self.by_channel,
            "line_people": self.people,
            "line_people_known": self.people_are_known,
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """The messages in the order of sending, and the last reading of LINE's quota by first day of a month."""

    messages: tuple[ForeseenMessage, ...]
    quotas: dict[dt.date, MonthsQuota]

    def months(self) -> list[tuple[dt.date, Totals, MonthsQuota | None]]:
        """Each month with messages, by its first day: their sums, and its quota where it was read."""
        firsts = sorted({first_of_month(each.on) for each in self.messages})
        of_month = {
            first: [each for each in self.messages if first_of_month(each.on) == first] for first in firsts
        }
        return [(first, Totals.of(of_month[first]), self.quotas.get(first)) for first in firsts]

    def as_json(self) -> dict[str, Any]:
        """Messages, totals and months with the stable keys that scripts rely on."""
        return {
            "messages": [each.as_json() for each in self.messages],
            "totals": Totals.of(self.messages).as_json(),
            "months": [
                {
                    "month": month_label(first),
                    **totals.as_json(),
                    "quota": quota.quota if quota else None,
                    "quota_used": quota.used if quota else None,
                    "quota_left": quota.left if quota else None,
                    "quota_read_at": quota.read_at.isoformat() if quota else None,
                }
                for first, totals, quota in self.months()
            ],
        }
