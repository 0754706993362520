"""When to try again: exponential back-off with jitter."""

import datetime as dt

FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=2)


def wait_before(attempt: int, *, jitter: float) -> dt.timedelta:
    """How long to wait before the try that follows try number ``attempt`` (from 1).

    One minute, doubled with each try, at most two hours; ``jitter`` of 0–1 takes off up to half of it, so
    that many messages refused together do not all come back together.
    """
    if attempt < 1 or not 0 <= jitter <= 1:
        raise ValueError(f"attempt {attempt} and jitter {jitter} make no sense")
    doublings = min(attempt - 1, 10)
    full: dt.timedelta = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return full * (1 - jitter / 2)
