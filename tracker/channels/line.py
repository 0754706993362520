"""LINE messages, pushed: https://developers.line.biz/en/reference/messaging-api/#send-push-message

Each attempt carries the message's key as ``X-Line-Retry-Key``, which LINE remembers for 24 hours, so what may
have arrived can be sent again and reaches the person once.
"""

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import replace

from tracker.channels.base import Outgoing, Quota, Receipt
from tracker.channels.line_account import LineAccount
from tracker.channels.line_answers import Answer, facts, is_about_the_message, number, receipt, too_many
from tracker.channels.line_api import LineApi
from tracker.channels.line_objects import Objects, objects_of
from tracker.channels.line_text import text_messages
from tracker.channels.plain import one_line
from tracker.errors import DeliveryError

_PUSH = "/v2/bot/message/push"
_QUOTA = "/v2/bot/message/quota"
_CHATS = {"C": "group", "R": "room"}
_NO_FRIEND = "is not a friend of the account, or has blocked it"
_NOT_IN_CHAT = "is no chat that the account is a member of"
_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")


class LineChannel:
    """Pushes by one official account. ``ticks`` are the seconds by which 15-minute tokens age."""

    name = "line"

    def __init__(self, account: LineAccount, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self.account = account
        self._api = LineApi(account, ticks=ticks)

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        if problem := _problem_of(message.address):
            raise DeliveryError(problem, permanent=True)
        objects, note = objects_of(message.text, message.flex)
        answer = self._push(message, objects)
        if message.flex and not note and answer.status in (400, 413) and is_about_the_message(answer):
            # A refused key is still free, and an accepted one is answered with 409 whatever comes with it.
            note = f"LINE refused the card ({answer.message}); the plain text went instead"
            answer = self._push(message, text_messages(message.text))
        if answer.status == 429:
            raise self._too_many(answer, message.address)
        accepted = receipt(answer)
        return replace(accepted, note=" | ".join(filter(None, (note, accepted.note))))

    def quota(self) -> Quota:
        limit = self._api.get(_QUOTA)
        used = number(self._api.get(f"{_QUOTA}/consumption"), "totalUsage")
        return Quota(number(limit, "value") if facts(limit).get("type") == "limited" else None, used)

    def people(self, address: str) -> int:
        return number(self._api.get(_members(address)), "count") if address[:1] in _CHATS else 1

    def check_address(self, address: str) -> str:
        """A user is looked up by the profile, which LINE gives of friends only."""
        if problem := _problem_of(address):
            return problem
        is_chat = address[0] in _CHATS
        answer = self._api.get(_members(address) if is_chat else f"/v2/bot/profile/{address}")
        if answer.status in (400, 404) and answer.is_from_line:
            return _NOT_IN_CHAT if is_chat else _NO_FRIEND
        facts(answer)
        return ""

    def probe(self) -> str:
        """What a check of the settings may say: whose account this is, and that the token is accepted."""
        info = facts(self._api.get("/v2/bot/info"))
        token = "the access token" if self.account.token else "a token made from the channel secret"
        return one_line(f"{info.get('displayName', '')} ({info.get('basicId', '')}) accepts {token}")

    def close(self) -> None:
        self._api.close()

    def _push(self, message: Outgoing, objects: Objects) -> Answer:
        body = {"to": message.address, "messages": objects}
        return self._api.push(_PUSH, body, retry_key=message.key)

    def _too_many(self, answer: Answer, address: str) -> DeliveryError:
        """What a 429 means; without the quota's figures it counts as a rate, which only costs a later try."""
        try:
            quota, people = self.quota(), self.people(address)
        except DeliveryError:
            return too_many(answer, None, people=1)
        return too_many(answer, quota, people=people)


def _problem_of(address: str) -> str:
    if _RECIPIENT.fullmatch(address):
        return ""
    return f"{one_line(address)!r} is no LINE id (U, C or R and 32 of 0-9, a-f)"


def _members(chat: str) -> str:
    return f"/v2/bot/{_CHATS[chat[0]]}/{chat}/members/count"


def open_line(**options: object) -> LineChannel:
    """The channel for the registry; the options are those of LineAccount."""
    return LineChannel(LineAccount(**options))  # type: ignore[arg-type]
