"""The LINE channel against a real HTTP server: what arrives, what an answer means, what may be repeated."""

import datetime as dt
import json

import pytest

from tests.channels.examples import GROUP, KEY, NOW, OTHER_KEY, USER, to_line
from tracker.channels.base import REPEATS_FOR, ChannelDown, Receipt
from tracker.errors import DeliveryError, OutcomeUnknown

QUOTA = "/v2/bot/message/quota"
TOKEN = "/oauth2/v3/token"


def test_line_push_arrives_with_its_key(line_server, line):
    server = line_server()

    receipt = line(server).send(to_line(text="ถึงกำหนด 3 รายการ"), now=NOW)

    [delivered] = server.delivered
    assert (delivered.to, delivered.texts, delivered.retry_key) == (USER, ("ถึงกำหนด 3 รายการ",), KEY)
    assert receipt == Receipt(reference=delivered.request_id)


def test_line_push_to_a_group_counts_its_people(line_server, line):
    server = line_server(groups={GROUP: 5})
    channel = line(server)

    channel.send(to_line(address=GROUP), now=NOW)

    assert channel.quota() == (300, 5)


@pytest.mark.parametrize(
    "address", ["", "u" + "0" * 32, "U" + "0" * 31, "U" + "A" * 32, USER + "\n", "someone@office.go.th"]
)
def test_line_address_that_is_no_id_is_a_permanent_error(line_server, line, address):
    server = line_server()

    with pytest.raises(DeliveryError, match="is no LINE id") as caught:
        line(server).send(to_line(address=address), now=NOW)

    assert caught.value.permanent is True
    assert server.requests == []


def test_line_repeat_within_a_day_reaches_the_person_once(line_server, line):
    server = line_server()
    channel = line(server)
    first = channel.send(to_line(), now=NOW)
    server.advance(hours=23.9)

    second = channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 1
    assert second.reference == first.reference
    assert "accepted it earlier" in second.note


def test_line_repeat_after_a_day_would_arrive_again(line_server, line):
    """Why a repeat is safe for 24 hours: then LINE has forgotten the key."""
    server = line_server()
    channel = line(server)
    channel.send(to_line(), now=NOW)
    server.advance(hours=REPEATS_FOR["line"] / dt.timedelta(hours=1))

    channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 2


# status, kind of error, permanent; decided by the status, whatever the words
ANSWERS = {
    "invalid": (400, DeliveryError, True),
    "token": (401, ChannelDown, False),
    "plan": (403, ChannelDown, False),
    "not_found": (404, DeliveryError, True),
    "too_large": (413, DeliveryError, True),
    "media_type": (415, DeliveryError, True),
    "redirect": (302, ChannelDown, False),
    "server_error": (500, OutcomeUnknown, False),
    "bad_gateway": (502, OutcomeUnknown, False),
    "unavailable": (503, OutcomeUnknown, False),
}


