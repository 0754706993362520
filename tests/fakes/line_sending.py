"""The calls that send, or say what was sent: https://developers.line.biz/en/reference/messaging-api/#messages"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tests.fakes.line_account import RECIPIENT, USER, Accepted, LineAccount, Outbound
from tests.fakes.line_http import Request, RequestError
from tests.fakes.line_messages import problems_of

Answer = tuple[int, dict[str, Any]]
Call = Callable[..., Answer]

PUSH = "/v2/bot/message/push"
MULTICAST = "/v2/bot/message/multicast"
REPLY = "/v2/bot/message/reply"
BROADCAST = "/v2/bot/message/broadcast"
NARROWCAST = "/v2/bot/message/narrowcast"
TAKES_RETRY_KEY = frozenset({PUSH, MULTICAST, BROADCAST, NARROWCAST})
MAX_MULTICAST = 500
_UNIT = re.compile("[A-Za-z0-9_]{1,30}")
_FIRST_DAY = dt.date(2018, 3, 31)
_COUNTED_ZONE = dt.timezone(dt.timedelta(hours=9))


def push(account: LineAccount, request: Request) -> Answer:
    body = request.json
    to = body.get("to")
    if not isinstance(to, str) or not RECIPIENT.fullmatch(to):
        raise _invalid_recipient("'to',")
    messages = _messages(body)
    if to[0] == "U":
        _refuse_mentions(messages)
    earlier = _accepted_earlier(account, request)
    if earlier:
        raise _repeated(earlier, sentMessages=earlier.sent_messages)
    return 200, {"sentMessages": _send(account, request, {to: account.people(to)}, messages)}


def multicast(account: LineAccount, request: Request) -> Answer:
    body = request.json
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= MAX_MULTICAST:
        raise _invalid_recipient("'to',")
    for place, user in enumerate(to):
        if not isinstance(user, str) or not USER.fullmatch(user):
            raise _invalid_recipient(f"to[{place}],")
    messages = _messages(body)
    _refuse_mentions(messages)
    _refuse_repeat(account, request)
    _send(account, request, {user: account.people(user) for user in to}, messages)
    return 200, {}


def broadcast(account: LineAccount, request: Request) -> Answer:
    """To all friends; see LineAccount.friends."""
    messages = _messages(request.json)
    _refuse_repeat(account, request)
    _send(account, request, dict.fromkeys(sorted(account.friends()), 1), messages)
    return 200, {}


def narrowcast(account: LineAccount, request: Request) -> Answer:
    """As a broadcast, whatever the filter says; the progress can be asked for."""
    broadcast(account, request)
    account.narrowcasts[request.request_id] = len(account.friends())
    return 202, {}


def narrowcast_progress(account: LineAccount, request: Request) -> Answer:
    reached = account.narrowcasts.get(request.query.get("requestId", ""))
    if reached is None:
        raise RequestError(404, "Not found")
    counts = {"successCount": reached, "failureCount": 0, "targetCount": reached}
    return 200, {"phase": "succeeded", **counts, "acceptedTime": instant(account.now)}


def reply(account: LineAccount, request: Request) -> Answer:
    """One answer to an event, free of quota."""
    body = request.json
    messages = _messages(body)
    chat = account.use_reply_token(body.get("replyToken"))
    people = account.groups.get(chat, 0 if chat in account.blocked else 1)
    return 200, {"sentMessages": _send(account, request, {chat: people}, messages, free=True)}


def validate(account: LineAccount, request: Request) -> Answer:
    _check_messages(request.json.get("messages"))
    return 200, {}


def quota(account: LineAccount, request: Request) -> Answer:
    limited = {"type": "limited", "value": account.limit}
    return 200, {"type": "none"} if account.limit is None else limited


def consumption(account: LineAccount, request: Request) -> Answer:
    return 200, {"totalUsage": account.used}


def delivery_count(account: LineAccount, request: Request, kind: str) -> Answer:
    """How many were sent on a day in UTC+9, known from the next day on."""
    try:
        day = dt.datetime.strptime(request.query.get("date", ""), "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise RequestError(400, "The value for the 'date' parameter is invalid") from None
    if day < _FIRST_DAY:
        return 200, {"status": "out_of_service"}
    if day >= account.now.astimezone(_COUNTED_ZONE).date():
        return 200, {"status": "unready"}
    of_the_day = (one for one in account.delivered if one.kind == kind and _day(one.at) == day)
    return 200, {"status": "ready", "success": sum(one.people for one in of_the_day)}


def instant(at: dt.datetime) -> str:
    """As LINE writes moments outside of webhooks."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(at: dt.datetime | None) -> dt.date | None:
    return at.astimezone(_COUNTED_ZONE).date() if at else None


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages, once everything about the body but its recipient is in order."""
    silent, units = body.get("notificationDisabled", False), body.get("customAggregationUnits") or []
    if not isinstance(silent, bool):
        raise _invalid("notificationDisabled", "must be true or false")
    if not isinstance(units, list) or len(units) > 1 or not all(_UNIT.fullmatch(str(unit)) for unit in units):
        raise _invalid("customAggregationUnits", "must be one name of up to 30 letters, digits and _")
    _check_messages(body.get("messages"))
    return body["messages"]


def _check_messages(messages: object) -> None:
    try:
        problems = problems_of(messages)
    except RecursionError:
        problems = ("The request body is nested too deeply", [])
    if problems:
        raise RequestError(400, *problems)


def _refuse_mentions(messages: list[dict[str, Any]]) -> None:
    for place, message in enumerate(messages):
        substitutes = (message.get("substitution") or {}).values()
        if any(substitute["type"] == "mention" for substitute in substitutes):
            raise _invalid(f"messages[{place}].substitution", "mentions are for groups and rooms only")


def _invalid_recipient(where: str) -> RequestError:
    return RequestError(400, f"The property, {where} in the request body is invalid (line: -, column: -)")


def _invalid(where: str, message: str) -> RequestError:
    details = [{"message": message, "property": where}]
    return RequestError(400, "The request body has 1 error(s)", details)


def _accepted_earlier(account: LineAccount, request: Request) -> Accepted | None:
    if not request.retry_key:
        return None
    try:
        UUID(request.retry_key)
    except ValueError:
        raise RequestError(400, "The retry key is invalid") from None
    return account.accepted_earlier(request.retry_key, (request.path, request.body))


def _refuse_repeat(account: LineAccount, request: Request) -> None:
    earlier = _accepted_earlier(account, request)
    if earlier:
        raise _repeated(earlier)


def _repeated(earlier: Accepted, **more: Any) -> RequestError:
    headers = {"x-line-accepted-request-id": earlier.request_id}
    return RequestError(409, "The retry key is already accepted", headers=headers, **more)


def _send(
    account: LineAccount,
    request: Request,
    recipients: dict[str, int],
    messages: list[dict[str, Any]],
    *,
    free: bool = False,
) -> list[dict[str, str]]:
    return account.send(
        Outbound(
            request.path.rpartition("/")[2],
            recipients,
            messages,
            request.request_id,
            request.retry_key,
            free,
            (request.path, request.body),
        )
    )


CALLS: Mapping[tuple[str, str], Call] = {
    ("POST", PUSH): push,
    ("POST", MULTICAST): multicast,
    ("POST", REPLY): reply,
    ("POST", BROADCAST): broadcast,
    ("POST", NARROWCAST): narrowcast,
    ("GET", "/v2/bot/message/progress/narrowcast"): narrowcast_progress,
    **{
        ("POST", f"/v2/bot/message/validate/{kind}"): validate
        for kind in ("push", "multicast", "reply", "broadcast", "narrowcast")
    },
    ("GET", "/v2/bot/message/quota"): quota,
    ("GET", "/v2/bot/message/quota/consumption"): consumption,
    ("GET", "/v2/bot/message/delivery/(push|multicast|reply|broadcast)"): delivery_count,
}
