"""Being told to stop: the first signal is heeded, and a second does what it did before."""

import signal
import threading
from collections.abc import Iterator

import pytest

from tracker.signals import heeded


@pytest.fixture
def _usual() -> Iterator[None]:
    """What Python does with Ctrl-C, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_usual")
def test_the_first_signal_sets_the_event_and_the_second_interrupts() -> None:
    before, stopping = signal.getsignal(signal.SIGINT), threading.Event()

    with heeded(stopping):
        signal.raise_signal(signal.SIGINT)
        assert stopping.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) == before
