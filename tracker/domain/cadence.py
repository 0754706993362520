"""How often a measure is followed up: the cadences and the rules made of them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Cadence(StrEnum):
    """How often a measure is followed up."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"
    ON = "on"


class RuleOrigin(StrEnum):
    """Where a rule comes from: the document's words, the plan's default, or a person."""

    TEXT = "text"
    DEFAULT = "default"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of follow-up of a measure.

    ``on`` is the Gregorian date of a rule ``on DATE`` and None for every other cadence.
    ``phrase`` holds the words of the document that set it, as printed ("" when none did).
    """

    cadence: Cadence
    on: dt.date | None = None
    phrase: str = ""
    origin: RuleOrigin = RuleOrigin.TEXT

    def __post_init__(self) -> None:
        if (self.cadence is Cadence.ON) != (self.on is not None):
            raise ValueError("a rule has a date when, and only when, its cadence is 'on'")
