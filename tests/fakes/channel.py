"""A channel that records what it is given, and fails where a test asks."""

import datetime as dt
from collections.abc import Callable

from tracker.channels.base import Outgoing, Receipt


class Crash(BaseException):
    """The end of the process, as far as a program can be told of it: nothing catches it on the way."""


class FakeChannel:
    """``sent`` holds what it accepted, ``tried`` everything it was asked to send.

    ``received`` is what a person gets: with ``repeats_safely`` the same key only once, as LINE keeps it.
    ``on_send`` runs before each message, for a test that changes the world meanwhile.
    """

    def __init__(self, name: str = "email", *, repeats_safely: bool = False) -> None:
        self.name = name
        self.repeats_safely = repeats_safely
        self.tried: list[Outgoing] = []
        self.sent: list[Outgoing] = []
        self.times: list[dt.datetime] = []
        self.closed = 0
        self.on_send: Callable[[Outgoing], None] = lambda message: None
        self._faults: list[tuple[BaseException, bool]] = []

    @property
    def received(self) -> list[Outgoing]:
        if not self.repeats_safely:
            return list(self.sent)
        return list({message.key: message for message in self.sent}.values())

    def fail(self, *errors: BaseException, accepts: bool = False) -> None:
        """The next messages meet these errors, one each; with ``accepts`` after they were accepted."""
        self._faults += [(error, accepts) for error in errors]

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        self.on_send(message)
        self.tried.append(message)
        error, accepts = self._faults.pop(0) if self._faults else (None, True)
        if accepts:
            self.sent.append(message)
            self.times.append(now)
        if error is not None:
            raise error
        return Receipt(reference=f"{self.name}-{len(self.sent)}")

    def close(self) -> None:
        self.closed += 1


class AnnouncingChannel(FakeChannel):
    """One that can get ready before; ``announced`` holds for what, and ``on_announce`` runs before each."""

    def __init__(self, name: str = "email", *, repeats_safely: bool = False) -> None:
        super().__init__(name, repeats_safely=repeats_safely)
        self.announced: list[Outgoing] = []
        self.on_announce: Callable[[Outgoing], None] = lambda message: None

    def announce(self, message: Outgoing, following: Outgoing | None) -> None:
        self.on_announce(message)
        self.announced.append(message)
