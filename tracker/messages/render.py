"""A digest put into words, by templates that an office may replace.

Which facts a message has is decided before (``reports/digest.py``), how it travels after (``channels``).
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import ConfigError
from tracker.messages.gist import gist_of
from tracker.messages.plain import cleaned, line_text, short_subject, squeezed
from tracker.messages.rendered import Rendered
from tracker.reports.digest import Digest

if TYPE_CHECKING:
    from tracker.messages.templates import Templates

_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Renderer:
    """Writes messages with the templates that ``find`` gives for names like ``templates/th/email.txt.j2``."""

    def __init__(self, find: Callable[[str], Path]) -> None:
        self._find = find
        self._templates: dict[str, Templates] = {}

    def render(self, digest: Digest, *, channel: str) -> Rendered:
        """Subject and text, and HTML for every channel but ``line``, in the recipient's language.

        The subject has at most 60 characters; a LINE text at most ten lines and 5,000 UTF-16 units. Nothing
        ends in a line break. ConfigError when a template is missing or faulty.
        """
        clean = cleaned(digest)
        templates = self._language(clean.language)
        facts = {"digest": clean, "gist": gist_of(clean), "today": clean.today}
        subject = short_subject(templates.render("subject.txt.j2", facts))
        if channel == "line":
            return Rendered(subject, line_text(templates.render("line.txt.j2", facts)), "")
        text = squeezed(templates.render("email.txt.j2", facts))
        html = squeezed(templates.render("email.html.j2", {**facts, "subject": subject}))
        return Rendered(subject, text, html)

    def _language(self, language: str) -> "Templates":
        if language not in self._templates:
            if not _LANGUAGE.fullmatch(language):
                raise ConfigError(f"{language!r} is no language code; write one such as 'th' or 'en'.")
            # Jinja2 takes 60 ms to load; most commands write no message.
            from tracker.messages.templates import Templates  # noqa: PLC0415

            self._templates[language] = Templates(self._find, language)
        return self._templates[language]
