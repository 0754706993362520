"""How long the answer of a server is waited for: as a whole, however it comes, and never without end.

A socket's time-out alone counts anew with every octet. Mail and LINE are read through this.
"""

import io
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

_LONGEST_ANSWER = 256 * 1024
"""Octets; many times what a mail server or LINE has to say."""


class Answers(io.RawIOBase):
    """What a socket receives. A server may neither drip an answer for ever nor flood us with one.

    A whole answer has the socket's time-out, counted by ``ticks``, seconds that only go forward. The socket
    stays open until this is closed, as with ``makefile``.
    """

    def __init__(self, connection: socket.socket, *, ticks: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._pieces = connection.makefile("rb", buffering=0)
        self._ticks = ticks
        self.expect()

    def expect(self) -> None:
        """One more answer begins."""
        self._until = self._ticks() + (self._connection.gettimeout() or 0)
        self._left = _LONGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._until - self._ticks()
        if remaining <= 0 or self._left <= 0:
            raise TimeoutError("the answer does not end")
        patience = self._connection.gettimeout()
        self._connection.settimeout(remaining)
        try:
            count = self._pieces.readinto(buffer) or 0
        finally:
            with suppress(OSError):
                self._connection.settimeout(patience)
        self._left -= count
        return count

    def close(self) -> None:
        if not self.closed:
            self._pieces.close()
        super().close()
