"""A digest put into words, by templates that an office may replace.

Which facts a message has is decided before (``reports/digest.py``), how it travels after (``channels``).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import ConfigError
from tracker.messages.calendar import calendar_file
from tracker.messages.card import CardFault, card_json
from tracker.messages.gist import gist_of
from tracker.messages.plain import cleaned, curtailed, line_text, one_line, short_subject, squeezed
from tracker.messages.rendered import Rendered
from tracker.reports.digest import Digest, Item, Person, PlanDigest

if TYPE_CHECKING:
    from tracker.messages.templates import Templates

CARD = "card.txt.j2"
VALUE_CHARACTERS = 140  # of a title, a name: five lines of a telephone
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Renderer:
    """Writes messages with the templates that ``find`` gives for names like ``templates/th/email.txt.j2``.

    ``line_style`` is "flex" where LINE messages have a card beside their text, otherwise "text".
    """

    def __init__(self, find: Callable[[str], Path], *, line_style: str = "flex") -> None:
        self._find = find
        self._line_style = line_style
        self._templates: dict[str, Templates] = {}

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        """Subject and text, in the recipient's language; HTML and due dates for every channel but ``line``.

        The subject has at most 60 characters; a LINE text at most ten lines and 5,000 UTF-16 units. No text
        ends in a line break. ConfigError when a template is missing or faulty.
        """
        clean = cleaned(digest)
        templates = self._language(clean.language)
        facts = _facts(clean)
        subject = short_subject(templates.render("subject.txt.j2", facts))
        if channel == "line":
            text = line_text(templates.render("line.txt.j2", facts))
            return Rendered(subject, text, "", flex=self._card(templates, clean, f"{subject}\n{text}"))
        text = squeezed(templates.render("email.txt.j2", facts))
        html = squeezed(templates.render("email.html.j2", {**facts, "subject": subject}))
        return Rendered(subject, text, html, calendar=_calendar(templates, facts))

    def greeting(self, recipient: str, language: str, *, agency: str, ask: Sequence[Person]) -> Rendered:
        """A greeting that tries out an address: nothing is asked of its reader."""
        facts = {"recipient": one_line(recipient), "agency": one_line(agency), "ask": cleaned(tuple(ask))}
        lines = squeezed(self._language(language).render("greeting.txt.j2", facts))
        subject, _, text = lines.partition("\n")
        return Rendered(short_subject(subject), text.strip("\n"), "")

    def _card(self, templates: "Templates", clean: Digest, alt: str) -> str:
        if self._line_style != "flex":
            return ""
        facts = _facts(curtailed(clean, VALUE_CHARACTERS))
        try:
            return card_json(templates.render(CARD, facts), alt=alt)
        except CardFault as fault:
            raise templates.objection(CARD, fault.line, str(fault)) from fault

    def _language(self, language: str) -> "Templates":
        if language not in self._templates:
            if not _LANGUAGE.fullmatch(language):
                raise ConfigError(f"{language!r} is no language code; write one such as 'th' or 'en'.")
            # Jinja2 takes 60 ms to load; most commands write no message.
            from tracker.messages.templates import Templates  # noqa: PLC0415

            self._templates[language] = Templates(self._find, language)
        return self._templates[language]


def _facts(digest: Digest) -> dict[str, Any]:
    return {"digest": digest, "gist": gist_of(digest), "today": digest.today}


def _calendar(templates: "Templates", facts: Mapping[str, Any]) -> str:
    def describe(plan: PlanDigest, items: tuple[Item, ...]) -> str:
        return squeezed(templates.render("calendar.txt.j2", {**facts, "plan": plan, "items": items}))

    return calendar_file(facts["digest"], describe)
