"""What each answer of a mail server means at each step, and what hanging, breaking off or nonsense means."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

import pytest

from tests.channels.examples import KEY, NOW, OTHER_KEY, outgoing
from tests.fakes.smtp import CUT, HANG
from tracker.channels.base import ChannelDown
from tracker.channels.email import EmailChannel
from tracker.channels.email_account import EmailAccount
from tracker.channels.smtp_refusals import ConnectionOver
from tracker.errors import DeliveryError, OutcomeUnknown

OVER, NOW_NOT, NEVER, DOWN = "over", "not now", "never", "channel down"
ADDRESS, MESSAGE = True, False

# Step and reply; what follows for the rest (the connection is over, not now, never, the channel is down);
# whether the address is to blame for a "never"; the least seconds to wait.
REPLIES = {
    "greeting_busy": ("CONNECT", "421 4.3.2 too many connections", DOWN, ADDRESS, None),
    "greeting_later": ("CONNECT", "450 4.3.2 busy", DOWN, ADDRESS, 300),
    "greeting_blocked": ("CONNECT", "554 5.7.1 your address is blocked", DOWN, ADDRESS, 1800),
    "greeting_no_service": ("CONNECT", "554 no SMTP service here", DOWN, ADDRESS, 1800),
    "hello_going_away": ("EHLO", "421 4.3.2 shutting down", DOWN, ADDRESS, None),
    "sender_rate": ("MAIL", "451 4.7.1 slow down", NOW_NOT, ADDRESS, 300),
    "sender_going_away": ("MAIL", "421 4.3.2 shutting down", OVER, ADDRESS, None),
    "sender_unknown": ("MAIL", "550 5.1.0 sender rejected", DOWN, ADDRESS, 1800),
    "sender_bare": ("MAIL", "550", DOWN, ADDRESS, 1800),
    "sender_not_allowed": ("MAIL", "550 5.7.1 not your address", DOWN, ADDRESS, 1800),
    "sender_login_needed": ("MAIL", "530 5.7.0 authentication required", DOWN, ADDRESS, 3600),
    "sender_message_too_big": ("MAIL", "552 5.3.4 message too big", NEVER, MESSAGE, None),
    "sender_message_too_big_bare": ("MAIL", "552 message too big", NEVER, MESSAGE, None),
    "sender_server_full": ("MAIL", "452 4.3.1 insufficient storage", NOW_NOT, ADDRESS, 300),
    "recipient_greylisted": ("RCPT", "450 4.7.1 greylisted", NOW_NOT, ADDRESS, 300),
    "recipient_greylisted_elsewhere": ("RCPT", "451 4.7.1 try again in 5 minutes", NOW_NOT, ADDRESS, 300),
    "recipient_busy": ("RCPT", "450 4.2.0 mailbox busy", NOW_NOT, ADDRESS, 300),
    "recipient_full": ("RCPT", "452 4.2.2 mailbox full", NOW_NOT, ADDRESS, 300),
    "recipient_unavailable": ("RCPT", "454 4.4.4 no route", NOW_NOT, ADDRESS, 300),
    "recipient_going_away": ("RCPT", "421 4.7.28 too much from you", OVER, ADDRESS, None),
    "recipient_unknown": ("RCPT", "550 5.1.1 no such user", NEVER, ADDRESS, None),
    "recipient_unknown_behind": ("RCPT", "550 sorry, no mailbox here (#5.1.1)", NEVER, ADDRESS, None),
    "recipient_unknown_domain": ("RCPT", "550 5.1.2 bad destination", NEVER, ADDRESS, None),
    "recipient_not_local": ("RCPT", "551 5.1.6 user has moved", NEVER, ADDRESS, None),
    "recipient_inactive": ("RCPT", "552 5.2.2 mailbox full and inactive", NEVER, ADDRESS, None),
    "recipient_full_for_good": ("RCPT", "552 mailbox full", NEVER, ADDRESS, None),
    "recipient_malformed": ("RCPT", "553 5.1.3 bad address", NEVER, ADDRESS, None),
    "recipient_disabled": ("RCPT", "550 5.2.1 mailbox disabled", NEVER, ADDRESS, None),
    "recipient_unknown_to_exchange": ("RCPT", "550 5.4.1 access denied", NEVER, ADDRESS, None),
    "recipient_bare_code": ("RCPT", "550", NEVER, ADDRESS, None),
    "recipient_named_relay": ("RCPT", "550 5.1.1 relay@office.go.th unknown", NEVER, ADDRESS, None),
    "recipient_code_that_is_none": ("RCPT", "550 5.7.1.9 is no code", NEVER, ADDRESS, None),
    "recipient_takes_less": ("RCPT", "552 5.2.3 message too long for it", NEVER, MESSAGE, None),
    "recipient_out_of_order": ("RCPT", "503 5.5.1 need MAIL first", NEVER, MESSAGE, None),
    "recipient_system": ("RCPT", "554 5.3.0 system error", NEVER, MESSAGE, None),
    "recipient_relay_denied": ("RCPT", "554 5.7.1 relay access denied", NOW_NOT, ADDRESS, 1800),
    "recipient_relay_denied_behind": ("RCPT", "553 not my host (#5.7.1)", NOW_NOT, ADDRESS, 1800),
    "recipient_relay_denied_bare": ("RCPT", "550 relay not permitted", NOW_NOT, ADDRESS, 1800),
    "recipient_members_only": ("RCPT", "550 5.7.133 only members may write", NOW_NOT, ADDRESS, 1800),
    "recipient_mailbox_has_a_new_owner": ("RCPT", "550 5.7.17 another owner now", NOW_NOT, ADDRESS, 1800),
    "recipient_needs_our_login": ("RCPT", "550 5.7.57 client was not authenticated", DOWN, ADDRESS, 1800),
    "recipient_needs_spf": ("RCPT", "550 5.7.23 SPF validation failed", DOWN, ADDRESS, 1800),
    "recipient_sender_is_bad": ("RCPT", "550 5.1.8 sender domain does not exist", DOWN, ADDRESS, 1800),
    "recipient_login_needed": ("RCPT", "530 5.7.0 authentication required", DOWN, ADDRESS, 3600),
    "data_policy": ("DATA", "550 5.7.1 no messages today", NOW_NOT, ADDRESS, 1800),
    "data_refused": ("DATA", "451 4.3.0 try later", NOW_NOT, ADDRESS, 300),
    "data_refused_for_good": ("DATA", "554 5.5.1 no valid recipients", NEVER, MESSAGE, None),
    "data_not_asked_for": ("DATA", "250 2.0.0 ok", OVER, ADDRESS, None),
    "text_too_big": ("END", "552 5.3.4 message too big", NEVER, MESSAGE, None),
    "text_too_big_bare": ("END", "552 message too big", NEVER, MESSAGE, None),
    "text_content": ("END", "554 5.6.0 bad content", NEVER, MESSAGE, None),
    "text_refused_bare": ("END", "554 transaction failed", NEVER, MESSAGE, None),
    "text_no_such_user": ("END", "550 5.1.1 no such user", NEVER, ADDRESS, None),
    "text_mailbox_full": ("END", "552 5.2.2 mailbox full", NEVER, ADDRESS, None),
    "text_not_authenticated": ("END", "550 5.7.515 SPF and DKIM", DOWN, ADDRESS, 1800),
    "text_gmail_dmarc": ("END", "550 5.7.26 DMARC", DOWN, ADDRESS, 1800),
    "text_policy": ("END", "554 5.7.1 looks like spam", NOW_NOT, ADDRESS, 1800),
    "text_try_later": ("END", "451 4.3.0 try later", NOW_NOT, ADDRESS, 300),
    "text_going_away": ("END", "421 4.3.2 shutting down", OVER, ADDRESS, None),
}


def kind_of(error: DeliveryError) -> str:
    assert not isinstance(error, OutcomeUnknown)
    if isinstance(error, ChannelDown | ConnectionOver):
        assert not error.permanent
        return DOWN if isinstance(error, ChannelDown) else OVER
    return NEVER if error.permanent else NOW_NOT


@pytest.mark.parametrize(("step", "reply", "kind", "blamed", "wait"), REPLIES.values(), ids=REPLIES)
def test_email_refusal_by_reply_code(mail_server, email, step, reply, kind, blamed, wait):
    server = mail_server()
    channel = email(server)
    server.fail(step, reply)

    with pytest.raises(DeliveryError) as caught:
        channel.send(outgoing(), now=NOW)

    assert kind_of(caught.value) == kind
    assert (caught.value.blames_address, caught.value.retry_after) == (blamed, wait)
    assert reply.removeprefix("250 ") in str(caught.value)
    assert server.messages == []


@pytest.mark.parametrize(("step", "reply"), [row[:2] for row in REPLIES.values()], ids=REPLIES)
def test_email_next_message_goes_out_after_any_refusal(mail_server, email, step, reply):
    server = mail_server()
    channel = email(server)
    server.fail(step, reply)
    with pytest.raises(DeliveryError):
        channel.send(outgoing(), now=NOW)

    channel.send(outgoing(key=OTHER_KEY, address="other@office.go.th"), now=NOW)

    [received] = server.messages
    assert received.recipients == ("other@office.go.th",)


def test_email_sentence_names_server_and_reply(mail_server, email):
    server = mail_server()
    server.fail("RCPT", "550 5.1.1 no such user")

    with pytest.raises(DeliveryError) as caught:
        email(server).send(outgoing(), now=NOW)

    assert str(caught.value) == "The mail server 127.0.0.1 refused the recipient: 550 5.1.1 no such user"


def test_email_greylisted_message_goes_out_unchanged_when_asked_again(mail_server, email):
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", "450 4.7.1 greylisted", times=2)

    for _ in range(2):
        with pytest.raises(DeliveryError, match="greylisted"):
            channel.send(outgoing(), now=NOW)
    channel.send(outgoing(), now=NOW)

    [received] = server.messages
    assert f"Message-ID: <{KEY}@office.go.th>".encode() in received.content


def test_email_transaction_has_one_recipient_so_that_no_refusal_is_partial(mail_server, email):
    """Of three messages one is refused; the others are not touched by it."""
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", "550 5.1.1 no such user")

    with pytest.raises(DeliveryError):
        channel.send(outgoing(address="gone@office.go.th"), now=NOW)
    channel.send(outgoing(address="b@office.go.th"), now=NOW)
    channel.send(outgoing(address="c@office.go.th"), now=NOW)

    assert [received.recipients for received in server.messages] == [("b@office.go.th",), ("c@office.go.th",)]
    assert (server.commands.count("MAIL"), server.commands.count("RCPT")) == (3, 3)


SPAM = "554 5.7.1 looks like spam"


def refused(channel, address: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(outgoing(address=address), now=NOW)
    return caught.value


def test_email_third_recipient_in_a_row_refused_by_policy_stops_the_channel(mail_server, email):
    server = mail_server()
    channel = email(server)
    server.fail("END", SPAM, times=4)

    kinds = [kind_of(refused(channel, f"{name}@office.go.th")) for name in "abc"]
    fourth = refused(channel, "d@office.go.th")

    assert kinds == [NOW_NOT, NOW_NOT, DOWN]
    assert kind_of(fourth) == NOW_NOT  # of the next run: it counts anew


def test_email_channel_that_refused_three_says_what_and_for_how_long(mail_server, email):
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", "550 5.7.1 not from you", times=3)

    errors = [refused(channel, f"{name}@office.go.th") for name in "abc"]

    assert str(errors[2]) == (
        "The mail server 127.0.0.1 refused the recipient: 550 5.7.1 not from you; it refused the two "
        "recipients before as well, so the rest waits: ask its administrator why"
    )
    assert errors[2].retry_after == 1800


@pytest.mark.parametrize(
    ("between", "kind"), [("accepted", NOW_NOT), ("unknown address", DOWN), ("same address", NOW_NOT)]
)
def test_email_refusals_by_policy_are_in_a_row_until_one_is_accepted(mail_server, email, between, kind):
    """An unknown address is no acceptance; and the same one again is no further recipient."""
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", SPAM, times=2)
    refused(channel, "a@office.go.th")
    refused(channel, "b@office.go.th")
    if between == "unknown address":
        server.fail("RCPT", "550 5.1.1 no such user")
        refused(channel, "c@office.go.th")
    if between == "accepted":
        channel.send(outgoing(address="c@office.go.th"), now=NOW)
    server.fail("RCPT", SPAM)

    last = refused(channel, "b@office.go.th" if between == "same address" else "d@office.go.th")

    assert kind_of(last) == kind


LOGIN_REPLIES = {
    "wrong_password": "535 5.7.8 authentication credentials invalid",
    "too_weak": "534 5.7.9 use an application password",
    "needs_login": "530 5.7.0 authentication required",
    "temporary": "454 4.7.0 temporary authentication failure",
}


@pytest.mark.parametrize("reply", LOGIN_REPLIES.values(), ids=LOGIN_REPLIES)
def test_email_refused_login_stops_the_channel_and_asks_for_a_pause(mail_server, email, reply):
    server = mail_server(security="starttls", login=("tracker", "s3cret"))
    server.fail("AUTH", reply)

    with pytest.raises(ChannelDown) as caught:
        email(server, user="tracker", password="s3cret").send(outgoing(), now=NOW)

    assert caught.value.permanent is False
    assert caught.value.retry_after == 3600
    assert "refused the login" in str(caught.value)
    assert ("check user and security" in str(caught.value)) is reply.startswith("53")


GARBAGE = "\x07 what?"
STEPS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA")
BEFORE_THE_DOT = [(step, how) for step in STEPS for how in (HANG, CUT, GARBAGE)]


@pytest.mark.parametrize(("step", "how"), BEFORE_THE_DOT)
def test_email_lost_before_the_final_dot_was_surely_not_sent(mail_server, email, step, how):
    server = mail_server(security="starttls", login=("tracker", "s3cret"))
    server.fail(step, how)

    with pytest.raises(DeliveryError) as caught:
        email(server, timeout=0.3, user="tracker", password="s3cret").send(outgoing(), now=NOW)

    assert kind_of(caught.value) == (OVER if step in ("MAIL", "RCPT", "DATA") else DOWN)
    assert server.messages == []


@pytest.mark.parametrize("how", [HANG, CUT, GARBAGE, "502 5.5.1 not implemented"])
@pytest.mark.parametrize("step", ["RSET", "QUIT"])
def test_email_nothing_is_lost_by_a_server_that_fails_between_messages(mail_server, email, step, how):
    server = mail_server()
    channel = email(server, timeout=0.3)
    server.fail("RCPT", "550 5.1.1 no such user")
    server.fail(step, how)

    with pytest.raises(DeliveryError, match="no such user"):
        channel.send(outgoing(), now=NOW)
    channel.send(outgoing(key=OTHER_KEY), now=NOW)
    channel.close()
    channel.send(outgoing(), now=NOW)

    assert len(server.messages) == 2
    assert server.connections == (3 if step == "RSET" else 2)


def test_email_lost_in_the_middle_of_the_text_was_surely_not_sent(mail_server, email):
    server = mail_server()
    server.fail("TEXT", CUT)

    with pytest.raises(DeliveryError) as caught:
        email(server).send(outgoing(text="ยาว" * 1_000_000), now=NOW)

    assert kind_of(caught.value) == OVER
    assert "in the middle of the message" in str(caught.value)


@pytest.mark.parametrize("how", [HANG, GARBAGE])
def test_email_lost_before_the_text_was_read_is_unknown_once_the_dot_has_left(mail_server, email, how):
    """A short text and its dot fit into the network's buffers: from here nobody knows who read them."""
    server = mail_server()
    server.fail("TEXT", how)

    with pytest.raises(OutcomeUnknown):
        email(server, timeout=0.3, final_timeout=0.3).send(outgoing(), now=NOW)


