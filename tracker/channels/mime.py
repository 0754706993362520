"""One message as the bytes that travel: RFC 5322 headers over base64 parts, seven bits throughout.

Assembled by hand: ``EmailMessage`` loses or adds spaces in folded Thai subjects (cpython gh-92081, gh-144156)
and takes many times as long; ``email.header.Header`` makes encoded words of 76 and 77 characters, where 75
are allowed, and both make encoded words of long ids and URIs. The result depends on the arguments alone, so
a retry sends the same bytes.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from email.utils import format_datetime, quote
from functools import lru_cache
from urllib.parse import quote as percent_encoded

from tracker.channels.base import Outgoing
from tracker.channels.email_account import EmailAccount, address_problem
from tracker.channels.plain import one_line, token
from tracker.errors import DeliveryError

_LONGEST_RAW = 60
_LONGEST_LINE = 76
# 39 octets, 13 Thai letters, become a word of 64 characters and with "Subject: " a line of 73. RFC 2047 §2
# allows 75 and 76.
_OCTETS_PER_WORD = 39
_MOST_REFERENCES = 20


def build_message(outgoing: Outgoing, account: EmailAccount) -> bytes:
    """The whole message with CRLF line ends; subject, names and bodies arrive character by character.

    Control characters in header values become a space. An address that is not one plain ASCII address is a
    permanent DeliveryError. Date and Message-ID come from ``created_at`` and ``key``.
    """
    problem = address_problem(outgoing.address)
    if problem:
        raise DeliveryError(problem, permanent=True)
    return "\r\n".join([*_headers(outgoing, account), *_body(outgoing), ""]).encode("ascii")


def message_id(key: str, account: EmailAccount) -> str:
    """The id by which receivers recognise a repeat, the same for every attempt (RFC 5322 §3.6.4)."""
    return f"<{token(key)}@{account.domain}>"


def _headers(outgoing: Outgoing, account: EmailAccount) -> Iterator[str]:
    yield f"Date: {format_datetime(outgoing.created_at)}"
    yield _header("To", _mailbox(outgoing.recipient, outgoing.address))
    yield _header("Subject", _words(one_line(outgoing.subject)))
    yield _header("Message-ID", [message_id(outgoing.key, account)])
    yield from _threading(outgoing, account)
    yield from _of_account(account.sender_name, account.sender, account.reply_to, account.domain)


@lru_cache(maxsize=4)
def _of_account(name: str, sender: str, reply_to: str, domain: str) -> tuple[str, ...]:
    """The headers that are the same in every message of an account."""
    return (
        _header("From", _mailbox(name, sender)),
        *([_header("Reply-To", [reply_to])] if reply_to else []),
        # RFC 3834 §5 and [MS-OXCMAIL]: absence notes and other robots stay quiet.
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        # RFC 2919: what people's filters hold on to, never to be changed.
        _header("List-Id", [f"<follow-up.{domain}>"]),
        _header("List-Unsubscribe", [f"<{_pause_uri(reply_to or sender)}>"]),
        "MIME-Version: 1.0",
    )


def _threading(outgoing: Outgoing, account: EmailAccount) -> Iterator[str]:
    """What this message continues (RFC 5322 §3.6.4); of a long thread the first and the newest are named."""
    thread = [message_id(key, account) for key in dict.fromkeys(outgoing.thread) if key != outgoing.key]
    if thread:
        yield _header("In-Reply-To", thread[-1:])
        yield _header("References", thread[:1] + thread[1:][1 - _MOST_REFERENCES :])


def _pause_uri(mailbox: str) -> str:
    """Asks a person to pause these mails or change the channel (RFC 2369, RFC 6068): no duty ends by it.

    There is no https URI, and so no one-click header (RFC 8058), because no web server stands behind.
    """
    address = percent_encoded(mailbox, safe="@+!$*")
    return f"mailto:{address}?subject=pause"


def _header(name: str, words: Iterable[str]) -> str:
    """One header, broken between the words alone, so that none is cut or re-encoded (RFC 5322 §2.2.3)."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= _LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines)


def _mailbox(name: str, address: str) -> list[str]:
    """RFC 5322 §3.4: a name, quoted or encoded, and its address in angle brackets."""
    name = one_line(name)
    if not name:
        return [address]
    quoted = quote(name)
    words = [f'"{quoted}"'] if _may_stand_raw(quoted) else _encoded(name)
    return [*words, f"<{address}>"]


def _words(text: str) -> list[str]:
    return [text] if _may_stand_raw(text) else _encoded(text)


def _encoded(text: str) -> list[str]:
    """RFC 2047 encoded words, each holding whole characters."""
    return [f"=?utf-8?b?{b64encode(piece).decode('ascii')}?=" for piece in _pieces(text)]


def _pieces(text: str) -> Iterator[bytes]:
    octets = text.encode()
    start = 0
    while start < len(octets):
        end = start + _OCTETS_PER_WORD
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # inside a character of UTF-8
            end -= 1
        yield octets[start:end]
        start = end


def _may_stand_raw(text: str) -> bool:
    return text.isascii() and len(text) <= _LONGEST_RAW and "=?" not in text


def _body(outgoing: Outgoing) -> list[str]:
    """Readers show the last alternative they understand (RFC 2046 §5.1.4): the calendar is none of them."""
    body = _part("text/plain; charset=utf-8", outgoing.text)
    if outgoing.html:
        html = _part("text/html; charset=utf-8", outgoing.html)
        body = _multipart("alternative", outgoing.key, [body, html])
    if outgoing.calendar:
        # RFC 6047 §2.4: the method here and the one inside are the same.
        kind = 'text/calendar; charset=utf-8; method=PUBLISH;\r\n name="follow-up.ics"'
        attached = 'Content-Disposition: attachment; filename="follow-up.ics"'
        calendar = _part(kind, outgoing.calendar, attached)
        body = _multipart("mixed", outgoing.key, [body, calendar])
    return body


def _multipart(kind: str, key: str, parts: Iterable[list[str]]) -> list[str]:
    # "=_" occurs in no base64 line, so the boundary cannot occur in a part.
    boundary = f"=_{kind}_{token(key)}"
    lines = [f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"', ""]
    for part in parts:
        lines += [f"--{boundary}", *part]
    return [*lines, f"--{boundary}--"]


def _part(kind: str, text: str, *headers: str) -> list[str]:
    canonical = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    encoded = b64encode(canonical.encode(errors="replace")).decode("ascii")
    lines = [encoded[start : start + 76] for start in range(0, len(encoded), 76)] or [""]
    return [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *headers, "", *lines]
