"""The calls that ask about the account, people and chats, and those about tokens and the webhook's address.

https://developers.line.biz/en/reference/messaging-api/#get-profile , #group , #webhook-settings ,
#channel-access-token
"""

import secrets
from collections.abc import Mapping

from tests.fakes.line_account import DISPLAY_NAME, RECIPIENT, STATELESS_SECONDS, USER, LineAccount
from tests.fakes.line_http import OAuthError, Request, RequestError
from tests.fakes.line_sending import Answer, Call

SHORT_LIVED_SECONDS = 30 * 24 * 3600
SHORT_LIVED_AT_ONCE = 30
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


def stateless_token(account: LineAccount, request: Request) -> Answer:
    _check_client(account, request)
    return _issued(account.issue_token(), STATELESS_SECONDS)


def short_lived_token(account: LineAccount, request: Request) -> Answer:
    """One more of at most 30: the oldest of them makes room."""
    _check_client(account, request)
    short = [token for token, end in account.tokens.items() if end < float("inf")]
    alive = [token for token in short if token not in account.stateless]
    for oldest in alive[: max(0, len(alive) + 1 - SHORT_LIVED_AT_ONCE)]:
        del account.tokens[oldest]
    token = account.issue_token(seconds=SHORT_LIVED_SECONDS, stateless=False)
    return _issued(token, SHORT_LIVED_SECONDS)


def _issued(token: str, seconds: int) -> Answer:
    return 200, {"token_type": "Bearer", "access_token": token, "expires_in": seconds}


def _check_client(account: LineAccount, request: Request) -> None:
    form = request.form
    if form.get("grant_type") != "client_credentials":
        raise OAuthError("unsupported_grant_type", "unsupported grant type")
    if (form.get("client_id"), form.get("client_secret")) != account.channel:
        raise OAuthError("invalid_request", "invalid client credentials")


def verify(account: LineAccount, request: Request) -> Answer:
    return _verified(account, request.form.get("access_token", ""))


def verify_v21(account: LineAccount, request: Request) -> Answer:
    return _verified(account, request.query.get("access_token", ""))


def _verified(account: LineAccount, token: str) -> Answer:
    """A long-lived token has no end to tell of."""
    left = account.tokens.get(token, 0.0) - account.seconds
    if left <= 0:
        raise OAuthError("invalid_request", "access token expired")
    end = {} if left == float("inf") else {"expires_in": int(left)}
    return 200, {"client_id": account.channel[0], **end, "scope": "message.send"}


def revoke(account: LineAccount, request: Request) -> Answer:
    """LINE says 200 of unknown tokens too, and cannot revoke stateless ones."""
    token = request.form.get("access_token", "")
    if token not in account.stateless:
        account.tokens.pop(token, None)
    return 200, {}


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
TOKEN_CALLS: Mapping[tuple[str, str], Call] = {
    ("POST", "/oauth2/v3/token"): stateless_token,
    ("POST", "/v2/oauth/accessToken"): short_lived_token,
    ("POST", "/v2/oauth/verify"): verify,
    ("GET", "/oauth2/v2.1/verify"): verify_v21,
    ("POST", "/v2/oauth/revoke"): revoke,
    ("POST", "/oauth2/v2.1/revoke"): revoke,
}
"""These carry their secret in the form, not in a header."""