@pytest.mark.parametrize(("status", "kind", "permanent"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("body", [b'{"message":"It has to be said"}', b"", b"[1]", b"\xff{not json"])
def test_line_answer_by_status(line_server, line, status, kind, permanent, body):
    server = line_server()
    server.fail_next("status", status=status, body=body, headers={"Location": "/elsewhere"})

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert type(caught.value) is kind
    assert caught.value.permanent is permanent
    assert str(status) in str(caught.value)
    assert ("It has to be said" in str(caught.value)) is (b"said" in body)
    assert len(server.requests) == 1


def test_line_details_of_a_refusal_are_told(line_server, line):
    body = {
        "message": "The request body has 1 error(s)",
        "details": [{"message": "May not be empty", "property": "messages[0].text"}],
    }
    server = line_server()
    server.fail_next("status", status=400, body=json.dumps(body).encode())

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert str(caught.value) == (
        "LINE refused the message: LINE answered 400 The request body has 1 error(s)"
        " | messages[0].text: May not be empty"
    )


def test_line_unknown_user_is_a_permanent_error(line_server, line):
    server = line_server(users=set())

    with pytest.raises(DeliveryError, match="Failed to send messages") as caught:
        line(server).send(to_line(), now=NOW)

    assert caught.value.permanent is True


def test_line_blocked_user_looks_like_success(line_server, line):
    """LINE says nothing; so a receipt is no proof of arrival."""
    server = line_server()
    server.blocked.add(USER)
    channel = line(server)

    channel.send(to_line(), now=NOW)

    assert server.delivered == []
    assert channel.quota() == (300, 0)


def test_line_200_without_a_body_that_can_be_read_is_a_receipt(line_server, line):
    server = line_server()
    server.fail_next("status", status=200, body=b"\xff<html>")

    assert line(server).send(to_line(), now=NOW).reference != ""


@pytest.mark.parametrize(
    ("status", "kind"), [(200, OutcomeUnknown), (404, ChannelDown), (302, ChannelDown), (409, ChannelDown)]
)
def test_line_page_of_something_else_is_no_answer_of_line(line_server, line, status, kind):
    """A proxy's or a wrong address's page must neither count as sent nor cost the person the address."""
    server = line_server()
    server.fail_next("page", status=status)

    with pytest.raises(kind, match="check the API address") as caught:
        line(server).send(to_line(), now=NOW)

    assert caught.value.permanent is False


@pytest.mark.parametrize(
    "kind", ["error-after", "cut-after", "garbage", "error-before", "cut-before", "delay"]
)
def test_line_doubt_is_resolved_by_a_repeat(line_server, line, kind):
    """Accepted or not: the person gets it once, and the second receipt says so."""
    server = line_server()
    channel = line(server, timeout=(1.0, 0.3))
    server.fail_next(kind)

    with pytest.raises(OutcomeUnknown):
        channel.send(to_line(), now=NOW)
    receipt = channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 1
    assert receipt.reference == server.delivered[0].request_id
    assert bool(receipt.note) is (kind in ("error-after", "cut-after", "delay"))


def test_line_rate_limit_is_transient(line_server, line):
    server = line_server()
    server.fail_next("rate")

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert (caught.value.permanent, caught.value.retry_after) == (False, 60)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", 60), ("-3", 60), ("๗", 60)])
def test_line_rate_limit_obeys_a_pause_that_can_be_read(line_server, line, header, seconds):
    server = line_server()
    headers = {"Retry-After": header.encode().decode("latin-1")}
    server.fail_next("status", status=429, body=b'{"message":"slow"}', headers=headers)

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert caught.value.retry_after == seconds


def test_line_used_up_quota_stops_the_channel(line_server, line):
    server = line_server(limit=1)
    channel = line(server)
    channel.send(to_line(), now=NOW)

    with pytest.raises(ChannelDown, match="used up: 1 of 1") as caught:
        channel.send(to_line(key=OTHER_KEY), now=NOW)

    assert caught.value.permanent is False


def test_line_quota_too_small_for_the_group_stops_the_channel(line_server, line):
    server = line_server(limit=3, groups={GROUP: 5})

    with pytest.raises(ChannelDown, match="quota"):
        line(server).send(to_line(address=GROUP), now=NOW)


def test_line_429_is_a_rate_limit_where_the_quota_cannot_be_asked(line_server, line):
    server = line_server(limit=0)
    server.fail_next("error-before", path=QUOTA)

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError


def test_line_429_without_a_monthly_limit_is_a_rate_limit(line_server, line):
    server = line_server(limit=None)
    server.fail_next("rate")

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError


@pytest.mark.parametrize("limit", [None, 300])
def test_line_quota(line_server, line, limit):
    server = line_server(limit=limit)
    server.used = 12

    assert line(server).quota() == (limit, 12)


@pytest.mark.parametrize(
    "body", [b'{"type":"limited"}', b'{"type":"limited","value":"many"}', b"{}", b"nonsense"]
)
def test_line_quota_that_cannot_be_read_is_a_sentence(line_server, line, body):
    server = line_server()
    server.fail_next("status", status=200, path=QUOTA, body=body)

    with pytest.raises(DeliveryError, match="no usable answer"):
        line(server).quota()


@pytest.mark.parametrize("kind", ["cut-before", "error-before", "garbage"])
def test_line_question_without_answer_leaves_no_doubt(line_server, line, kind):
    server = line_server()
    server.fail_next(kind, path=QUOTA)

    with pytest.raises(DeliveryError) as caught:
        line(server).quota()

    assert type(caught.value) is DeliveryError


def test_line_probe_names_the_account(line_server, line):
    assert line(line_server()).probe() == "ติดตามแผน ITA (@216ruxyv)"


def test_line_probe_with_a_wrong_token_says_so(line_server, line):
    with pytest.raises(ChannelDown, match="does not accept the access token"):
        line(line_server(), token="expired").probe()


def test_line_batch_uses_one_connection(line_server, line):
    server = line_server()
    channel = line(server)

    for number in range(5):
        channel.send(to_line(key=OTHER_KEY[:-1] + str(number)), now=NOW)
    channel.quota()

    assert len(server.delivered) == 5
    assert server.connections == 1


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


@pytest.mark.parametrize("kind", ["cut-after", "error-before", "garbage", "page"])
def test_line_token_that_cannot_be_had_leaves_no_doubt(line_server, line, kind):
    """Nothing was pushed, so the message is not in doubt."""
    server = line_server(tokens=())
    server.fail_next(kind, path=TOKEN, status=200)

    with pytest.raises(DeliveryError) as caught:
        line(server, **stateless(server)).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert caught.value.permanent is False


def test_line_netrc_does_not_replace_the_token(line_server, line, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server = line_server()

    line(server).send(to_line(), now=NOW)

    assert [request.token for request in server.requests] == ["long-lived-token"]


def test_line_proxy_of_the_environment_is_used_only_when_trusted(line_server, line, monkeypatch):
    server = line_server()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with pytest.raises(DeliveryError, match="proxy") as caught:
        line(server, trust_env=True).send(to_line(), now=NOW)
    line(server, trust_env=False).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert len(server.delivered) == 1


def test_line_body_is_what_line_documents(line_server, line):
    server = line_server()

    line(server).send(to_line(text="สวัสดี"), now=NOW)

    assert json.loads(server.requests[0].body) == {
        "to": USER,
        "messages": [{"type": "text", "text": "สวัสดี"}],
    }
