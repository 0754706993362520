"""A conversation with a mail server, step by step: one message and one recipient at a time.

One recipient to a transaction (RFC 5321 §3.3 would allow many): no answer is then half a refusal. How a
connection is opened is for ``smtp_dialling`` to know, what refusals mean for ``smtp_refusals``, when to open,
keep and close for ``email``.
"""

import ssl
from contextlib import suppress

from tracker.channels.base import ChannelDown
from tracker.channels.email_account import EmailAccount
from tracker.channels.plain import answer_of
from tracker.channels.smtp_dialling import dialled, socket_of
from tracker.channels.smtp_refusals import ConnectionOver, Refused, is_verdict, refusal, unusable
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
            self._client = dialled(account, context)
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
            return answer_of(reply.decode(errors="replace"), self.account.password)
        if code // 100 in (4, 5):
            raise refusal(self.account, Refused.MESSAGE, code, reply)
        host = self.account.host
        raise OutcomeUnknown(f"The mail server {host} answered the message unclearly; it may have taken it")

    def refuses(self, recipient: str) -> str:
        """Why the server would take nothing for this address, or ""; to be followed by ``reset``.

        A relay that only passes mail on takes every address at first.
        """
        self._command(Refused.SENDER, "MAIL", f"FROM:<{self.account.sender}>")
        code, reply = self._answer("RCPT", f"TO:<{recipient}>")
        if code // 100 == 2:
            return ""
        refused = refusal(self.account, Refused.RECIPIENT, code, reply)
        if is_verdict(code) and not isinstance(refused, ChannelDown):
            return str(refused)
        raise refused

    def check(self) -> None:
        """Raises ConnectionOver if the server is no longer there."""
        self._command(Refused.CONNECTION, "NOOP")

    def reset(self) -> None:
        """Makes ready for another message after a refusal."""
        self._command(Refused.CONNECTION, "RSET")

    def say_goodbye(self) -> None:
        with suppress(OSError):
            socket_of(self._client).settimeout(min(_GOODBYE_SECONDS, self.account.timeout))
            self._client.quit()
        self.close()

    def close(self) -> None:
        self._client.close()

    def _command(self, refused: Refused, verb: str, argument: str = "", *, go_ahead: int = 2) -> None:
        code, reply = self._answer(verb, argument)
        if code // 100 != go_ahead:
            raise refusal(self.account, refused, code, reply)

    def _answer(self, verb: str, argument: str) -> tuple[int, bytes]:
        try:
            return self._client.docmd(verb, argument)
        except OSError as error:
            raise self._cut_off("before the message was handed over") from error

    def _answer_to_final_dot(self) -> tuple[int, bytes]:
        """Whatever goes wrong from here on, the server may have the message (RFC 1047)."""
        host = self.account.host
        try:
            socket_of(self._client).settimeout(self.account.final_timeout)
            self._client.send(b".\r\n")
            answer = self._client.getreply()
            socket_of(self._client).settimeout(self.account.timeout)
        except OSError as error:
            sentence = f"The mail server {host} got the message and did not confirm it; it may have taken it"
            raise OutcomeUnknown(sentence) from error
        return answer

    def _cut_off(self, when: str) -> ConnectionOver:
        return ConnectionOver(f"The connection to the mail server {self.account.host} ended {when}")
