"""The official account behind the stand-in for LINE: who follows it, what it may send, what it has sent."""

import datetime as dt
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.line_http import RequestError
from tests.fakes.line_messages import QUOTABLE

DISPLAY_NAME = "ติดตามแผน ITA"
KEY_SECONDS = 24 * 3600
STATELESS_SECONDS = 900
REPLY_SECONDS = 60
REDELIVERY_SECONDS = 20 * 60
USER = re.compile("U[0-9a-f]{32}")
RECIPIENT = re.compile("[UCR][0-9a-f]{32}")


@dataclass(frozen=True)
class Delivered:
    """What people received: how many, which texts, under which key, and the message objects themselves.

    The text of a Flex message, template or imagemap is its altText. ``kind`` is push, multicast, reply, ….
    """

    to: str
    texts: tuple[str, ...]
    people: int
    retry_key: str
    request_id: str
    messages: tuple[dict[str, Any], ...] = ()
    kind: str = "push"
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Accepted:
    """A request that a retry key stands for; ``what`` is its path and body."""

    request_id: str
    at: float
    sent_messages: list[dict[str, str]]
    what: tuple[str, bytes] = ("", b"")


@dataclass
class ReplyToken:
    """The chat it answers, when its event happened and until when it is good."""

    chat: str
    event_at: float
    until: float


@dataclass(frozen=True)
class Outbound:
    """A request to send that is in order: to whom, how many people each, and what."""

    kind: str
    recipients: dict[str, int]
    messages: list[dict[str, Any]]
    request_id: str
    retry_key: str = ""
    free: bool = False
    what: tuple[str, bytes] = field(default=("", b""), repr=False)


