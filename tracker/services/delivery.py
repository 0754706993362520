"""What delivering needs from outside, and what a round of it comes to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import random
from time import sleep

from sqlalchemy.orm import Session, sessionmaker

from tracker.channels.base import Channel
from tracker.db.models import MessageState
from tracker.messages.render import Renderer
from tracker.services.routing import Routing


@dataclass(slots=True)
class Delivered:
    """What a round of delivery did, by outcome."""

    sent: int = 0
    retry: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0

    def count(self, states: Iterable[MessageState]) -> None:
        """Add the states that messages came to; one that was only put back is none of them."""
        for state in states:
            if hasattr(self, state.value):
                setattr(self, state.value, getattr(self, state.value) + 1)


def _cannot_wait(_seconds: float) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Transactions, the words, the channels, and the office's preferences.

    ``per_minute`` holds the most messages a minute of the channels that have a limit, ``reserve`` the people
    LINE must still be able to reach for escalations. ``wait`` lets that many seconds pass, and is false where
    none can: the process is stopping, or its clock stands. ``pause`` lets them pass whatever happens.
    """

    sessions: sessionmaker[Session]
    renderer: Renderer
    channel: Callable[[str], Channel]
    routing: Routing
    stopping: Callable[[], bool] = lambda: False
    jitter: Callable[[], float] = random
    per_minute: Mapping[str, int] = field(default_factory=dict)
    reserve: int = 0
    wait: Callable[[float], bool] = _cannot_wait
    pause: Callable[[float], object] = sleep
