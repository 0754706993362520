"""A digest put into words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendered:
    """Subject and plain text of one message, and what its channel carries beside them ("" where nothing).

    ``html`` and ``calendar`` (an iCalendar file, RFC 5545) go by e-mail, ``flex`` (JSON: a list of LINE
    message objects, at most five) by LINE.
    """

    subject: str
    text: str
    html: str
    flex: str = ""
    calendar: str = ""
