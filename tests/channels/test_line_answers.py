"""What an answer of LINE means, and no answer: one table, and the cases that need more than a status."""

import itertools
import json

import pytest

from tests.channels.examples import GROUP, NOW, OTHER_KEY, to_line
from tests.fakes.line import PUSH
from tracker.channels.base import ChannelDown, QuotaSpent
from tracker.errors import DeliveryError, OutcomeUnknown

QUOTA = "/v2/bot/message/quota"

MONTHLY = "You have reached your monthly limit."
NO_FORM = {
    "message": "The request body has 1 error(s)",
    "details": [{"message": "May not be empty", "property": "messages[0].text"}],
}
NO_CARD = {
    "message": "A message (messages[0]) in the request body is invalid",
    "details": [{"message": "unknown field", "property": "/body/contents/0"}],
}
NO_RECIPIENT = "The property, 'to', in the request body is invalid (line: -, column: -)"
NOT_JSON = "The request body could not be parsed as JSON (line: 1, column: 1)"
SENT = None

# What LINE may answer to a push of one text to one person, as status and body, and what it means: the kind of
# error (SENT: a receipt), whether it is for good and then whether the address is at fault, and after how many
# seconds to try again where that is known. 401 is that of a token that cannot be renewed.
ANSWERS = {
    "ok": (200, {"sentMessages": []}, SENT, None, None, None),
    "ok_empty": (200, b"", SENT, None, None, None),
    "ok_garbage": (200, b"\xff<html>", SENT, None, None, None),
    "accepted_before": (409, "The retry key is already accepted", SENT, None, None, None),
    "accepted_before_empty": (409, b"", SENT, None, None, None),
    "message_invalid": (400, NO_FORM, DeliveryError, True, False, None),
    "card_invalid": (400, NO_CARD, DeliveryError, True, False, None),
    "not_json": (400, NOT_JSON, DeliveryError, True, False, None),
    "retry_key": (400, "The retry key is invalid", DeliveryError, True, False, None),
    "recipient_invalid": (400, NO_RECIPIENT, DeliveryError, True, True, None),
    "recipient_unknown": (400, "Failed to send messages", DeliveryError, True, True, None),
    "bad_in_other_words": (400, "It has to be said", DeliveryError, True, True, None),
    "bad_empty": (400, b"", DeliveryError, True, True, None),
    "token": (401, "Authentication failed.", ChannelDown, False, None, None),
    "plan": (403, "Access to this API is not available for your account", ChannelDown, False, None, None),
    "not_found": (404, "Not found", ChannelDown, False, True, None),
    "method": (405, "Method Not Allowed", DeliveryError, True, False, None),
    "gone": (410, "Gone", DeliveryError, True, False, None),
    "too_large": (413, "Request Entity Too Large", DeliveryError, True, False, None),
    "media_type": (415, "Unsupported Media Type", DeliveryError, True, False, None),
    "rate": (429, "The API rate limit has been exceeded.", DeliveryError, False, None, 60),
    "rate_empty": (429, b"", DeliveryError, False, None, 60),
    "quota_reserved": (429, MONTHLY, QuotaSpent, False, None, None),
    "redirect": (302, b"", ChannelDown, False, None, None),
    "server_error": (500, "Internal Server Error", OutcomeUnknown, False, None, None),
    "bad_gateway": (502, b"", OutcomeUnknown, False, None, None),
    "unavailable": (503, b"\xff{not json", OutcomeUnknown, False, None, None),
    "gateway_timeout": (504, b"[1]", OutcomeUnknown, False, None, None),
}


def body_of(answer) -> bytes:
    """A sentence in LINE's form; bytes as they are."""
    if isinstance(answer, bytes):
        return answer
    return json.dumps({"message": answer} if isinstance(answer, str) else answer).encode()


@pytest.mark.parametrize(
    ("status", "answer", "kind", "permanent", "blames", "retry_after"), ANSWERS.values(), ids=ANSWERS
)
def test_line_answer_means(line_server, line, status, answer, kind, permanent, blames, retry_after):
    server = line_server()
    headers = {"Location": "/elsewhere", "x-line-accepted-request-id": "the-first"}
    server.fail_next("status", status=status, body=body_of(answer), headers=headers)

    if kind is SENT:
        receipt = line(server).send(to_line(), now=NOW)
        assert receipt.reference != ""
        assert receipt.accepted_reference == ("the-first" if status == 409 else "")
    else:
        with pytest.raises(DeliveryError) as caught:
            line(server).send(to_line(), now=NOW)
        error = caught.value
        assert (type(error), error.permanent, error.retry_after) == (kind, permanent, retry_after)
        if permanent:
            assert error.blames_address is blames
        if isinstance(answer, str) and kind is not QuotaSpent:
            assert f"{status} {answer}" in str(error)
    assert [request.path for request in server.requests].count(PUSH) == 1


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
    "kind",
    ["error-after", "cut-after", "garbage-after", "garbage", "error-before", "cut-before", "delay"],
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
    accepted_before = kind in ("error-after", "cut-after", "garbage-after", "delay")
    request = receipt.accepted_reference if accepted_before else receipt.reference
    assert request == server.delivered[0].request_id
    assert bool(receipt.accepted_reference) is bool(receipt.note) is accepted_before


