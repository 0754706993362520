"""Opening a connection to a mail server: encrypted and logged in as the settings demand, or not at all.

What is then said on it is for ``smtp``; why it could not be opened, for ``smtp_refusals``.
"""

import io
import smtplib
import socket
import ssl
from typing import Any

from tracker.channels.email_account import EmailAccount
from tracker.channels.patience import Answers


def dialled(account: EmailAccount, context: ssl.SSLContext) -> smtplib.SMTP:
    """A server ready for a message. Raises OSError (every SMTPException is one) or ValueError."""
    client = _connected(account, context)
    try:
        _say_hello(client)
        if account.security == "starttls":
            client.starttls(context=context)
            _say_hello(client)
        if account.user:
            _log_in(client, account)
    except BaseException:
        client.close()
        raise
    return client


def socket_of(client: smtplib.SMTP) -> socket.socket:
    """Its socket, whose time-out is that of every step."""
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return client.sock


class _Patient:
    """Makes smtplib wait for a whole answer only as long as the socket waits for one piece of it."""

    sock: socket.socket | None
    file: Any

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            if self.file is None:
                self.file = io.BufferedReader(Answers(self.sock))
            self.file.raw.expect()
        answer: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        return answer


class _Plain(_Patient, smtplib.SMTP):
    pass


class _Encrypted(_Patient, smtplib.SMTP_SSL):
    pass


def _connected(account: EmailAccount, context: ssl.SSLContext) -> smtplib.SMTP:
    # Some name is given because smtplib would look up this machine's, for seconds; the address replaces it.
    where, timeout = (account.host, account.port, "localhost"), account.timeout
    client: smtplib.SMTP
    if account.security == "tls":
        client = _Encrypted(*where, timeout=timeout, context=context)
    else:
        client = _Plain(*where, timeout=timeout)
    connection = socket_of(client)
    # Without this an encrypted connection waits 40 ms in every message.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.local_hostname = _address_literal(connection.getsockname()[0])
    return client


def _say_hello(client: smtplib.SMTP) -> None:
    """In the older way to a server that does not know the newer; smtplib tries it whatever the answer was."""
    code, answer = client.ehlo()
    if code // 100 == 5:
        code, answer = client.helo()
    if code // 100 != 2:
        raise smtplib.SMTPHeloError(code, answer)


def _address_literal(address: str) -> str:
    """How a machine without a public name says hello (RFC 5321 §4.1.3); a Thai name could not be sent."""
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"


def _log_in(client: smtplib.SMTP, account: EmailAccount) -> None:
    """One try, in the first way the server offers; ``SMTP.login`` tries a wrong password in every way."""
    client.user, client.password = account.user, account.password
    offered = client.esmtp_features.get("auth", "").upper().split()
    try:
        if "PLAIN" in offered:
            client.auth("PLAIN", client.auth_plain)
        elif "LOGIN" in offered:
            client.auth("LOGIN", client.auth_login)
        else:
            raise smtplib.SMTPNotSupportedError("it offers no login by password")
    finally:
        client.user = client.password = ""  # not needed again, and so in no dump of the client
