"""The calls that ask about the account, people and chats, and those about the webhook's address.

https://developers.line.biz/en/reference/messaging-api/#get-profile , #group , #webhook-settings
"""

import secrets
from collections.abc import Mapping

from tests.fakes.line_account import DISPLAY_NAME, RECIPIENT, USER, LineAccount
from tests.fakes.line_http import Request, RequestError
from tests.fakes.line_sending import Answer, Call

ENDPOINT = "/v2/bot/channel/webhook/endpoint"


def info(account: LineAccount, request: Request) -> Answer:
    return 200, {"userId": account.user_id, "basicId": "@216ruxyv", "displayName": DISPLAY_NAME,
                 "chatMode": "bot", "markAsReadMode": "auto"}  # fmt: skip


def profile(account: LineAccount, request: Request, user: str) -> Answer:
    _check_user(user)
    if not account.is_friend(user):
        raise RequestError(404, "Not found")
    return 200, {"userId": user, "displayName": account.name_of(user), "language": "th"}


def group_summary(account: LineAccount, request: Request, group: str) -> Answer:
    _members(account, group, "C")
    return 200, {"groupId": group, "groupName": account.name_of(group)}


def group_count(account: LineAccount, request: Request, group: str) -> Answer:
    return 200, {"count": _members(account, group, "C")}


def room_count(account: LineAccount, request: Request, room: str) -> Answer:
    return 200, {"count": _members(account, room, "R")}


def leave_group(account: LineAccount, request: Request, group: str) -> Answer:
    _members(account, group, "C")
    del account.groups[group]
    return 200, {}


def member(account: LineAccount, request: Request, group: str, user: str) -> Answer:
    """Any well-formed user counts as a member of a group that the account is in."""
    _members(account, group, "C")
    _check_user(user)
    return 200, {"userId": user, "displayName": account.name_of(user)}


def followers(account: LineAccount, request: Request) -> Answer:
    raise RequestError(403, "Access to this API is not available for your account")


def link_token(account: LineAccount, request: Request, user: str) -> Answer:
    profile(account, request, user)
    return 200, {"linkToken": secrets.token_urlsafe(24)}


def endpoint(account: LineAccount, request: Request) -> Answer:
    if not account.webhook_url:
        raise RequestError(404, "Webhook endpoint not found")
    return 200, {"endpoint": account.webhook_url, "active": True}


def set_endpoint(account: LineAccount, request: Request) -> Answer:
    account.webhook_url = checked_endpoint(request.json.get("endpoint"))
    return 200, {}


def checked_endpoint(url: object) -> str:
    if not isinstance(url, str) or not url.startswith("https://") or len(url) > 500:
        raise RequestError(400, "Invalid webhook endpoint URL")
    return url


def _check_user(user: str) -> None:
    if not USER.fullmatch(user):
        raise RequestError(400, "The value for the 'userId' parameter is invalid")


def _members(account: LineAccount, chat: str, kind: str) -> int:
    if not RECIPIENT.fullmatch(chat) or chat[0] != kind:
        raise RequestError(400, "The value for the 'groupId' parameter is invalid")
    if chat not in account.groups:
        raise RequestError(404, "Not found")
    return account.groups[chat]


_GROUP = "/v2/bot/group/([^/]+)"
CALLS: Mapping[tuple[str, str], Call] = {
    ("GET", "/v2/bot/info"): info,
    ("GET", "/v2/bot/profile/([^/]+)"): profile,
    ("GET", f"{_GROUP}/summary"): group_summary,
    ("GET", f"{_GROUP}/members/count"): group_count,
    ("GET", f"{_GROUP}/member/([^/]+)"): member,
    ("POST", f"{_GROUP}/leave"): leave_group,
    ("GET", "/v2/bot/room/([^/]+)/members/count"): room_count,
    ("GET", "/v2/bot/followers/ids"): followers,
    ("POST", "/v2/bot/user/([^/]+)/linkToken"): link_token,
    ("GET", ENDPOINT): endpoint,
    ("PUT", ENDPOINT): set_endpoint,
}
