"""The LINE channel against a real HTTP server: what arrives, and that a repeat reaches a person once."""

import datetime as dt
import json

import pytest

from tests.channels.examples import GROUP, KEY, NOW, OTHER_KEY, ROOM, USER, to_line
from tracker.channels.base import REPEATS_FOR, Quota, Receipt
from tracker.errors import DeliveryError


def test_line_push_arrives_with_its_key(line_server, line):
    server = line_server()

    receipt = line(server).send(to_line(text="ถึงกำหนด 3 รายการ"), now=NOW)

    [delivered] = server.delivered
    assert (delivered.to, delivered.texts, delivered.retry_key) == (USER, ("ถึงกำหนด 3 รายการ",), KEY)
    assert receipt == Receipt(reference=delivered.request_id)


@pytest.mark.parametrize("chat", [GROUP, ROOM])
def test_line_push_to_a_group_or_room_counts_its_people(line_server, line, chat):
    server = line_server(groups={chat: 5})
    channel = line(server)

    channel.send(to_line(address=chat), now=NOW)

    assert channel.quota() == Quota(300, 5)


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
    assert second.accepted_reference == first.reference == server.delivered[0].request_id
    assert second.reference not in ("", first.reference)
    assert second.note == f"LINE had accepted it earlier, as request {first.reference}"


def test_line_repeat_after_a_day_would_arrive_again(line_server, line):
    """Why a repeat is safe for 24 hours: then LINE has forgotten the key."""
    server = line_server()
    channel = line(server)
    channel.send(to_line(), now=NOW)
    server.advance(hours=REPEATS_FOR["line"] / dt.timedelta(hours=1))

    channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 2


def test_line_blocked_user_looks_like_success(line_server, line):
    """LINE says nothing; so a receipt is no proof of arrival."""
    server = line_server()
    server.blocked.add(USER)
    channel = line(server)

    channel.send(to_line(), now=NOW)

    assert server.delivered == []
    assert channel.quota() == Quota(300, 0)


def test_line_batch_uses_one_connection(line_server, line):
    server = line_server()
    channel = line(server)

    for number in range(5):
        channel.send(to_line(key=OTHER_KEY[:-1] + str(number)), now=NOW)
    channel.quota()

    assert len(server.delivered) == 5
    assert server.connections == 1


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


def test_line_body_is_what_line_documents_in_utf_8(line_server, line):
    server = line_server()

    line(server).send(to_line(text="สวัสดี"), now=NOW)

    [request] = server.requests
    assert request.content_type == "application/json"
    assert request.body.decode() == f'{{"to":"{USER}","messages":[{{"type":"text","text":"สวัสดี"}}]}}'


CARD = json.dumps(
    [
        {
            "type": "flex",
            "altText": "ถึงกำหนด 3 รายการ",
            "contents": {
                "type": "bubble",
                "body": {
                    "type": "box",
                    "layout": "vertical",
                    "contents": [{"type": "text", "text": "ถึงกำหนด", "wrap": True}],
                },
            },
        }
    ],
    ensure_ascii=False,
)
BAD_CARD = CARD.replace('"wrap"', '"wrapped"')


def test_line_card_is_pushed_as_it_is_stored(line_server, line):
    server = line_server()

    receipt = line(server).send(to_line(flex=CARD), now=NOW)

    [delivered] = server.delivered
    assert list(delivered.messages) == json.loads(CARD)
    assert receipt == Receipt(reference=delivered.request_id)


def test_line_card_that_line_refuses_gives_way_to_the_text_under_the_same_key(line_server, line):
    server = line_server()

    receipt = line(server).send(to_line(flex=BAD_CARD, text="ถึงกำหนด"), now=NOW)

    [delivered] = server.delivered
    assert (delivered.texts, delivered.retry_key) == (("ถึงกำหนด",), KEY)
    assert receipt.reference == delivered.request_id
    assert receipt.note.startswith("LINE refused the card (A message (messages[0])")
    assert receipt.note.endswith("; the plain text went instead")


def test_line_repeat_of_a_card_that_gave_way_reaches_the_person_once(line_server, line):
    server = line_server()
    channel = line(server)
    first = channel.send(to_line(flex=BAD_CARD), now=NOW)

    second = channel.send(to_line(flex=BAD_CARD), now=NOW)

    assert len(server.delivered) == 1
    assert second.accepted_reference == first.reference


def test_line_card_to_an_unknown_user_is_not_tried_as_text(line_server, line):
    server = line_server(users=set())

    with pytest.raises(DeliveryError, match="Failed to send") as caught:
        line(server).send(to_line(flex=CARD), now=NOW)

    assert caught.value.blames_address is True
    assert len(server.requests) == 1


def test_line_card_too_large_is_not_even_tried(line_server, line):
    server = line_server()
    large = CARD.replace('"ถึงกำหนด"', '"' + "ก" * 11_000 + '"')

    receipt = line(server).send(to_line(flex=large, text="ถึงกำหนด"), now=NOW)

    [delivered] = server.delivered
    assert delivered.texts == ("ถึงกำหนด",)
    assert len(server.requests) == 1
    assert receipt.note == (
        "The card was left out (a bubble is larger than 30 KB); the plain text went instead"
    )
