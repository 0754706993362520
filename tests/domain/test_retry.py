"""Waiting before another try."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.retry import FIRST_WAIT, LONGEST_WAIT, wait_before

jitters = st.floats(0, 1)


@pytest.mark.parametrize(
    ("attempt", "minutes"),
    [(1, 1), (2, 2), (3, 4), (7, 64), (8, 120), (9, 120), (5000, 120)],  # 2^7 = 128 is over two hours
)
def test_wait_doubles_up_to_two_hours(attempt: int, minutes: int) -> None:
    assert wait_before(attempt, jitter=0) == dt.timedelta(minutes=minutes)


def test_full_jitter_halves_the_wait() -> None:
    assert wait_before(3, jitter=1) == dt.timedelta(minutes=2)


@given(attempt=st.integers(1, 10_000), jitter=jitters)
def test_wait_stays_within_its_bounds(attempt: int, jitter: float) -> None:
    full = wait_before(attempt, jitter=0)

    assert full / 2 <= wait_before(attempt, jitter=jitter) <= full
    assert FIRST_WAIT <= full <= LONGEST_WAIT


@given(attempt=st.integers(1, 100), jitter=jitters)
def test_wait_never_shrinks_with_the_tries(attempt: int, jitter: float) -> None:
    assert wait_before(attempt, jitter=jitter) <= wait_before(attempt + 1, jitter=jitter)


@pytest.mark.parametrize(
    ("attempt", "jitter"), [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1)], ids=["none", "minus", "low", "high"]
)
def test_nonsense_is_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="make no sense"):
        wait_before(attempt, jitter=jitter)
