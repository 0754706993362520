"""The stand-in's webhook events, as a receiver gets them; the receiver is a server of this file."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from tests.channels.examples import GROUP, USER
from tests.fakes.line_webhooks import signature

AUTHORISED = {"Authorization": "Bearer long-lived-token"}
OTHER = "U" + "f" * 32


@dataclass
class Receiver:
    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str | None] = field(default_factory=list)

    @property
    def events(self) -> list[dict]:
        return [event for body in self.bodies for event in json.loads(body)["events"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.signatures.append(self.headers["x-line-signature"])
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/line"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def line(line_server, receiver):
    line = line_server(groups={GROUP: 5}, users={USER})
    line.webhook_url = receiver.url
    return line


def test_signature_is_that_of_the_published_example():
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'

    signed = signature("8c570fa6dd201bb328f1c1eac23a96d8", body)

    assert signed == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_events_are_signed_over_their_very_bytes(line, receiver):
    assert line.webhooks.send(line.webhooks.message(GROUP, "เสร็จแล้ว", user=USER)) == 200

    assert receiver.signatures == [signature(line.channel[1], receiver.bodies[0])]
    assert json.loads(receiver.bodies[0])["destination"] == line.user_id
    event = receiver.events[0]
    assert event["source"] == {"type": "group", "groupId": GROUP, "userId": USER}
    assert event["message"]["text"] == "เสร็จแล้ว"
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert len(event["webhookEventId"]) == 26


EVENTS = {
    "follow": (lambda hooks: hooks.follow(OTHER), "follow", True),
    "unfollow": (lambda hooks: hooks.unfollow(USER), "unfollow", False),
    "message": (lambda hooks: hooks.message(USER, "ก"), "message", True),
    "postback": (lambda hooks: hooks.postback(USER, "done=1", date="2022-03-01"), "postback", True),
    "join": (lambda hooks: hooks.join("C" + "1" * 32, people=3), "join", True),
    "leave": (lambda hooks: hooks.leave(GROUP), "leave", False),
    "member_joined": (lambda hooks: hooks.member_joined(GROUP, OTHER), "memberJoined", True),
    "member_left": (lambda hooks: hooks.member_left(GROUP, OTHER), "memberLeft", False),
    "unknown": (lambda hooks: hooks.unknown(USER), "fortuneTold", True),
}


@pytest.mark.parametrize(("make", "kind", "answerable"), EVENTS.values(), ids=EVENTS)
def test_each_event_carries_what_all_have_and_a_reply_token_where_line_gives_one(
    line, receiver, make, kind, answerable
):
    line.webhooks.send(make(line.webhooks))

    event = receiver.events[0]
    assert event["type"] == kind
    assert {"mode", "timestamp", "webhookEventId", "deliveryContext", "source"} <= set(event)
    assert ("replyToken" in event) is answerable


def test_events_change_whom_the_account_reaches(line):
    line.webhooks.unfollow(USER)
    assert line.people(USER) == 0
    assert line.webhooks.follow(USER)["follow"] == {"isUnblocked": True}
    assert line.people(USER) == 1
    line.webhooks.member_joined(GROUP, USER, OTHER)
    line.webhooks.member_left(GROUP, OTHER)
    assert line.people(GROUP) == 6
    line.webhooks.leave(GROUP)
    assert GROUP not in line.groups


def test_events_come_empty_doubled_and_out_of_order(line, receiver):
    hooks = line.webhooks
    first, second = hooks.message(USER, "หนึ่ง"), hooks.message(USER, "สอง")

    hooks.send()
    hooks.send(second, first)
    hooks.send(first)

    assert [len(json.loads(body)["events"]) for body in receiver.bodies] == [0, 2, 1]
    assert [event["message"]["text"] for event in receiver.events] == ["สอง", "หนึ่ง", "หนึ่ง"]
    assert receiver.events[1]["webhookEventId"] == receiver.events[2]["webhookEventId"]
    assert receiver.events[0]["webhookEventId"] != receiver.events[1]["webhookEventId"]


def test_events_come_badly_signed_or_unsigned(line, receiver):
    line.webhooks.send(signed="bm90IGEgc2lnbmF0dXJl")
    line.webhooks.send(signed="")

    assert receiver.signatures == ["bm90IGEgc2lnbmF0dXJl", None]


def reply(line, token: str) -> int:
    body = {"replyToken": token, "messages": [{"type": "text", "text": "ก"}]}
    url = f"{line.url}/v2/bot/message/reply"
    return requests.post(url, json=body, headers=AUTHORISED, timeout=5).status_code


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (1201, 400)])
def test_redelivered_event_is_the_same_and_its_token_good_again_for_20_minutes(
    line, receiver, seconds, status
):
    event = line.webhooks.message(USER, "ก")
    line.advance(seconds=seconds)
    again = line.webhooks.redelivered(event)

    line.webhooks.send(event)
    line.webhooks.send(again)

    assert receiver.events[0] | {"deliveryContext": {"isRedelivery": True}} == receiver.events[1]
    assert reply(line, receiver.events[1]["replyToken"]) == status
    assert reply(line, receiver.events[1]["replyToken"]) == 400


def test_receiver_out_of_reach_has_no_status(line):
    assert line.webhooks.send(url="http://127.0.0.1:9/") == 0


def ask(line, method: str, path: str, body: dict | None = None) -> requests.Response:
    url = f"{line.url}/v2/bot/channel/webhook/{path}"
    return requests.request(method, url, json=body, headers=AUTHORISED, timeout=5)


def test_webhook_address_is_set_read_and_tried(line, receiver):
    answer = ask(line, "POST", "test", {}).json()
    assert (answer["success"], answer["statusCode"], answer["reason"]) == (True, 200, "OK")
    receiver.status = 403
    assert ask(line, "POST", "test", {}).json()["reason"] == "ERROR_STATUS_CODE"
    assert receiver.events == []

    line.webhook_url = ""
    assert ask(line, "GET", "endpoint").status_code == 404
    assert ask(line, "PUT", "endpoint", {"endpoint": "http://office.go.th/line"}).status_code == 400
    assert ask(line, "PUT", "endpoint", {"endpoint": "https://office.go.th/line"}).json() == {}
    assert ask(line, "GET", "endpoint").json() == {"endpoint": "https://office.go.th/line", "active": True}
