"""A digest put into words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendered:
    """Subject, plain text and HTML of one message; ``html`` is empty for channels that carry text alone."""

    subject: str
    text: str
    html: str
