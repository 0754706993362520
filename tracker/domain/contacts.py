"""Who receives what: the roles of a contact."""

from enum import StrEnum


class Role(StrEnum):
    """Why a contact receives messages."""

    OWNER = "owner"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"


HEAD_OF_DIVISION, DEPUTY, DIRECTOR = 1, 2, 3
"""Ranks of a supervisor."""


def default_rank(*, has_division: bool) -> int:
    """A supervisor's rank when none is given: head of division with a division, director without."""
    return HEAD_OF_DIVISION if has_division else DIRECTOR
