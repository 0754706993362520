"""The calls about channel access tokens, and the assertions (JWT, RS256) that stand for a channel secret.

https://developers.line.biz/en/reference/messaging-api/#channel-access-token and
https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from tests.fakes.line_account import STATELESS_SECONDS, LineAccount
from tests.fakes.line_http import OAuthError, Request
from tests.fakes.line_sending import Answer, Call

MOST_SECONDS = 30 * 24 * 3600
MOST_AT_ONCE = 30
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 30 * 60
AUDIENCE = "https://api.line.me/"
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What precedes a SHA-256 sum in a signature (RFC 8017 §9.2)."""


def stateless_token(account: LineAccount, request: Request) -> Answer:
    """By the channel secret or by an assertion."""
    form = request.form
    if "client_assertion" in form:
        _check_grant(form)
        _claims(account, form)
    else:
        _check_client(account, form)
    return _issued(account.issue_token(), STATELESS_SECONDS)


def short_lived_token(account: LineAccount, request: Request) -> Answer:
    """One more of at most 30: the oldest of them makes room."""
    _check_client(account, request.form)
    short = [token for token, end in account.tokens.items() if end < float("inf")]
    alive = [token for token in short if token not in account.stateless | set(account.key_ids)]
    for oldest in alive[: max(0, len(alive) + 1 - MOST_AT_ONCE)]:
        del account.tokens[oldest]
    token = account.issue_token(seconds=MOST_SECONDS, stateless=False)
    return _issued(token, MOST_SECONDS)


def token_of_chosen_life(account: LineAccount, request: Request) -> Answer:
    """A token v2.1: as long as the assertion's ``token_exp`` says; there is no 31st, the others stay."""
    _check_grant(request.form)
    seconds = _claims(account, request.form).get("token_exp")
    if type(seconds) is not int or not 0 < seconds <= MOST_SECONDS:
        raise OAuthError("invalid_request", "invalid token_exp")
    if len(_key_ids(account)) >= MOST_AT_ONCE:
        raise OAuthError("invalid_request", "exceeded the maximum number of channel access tokens")
    token = account.issue_token(seconds=seconds, stateless=False)
    account.key_ids[token] = secrets.token_urlsafe(16)
    status, body = _issued(token, seconds)
    return status, {**body, "key_id": account.key_ids[token]}


def key_ids(account: LineAccount, request: Request) -> Answer:
    _claims(account, request.query)
    return 200, {"kids": _key_ids(account)}


def verify(account: LineAccount, request: Request) -> Answer:
    return _verified(account, request.form.get("access_token", ""))


def verify_v21(account: LineAccount, request: Request) -> Answer:
    return _verified(account, request.query.get("access_token", ""))


def revoke(account: LineAccount, request: Request) -> Answer:
    """LINE says 200 of unknown tokens too, and cannot revoke stateless ones."""
    token = request.form.get("access_token", "")
    if token not in account.stateless:
        account.tokens.pop(token, None)
    return 200, {}


def revoke_v21(account: LineAccount, request: Request) -> Answer:
    _check_secret(account, request.form)
    return revoke(account, request)


def _issued(token: str, seconds: int) -> Answer:
    return 200, {"token_type": "Bearer", "access_token": token, "expires_in": seconds}


def _key_ids(account: LineAccount) -> list[str]:
    """Those of the tokens v2.1 that are good now."""
    return [key for token, key in account.key_ids.items() if account.tokens.get(token, 0.0) > account.seconds]


def _verified(account: LineAccount, token: str) -> Answer:
    """A long-lived token has no end to tell of."""
    left = account.tokens.get(token, 0.0) - account.seconds
    if left <= 0:
        raise OAuthError("invalid_request", "access token expired")
    end = {} if left == float("inf") else {"expires_in": int(left)}
    return 200, {"client_id": account.channel[0], **end, "scope": "message.send"}


def _check_grant(form: Mapping[str, str]) -> None:
    if form.get("grant_type") != "client_credentials":
        raise OAuthError("unsupported_grant_type", "unsupported grant type")


def _check_client(account: LineAccount, form: Mapping[str, str]) -> None:
    _check_grant(form)
    _check_secret(account, form)


def _check_secret(account: LineAccount, form: Mapping[str, str]) -> None:
    if (form.get("client_id"), form.get("client_secret")) != account.channel:
        raise OAuthError("invalid_request", "invalid client credentials")


def _claims(account: LineAccount, form: Mapping[str, str]) -> dict[str, Any]:
    """What the assertion says, once it is signed by a key of the account, for its channel and young."""
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError("invalid_request", "invalid client_assertion_type")
    try:
        signed, _, signature = form.get("client_assertion", "").rpartition(".")
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        good = _is_signed(account, head, signed.encode(), _decoded(signature)) and _is_ours(account, claims)
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise OAuthError("invalid_client", "invalid client_assertion")
    return dict(claims)


def _is_ours(account: LineAccount, claims: dict[str, Any]) -> bool:
    channel, left = account.channel[0], claims["exp"] - account.now.timestamp()
    about_us = (claims["iss"], claims["sub"], claims["aud"]) == (channel, channel, AUDIENCE)
    return about_us and 0 < left <= ASSERTION_SECONDS


def _is_signed(account: LineAccount, head: dict[str, Any], signed: bytes, signature: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2) by the registered key that the head names."""
    modulus, exponent = account.assertion_keys[head["kid"]]
    length = (modulus.bit_length() + 7) // 8
    tail = b"\x00" + _SHA256 + hashlib.sha256(signed).digest()
    expected = b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail
    found = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(length, "big")
    return head["alg"] == "RS256" and len(signature) == length and found == expected


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


CALLS: Mapping[tuple[str, str], Call] = {
    ("POST", "/oauth2/v3/token"): stateless_token,
    ("POST", "/v2/oauth/accessToken"): short_lived_token,
    ("POST", "/v2/oauth/verify"): verify,
    ("POST", "/v2/oauth/revoke"): revoke,
    ("POST", "/oauth2/v2.1/token"): token_of_chosen_life,
    ("GET", "/oauth2/v2.1/tokens/kid"): key_ids,
    ("GET", "/oauth2/v2.1/verify"): verify_v21,
    ("POST", "/oauth2/v2.1/revoke"): revoke_v21,
}
"""These carry their secret in the form or in the address, not in a header."""
