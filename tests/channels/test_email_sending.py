"""The e-mail channel against a real server: what arrives, over how many connections, and how often."""

import socket
from base64 import b64decode

import pytest

from tests.channels.examples import KEY, NOW, OTHER_KEY, outgoing
from tests.fakes.smtp import CUT, HANG, SLOW
from tracker.channels.base import ChannelDown
from tracker.errors import DeliveryError, OutcomeUnknown


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


HAS_IPV6 = socket.has_ipv6 and has_ipv6()


def test_email_arrives_once_from_the_sender_to_the_one_recipient(mail_server, email):
    server = mail_server()

    receipt = email(server).send(outgoing(), now=NOW)

    [received] = server.messages
    assert received.sender == "tracker@office.go.th"
    assert received.recipients == ("education@office.go.th",)
    assert f"Message-ID: <{KEY}@office.go.th>".encode() in received.content
    assert receipt.reference == "2.0.0 OK: queued as 1"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_is_sent_encrypted_and_logged_in(mail_server, email, security):
    server = mail_server(security=security, login=("tracker", "s3cret"))

    email(server, user="tracker", password="s3cret").send(outgoing(), now=NOW)

    assert server.logins == [("tracker", "s3cret")]
    assert len(server.messages) == 1


def test_email_hello_in_the_older_way(mail_server, email):
    server = mail_server()
    server.fail("EHLO", "502 5.5.2 what?")

    email(server).send(outgoing(), now=NOW)

    assert len(server.messages) == 1


def test_email_login_in_the_older_way(mail_server, email):
    server = mail_server(security="tls", login=("tracker", "s3cret"), mechanisms="LOGIN")

    email(server, user="tracker", password="s3cret").send(outgoing(), now=NOW)

    assert server.logins == [("tracker", "s3cret")]


def test_email_hello_is_the_own_address(mail_server, email):
    """This machine's name may be Thai, and asking for it may take seconds."""
    server = mail_server()

    email(server).send(outgoing(), now=NOW)

    assert server.hellos == ["[127.0.0.1]"]


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
def test_email_over_ipv6(mail_server, email):
    server = mail_server(host="::1")

    email(server, host="::1").send(outgoing(), now=NOW)

    assert server.hellos == ["[IPv6:::1]"]


def test_email_wrong_password_is_tried_once(mail_server, email):
    """Once per connection, whatever the number of ways to log in: servers lock accounts."""
    server = mail_server(security="tls", login=("tracker", "s3cret"))

    with pytest.raises(ChannelDown):
        email(server, user="tracker", password="wrong").send(outgoing(), now=NOW)

    assert server.logins == [("tracker", "wrong")]


def test_email_is_not_repeated_by_itself_after_the_final_dot(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    server.fail("END", CUT)

    with pytest.raises(OutcomeUnknown):
        channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert len(server.messages) == 2


def test_email_final_timeout_is_its_own(mail_server, email):
    """A server that thinks longer than a command may take has still accepted the message."""
    server = mail_server()
    channel = email(server, timeout=0.2, final_timeout=5)
    server.fail("END", SLOW)

    channel.send(outgoing(), now=NOW)
    channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert [received.connection for received in server.messages] == [1, 1]


def test_email_batch_uses_one_connection(mail_server, email):
    server = mail_server(security="starttls", login=("tracker", "s3cret"))
    channel = email(server, user="tracker", password="s3cret")

    for _ in range(5):
        channel.send(outgoing(), now=NOW)
    channel.close()

    assert [received.connection for received in server.messages] == [1] * 5
    assert server.commands.count("AUTH") == 1
    assert server.commands[-1] == "QUIT"


def test_email_refused_recipient_keeps_the_connection(mail_server, email):
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", "550 5.1.1 no such user")

    with pytest.raises(DeliveryError):
        channel.send(outgoing(), now=NOW)
    channel.send(outgoing(), now=NOW)

    assert [received.connection for received in server.messages] == [1]
    assert server.commands.count("RSET") == 1


def test_email_connection_that_cannot_be_reset_is_replaced(mail_server, email):
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", "550 5.1.1 no such user")
    server.fail("RSET", CUT)

    with pytest.raises(DeliveryError, match="no such user"):
        channel.send(outgoing(), now=NOW)
    channel.send(outgoing(), now=NOW)

    assert [received.connection for received in server.messages] == [2]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [CUT, "421 4.4.2 idle too long"])
def test_email_kept_connection_that_ended_is_replaced_once(mail_server, email, step, how):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    server.fail(step, how)

    channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert [received.connection for received in server.messages] == [1, 2]


def test_email_kept_connection_is_replaced_no_second_time(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    server.fail("MAIL", "421 4.3.2 busy", times=2)

    with pytest.raises(DeliveryError, match="421"):
        channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert server.connections == 2


def test_email_server_restart_between_two_messages_goes_unnoticed(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    server.cut_all()

    channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert len(server.messages) == 2


def test_email_works_again_after_close(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    channel.close()
    channel.close()

    channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert [received.connection for received in server.messages] == [1, 2]


def test_email_close_does_not_wait_for_a_server_that_hangs(mail_server, email):
    server = mail_server()
    channel = email(server, timeout=0.2)
    channel.send(outgoing(), now=NOW)
    server.fail("QUIT", HANG)

    channel.close()

    assert server.commands[-1] == "QUIT"


def test_email_retry_sends_the_same_bytes(mail_server, email):
    server = mail_server()
    channel = email(server)

    channel.send(outgoing(), now=NOW)
    channel.send(outgoing(), now=NOW.replace(year=2023))

    first, second = server.messages
    assert first.content == second.content


@pytest.mark.parametrize(
    "address", ["สมชาย@office.go.th", "a@b.th, c@d.th", "a@b.th\r\nRCPT TO:<x@y.th>", "", "no-at"]
)
def test_email_address_that_cannot_be_written_to_is_a_permanent_error(mail_server, email, address):
    server = mail_server()

    with pytest.raises(DeliveryError) as caught:
        email(server).send(outgoing(address=address), now=NOW)

    assert caught.value.permanent is True
    assert server.connections == 0


def test_email_leading_dots_arrive(mail_server, email):
    """The text is base64 and has none, but a subject may be folded in front of one."""
    server = mail_server()
    text = "\n".join([".", "..", ".x"])

    email(server).send(outgoing(text=text, html=""), now=NOW)

    encoded = server.messages[0].content.partition(b"\r\n\r\n")[2]
    assert b64decode(encoded).decode() == text.replace("\n", "\r\n")
