"""The ways in which the stand-in for LINE fails: asked for one by one, or drawn from a seeded stream."""

import random
from dataclasses import dataclass, field

ERROR = b'{"message":"Internal Server Error"}'
RATE = b'{"message":"The API rate limit has been exceeded. Try again later."}'
QUOTA = b'{"message":"You have reached your monthly limit."}'

FAULTS = (
    "delay",
    "error-before",
    "error-after",
    "cut-before",
    "cut-after",
    "garbage",
    "page",
    "status",
    "rate",
    "quota",
    "hang",
    "hang-after",
    "drip-head",
    "drip-body",
    "endless",
    "huge",
    "garbage-after",
    "raw-after",
)
"""Those with ``after``, delay, and all from the drips on come when the request has been accepted; the others
keep it from being so.

A hang ends after ``seconds`` or with the server, and gives no answer; a delay gives one. Of a drip an octet
comes every few milliseconds, of an endless answer as much as is read, and a huge one promises a gigabyte;
these go on for ``seconds``, or until nobody reads them. Garbage afterwards is written beneath the encryption,
if there is one; raw is the ``body``, octet by octet. ``page`` is a proxy's, ``status`` any answer, and
``quota`` a 429 that says that the month's quota is used up.
"""

PASSING = ("delay", "error-before", "error-after", "cut-before", "cut-after", "page", "rate")
"""What a random stream draws from: what a sender overcomes by trying again."""


@dataclass
class Fault:
    """What happens to one request; status, headers and body are for status, page, rate, quota and raw."""

    kind: str
    path: str | None = None
    seconds: float = 1.0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __post_init__(self) -> None:
        assert self.kind in FAULTS, self.kind


class FaultPlan:
    """What is to go wrong: the faults asked for, in order, and beside them a share ``rate`` of requests."""

    def __init__(self, *, rate: float = 0.0, seed: int = 0, kinds: tuple[str, ...] = PASSING) -> None:
        self.rate = rate
        self.kinds = kinds
        self.drawn: list[str] = []
        self._random = random.Random(seed)
        self._asked: list[Fault] = []

    def add(self, fault: Fault, *, times: int = 1) -> None:
        self._asked += [fault] * times

    def take(self, path: str, *, at_random: bool) -> Fault | None:
        """The fault for a request of this path; random ones only where ``at_random``."""
        for place, fault in enumerate(self._asked):
            if fault.path in (None, path):
                return self._asked.pop(place)
        if not at_random or self._random.random() >= self.rate:
            return None
        self.drawn.append(self._random.choice(self.kinds))
        return Fault(self.drawn[-1], seconds=0.05, status=502)
