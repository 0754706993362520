"""Messages on the screen, each in a frame, for trying things out."""

import datetime as dt
import sys
from typing import TextIO

from tracker.channels.base import ChannelDown, Outgoing, Receipt
from tracker.channels.plain import one_line

_RULE = "+" + "-" * 71


class ConsoleChannel:
    """Prints to ``stream``, or else to standard output; what its encoding lacks becomes "?"."""

    name = "console"

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        stream = self.stream or sys.stdout
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(framed(message).encode(encoding, "replace").decode(encoding))
            stream.flush()
        except OSError as error:
            raise ChannelDown(f"The screen cannot be written to: {error.strerror or error}") from error
        return Receipt()

    def probe(self) -> str:
        """Where the messages are shown."""
        return "messages are shown on the screen"

    def close(self) -> None:
        """The stream belongs to whoever gave it."""


def framed(message: Outgoing) -> str:
    """The message between two rules, without anything that a terminal would obey."""
    to = f"{message.recipient} <{message.address}>, {message.channel}"
    head = [f"To: {to}", f"Subject: {message.subject}", ""]
    lines = [f"| {one_line(line)}".rstrip() for line in [*head, *message.text.splitlines()]]
    return "\n".join([_RULE, *lines, _RULE, ""])


def open_console(*, stream: TextIO | None = None) -> ConsoleChannel:
    """The channel for the registry."""
    return ConsoleChannel(stream)
