"""E-mail by SMTP: one message and one recipient at a time, over one connection that is kept for the batch."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TypeVar

from tracker.channels.base import ChannelDown, Outgoing, Receipt
from tracker.channels.email_account import EmailAccount, address_problem
from tracker.channels.mime import build_message
from tracker.channels.smtp import Conversation, tls_context
from tracker.channels.smtp_refusals import ConnectionOver, PolicyRefusal
from tracker.errors import DeliveryError, OutcomeUnknown

T = TypeVar("T")
Built = tuple[Outgoing, bytes]
"""A message, and the same as it travels."""

_REFUSED_IN_A_ROW = 3
"""So many recipients, and none accepted between them, are no coincidence."""

_WAITS_SECONDS = 5.0
"""So long a server that was told of a message surely waits for it. One that has given up meanwhile would
leave us in doubt about a text that it never read; so it is told anew, on another connection."""


class EmailChannel:
    """Sends by one account. Not for several threads at once. ``ticks``: seconds that only go forward."""

    name = "email"

    def __init__(self, account: EmailAccount, *, ticks: Callable[[], float] = monotonic) -> None:
        self.account, self._ticks = account, ticks
        self._context = tls_context(account)
        self._conversation: Conversation | None = None
        self._refused: set[str] = set()
        self._announced: Built | None = None
        self._announced_at = 0.0
        self._following: Outgoing | None = None
        self._ready: Built | None = None

    def announce(self, message: Outgoing, following: Outgoing | None) -> None:
        """Lets the server get ready while the message may not leave yet (``Announcing``).

        Only on a connection that is open already; whatever goes wrong here, ``send`` begins anew.
        """
        self._take_back()
        self._following = following
        if self._conversation is None or address_problem(message.address):
            return
        self._announced, self._announced_at = (message, self._letter(message)), self._ticks()
        try:
            self._conversation.announce(message.address, len(self._announced[1]))
        except ConnectionOver:
            self._drop()

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        if not self._is_waited_for(message):
            self._take_back()
        letter = self._announced[1] if self._announced else self._letter(message)

        def introduce(server: Conversation) -> None:
            if self._announced is None:
                server.announce(message.address, len(letter))
            self._announced = None
            server.await_go_ahead()

        try:
            with self._left_in_order():
                self._asked(introduce)
                receipt = Receipt(reference=self._opened().hand_over(letter, self._build_following))
        except PolicyRefusal as refusal:
            self._count(message.address, refusal)
            raise
        self._refused.clear()
        return receipt

    def check_address(self, address: str) -> str:
        """Asks the server whether it would take a message for this address, and sends none (``Checking``)."""
        self._take_back()
        problem = address_problem(address)
        if not problem:
            with self._left_in_order():
                problem = self._asked(lambda server: server.refuses(address))
            self._start_over()
        return problem

    def probe(self) -> str:
        """What a check of the settings may say: answers, encrypted and logged in; nothing is sent."""
        self._take_back()
        with self._left_in_order():
            self._asked(Conversation.check)
        account = self.account
        secured = "without encryption" if account.security == "none" else account.security.upper()
        login = f", logged in as {account.user}" if account.user else ""
        return f"{account.host}, port {account.port}, answers: {secured}{login}"

    def close(self) -> None:
        """Ends the connection politely, if there is one; another message would open the next."""
        self._take_back()
        if self._conversation is not None:
            self._conversation.say_goodbye()
            self._conversation = None

    def _letter(self, message: Outgoing) -> bytes:
        """The message as it travels, if it was not built ahead."""
        ready, self._ready = self._ready, None
        return ready[1] if ready and ready[0] is message else build_message(message, self.account)

    def _build_following(self) -> None:
        """What is wrong with it will be said when its turn comes."""
        following, self._following = self._following, None
        if following is not None:
            with suppress(Exception):
                self._ready = following, build_message(following, self.account)

    def _count(self, address: str, refusal: PolicyRefusal) -> None:
        """Raises ChannelDown where so many in a row were refused that it is no longer about each of them."""
        self._refused.add(address)
        if len(self._refused) >= _REFUSED_IN_A_ROW:
            self._refused.clear()
            why = "it refused the two recipients before as well, so the rest waits: ask its administrator why"
            raise ChannelDown(f"{refusal}; {why}", retry_after=refusal.retry_after) from refusal

    def _asked(self, question: Callable[[Conversation], T]) -> T:
        """The server's answer; a connection that ended while it was kept is replaced once."""
        kept = self._conversation is not None
        try:
            return question(self._opened())
        except ConnectionOver:
            if not kept:
                raise
            self._drop()
            return question(self._opened())

    @contextmanager
    def _left_in_order(self) -> Iterator[None]:
        """After an error the connection is as good as new, or given up."""
        try:
            yield
        except (ConnectionOver, ChannelDown, OutcomeUnknown):
            self._drop()
            raise
        except DeliveryError:
            self._start_over()
            raise

    def _opened(self) -> Conversation:
        if self._conversation is None:
            self._conversation = Conversation(self.account, self._context)
        return self._conversation

    def _start_over(self) -> None:
        if self._conversation is not None:
            try:
                self._conversation.reset()
            except DeliveryError:
                self._drop()

    def _is_waited_for(self, message: Outgoing) -> bool:
        """Whether the server was told of it, and not so long ago that it may have given up."""
        announced, waits = self._announced, self._ticks() - self._announced_at
        return announced is not None and announced[0] is message and waits <= _WAITS_SECONDS

    def _take_back(self) -> None:
        """A server that was told of a message that does not come is left: it may wait for the text."""
        if self._announced is not None:
            self._drop()

    def _drop(self) -> None:
        self._announced = None
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None


def open_email(**options: object) -> EmailChannel:
    """The channel for the registry; the options are those of EmailAccount."""
    return EmailChannel(EmailAccount(**options))  # type: ignore[arg-type]
