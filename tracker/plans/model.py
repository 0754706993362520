"""A plan as a document says it: values that the readers make and the writers print. No database."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tracker.domain.cadence import Rule


class Instrument(StrEnum):
    """The part of the assessment that an item belongs to: staff, visitors, or published data."""

    IIT = "IIT"
    EIT = "EIT"
    OIT = "OIT"


@dataclass(frozen=True, slots=True)
class Source:
    """The document a plan was read from: its file name and the SHA-256 of its bytes, in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the ten indicators, with its average score of 0–100 where the document prints it."""

    number: int
    title: str
    instrument: Instrument
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One improvement measure: a row of the plan table.

    Dates are Gregorian. ``score`` is the one printed in the row, ``score_table_score`` the one in the
    score table. ``supporting`` is "all" or the names of the divisions. The tuples of text hold one bullet
    each. ``source_lines`` are the first and last line of the row in the document, counted from 1.
    """

    code: str
    title: str
    instrument: Instrument
    indicator: int | None
    score: float | None
    score_table_score: float | None
    analysis: tuple[str, ...]
    weaknesses: tuple[str, ...]
    actions: tuple[str, ...]
    follow_up: tuple[str, ...]
    timeline: str
    starts_on: dt.date
    ends_on: dt.date
    lead: str
    supporting: tuple[str, ...] | Literal["all"]
    rules: tuple[Rule, ...]
    source_lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AbsentItem:
    """An item of the score tables that has no row in the plan."""

    code: str
    title: str
    score: float | None


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """A doubt of the reader: the line of the document (0: the whole of it), a stable code, a sentence."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One agency's measures for one fiscal year (years in Buddhist Era, dates Gregorian)."""

    agency: str
    fiscal_year: int
    assessed_year: int
    starts_on: dt.date
    ends_on: dt.date
    source: Source
    indicators: tuple[Indicator, ...]
    measures: tuple[Measure, ...]
    absent: tuple[AbsentItem, ...]
    warnings: tuple[PlanWarning, ...]