@pytest.mark.parametrize("how", [HANG, CUT, GARBAGE, "354 more?"])
def test_email_lost_after_the_final_dot_is_unknown(mail_server, email, how):
    server = mail_server()
    server.fail("END", how)

    with pytest.raises(OutcomeUnknown):
        email(server, final_timeout=0.3).send(outgoing(), now=NOW)

    assert len(server.messages) == 1  # it had been taken: a plain error would have lied


@contextmanager
def endless(lines: Iterator[bytes]) -> Iterator[int]:
    """A server whose greeting never ends; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for line in lines:
                    connection.sendall(line)

        thread = threading.Thread(target=talk)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def drip() -> Iterator[bytes]:
    while True:
        time.sleep(0.05)
        yield b"2"


ENDLESS = {"drip": drip, "flood": lambda: repeat(b"220-and more\r\n" * 100)}


@pytest.mark.parametrize("lines", ENDLESS.values(), ids=ENDLESS)
def test_email_answer_that_never_ends_is_not_waited_for(lines):
    """Each piece comes in time, so the time-out of the socket alone would never strike."""
    with endless(lines()) as port:
        account = EmailAccount(host="127.0.0.1", port=port, security="none", sender="a@b.th", timeout=0.3)

        with pytest.raises(ChannelDown, match="no answer"):
            EmailChannel(account).send(outgoing(), now=NOW)
