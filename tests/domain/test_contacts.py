"""The ranks of supervisors."""

import pytest

from tracker.domain.contacts import DEPUTY, DIRECTOR, HEAD_OF_DIVISION, default_rank


@pytest.mark.parametrize(
    ("has_division", "rank"), [(True, 1), (False, 3)], ids=["head_of_division", "director"]
)
def test_default_rank(has_division: bool, rank: int) -> None:
    assert default_rank(has_division=has_division) == rank
    assert (HEAD_OF_DIVISION, DEPUTY, DIRECTOR) == (1, 2, 3)
