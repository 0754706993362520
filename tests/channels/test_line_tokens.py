"""Tokens of 15 minutes, made from the channel secret: renewed before they end, replaced once when refused."""

import pytest

from tests.channels.examples import NOW, OTHER_KEY, to_line
from tracker.channels.base import ChannelDown
from tracker.errors import DeliveryError

TOKEN = "/oauth2/v3/token"


def stateless(server):
    channel_id, secret = server.channel
    return {"token": "", "channel_id": channel_id, "channel_secret": secret}


def token_calls(server) -> int:
    return sum(request.path == TOKEN for request in server.requests)


def test_line_stateless_token_is_made_once_for_a_batch(line_server, line):
    server = line_server(tokens=())
    channel = line(server, **stateless(server))

    channel.send(to_line(), now=NOW)
    channel.send(to_line(key=OTHER_KEY), now=NOW)

    assert len(server.delivered) == 2
    assert token_calls(server) == 1


def test_line_stateless_token_is_renewed_before_its_900_seconds_end(line_server, line):
    server = line_server(tokens=())
    channel = line(server, **stateless(server))
    channel.send(to_line(), now=NOW)
    server.advance(seconds=880)

    channel.send(to_line(key=OTHER_KEY), now=NOW)

    assert token_calls(server) == 2
    assert [request.path for request in server.requests].count("/v2/bot/message/push") == 2  # no 401 between


def test_line_revoked_stateless_token_is_replaced_once(line_server, line):
    server = line_server(tokens=())
    channel = line(server, **stateless(server))
    channel.send(to_line(), now=NOW)
    server.revoke_tokens()

    channel.send(to_line(key=OTHER_KEY), now=NOW)

    assert len(server.delivered) == 2
    assert token_calls(server) == 2


def test_line_second_401_stops_the_channel(line_server, line):
    server = line_server(tokens=())
    server.fail_next("status", status=401, body=b'{"message":"no"}', times=2)

    with pytest.raises(ChannelDown, match="does not accept the access token"):
        line(server, **stateless(server)).send(to_line(), now=NOW)

    assert token_calls(server) == 2


def test_line_wrong_channel_secret_stops_the_channel(line_server, line):
    server = line_server(tokens=())

    with pytest.raises(ChannelDown, match="channel id with this channel secret"):
        line(server, token="", channel_id="1234567890", channel_secret="wrong").send(to_line(), now=NOW)


@pytest.mark.parametrize(
    "token", ['""', "null", "5", r'"two\r\nlines"', '"two words"', r'"\u0e01"'], ids=range(6)
)
def test_line_token_that_cannot_be_sent_is_not_tried(line_server, line, token):
    """Nothing of what a stand-in or a proxy calls a token gets into a header."""
    server = line_server(tokens=())
    body = f'{{"access_token":{token},"expires_in":900}}'.encode()
    server.fail_next("status", status=200, path=TOKEN, body=body)
    channel = line(server, **stateless(server))

    with pytest.raises(DeliveryError, match="no access_token") as caught:
        channel.send(to_line(), now=NOW)
    channel.send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert len(server.delivered) == 1


@pytest.mark.parametrize("kind", ["cut-after", "error-before", "garbage", "page"])
def test_line_token_that_cannot_be_had_leaves_no_doubt(line_server, line, kind):
    """Nothing was pushed, so the message is not in doubt."""
    server = line_server(tokens=())
    server.fail_next(kind, path=TOKEN, status=200)

    with pytest.raises(DeliveryError) as caught:
        line(server, **stateless(server)).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert caught.value.permanent is False
