"""The stand-in's tokens: four kinds, how long each is good, how many there may be, and who gets one."""

import json
import time
from base64 import urlsafe_b64encode

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tests.fakes.line_tokens import ASSERTION_TYPE

DAY = 24 * 3600
KID = "the-key"


def token_call(server, path: str, **form: str) -> requests.Response:
    return requests.post(f"{server.url}{path}", data=form, timeout=5)


def client(server) -> dict[str, str]:
    channel, secret = server.channel
    return {"grant_type": "client_credentials", "client_id": channel, "client_secret": secret}


def test_short_lived_tokens_last_30_days_and_can_be_revoked(line_server):
    server = line_server(tokens=())
    token = token_call(server, "/v2/oauth/accessToken", **client(server)).json()["access_token"]

    assert token_call(server, "/v2/oauth/verify", access_token=token).json()["client_id"] == server.channel[0]
    server.advance(hours=24 * 29)
    assert token_call(server, "/v2/oauth/verify", access_token=token).status_code == 200
    assert token_call(server, "/v2/oauth/revoke", access_token=token).status_code == 200
    assert token_call(server, "/v2/oauth/verify", access_token=token).status_code == 400


def test_31st_short_lived_token_ends_the_first(line_server):
    server = line_server(tokens=("long-lived-token",))
    path = "/v2/oauth/accessToken"
    tokens = [token_call(server, path, **client(server)).json()["access_token"] for _ in range(31)]

    alive = [token_call(server, "/v2/oauth/verify", access_token=token).status_code for token in tokens]

    assert alive == [400] + [200] * 30
    assert info(server, "long-lived-token") == 200  # the long-lived one goes on


def test_stateless_tokens_cannot_be_revoked(line_server):
    server = line_server()
    token = token_call(server, "/oauth2/v3/token", **client(server)).json()["access_token"]

    token_call(server, "/oauth2/v2.1/revoke", access_token=token)

    url = f"{server.url}/oauth2/v2.1/verify"
    assert requests.get(url, params={"access_token": token}, timeout=5).json()["expires_in"] > 800
    server.advance(seconds=901)
    assert requests.get(url, params={"access_token": token}, timeout=5).status_code == 400


def test_token_calls_take_forms_only(line_server):
    server = line_server()

    assert requests.post(f"{server.url}/oauth2/v3/token", json=client(server), timeout=5).status_code == 415


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def registered(line_server, key):
    """A server that knows the key."""
    server = line_server(tokens=())
    numbers = key.public_key().public_numbers()
    server.assertion_keys[KID] = (numbers.n, numbers.e)
    return server


def assertion(server, key: RSAPrivateKey, *, head: dict | None = None, **changes: object) -> str:
    """Signed by other code than the stand-in's, as a client would."""
    channel = server.channel[0]
    claims = {"iss": channel, "sub": channel, "aud": "https://api.line.me/", "token_exp": 30 * DAY,
              "exp": int(server.now.timestamp()) + 1790, **changes}  # fmt: skip
    parts = [{"alg": "RS256", "typ": "JWT", "kid": KID, **(head or {})}, claims]
    signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{encoded(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def issue(server, jwt: str, path: str = "/oauth2/v2.1/token", **changes: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    return token_call(server, path, **(form | {"client_assertion": jwt} | changes))


def info(server, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{server.url}/v2/bot/info", headers=headers, timeout=5).status_code


def test_token_v21_lasts_as_long_as_was_asked_for(registered, key):
    issued = issue(registered, assertion(registered, key, token_exp=DAY)).json()
    token = issued["access_token"]

    assert (issued["token_type"], issued["expires_in"]) == ("Bearer", DAY)
    registered.advance(hours=23.9)
    assert info(registered, token) == 200
    registered.advance(hours=0.2)
    assert info(registered, token) == 401


def test_tokens_v21_are_listed_by_their_keys_until_revoked(registered, key):
    jwt = assertion(registered, key)
    first, second = (issue(registered, jwt).json() for _ in range(2))
    channel, secret = registered.channel
    revoked = {"client_id": channel, "client_secret": secret, "access_token": first["access_token"]}

    assert (
        token_call(registered, "/oauth2/v2.1/revoke", **(revoked | {"client_secret": "x"})).status_code == 400
    )
    assert info(registered, first["access_token"]) == 200
    assert token_call(registered, "/oauth2/v2.1/revoke", **revoked).status_code == 200

    query = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": jwt}
    kids = requests.get(f"{registered.url}/oauth2/v2.1/tokens/kid", params=query, timeout=5).json()
    assert kids == {"kids": [second["key_id"]]}
    assert info(registered, first["access_token"]) == 401


def test_31st_token_v21_is_refused_and_the_others_stay(registered, key):
    jwt = assertion(registered, key)
    tokens = [issue(registered, jwt).json()["access_token"] for _ in range(30)]

    assert issue(registered, jwt).status_code == 400
    assert {info(registered, token) for token in tokens} == {200}


def test_stateless_token_by_assertion(registered, key):
    issued = issue(registered, assertion(registered, key), "/oauth2/v3/token").json()

    assert issued["expires_in"] == 900
    assert info(registered, issued["access_token"]) == 200
    assert registered.key_ids == {}


BAD_CLAIMS = {
    "other_issuer": {"iss": "1"},
    "other_subject": {"sub": "1"},
    "other_audience": {"aud": "https://api.line.me"},
    "over": {"exp": 0},
    "too_long": {"exp": int(time.time()) + 3600},
    "no_time": {"exp": None},
    "no_life": {"token_exp": None},
    "too_long_a_life": {"token_exp": 30 * DAY + 1},
    "unknown_key": {"head": {"kid": "another"}},
    "not_rs256": {"head": {"alg": "none"}},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_token_v21_is_not_given_for_another_assertion(registered, key, changes):
    assert issue(registered, assertion(registered, key, **changes)).status_code == 400
    assert registered.tokens == {}


def test_token_v21_is_not_given_for_a_false_signature(registered, key):
    jwt = assertion(registered, key)
    forged = assertion(registered, generate_private_key(public_exponent=65537, key_size=2048))

    assert issue(registered, forged).json()["error"] == "invalid_client"
    for broken in ("", "a.b", jwt[:-1], jwt.rpartition(".")[0] + ".", "ก.ข.ค"):
        assert issue(registered, broken).status_code == 400
    assert issue(registered, jwt, client_assertion_type="jwt").status_code == 400
    assert issue(registered, jwt, grant_type="password").status_code == 400
    assert registered.tokens == {}
    assert issue(registered, jwt).status_code == 200
