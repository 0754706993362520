"""Being told to stop, by a person or by a service manager."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = ("SIGTERM", "SIGINT", "SIGBREAK")


@contextmanager
def heeded(stopping: threading.Event) -> Iterator[None]:
    """While it lasts, a signal to stop sets the event, and a second one does what it would have done before.

    To be used in the main thread: Python lets no other handle signals.
    """
    numbers = [getattr(signal, name) for name in STOP_SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.set()
        signal.signal(number, before[number])

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
