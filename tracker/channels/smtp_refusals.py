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
_LOGIN_PAUSE_SECONDS = 3600.0  # mail servers lock accounts after a few wrong logins
_TOO_LARGE = 552
_POLICY = re.compile(r"5\.7\.\d+")


class Refused(StrEnum):
    """What a mail server can say no to, as it stands in a sentence."""

    CONNECTION = "refused the connection"
    LOGIN = "refused the login"
    SENDER = "refused the sender"
    RECIPIENT = "refused the recipient"
    MESSAGE = "refused the message"


class ConnectionOver(DeliveryError):
    """The connection ended before the message was accepted: nothing was sent, another connection may do."""


def refusal(account: EmailAccount, refused: Refused, code: int, reply: bytes) -> DeliveryError:
    """What a reply other than the hoped-for one means for this message and for the rest of the batch.

    The first digit decides (RFC 5321 §4.2.1). Login codes, policy codes (5.7.x) and a refused sender strike
    every message, so they stop the channel and give up no address; 552 (too large) is the message's own.
    """
    text = answer_of(reply.decode(errors="replace"), account.password)
    sentence = f"The mail server {account.host} {refused}: {code} {text}".rstrip()
    if code in _LOGIN_CODES:
        hint = "check user, password and security in the settings"
        return ChannelDown(f"{sentence} ({hint})", retry_after=_LOGIN_PAUSE_SECONDS)
    if code == 421 or code // 100 not in (4, 5):  # going away, or talking nonsense
        return ConnectionOver(sentence)
    if code // 100 == 5 and (_POLICY.match(text) or (refused is Refused.SENDER and code != _TOO_LARGE)):
        return ChannelDown(sentence)
    return DeliveryError(sentence, permanent=code // 100 == 5)


def unusable(account: EmailAccount, error: Exception) -> ChannelDown:
    """Why there is no connection, for a person; the next message would meet the same."""
    server = f"The mail server {account.host}, port {account.port},"
    match error:
        case smtplib.SMTPAuthenticationError():
            refused = refusal(account, Refused.LOGIN, error.smtp_code, _octets(error.smtp_error))
            return ChannelDown(str(refused), retry_after=_LOGIN_PAUSE_SECONDS)
        case smtplib.SMTPResponseException():
            return ChannelDown(
                str(refusal(account, Refused.CONNECTION, error.smtp_code, _octets(error.smtp_error)))
            )
        case ssl.SSLCertVerificationError():
            return ChannelDown(f"{server} has a certificate that cannot be trusted: {error.verify_message}")
        case ssl.SSLError():
            return ChannelDown(f"{server} could not agree on encryption (security = {account.security})")
        case socket.gaierror():
            return ChannelDown(f"{server} is not known by that name, or there is no network")
        case ConnectionRefusedError():
            return ChannelDown(f"{server} takes no connections: is it running, and is the port right?")
        case TimeoutError():
            return ChannelDown(f"{server} did not answer within {account.timeout:g} seconds")
        case smtplib.SMTPNotSupportedError():
            return ChannelDown(f"{server} cannot be used with these settings: {error}")
        case smtplib.SMTPServerDisconnected():
            return ChannelDown(f"{server} gave no answer or ended the connection before it was ready")
    return ChannelDown(f"{server} could not be reached ({type(error).__name__})")


def _octets(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
