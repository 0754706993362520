"""A conversation with a mail server, step by step: opened as the settings demand, then one message at a time.

What the server's refusals mean is for ``smtp_refusals`` to say; when to open, keep and close, for ``email``.
"""

import smtplib
import socket
import ssl
from contextlib import suppress

from tracker.channels.email_account import EmailAccount
from tracker.channels.plain import answer_of
from tracker.channels.smtp_refusals import ConnectionOver, Refused, refusal, unusable
from tracker.errors import ConfigError, OutcomeUnknown

_GOODBYE_SECONDS = 5.0


def tls_context(account: EmailAccount) -> ssl.SSLContext:
    """Checks certificate and host name; smtplib's own default checks neither."""
    try:
        return ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise ConfigError(f"ca_file {account.ca_file} cannot be used: {error.strerror or error}") from error


class Conversation:
    """A connection, encrypted as the settings demand and logged in; if there can be none: ChannelDown."""

    def __init__(self, account: EmailAccount, context: ssl.SSLContext) -> None:
        self.account = account
        try:
            self._client = _dialled(account, context)
        except (OSError, ValueError) as error:  # every SMTPException is an OSError
            down = unusable(account, error)
        else:
            return
        # Outside the handler: the cause may quote what was sent, and must not travel with the exception.
        raise down

    def announce(self, recipient: str, size: int) -> None:
        """Everything up to the point where the server waits for a text of ``size`` octets."""
        limit = f" SIZE={size}" if self._client.has_extn("size") else ""
        self._command(Refused.SENDER, "MAIL", f"FROM:<{self.account.sender}>{limit}")
        self._command(Refused.RECIPIENT, "RCPT", f"TO:<{recipient}>")
        self._command(Refused.MESSAGE, "DATA", go_ahead=3)

    def hand_over(self, letter: bytes) -> str:
        """The server's words of acceptance. ``letter`` ends with a line end."""
        try:
            self._client.send(letter.replace(b"\r\n.", b"\r\n.."))  # RFC 5321 §4.5.2
        except OSError as error:
            raise self._cut_off("in the middle of the message") from error
        code, reply = self._answer_to_final_dot()
        if code // 100 == 2:
            return answer_of(reply.decode(errors="replace"))
        if code // 100 in (4, 5):
            raise refusal(self.account, Refused.MESSAGE, code, reply)
        raise OutcomeUnknown(f"The mail server {self.account.host} answered the message with nonsense")

    def check(self) -> None:
        """Raises ConnectionOver if the server is no longer there."""
        self._command(Refused.CONNECTION, "NOOP")

    def reset(self) -> None:
        """Makes ready for another message after a refusal."""
        self._command(Refused.CONNECTION, "RSET")

    def say_goodbye(self) -> None:
        with suppress(OSError):
            _socket(self._client).settimeout(min(_GOODBYE_SECONDS, self.account.timeout))
            self._client.quit()
        self.close()

    def close(self) -> None:
        self._client.close()

    def _command(self, refused: Refused, verb: str, argument: str = "", *, go_ahead: int = 2) -> None:
        try:
            code, reply = self._client.docmd(verb, argument)
        except OSError as error:
            raise self._cut_off("before the message was handed over") from error
        if code // 100 != go_ahead:
            raise refusal(self.account, refused, code, reply)

    def _answer_to_final_dot(self) -> tuple[int, bytes]:
        """Whatever goes wrong from here on, the server may have the message (RFC 1047)."""
        host = self.account.host
        try:
            _socket(self._client).settimeout(self.account.final_timeout)
            self._client.send(b".\r\n")
            answer = self._client.getreply()
            _socket(self._client).settimeout(self.account.timeout)
        except OSError as error:
            raise OutcomeUnknown(f"The mail server {host} took the message but did not confirm it") from error
        return answer

    def _cut_off(self, when: str) -> ConnectionOver:
        return ConnectionOver(f"The connection to the mail server {self.account.host} ended {when}")


def _dialled(account: EmailAccount, context: ssl.SSLContext) -> smtplib.SMTP:
    client = _connected(account, context)
    try:
        client.ehlo_or_helo_if_needed()
        if account.security == "starttls":
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
        if account.user:
            _log_in(client, account)
    except BaseException:
        client.close()
        raise
    return client


def _connected(account: EmailAccount, context: ssl.SSLContext) -> smtplib.SMTP:
    # Some name is given because smtplib would look up this machine's, for seconds; the address replaces it.
    where, timeout = (account.host, account.port, "localhost"), account.timeout
    client: smtplib.SMTP
    if account.security == "tls":
        client = smtplib.SMTP_SSL(*where, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(*where, timeout=timeout)
    connection = _socket(client)
    # Without this an encrypted connection waits 40 ms in every message.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.local_hostname = _address_literal(connection.getsockname()[0])
    return client


def _socket(client: smtplib.SMTP) -> socket.socket:
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return client.sock


def _address_literal(address: str) -> str:
    """How a machine without a public name says hello (RFC 5321 §4.1.3); a Thai name could not be sent."""
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"


def _log_in(client: smtplib.SMTP, account: EmailAccount) -> None:
    """One try, in the first way the server offers; ``SMTP.login`` tries a wrong password in every way."""
    client.user, client.password = account.user, account.password
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        client.auth("PLAIN", client.auth_plain)
    elif "LOGIN" in offered:
        client.auth("LOGIN", client.auth_login)
    else:
        raise smtplib.SMTPNotSupportedError("it offers no login by password")
