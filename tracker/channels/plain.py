"""Text from elsewhere, made fit to stand in one line of a header, a file name or a sentence."""

import re
from ipaddress import ip_address

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_ANSWER = 300


def one_line(text: str) -> str:
    """The text with a space for control characters (C0, C1), line separators and lone surrogates."""
    return _BREAKS.sub(" ", text).strip(" ")


def token(text: str) -> str:
    """The text in characters safe in a Message-ID and in every system's file names; a UUID is unchanged."""
    return _NOT_IN_NAMES.sub("-", text)


def answer_of(text: str, *secrets: str) -> str:
    """A provider's own words for a sentence to a person: one line, not endless, none of the secrets in it."""
    line = one_line(text)
    for secret in filter(None, secrets):
        line = line.replace(secret, "***")
    return line if len(line) <= _LONGEST_ANSWER else line[:_LONGEST_ANSWER] + " …"


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays inside the machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
