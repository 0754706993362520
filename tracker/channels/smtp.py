"""A conversation with a mail server, step by step: one message and one recipient at a time.

One recipient to a transaction (RFC 5321 §3.3 would allow many): no answer is then half a refusal. How a
connection is opened is for ``smtp_dialling`` to know, what refusals mean for ``smtp_refusals``, when to open,
keep and close for ``email``.
"""

import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from tracker.channels.base import ChannelDown
from tracker.channels.email_account import EmailAccount
from tracker.channels.plain import answer_of
from tracker.channels.smtp_dialling import dialled, socket_of
from tracker.channels.smtp_refusals import ConnectionOver, Refused, is_verdict, refusal, unusable
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown

_GOODBYE_SECONDS = 5.0
_WAITS = 3  # the first digit of the answer of a server that waits for the text
_BEFORE = "before the message was handed over"


class _Command(NamedTuple):
    """A command, what a refusal of it refuses, and the first digit of the answer that is hoped for."""

    verb: str
    argument: str
    refused: Refused
    hoped: int = 2

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".rstrip()


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
        """Say for whom the next message is, of ``size`` octets; ``await_go_ahead`` has to follow.

        All at once, and without waiting for the answers, to a server that takes commands so (RFC 2920);
        otherwise nothing is said before they are waited for.
        """
        limit = f" SIZE={size}" if self._client.has_extn("size") else ""
        self._announced = (
            _Command("MAIL", f"FROM:<{self.account.sender}>{limit}", Refused.SENDER),
            _Command("RCPT", f"TO:<{recipient}>", Refused.RECIPIENT),
            _Command("DATA", "", Refused.MESSAGE, hoped=_WAITS),
        )
        if self._takes_many:
            try:
                self._client.send("".join(f"{command}\r\n" for command in self._announced))
            except OSError as error:
                raise self._cut_off(_BEFORE) from error

    def await_go_ahead(self) -> None:
        """Until the server waits for the text of what was announced."""
        if self._takes_many:
            self._hear(self._announced)
        else:
            for command in self._announced:
                self._command(command)

    def hand_over(self, letter: bytes, meanwhile: Callable[[], None]) -> str:
        """The server's words of acceptance. ``letter`` ends with a line end.

        ``meanwhile`` is what to do once it has left, while the server takes it; it raises nothing.
        """
        try:
            # Dots by RFC 5321 §4.5.2. What was not sent to its end lacks the last one and so is not taken.
            self._client.send(letter.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        except OSError as error:
            raise self._cut_off("in the middle of the message") from error
        meanwhile()
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
        self._command(_Command("MAIL", f"FROM:<{self.account.sender}>", Refused.SENDER))
        code, reply = self._asked(_Command("RCPT", f"TO:<{recipient}>", Refused.RECIPIENT))
        if code // 100 == 2:
            return ""
        refused = refusal(self.account, Refused.RECIPIENT, code, reply)
        if is_verdict(code) and not isinstance(refused, ChannelDown):
            return str(refused)
        raise refused

    def check(self) -> None:
        """Raises ConnectionOver if the server is no longer there."""
        self._command(_Command("NOOP", "", Refused.CONNECTION))

    def reset(self) -> None:
        """Makes ready for another message after a refusal."""
        self._command(_Command("RSET", "", Refused.CONNECTION))

    def say_goodbye(self) -> None:
        with suppress(OSError):
            socket_of(self._client).settimeout(min(_GOODBYE_SECONDS, self.account.timeout))
            self._client.quit()
        self.close()

    def close(self) -> None:
        self._client.close()

    @property
    def _takes_many(self) -> bool:
        return self._client.has_extn("pipelining")

    def _hear(self, commands: Iterable[_Command]) -> None:
        """Read every answer, so that the next one will be that to the next command; the first refusal counts.

        A server that waits for a text although it refused would take whatever comes next for that text.
        """
        first: DeliveryError | None = None
        waits = False
        try:
            for command in commands:
                code, reply = self._answer()
                waits = code // 100 == _WAITS
                if code // 100 != command.hoped and first is None:
                    first = refusal(self.account, command.refused, code, reply)
        except ConnectionOver:
            if first is None:
                raise
            self.close()
        if first is not None:
            if waits:
                self.close()
            raise first

    def _command(self, command: _Command) -> None:
        code, reply = self._asked(command)
        if code // 100 != command.hoped:
            raise refusal(self.account, command.refused, code, reply)

    def _asked(self, command: _Command) -> tuple[int, bytes]:
        try:
            return self._client.docmd(command.verb, command.argument)
        except OSError as error:
            raise self._cut_off(_BEFORE) from error

    def _answer(self) -> tuple[int, bytes]:
        try:
            return self._client.getreply()
        except OSError as error:
            raise self._cut_off(_BEFORE) from error

    def _answer_to_final_dot(self) -> tuple[int, bytes]:
        """Whatever goes wrong from here on, the server may have the message (RFC 1047)."""
        host = self.account.host
        try:
            socket_of(self._client).settimeout(self.account.final_timeout)
            answer = self._client.getreply()
            socket_of(self._client).settimeout(self.account.timeout)
        except OSError as error:
            sentence = f"The mail server {host} got the message and did not confirm it; it may have taken it"
            raise OutcomeUnknown(sentence) from error
        return answer

    def _cut_off(self, when: str) -> ConnectionOver:
        return ConnectionOver(f"The connection to the mail server {self.account.host} ended {when}")
