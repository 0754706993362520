"""Channels that fail by the seed, keep what arrived, and know the true time where the machine may be wrong.

Which fault a message meets depends on its address, the day and how often the address was tried that day, not
on how often the program looks: so the same year can be played in larger and in smaller steps.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.channel import Crash
from tracker.channels.base import ChannelDown, Outgoing, Quota, QuotaSpent, Receipt
from tracker.errors import DeliveryError, OutcomeUnknown

HOURS_OF_A_KEY = dt.timedelta(hours=24)

Raise = Callable[[], BaseException]

FAULTS: tuple[tuple[int, Raise, bool | None], ...] = (
    (8, lambda: DeliveryError("busy"), False),
    (2, lambda: DeliveryError("later, please", retry_after=7200), False),
    (3, lambda: DeliveryError("no such address", permanent=True), False),
    (1, lambda: DeliveryError("too large", permanent=True, blames_address=False), False),
    (2, lambda: ChannelDown("down"), False),
    (1, lambda: ChannelDown("locked out", retry_after=1800), False),
    (4, lambda: OutcomeUnknown("no answer"), None),
    (2, lambda: RuntimeError("broken"), None),
    (4, Crash, None),
)
"""Weight, what is raised, and whether the message was accepted before (None: by the seed)."""


@dataclass(frozen=True)
class Arrival:
    """A message that a channel accepted: as a new one, by the true time and by the machine's clock.

    ``left`` is how many people LINE could reach afterwards.
    """

    channel: str
    letter: Outgoing
    at: dt.datetime
    by_the_machine: dt.datetime
    left: int | None = None


class SeededChannel:
    """``arrived`` is what people got; ``tried`` counts by key. ``before`` runs first, as the world does.

    ``took_nothing`` tells whether it refused everything since that was last set to False.
    """

    def __init__(self, name: str, *, seed: str, rate: float, truth: Callable[[], dt.datetime]) -> None:
        self.name, self.seed, self.rate, self.truth = name, seed, rate, truth
        self.knows_keys = name != "email"
        self.arrived: list[Arrival] = []
        self.took_nothing = False
        self.tried: Counter[str] = Counter()
        self.down_until: dt.datetime | None = None
        self.before: Callable[[Outgoing, dt.datetime], None] = lambda letter, now: None
        self._of_day: Counter[tuple[str, dt.date]] = Counter()
        self._keys: dict[str, dt.datetime] = {}

    def send(self, letter: Outgoing, *, now: dt.datetime) -> Receipt:
        try:
            return self._send(letter, now)
        except (ChannelDown, QuotaSpent):
            self.took_nothing = True
            raise

    def _send(self, letter: Outgoing, now: dt.datetime) -> Receipt:
        self.before(letter, now)
        self.tried[letter.key] += 1
        if self.down_until and self.truth() < self.down_until:
            raise ChannelDown("out of order")
        error, accepts = self._fault(letter.address)
        if error is not None and not accepts:
            raise error
        receipt = self._accept(letter, now)
        if error is not None:
            raise error
        return receipt

    def probe(self) -> str:
        return "ready"

    def close(self) -> None:
        pass

    def _fault(self, address: str) -> tuple[BaseException | None, bool]:
        day = (self.truth() + dt.timedelta(hours=7)).date()
        self._of_day[address, day] += 1
        chance = random.Random(f"{self.seed}|{self.name}|{address}|{day}|{self._of_day[address, day]}")
        if self.name == "file" or chance.random() >= self.rate:
            return None, True
        _, make, accepts = chance.choices(FAULTS, weights=[weight for weight, *_ in FAULTS])[0]
        return make(), chance.random() < 0.5 if accepts is None else accepts

    def _accept(self, letter: Outgoing, now: dt.datetime) -> Receipt:
        known = self._keys.get(letter.key)
        if self.knows_keys and known and (self.name == "file" or self.truth() - known < HOURS_OF_A_KEY):
            return Receipt("again", accepted_reference=letter.key)
        self._pay(letter)
        self._keys[letter.key] = self.truth()
        self.arrived.append(Arrival(self.name, letter, self.truth(), now, self.left()))
        return Receipt(f"{self.name}-{len(self.arrived)}")

    def left(self) -> int | None:
        """How many people may still be reached this month; None: without limit."""
        return None

    def _pay(self, letter: Outgoing) -> None:
        """What it costs; nothing here."""


class MeteredChannel(SeededChannel):
    """LINE with a quota a month: a push costs as many as it reaches. ``spent`` is by month."""

    def __init__(self, *, seed: str, rate: float, truth: Callable[[], dt.datetime], limit: int) -> None:
        super().__init__("line", seed=seed, rate=rate, truth=truth)
        self.limit: int | None = limit
        self.groups: dict[str, int] = {}
        self.spent: Counter[str] = Counter()
        self.answers = True

    @property
    def month(self) -> str:
        return f"{self.truth() + dt.timedelta(hours=7):%Y-%m}"

    def quota(self) -> Quota:
        if not self.answers:
            raise DeliveryError("no answer")
        return Quota(self.limit, self.spent[self.month])

    def people(self, address: str) -> int:
        return self.groups.get(address, 1)

    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.spent[self.month]

    def _pay(self, letter: Outgoing) -> None:
        left, cost = self.left(), self.people(letter.address)
        if left is not None and left < cost:
            raise QuotaSpent("the month's messages are used up")
        self.spent[self.month] += cost
