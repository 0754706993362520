"""A message that is announced while its record is being written: nothing of it arrives before ``send``."""

import time
from dataclasses import replace

import pytest

from tests.channels.examples import KEY, NOW, OTHER_KEY, outgoing
from tests.channels.test_email_refusals import REPLIES, kind_of
from tests.fakes.smtp import CUT, HANG
from tracker.errors import DeliveryError

FIRST = outgoing(key=OTHER_KEY, address="first@office.go.th")
BEFORE_THE_TEXT = {name: row for name, row in REPLIES.items() if row[0] in ("MAIL", "RCPT", "DATA")}
"""Of a conversation that goes on, these are the answers to what is announced."""


@pytest.fixture
def greeted(mail_server, email):
    """A server and a channel that has sent it one message already, so that their connection is open."""

    def build(**options):
        server = mail_server()
        channel = email(server, **options)
        channel.send(FIRST, now=NOW)
        return server, channel

    return build


def arrived(server) -> list[tuple[str, int]]:
    return [(received.recipients[0], received.connection) for received in server.messages]


def test_announced_message_arrives_once_and_only_when_it_is_sent(greeted):
    server, channel = greeted()
    message = outgoing()

    channel.announce(message, None)
    time.sleep(0.1)
    before = arrived(server)
    channel.send(message, now=NOW)

    assert before == [("first@office.go.th", 1)]
    assert arrived(server) == [*before, ("education@office.go.th", 1)]
    assert [server.commands.count(each) for each in ("MAIL", "RCPT", "DATA")] == [2, 2, 2]
    assert f"Message-ID: <{KEY}@office.go.th>".encode() in server.messages[1].content


def test_commands_go_out_before_the_answers_where_the_server_takes_them_so(greeted, pipelining):
    server, channel = greeted()
    server.commands.clear()

    channel.announce(outgoing(), None)
    time.sleep(0.1)

    assert server.commands == (["MAIL", "RCPT", "DATA"] if pipelining else [])


@pytest.mark.parametrize("then", ["another message", "close", "probe", "check"])
def test_announced_message_that_is_not_sent_never_arrives(greeted, then):
    server, channel = greeted()

    channel.announce(outgoing(address="withdrawn@office.go.th"), None)
    if then == "another message":
        channel.announce(outgoing(address="next@office.go.th"), None)
    if then == "close":
        channel.close()
    if then == "probe":
        channel.probe()
    if then == "check":
        assert channel.check_address("other@office.go.th") == ""
    channel.send(outgoing(address="last@office.go.th"), now=NOW)

    assert [address for address, _ in arrived(server)] == ["first@office.go.th", "last@office.go.th"]


def test_announcing_opens_no_connection(mail_server, email):
    server = mail_server()

    email(server).announce(outgoing(), None)

    assert server.connections == 0


def test_announcing_does_not_wait_for_the_server(greeted):
    server, channel = greeted()
    server.fail("MAIL", HANG)
    began = time.monotonic()

    channel.announce(outgoing(), None)

    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("step", "reply", "kind", "blamed", "wait"), BEFORE_THE_TEXT.values(), ids=BEFORE_THE_TEXT
)
def test_refusal_means_the_same_as_without_announcing(greeted, step, reply, kind, blamed, wait):
    """Only where the connection ends is the message offered again at once, on another one."""
    server, channel = greeted()
    message = outgoing()
    server.fail(step, reply, times=2)

    channel.announce(message, None)
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, now=NOW)

    assert kind_of(caught.value) == kind
    assert (caught.value.blames_address, caught.value.retry_after) == (blamed, wait)
    assert reply.removeprefix("250 ") in str(caught.value)
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("step", "reply"), [row[:2] for row in BEFORE_THE_TEXT.values()], ids=BEFORE_THE_TEXT
)
def test_next_message_goes_out_after_a_refusal_of_what_was_announced(greeted, step, reply):
    server, channel = greeted()
    message = outgoing(address="refused@office.go.th")
    server.fail(step, reply, times=2)
    channel.announce(message, None)
    with pytest.raises(DeliveryError):
        channel.send(message, now=NOW)
    server.heal()
    following = outgoing(address="last@office.go.th")

    channel.announce(following, None)
    channel.send(following, now=NOW)

    assert [address for address, _ in arrived(server)] == ["first@office.go.th", "last@office.go.th"]


