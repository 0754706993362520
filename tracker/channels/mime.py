"""One message as the bytes that travel: RFC 5322 headers over base64 parts, seven bits throughout.

Assembled by hand: ``EmailMessage`` loses or adds spaces in folded Thai subjects (cpython gh-92081, gh-144156)
and takes many times as long; ``email.header.Header`` makes encoded words of 76 and 77 characters, where 75
are allowed. The result depends on the arguments alone, so a retry sends the same bytes.
"""

from base64 import b64encode, encodebytes
from collections.abc import Iterator
from email.utils import format_datetime, quote

from tracker.channels.base import Outgoing
from tracker.channels.email_account import EmailAccount, is_plain_address
from tracker.channels.plain import one_line, token
from tracker.errors import DeliveryError

_LONGEST_RAW = 60
# 39 octets, 13 Thai letters, become a word of 64 characters and with "Subject: " a line of 73. RFC 2047 §2
# allows 75 and 76.
_OCTETS_PER_WORD = 39


def build_message(outgoing: Outgoing, account: EmailAccount) -> bytes:
    """The whole message with CRLF line ends; subject, names and bodies arrive character by character.

    Control characters in header values become a space. An address that is not one plain ASCII address is a
    permanent DeliveryError. Date and Message-ID come from ``created_at`` and ``key``.
    """
    if not is_plain_address(outgoing.address):
        raise DeliveryError(
            f"{one_line(outgoing.address)!r} is not an e-mail address that can be written to: "
            "it takes one address of Latin letters, such as name@office.go.th",
            permanent=True,
        )
    return "\r\n".join([*_headers(outgoing, account), *_body(outgoing), ""]).encode("ascii")


def message_id(outgoing: Outgoing, account: EmailAccount) -> str:
    """The id by which receivers recognise a repeat, the same for every attempt (RFC 5322 §3.6.4)."""
    return f"<{token(outgoing.key)}@{account.domain}>"


def _headers(outgoing: Outgoing, account: EmailAccount) -> list[str]:
    reply_to = [f"Reply-To: {account.reply_to}"] if account.reply_to else []
    return [
        f"Date: {format_datetime(outgoing.created_at)}",
        f"From: {_mailbox(account.sender_name, account.sender)}",
        f"To: {_mailbox(outgoing.recipient, outgoing.address)}",
        *reply_to,
        f"Subject: {_plain_or_encoded(one_line(outgoing.subject))}",
        f"Message-ID: {message_id(outgoing, account)}",
        # RFC 3834 §5 and [MS-OXCMAIL]: absence notes and other robots stay quiet.
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        # RFC 2919: what people's filters hold on to, never to be changed.
        f"List-Id: <follow-up.{account.domain}>",
        "MIME-Version: 1.0",
    ]


def _mailbox(name: str, address: str) -> str:
    """RFC 5322 §3.4; a long name and its address stand on lines of their own."""
    name = one_line(name)
    if not name:
        return address
    if _may_stand_raw(name):
        return f'"{quote(name)}" <{address}>'
    return f"{_encoded(name)}\r\n <{address}>"


def _plain_or_encoded(text: str) -> str:
    return text if _may_stand_raw(text) else _encoded(text)


def _encoded(text: str) -> str:
    """RFC 2047 encoded words, each on a line of its own and holding whole characters."""
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode('ascii')}?=" for piece in _pieces(text))


def _pieces(text: str) -> Iterator[bytes]:
    piece = b""
    for letter in text:
        octets = letter.encode()
        if len(piece) + len(octets) > _OCTETS_PER_WORD:
            yield piece
            piece = b""
        piece += octets
    yield piece


def _may_stand_raw(text: str) -> bool:
    return text.isascii() and len(text) <= _LONGEST_RAW and "=?" not in text


def _body(outgoing: Outgoing) -> list[str]:
    if not outgoing.html:
        return _part("plain", outgoing.text)
    # "=_" occurs in no base64 line, so the boundary cannot occur in a part.
    boundary = f"=_{token(outgoing.key)}"
    return [
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
        "",
        f"--{boundary}",
        *_part("plain", outgoing.text),
        f"--{boundary}",
        *_part("html", outgoing.html),
        f"--{boundary}--",
    ]


def _part(subtype: str, text: str) -> list[str]:
    canonical = "\r\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    lines = encodebytes(canonical.encode(errors="replace")).decode("ascii").splitlines() or [""]
    return [f"Content-Type: text/{subtype}; charset=utf-8", "Content-Transfer-Encoding: base64", "", *lines]