class LineAccount:
    """``users`` None means that every well-formed id is a friend; ``groups`` gives chats their size.

    ``assertion_keys`` are RSA keys registered for the channel: key id → modulus and exponent. ``limit`` None
    means no monthly quota; it may be changed at any time. ``misuses`` lists retry keys that came again with
    another request, of which LINE says that anything may happen.
    """

    def __init__(
        self,
        *,
        tokens: tuple[str, ...],
        channel: tuple[str, str],
        limit: int | None,
        users: set[str] | None,
        groups: dict[str, int] | None,
        started_at: dt.datetime | None,
        on_delivery: Callable[[Delivered], None],
    ) -> None:
        self.tokens = dict.fromkeys(tokens, float("inf"))
        self.stateless: set[str] = set()
        self.key_ids: dict[str, str] = {}
        self.assertion_keys: dict[str, tuple[int, int]] = {}
        self.channel = channel
        self.user_id = "U" + "0" * 32
        self.limit = limit
        self.used = 0
        self.users = users
        self.groups = groups or {}
        self.blocked: set[str] = set()
        self.names: dict[str, str] = {}
        self.accepted: dict[str, Accepted] = {}
        self.misuses: list[str] = []
        self.delivered: list[Delivered] = []
        self.reply_tokens: dict[str, ReplyToken] = {}
        self.narrowcasts: dict[str, int] = {}
        self.webhook_url = ""
        self.on_delivery = on_delivery
        self._moved = 0.0
        self._started = time.monotonic()
        self._started_at = started_at or dt.datetime.fromtimestamp(time.time(), dt.UTC)

    @property
    def seconds(self) -> float:
        """The fake's clock: real seconds, plus those it was moved by."""
        return time.monotonic() + self._moved

    @property
    def now(self) -> dt.datetime:
        """The same clock as a moment: ``started_at``, plus what has passed since."""
        return self._started_at + dt.timedelta(seconds=self.seconds - self._started)

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        self._moved += hours * 3600 + seconds

    def name_of(self, chat: str) -> str:
        kinds = {"U": "Person", "C": "Group", "R": "Room"}
        return self.names.get(chat) or f"{kinds.get(chat[:1], 'Chat')} {chat[1:7]}…"

    def issue_token(self, *, seconds: float = STATELESS_SECONDS, stateless: bool = True) -> str:
        """A token, by default a stateless one, good for 15 minutes of the fake's clock."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.seconds + seconds
        if stateless:
            self.stateless.add(token)
        return token

    def revoke_tokens(self) -> None:
        self.tokens.clear()

    def authorise(self, token: str) -> None:
        if self.tokens.get(token, 0.0) <= self.seconds:
            raise RequestError(
                401,
                "Authentication failed. Confirm that the access token in the authorization header is valid.",
            )

    def issue_reply_token(self, chat: str) -> str:
        """A token as an event brings it: one reply to this chat, within a minute."""
        token = secrets.token_hex(16)
        self.reply_tokens[token] = ReplyToken(chat, self.seconds, self.seconds + REPLY_SECONDS)
        return token

    def renew_reply_token(self, token: str) -> None:
        """As its event is delivered again: good once more, unless used or the event is 20 minutes old."""
        known = self.reply_tokens.get(token)
        if known and self.seconds - known.event_at < REDELIVERY_SECONDS:
            known.until = self.seconds + REPLY_SECONDS

    def use_reply_token(self, token: object) -> str:
        """The chat that the reply goes to."""
        known = self.reply_tokens.get(token) if isinstance(token, str) else None
        if not known or known.until <= self.seconds:
            raise RequestError(400, "Invalid reply token")
        del self.reply_tokens[str(token)]
        return known.chat

    def is_friend(self, user: str) -> bool:
        return (self.users is None or user in self.users) and user not in self.blocked

    def friends(self) -> set[str]:
        """Everybody whom a broadcast reaches; without a list of users those who were sent something."""
        known = {one.to for one in self.delivered if one.to[:1] == "U"} if self.users is None else self.users
        return known - self.blocked

    def people(self, to: str) -> int:
        """How many receive it: none of a user who blocked the account, although LINE answers 200."""
        if to in self.groups:
            return self.groups[to]
        if to[:1] != "U" or (self.users is not None and to not in self.users):
            raise RequestError(400, "Failed to send messages")
        return 0 if to in self.blocked else 1

    def accepted_earlier(self, retry_key: str, what: tuple[str, bytes]) -> Accepted | None:
        """The request that this key stood for in the last 24 hours."""
        earlier = self.accepted.get(retry_key)
        if not earlier or self.seconds - earlier.at >= KEY_SECONDS:
            return None
        if earlier.what != what:
            self.misuses.append(f"{retry_key}: another request than the accepted {earlier.request_id}")
        return earlier

    def send(self, outbound: Outbound) -> list[dict[str, str]]:
        """Delivers and counts, or refuses the whole; the answer is what LINE tells of the sent messages."""
        people = 0 if outbound.free else sum(outbound.recipients.values())
        if not outbound.free and self.limit is not None and self.used + people > self.limit:
            raise RequestError(429, "You have reached your monthly limit.")
        self.used += people
        sent = [_sent(message) for message in outbound.messages]
        if outbound.retry_key:
            accepted = Accepted(outbound.request_id, self.seconds, sent, outbound.what)
            self.accepted[outbound.retry_key] = accepted
        for to, reached in outbound.recipients.items():
            if reached:
                self._deliver(outbound, to, reached)
        return sent

    def _deliver(self, outbound: Outbound, to: str, people: int) -> None:
        delivered = Delivered(
            to,
            tuple(map(text_of, outbound.messages)),
            people,
            outbound.retry_key,
            outbound.request_id,
            tuple(outbound.messages),
            outbound.kind,
            self.now,
        )
        self.delivered.append(delivered)
        self.on_delivery(delivered)


def text_of(message: dict[str, Any]) -> str:
    """What a notification shows of the message."""
    return str(message.get("text") or message.get("altText") or f"[{message.get('type')}]")


def _sent(message: dict[str, Any]) -> dict[str, str]:
    quote = {"quoteToken": secrets.token_hex(8)} if message["type"] in QUOTABLE else {}
    return {"id": str(secrets.randbits(58)), **quote}