@pytest.mark.parametrize("kind", ["drip-head", "drip-body"])
def test_line_answer_that_drips_is_waited_for_as_a_whole(line_server, line, kind):
    """Each octet comes in time, so the time-out of the socket alone would never strike."""
    server = line_server()
    channel = line(server, timeout=(1.0, 0.3))
    server.fail_next(kind, seconds=20)
    server.fail_next(kind, seconds=20, path=QUOTA)

    with pytest.raises(OutcomeUnknown) as pushed:
        channel.send(to_line(), now=NOW)
    with pytest.raises(DeliveryError) as asked:
        channel.quota()
    repeated = channel.send(to_line(), now=NOW)

    host = server.url.removeprefix("http://")
    sentence = f"{host} was sent the request and did not answer within 0.3 seconds"
    assert [str(pushed.value), str(asked.value)] == [sentence, sentence]
    assert type(asked.value) is DeliveryError
    assert repeated.accepted_reference == server.delivered[0].request_id
    assert len(server.delivered) == 1


@pytest.mark.parametrize("kind", ["drip-head", "drip-body"])
def test_line_answer_is_late_by_the_ticks_that_are_given(line_server, line, kind):
    """An hour passes between two octets, whatever the sockets say."""
    server = line_server()
    hours = itertools.count(step=3600.0)
    channel = line(server, ticks=lambda: next(hours))
    server.fail_next(kind, seconds=20)

    with pytest.raises(OutcomeUnknown, match="did not answer within 2 seconds"):
        channel.send(to_line(), now=NOW)


@pytest.mark.parametrize("kind", ["endless", "huge"])
def test_line_answer_without_end_is_judged_by_its_beginning(line_server, line, kind):
    """Status and request id have come; of the rest no more is read than any answer has."""
    server = line_server()
    channel = line(server)
    server.fail_next(kind, seconds=20)
    server.fail_next(kind, seconds=20, path=QUOTA)

    receipt = channel.send(to_line(), now=NOW)
    with pytest.raises(DeliveryError, match="no usable answer") as asked:
        channel.quota()

    assert receipt.reference == server.delivered[0].request_id
    assert type(asked.value) is DeliveryError


def test_line_token_that_drips_leaves_no_doubt(line_server, line):
    server = line_server(tokens=())
    server.fail_next("drip-body", path="/oauth2/v3/token", seconds=20)
    channel_id, secret = server.channel
    channel = line(server, token="", channel_id=channel_id, channel_secret=secret, timeout=(1.0, 0.3))

    with pytest.raises(DeliveryError, match="did not answer within") as caught:
        channel.send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError


BROKEN = {
    "lengths_that_differ": b"HTTP/1.1 200 -\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length_not_kept": b"HTTP/1.1 200 -\r\nContent-Length: 9\r\n\r\n{}",
    "chunk_without_size": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n{}",
    "chunk_of_less_than_nothing": b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}",
    "no_head": b"",
    "no_status": b"HTTP/1.1 many -\r\n\r\n",
    "too_many_headers": b"HTTP/1.1 200 -\r\n" + b"x: y\r\n" * 200 + b"\r\n",
    "too_long_a_header": b"HTTP/1.1 200 -\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    "nothing_but_promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_line_answer_that_breaks_http_leaves_a_doubt(line_server, line, answer):
    server = line_server()
    server.fail_next("raw-after", body=answer)
    channel = line(server)

    with pytest.raises(OutcomeUnknown, match="was sent the request and") as caught:
        channel.send(to_line(), now=NOW)
    channel.send(to_line(), now=NOW)

    assert caught.value.permanent is False
    assert len(server.delivered) == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", 60), ("-3", 60), ("๗", 60)])
def test_line_rate_limit_obeys_a_pause_that_can_be_read(line_server, line, header, seconds):
    server = line_server()
    headers = {"Retry-After": header.encode().decode("latin-1")}
    server.fail_next("status", status=429, headers=headers, body=b'{"message":"slow"}')

    with pytest.raises(DeliveryError) as caught:
        line(server).send(to_line(), now=NOW)

    assert caught.value.retry_after == seconds


def test_line_used_up_quota_is_told_with_its_figures(line_server, line):
    server = line_server(limit=1)
    channel = line(server)
    channel.send(to_line(), now=NOW)

    with pytest.raises(QuotaSpent) as caught:
        channel.send(to_line(key=OTHER_KEY), now=NOW)

    assert str(caught.value) == (
        "LINE's quota of this month does not reach: 1 of 1 are used, and this message needs 1"
    )
    assert caught.value.permanent is False
    assert len(server.delivered) == 1


@pytest.mark.parametrize("words", ["You have reached your monthly limit.", "Some other words"])
def test_line_quota_too_small_for_the_group_is_told_by_the_figures(line_server, line, words):
    """Three are left for a group of five; LINE does not promise its words."""
    server = line_server(limit=3, groups={GROUP: 5})
    server.fail_next("status", status=429, body=body_of(words))

    with pytest.raises(QuotaSpent, match="0 of 3 are used, and this message needs 5"):
        line(server).send(to_line(address=GROUP), now=NOW)


def test_line_rate_limit_passes_with_time(line_server, line):
    server = line_server()
    channel = line(server)
    server.fail_next("rate")
    with pytest.raises(DeliveryError):
        channel.send(to_line(), now=NOW)

    channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 1


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
