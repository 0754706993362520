"""Every fault of the stand-in: what the caller sees, and whether the message was accepted all the same."""

import threading
import time

import pytest
import requests

from tests.channels.examples import KEY, USER
from tests.fakes.line import FakeLine
from tests.fakes.line_faults import FAULTS

AUTHORISED = {"Authorization": "Bearer long-lived-token"}


def push(server, key: str = KEY, timeout: float = 5.0) -> requests.Response | None:
    """The answer, or None if there was none."""
    body = {"to": USER, "messages": [{"type": "text", "text": "ก"}]}
    headers = AUTHORISED | {"X-Line-Retry-Key": key}
    try:
        return requests.post(f"{server.url}/v2/bot/message/push", json=body, headers=headers, timeout=timeout)
    except requests.RequestException:
        return None


SEEN = {
    "delay": (200, True),
    "error-before": (500, False),
    "error-after": (500, True),
    "cut-before": (None, False),
    "cut-after": (None, True),
    "garbage": (None, False),
    "page": (503, False),
    "status": (418, False),
    "rate": (429, False),
    "quota": (429, False),
    "hang": (None, False),
    "hang-after": (None, True),
    "drip-head": (200, True),
    "drip-body": (200, True),
    "endless": (200, True),
    "huge": (None, True),
    "garbage-after": (None, True),
    "raw-after": (None, True),
}


def test_every_fault_is_in_the_table():
    assert set(SEEN) == set(FAULTS)


@pytest.mark.parametrize(("kind", "status", "accepted"), [(kind, *seen) for kind, seen in SEEN.items()])
def test_fault_is_met_once_and_hides_or_prevents_an_acceptance(line_server, kind, status, accepted):
    server = line_server()
    server.fail_next(kind, seconds=0.1, status=status or 500)

    met, after = push(server), push(server)

    assert (met.status_code if met is not None else None) == status
    assert after is not None
    assert after.status_code == (409 if accepted else 200)
    assert len(server.delivered) == 1


def test_both_429_say_what_they_are(line_server):
    server = line_server()
    server.fail_next("rate")
    server.fail_next("quota")

    messages = [push(server).json()["message"] for _ in range(2)]

    assert messages == [
        "The API rate limit has been exceeded. Try again later.",
        "You have reached your monthly limit.",
    ]
    assert server.used == 0


def test_fault_waits_for_its_path(line_server):
    server = line_server()
    server.fail_next("error-before", path="/v2/bot/info")
    server.fail_next("rate", path=None)

    assert push(server).status_code == 429
    assert push(server).status_code == 200
    assert requests.get(f"{server.url}/v2/bot/info", headers=AUTHORISED, timeout=5).status_code == 500


def test_hang_ends_with_the_server():
    started = time.monotonic()
    with FakeLine() as server:
        server.fail_next("hang")
        asking = threading.Thread(target=push, args=(server,), kwargs={"timeout": 30.0})
        asking.start()
        while not server.requests:
            time.sleep(0.01)
    asking.join()

    assert time.monotonic() - started < 20


def test_random_faults_are_those_of_their_seed(line_server):
    def met(seed: int) -> list[str]:
        server = line_server(fault_rate=0.3, seed=seed)
        for number in range(40):
            push(server, f"00000000-0000-4000-8000-{number:012}")
        return server.faults.drawn

    first = met(7)

    assert 4 <= len(first) <= 25  # 40 requests of which about 12 fail
    assert met(7) == first
    assert met(8) != first


def test_what_is_repeated_until_it_is_accepted_arrives_once_under_random_faults(line_server):
    server = line_server(fault_rate=0.5, seed=1, limit=None)

    for number in range(30):
        key = f"00000000-0000-4000-8000-{number:012}"
        while True:
            answer = push(server, key)
            if answer is not None and answer.status_code in (200, 409):
                break

    assert len(server.faults.drawn) > 10
    assert [one.retry_key[-2:] for one in server.delivered] == [f"{number:02}" for number in range(30)]
    assert server.misuses == []
