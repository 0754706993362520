"""Who answers for a measure: the lead division and the supporting ones of a printed cell."""

import re
from dataclasses import dataclass
from typing import Literal

from tracker.plans import phrases
from tracker.plans.cells import BREAK, PAGE, flowing

_ROLE_MARK = re.compile(r"\(([^()]*)\)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Responsible:
    """The lead as printed ("" if none), the supporting divisions, and whether a mark named the lead."""

    lead: str
    supporting: tuple[str, ...] | Literal["all"]
    lead_is_marked: bool
    more_leads: tuple[str, ...] = ()


def read_responsible(text: str, agency: str) -> Responsible:
    """The divisions of a cell; names come without marks of role, the agency's name and breaks of line.

    Where no mark names the lead, the first division named is taken. Further leads count as supporting too.
    """
    leads, supporting, unmarked = _by_role(_without_agency(text, agency), agency)
    marked = bool(leads)
    if not leads:
        leads, unmarked = unmarked[:1], unmarked[1:]
    lead = leads[0] if leads else ""
    helpers = [name for name in [*leads[1:], *supporting, *unmarked] if name != lead]
    if any(phrases.ALL_DIVISIONS.match(name) for name in helpers):
        return Responsible(lead, "all", marked, tuple(leads[1:]))
    return Responsible(lead, tuple(dict.fromkeys(helpers)), marked, tuple(leads[1:]))


def names_lead(text: str) -> bool:
    """Whether a division with a lead's mark stands in the text; a mark alone may follow a page break."""
    return any(
        phrases.LEAD_ROLE.search(mark[1]) and text[: mark.start()].strip()
        for mark in _ROLE_MARK.finditer(text)
    )


def _by_role(text: str, agency: str) -> tuple[list[str], list[str], list[str]]:
    """The names marked as lead, those marked as supporting, and those without a mark, each in print order.

    Before a supporting mark the very first name of a cell counts as unmarked when others stand beside it:
    documents leave out the mark of the lead, not the lead.
    """
    leads: list[str] = []
    supporting: list[str] = []
    unmarked: list[str] = []
    for part, role in _segments(text):
        names = _names(part, agency)
        if phrases.LEAD_ROLE.search(role):
            leads += names
        elif not phrases.SUPPORTING_ROLE.search(role):
            unmarked += names
        elif leads or unmarked or supporting or len(names) < 2:
            supporting += names
        else:
            unmarked += names[:1]
            supporting += names[1:]
    return leads, supporting, unmarked


def _segments(text: str) -> list[tuple[str, str]]:
    """The pieces of text, each with its mark of role: in brackets after it, or before it with a colon."""
    prefixed = list(phrases.ROLE_WORDS.finditer(text))
    if prefixed:
        ends = [mark.start() for mark in prefixed[1:]] + [len(text)]
        head = [(text[: prefixed[0].start()], "")]
        return head + [(text[mark.end() : end], mark[0]) for mark, end in zip(prefixed, ends, strict=True)]
    segments = []
    begin = 0
    for mark in _ROLE_MARK.finditer(text):
        if phrases.LEAD_ROLE.search(mark[1]) or phrases.SUPPORTING_ROLE.search(mark[1]):
            segments.append((text[begin : mark.start()], mark[1]))
            begin = mark.end()
    return [*segments, (text[begin:], "")]


def _names(text: str, agency: str) -> list[str]:
    joined = phrases.ALL_DIVISIONS.sub(lambda found: _SPACE.sub("", found[0]), text)
    pieces = (piece.strip(" -–:.,") for piece in phrases.BETWEEN_UNITS.split(joined))
    names = (_SPACE.sub("", phrases.IN_THE_OFFICE.sub("", piece)) for piece in pieces)
    return [name for name in names if name and not agency.startswith(name)]


def _without_agency(text: str, agency: str) -> str:
    """Page breaks become spaces; the agency's name goes, wherever a line break has cut it."""
    flat = flowing(text.replace(PAGE, BREAK))
    if not agency:
        return flat
    spelled = r"\s*".join(map(re.escape, "".join(agency.split())))
    return re.sub(spelled, " ", flat)
