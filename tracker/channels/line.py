"""LINE messages, pushed: https://developers.line.biz/en/reference/messaging-api/#send-push-message

Each attempt carries the message's key as ``X-Line-Retry-Key``, which LINE remembers for 24 hours, so what may
have arrived can be sent again and reaches the person once.
"""

import datetime as dt
import re
import time
from collections.abc import Callable

from tracker.channels.base import Outgoing, Receipt
from tracker.channels.line_account import LineAccount
from tracker.channels.line_answers import facts, number, receipt, too_many
from tracker.channels.line_api import LineApi
from tracker.channels.line_text import text_messages
from tracker.channels.plain import one_line
from tracker.errors import DeliveryError

_PUSH = "/v2/bot/message/push"
_QUOTA = "/v2/bot/message/quota"
_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")


class LineChannel:
    """Pushes by one official account. ``ticks`` are the seconds by which 15-minute tokens age."""

    name = "line"

    def __init__(self, account: LineAccount, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self.account = account
        self._api = LineApi(account, ticks=ticks)

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        if not _RECIPIENT.fullmatch(message.address):
            shown = one_line(message.address)
            raise DeliveryError(f"{shown!r} is no LINE id (U, C or R and 32 of 0-9, a-f)", permanent=True)
        body = {"to": message.address, "messages": text_messages(message.text)}
        answer = self._api.push(_PUSH, body, retry_key=message.key)
        if answer.status == 429:
            raise too_many(answer, self._quota_if_known())
        return receipt(answer)

    def quota(self) -> tuple[int | None, int]:
        """How many people may be reached this month (None: no limit), and how many were, approximately."""
        limit = self._api.get(_QUOTA)
        used = number(self._api.get(f"{_QUOTA}/consumption"), "totalUsage")
        return (number(limit, "value") if facts(limit).get("type") == "limited" else None), used

    def probe(self) -> str:
        """What a check of the settings may say: whose account this is; nothing is sent."""
        info = facts(self._api.get("/v2/bot/info"))
        return one_line(f"{info.get('displayName', '')} ({info.get('basicId', '')})")

    def close(self) -> None:
        self._api.close()

    def _quota_if_known(self) -> tuple[int | None, int] | None:
        try:
            return self.quota()
        except DeliveryError:
            return None


def open_line(**options: object) -> LineChannel:
    """The channel for the registry; the options are those of LineAccount."""
    return LineChannel(LineAccount(**options))  # type: ignore[arg-type]
