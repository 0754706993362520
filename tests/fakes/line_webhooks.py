"""Events as LINE sends them to a webhook: signed, and in every way a receiver must stand.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

import base64
import copy
import hashlib
import hmac
import json
import secrets
from typing import Any

import requests

from tests.fakes.line_account import LineAccount
from tests.fakes.line_http import Request
from tests.fakes.line_lookups import checked_endpoint
from tests.fakes.line_sending import Answer, instant

Event = dict[str, Any]
TIMEOUT_SECONDS = 2.0
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SOURCES = {"U": ("user", "userId"), "C": ("group", "groupId"), "R": ("room", "roomId")}


def signature(secret: str, body: bytes) -> str:
    """The value of ``x-line-signature`` for these very bytes."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Webhooks:
    """Makes events of one account and sends them to its webhook.

    Making an event changes the account as the event says: who follows it, which chats it is in.
    """

    def __init__(self, account: LineAccount) -> None:
        self.account = account

    def follow(self, user: str) -> Event:
        unblocked = user in self.account.blocked
        self.account.blocked.discard(user)
        if self.account.users is not None:
            self.account.users.add(user)
        return self.event("follow", user, follow={"isUnblocked": unblocked})

    def unfollow(self, user: str) -> Event:
        self.account.blocked.add(user)
        return self.event("unfollow", user, reply=False)

    def message(self, chat: str, text: str, *, user: str = "") -> Event:
        """A text, in a chat of several people from one of them."""
        content = {"type": "text", "id": str(secrets.randbits(58)), "text": text,
                   "quoteToken": secrets.token_hex(8)}  # fmt: skip
        return self.event("message", chat, user=user, message=content)

    def postback(self, chat: str, data: str, *, user: str = "", **params: str) -> Event:
        postback = {"data": data, **({"params": params} if params else {})}
        return self.event("postback", chat, user=user, postback=postback)

    def join(self, chat: str, *, people: int) -> Event:
        self.account.groups[chat] = people
        return self.event("join", chat)

    def leave(self, chat: str) -> Event:
        self.account.groups.pop(chat, None)
        return self.event("leave", chat, reply=False)

    def member_joined(self, chat: str, *users: str) -> Event:
        self.account.groups[chat] += len(users)
        return self.event("memberJoined", chat, joined={"members": _members(users)})

    def member_left(self, chat: str, *users: str) -> Event:
        self.account.groups[chat] -= len(users)
        return self.event("memberLeft", chat, reply=False, left={"members": _members(users)})

    def unknown(self, chat: str) -> Event:
        """A type that LINE may bring some day."""
        return self.event("fortuneTold", chat, fortune={"luck": "good"})

    def event(self, kind: str, chat: str, *, user: str = "", reply: bool = True, **more: Any) -> Event:
        """Any event, with the properties that all have and, with ``reply``, a token for an answer."""
        source, name = _SOURCES[chat[0]]
        token = {"replyToken": self.account.issue_reply_token(chat)} if reply else {}
        at = int(self.account.now.timestamp() * 1000)
        return {
            "type": kind,
            "mode": "active",
            "timestamp": at,
            "webhookEventId": _ulid(at),
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": source, name: chat, **({"userId": user} if user else {})},
            **token,
            **more,
        }

    def redelivered(self, event: Event) -> Event:
        """The same event sent again: same id, and the reply token good once more if it was not used."""
        again = copy.deepcopy(event)
        again["deliveryContext"]["isRedelivery"] = True
        self.account.renew_reply_token(event.get("replyToken", ""))
        return again

    def send(self, *events: Event, url: str = "", signed: str | None = None) -> int:
        """The receiver's status; 0 if it cannot be reached or takes longer than two seconds.

        No event makes a probe, twice the same a duplicate. ``signed`` is sent in place of the signature, and
        none at all if it is empty.
        """
        try:
            return self._post(events, url or self.account.webhook_url, signed)
        except requests.RequestException:
            return 0

    def _post(self, events: tuple[Event, ...], url: str, signed: str | None) -> int:
        content = {"destination": self.account.user_id, "events": events}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        value = signature(self.account.channel[1], body) if signed is None else signed
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "LineBotWebhook/2.0",
                   **({"x-line-signature": value} if value else {})}  # fmt: skip
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            return answer.status_code


def try_endpoint(account: LineAccount, request: Request) -> Answer:
    """Sends an empty probe, to the address in the request or else to the account's own."""
    asked = request.json.get("endpoint")
    url = checked_endpoint(asked) if asked else account.webhook_url
    status = Webhooks(account).send(url=url)
    reason = "OK" if status == 200 else "ERROR_STATUS_CODE" if status else "COULD_NOT_CONNECT"
    return 200, {"success": status == 200, "timestamp": instant(account.now), "statusCode": status,
                 "reason": reason, "detail": str(status or "no answer")}  # fmt: skip


TEST_CALL = {("POST", "/v2/bot/channel/webhook/test"): try_endpoint}


def _members(users: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"type": "user", "userId": user} for user in users]


def _ulid(milliseconds: int) -> str:
    """26 characters that sort by time: https://github.com/ulid/spec"""
    value = milliseconds << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))
