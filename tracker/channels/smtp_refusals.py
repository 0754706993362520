"""What it means when a mail server says no, or cannot be talked to at all.

Codes by RFC 5321 §4.2 and, after the code, RFC 3463; the special cases are those of large operators.
"""

import re
import smtplib
import socket
import ssl
from enum import StrEnum

from tracker.channels.base import ChannelDown
from tracker.channels.email_account import EmailAccount
from tracker.channels.plain import answer_of
from tracker.errors import DeliveryError

_LOGIN_CODES = frozenset({530, 534, 535, 538})
_PROTOCOL_CODES = frozenset({500, 502, 503, 504})
_NO_ROOM = 552  # for the message, or in the mailbox

_LOGIN_PAUSE_SECONDS = 3600.0
"""Mail servers lock accounts after a few wrong logins."""
_POLICY_PAUSE_SECONDS = 1800.0
"""RFC 5321 §4.5.4.1; every further try makes a bad reputation worse."""
_GREYLIST_SECONDS = 300.0
"""Whoever asks again sooner is told to wait anew."""

_DETAIL = re.compile(r"(?:^|#)([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
"""The enhanced code stands first; some servers write ``(#5.7.1)`` behind the words."""
_RELAY = re.compile(r"\brelay", re.IGNORECASE)
_OF_US = frozenset({"5.1.7", "5.1.8", "5.7.8", "5.7.9", "5.7.10", "5.7.11", "5.7.13", "5.7.14"}) | {
    f"5.7.{number}" for number in (*range(20, 33), 57, 60, 509, 515)
}
"""A sender that does not exist; a login or encryption that does not do; SPF, DKIM, DMARC (RFC 7372, and the
lists of Gmail and Microsoft). Another 5.7.x may be about one mailbox ("members only") or one text."""
_TOO_LARGE = frozenset({"5.2.3", "5.3.4"})


class Refused(StrEnum):
    """What a mail server can say no to, as it stands in a sentence."""

    CONNECTION = "refused the connection"
    LOGIN = "refused the login"
    SENDER = "refused the sender"
    RECIPIENT = "refused the recipient"
    MESSAGE = "refused the message"


class ConnectionOver(DeliveryError):
    """The connection ended before the message was accepted: nothing was sent, another connection may do."""


class PolicyRefusal(DeliveryError):
    """The server takes this text, or anything for this recipient, not from us: the others need not wait."""


def refusal(account: EmailAccount, refused: Refused, code: int, reply: bytes) -> DeliveryError:
    """What a reply other than the hoped-for one means for this message and for the rest of the batch.

    The first digit decides (RFC 5321 §4.2.1): 4 is worth another try, and later than at once because of
    greylisting; 5 is not, except where it strikes every message (login, sender) or is a policy (5.7.x), which
    may strike this one alone, and may change.
    """
    text = answer_of(reply.decode(errors="replace"), *account.secrets)
    if code // 100 not in (4, 5):
        nonsense = f"The mail server {account.host} answered in no way that mail servers do: {text!r}"
        return ConnectionOver(f"{nonsense}; check host, port and security under [email]")
    sentence = f"The mail server {account.host} {refused}: {code} {text}".rstrip()
    if code in _LOGIN_CODES:
        hint = "check user and security under [email], and TRACKER_SMTP_PASSWORD"
        return ChannelDown(f"{sentence} ({hint})", retry_after=_LOGIN_PAUSE_SECONDS)
    if code == 421:
        return ConnectionOver(sentence)
    if code // 100 == 4:
        return DeliveryError(sentence, retry_after=_GREYLIST_SECONDS)
    return _for_good(account, sentence, refused, code, text)


def is_verdict(code: int) -> bool:
    """Whether a refused recipient says something about the address, and not about us or this moment."""
    return code // 100 == 5 and code not in _LOGIN_CODES | _PROTOCOL_CODES


def unusable(account: EmailAccount, error: Exception) -> ChannelDown:
    """Why there is no connection, for a person; the next message would meet the same."""
    server = f"The mail server {account.host}, port {account.port},"
    match error:
        case smtplib.SMTPAuthenticationError():
            return _refused_entry(account, Refused.LOGIN, error)
        case smtplib.SMTPResponseException():
            return _refused_entry(account, Refused.CONNECTION, error)
        case ssl.SSLCertVerificationError():
            why = f"has a certificate that cannot be trusted ({error.verify_message})"
            return ChannelDown(f"{server} {why}; check host and ca_file under [email]")
        case ssl.SSLError():
            why = f"could not agree on encryption (security = {account.security})"
            return ChannelDown(f"{server} {why}; port 465 goes with tls, 587 with starttls")
        case socket.gaierror():
            why = "is not known by that name, or there is no network"
            return ChannelDown(f"{server} {why}; check both, and host under [email]")
        case ConnectionRefusedError():
            return ChannelDown(f"{server} takes no connections: is it running, and is the port right?")
        case TimeoutError():
            why = f"did not answer within {account.timeout:g} seconds"
            return ChannelDown(f"{server} {why}; check the network, the firewall and the port")
        case smtplib.SMTPNotSupportedError():
            why = f"does not do what the settings ask for ({error})"
            return ChannelDown(f"{server} {why}; check security and user under [email]")
        case smtplib.SMTPServerDisconnected():
            why = "gave no answer or ended the connection before it was ready"
            return ChannelDown(f"{server} {why}; check port and security, or ask its administrator")
    return ChannelDown(f"{server} could not be reached ({type(error).__name__}); check host under [email]")


def _for_good(account: EmailAccount, sentence: str, refused: Refused, code: int, text: str) -> DeliveryError:
    """A 5xx reply: about the message, about us, or about the address."""
    match = _DETAIL.search(text)
    detail = match[1] if match else ""
    at_recipient = refused is Refused.RECIPIENT
    of_mailbox = detail.startswith(("5.1.", "5.2."))
    if detail in _TOO_LARGE or detail.startswith("5.6.") or _has_no_room(code, refused, of_mailbox):
        return DeliveryError(sentence, permanent=True, blames_address=False)
    if refused not in (Refused.RECIPIENT, Refused.MESSAGE) or detail in _OF_US:
        hint = f"ask its administrator to let {account.sender} send"
        return ChannelDown(f"{sentence} ({hint})", retry_after=_POLICY_PAUSE_SECONDS)
    if detail.startswith("5.7.") or (at_recipient and not detail and _RELAY.search(text)):
        return PolicyRefusal(sentence, retry_after=_POLICY_PAUSE_SECONDS)
    elsewhere = detail.startswith(("5.3.", "5.5.")) or code in _PROTOCOL_CODES
    return DeliveryError(
        sentence, permanent=True, blames_address=of_mailbox or (at_recipient and not elsewhere)
    )


def _has_no_room(code: int, refused: Refused, of_mailbox: bool) -> bool:
    """552 is the server's answer to too large a message, but of a full mailbox too."""
    return code == _NO_ROOM and refused is not Refused.RECIPIENT and not of_mailbox


def _refused_entry(
    account: EmailAccount, refused: Refused, error: smtplib.SMTPResponseException
) -> ChannelDown:
    """Not let in. A login is not tried again soon, even where the refusal is temporary (454 4.7.0)."""
    reply = error.smtp_error
    octets = reply if isinstance(reply, bytes) else reply.encode()
    why = refusal(account, refused, error.smtp_code, octets)
    pause = _LOGIN_PAUSE_SECONDS if refused is Refused.LOGIN else why.retry_after
    return ChannelDown(str(why), retry_after=pause)
