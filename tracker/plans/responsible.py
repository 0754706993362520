"""Who answers for a measure: the lead division and the supporting ones of a printed cell."""

import re
from dataclasses import dataclass, field
from typing import Literal

from tracker.plans import phrases
from tracker.plans.cells import BREAK, PAGE, flowing

_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPACE = re.compile(r"\s+")
_ROUND_NAMES = " -–—•:,"


@dataclass(frozen=True, slots=True)
class Responsible:
    """The lead as printed ("" if none), the supporting divisions, and whether a mark named the lead.

    ``left_out`` are the words of the cell that name no division: remarks in brackets, telephone numbers.
    """

    lead: str
    supporting: tuple[str, ...] | Literal["all"]
    lead_is_marked: bool
    more_leads: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Roles:
    """The names marked as lead, those marked as supporting, and those without a mark, in print order."""

    leads: list[str] = field(default_factory=list)
    supporting: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)


def read_responsible(text: str, agency: str) -> Responsible:
    """The divisions of a cell; names come without marks of role, the agency's name and breaks of line.

    Where no mark names the lead, the first division named is taken. Further leads count as supporting too.
    """
    kept, left_out = _without_remarks(_one_line(text))
    roles = _by_role(_without_agency(kept, agency), agency)
    leads, unmarked = roles.leads, roles.unmarked
    if not leads:
        leads, unmarked = unmarked[:1], unmarked[1:]
    lead = leads[0] if leads else ""
    helpers = [name for name in [*leads[1:], *roles.supporting, *unmarked] if name != lead]
    supports_all = any(phrases.ALL_DIVISIONS.match(name) for name in helpers)
    return Responsible(
        lead,
        "all" if supports_all else tuple(dict.fromkeys(helpers)),
        bool(roles.leads),
        tuple(leads[1:]),
        left_out,
    )


def is_vague(name: str) -> bool:
    """Whether the name is of nobody in particular: "the divisions concerned"."""
    return phrases.VAGUE_UNITS.search(name) is not None


def names_lead(text: str) -> bool:
    """Whether a division with a lead's mark stands in the text; a mark alone may follow a page break."""
    return any(
        phrases.LEAD_ROLE.search(mark[1]) and text[: mark.start()].strip()
        for mark in _BRACKETS.finditer(text)
    )


def _one_line(text: str) -> str:
    """The text without breaks. Where no line begins with a word for a unit, each line is a name."""
    lines = text.replace(PAGE, BREAK + PAGE).split(BREAK)
    names = [line for line in lines if line.strip()]
    if len(names) > 1 and not any(phrases.STARTS_WITH_UNIT.match(line) for line in names):
        text = "".join(_name_line(line) for line in names)
    return flowing(text.replace(PAGE, BREAK))


def _name_line(line: str) -> str:
    goes_on = line.startswith(PAGE) or line.lstrip().startswith(("(", "และ"))
    return f" {line}" if goes_on else f", {line}"


def _without_remarks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what names no unit, and that: brackets that hold no role, telephone numbers."""
    left_out: list[str] = []

    def drop(found: re.Match[str]) -> str:
        left_out.append(found[0].strip())
        return " "

    def drop_unless_role(found: re.Match[str]) -> str:
        return found[0] if _is_role(found[1]) else drop(found)

    text = phrases.TELEPHONE.sub(drop, text)
    return _BRACKETS.sub(drop_unless_role, text), tuple(left_out)


def _is_role(words: str) -> bool:
    return bool(phrases.LEAD_ROLE.search(words) or phrases.SUPPORTING_ROLE.search(words))


def _by_role(text: str, agency: str) -> _Roles:
    """The names by their marks.

    Before a supporting mark the very first name of a cell counts as unmarked when others stand beside it:
    documents leave out the mark of the lead, not the lead.
    """
    roles = _Roles()
    for part, role in _segments(text):
        names = _names(part, agency)
        if phrases.LEAD_ROLE.search(role):
            roles.leads += names
        elif not phrases.SUPPORTING_ROLE.search(role):
            roles.unmarked += names
        elif roles.leads or roles.unmarked or roles.supporting or len(names) < 2:
            roles.supporting += names
        else:
            roles.unmarked += names[:1]
            roles.supporting += names[1:]
    return roles


def _segments(text: str) -> list[tuple[str, str]]:
    """The pieces of text, each with its mark of role: in brackets after it, or before it with a colon."""
    prefixed = [mark for mark in phrases.ROLE_WORDS.finditer(text) if not _in_brackets(text, mark.start())]
    if prefixed:
        ends = [mark.start() for mark in prefixed[1:]] + [len(text)]
        head = [(text[: prefixed[0].start()], "")]
        parts = zip(prefixed, ends, strict=True)
        return head + [(text[mark.end() : end], mark[0].rstrip(" :：")) for mark, end in parts]
    segments = []
    begin = 0
    for mark in _BRACKETS.finditer(text):
        segments.append((text[begin : mark.start()], mark[1]))
        begin = mark.end()
    return [*segments, (text[begin:], "")]


def _in_brackets(text: str, place: int) -> bool:
    return text.rfind("(", 0, place) > text.rfind(")", 0, place)


def _names(text: str, agency: str) -> list[str]:
    joined = phrases.ALL_DIVISIONS.sub(lambda found: _SPACE.sub("", found[0]), text)
    pieces = (piece.strip(_ROUND_NAMES) for piece in phrases.BETWEEN_UNITS.split(joined))
    names = (_SPACE.sub("", phrases.IN_THE_OFFICE.sub("", piece)) for piece in pieces)
    whole = (name if phrases.ABBREVIATED_OFFICE.search(name) else name.strip(".") for name in names)
    return [name for name in whole if name and not agency.startswith(name)]


def _without_agency(text: str, agency: str) -> str:
    """The agency's name goes, wherever a line break has cut it."""
    if not agency:
        return text
    spelled = r"\s*".join(map(re.escape, "".join(agency.split())))
    return re.sub(spelled, " ", text)