def test_server_that_refuses_and_yet_waits_for_a_text_is_left(greeted):
    """It would take the next command for a text (RFC 2920 §3.1), or a lone dot for a message without one."""
    server, channel = greeted()
    server.fail("RCPT", "550 5.1.1 no such user")
    server.fail("DATA", "354 go on")
    message = outgoing(address="gone@office.go.th")
    channel.announce(message, None)

    with pytest.raises(DeliveryError, match="no such user") as caught:
        channel.send(message, now=NOW)
    server.heal()
    channel.send(outgoing(), now=NOW)

    assert caught.value.permanent
    assert [address for address, _ in arrived(server)] == ["first@office.go.th", "education@office.go.th"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_connection_that_ends_while_a_message_is_announced_is_replaced(greeted, step):
    server, channel = greeted()
    message = outgoing()
    server.fail(step, CUT)

    channel.announce(message, None)
    channel.send(message, now=NOW)

    assert arrived(server) == [("first@office.go.th", 1), ("education@office.go.th", 2)]


@pytest.mark.parametrize(("seconds", "connection"), [(1, 1), (60, 2)], ids=["soon", "late"])
def test_server_that_had_to_wait_long_is_told_anew(mail_server, email, seconds, connection):
    """As when the database was locked: it may have given up, and a text sent after that is lost in doubt."""
    server, clock, message = mail_server(), [0.0], outgoing()
    channel = email(server, ticks=lambda: clock[0])
    channel.send(FIRST, now=NOW)

    channel.announce(message, None)
    clock[0] += seconds
    channel.send(message, now=NOW)

    assert arrived(server) == [("first@office.go.th", 1), ("education@office.go.th", connection)]


def test_connection_that_had_ended_before_is_replaced(greeted):
    server, channel = greeted()
    message = outgoing()
    server.cut_all()

    channel.announce(message, None)
    channel.send(message, now=NOW)

    assert arrived(server) == [("first@office.go.th", 1), ("education@office.go.th", 2)]


def test_address_that_is_none_is_refused_when_it_is_sent(greeted):
    server, channel = greeted()
    message = outgoing(address="two@office.go.th,three@office.go.th")

    channel.announce(message, None)
    with pytest.raises(DeliveryError) as caught:
        channel.send(message, now=NOW)
    channel.send(outgoing(), now=NOW)

    assert caught.value.permanent
    assert arrived(server) == [("first@office.go.th", 1), ("education@office.go.th", 1)]


def test_message_that_was_built_ahead_is_the_same(greeted, mail_server, email):
    server, channel = greeted()
    message, following = outgoing(key=OTHER_KEY), outgoing()
    alone = mail_server()
    email(alone).send(following, now=NOW)

    channel.announce(message, following)
    channel.send(message, now=NOW)
    channel.announce(following, None)
    channel.send(following, now=NOW)

    assert server.messages[-1].content == alone.messages[0].content


def test_another_message_than_the_one_that_was_built_ahead_is_sent_as_itself(greeted):
    server, channel = greeted()
    message, other = outgoing(key=OTHER_KEY), outgoing(address="other@office.go.th")

    channel.announce(message, outgoing(address="never@office.go.th"))
    channel.send(message, now=NOW)
    channel.send(other, now=NOW)

    [*_, last] = server.messages
    assert last.recipients == ("other@office.go.th",)
    assert b"other@office.go.th" in last.content


def test_what_cannot_be_built_ahead_harms_only_itself(greeted):
    """The one before has left by then: its answer must not be lost for this."""
    server, channel = greeted()
    message, broken = outgoing(), replace(outgoing(key=OTHER_KEY), text=None)

    channel.announce(message, broken)
    receipt = channel.send(message, now=NOW)

    assert receipt.reference == "2.0.0 OK: queued as 2"
    with pytest.raises(AttributeError):
        channel.send(broken, now=NOW)
    channel.send(outgoing(address="last@office.go.th"), now=NOW)
    assert [address for address, _ in arrived(server)][1:] == ["education@office.go.th", "last@office.go.th"]
