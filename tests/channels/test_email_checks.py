"""Asking a mail server about itself or about an address, without sending anything."""

import pytest

from tests.channels.examples import NOW, outgoing
from tests.fakes.smtp import CUT, HANG
from tracker.channels.base import Checking
from tracker.errors import DeliveryError

CHECKS = {
    "taken": ("250 2.1.5 ok", ""),
    "unknown": ("550 5.1.1 no such user", "refused the recipient: 550 5.1.1 no such user"),
    "full": ("552 5.2.2 full", "refused the recipient: 552 5.2.2 full"),
    "relay": ("554 5.7.1 relay access denied", "refused the recipient: 554 5.7.1 relay access denied"),
}


@pytest.mark.parametrize(("reply", "said"), CHECKS.values(), ids=CHECKS)
def test_email_address_is_checked_without_a_message(mail_server, email, reply, said):
    server = mail_server()
    channel = email(server)
    server.fail("RCPT", reply)

    answer = channel.check_address("education@office.go.th")

    assert isinstance(channel, Checking)
    assert answer == (f"The mail server 127.0.0.1 {said}" if said else "")
    assert server.commands[-3:] == ["MAIL", "RCPT", "RSET"]
    channel.send(outgoing(), now=NOW)
    assert (len(server.messages), server.connections) == (1, 1)


NOT_LEARNT = [
    ("RCPT", "450 4.7.1 greylisted"),
    ("RCPT", "421 4.3.2 shutting down"),
    ("RCPT", "503 5.5.1 out of order"),
    ("RCPT", "530 5.7.0 log in first"),
    ("RCPT", HANG),
    ("RCPT", CUT),
    ("RCPT", "\x07 what?"),
    ("RCPT", "550 5.7.26 SPF and DKIM"),
    ("MAIL", "550 5.1.0 sender rejected"),
    ("CONNECT", "554 5.7.1 blocked"),
]


@pytest.mark.parametrize(("step", "how"), NOT_LEARNT)
def test_email_address_that_could_not_be_checked_is_an_error(mail_server, email, step, how):
    server = mail_server()
    channel = email(server, timeout=0.3)
    server.fail(step, how)

    with pytest.raises(DeliveryError):
        channel.check_address("education@office.go.th")

    assert channel.check_address("education@office.go.th") == ""


def test_email_check_goes_over_the_kept_connection_and_replaces_one_that_ended(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)

    channel.check_address("a@office.go.th")
    server.cut_all()
    channel.check_address("b@office.go.th")

    assert server.connections == 2


def test_email_check_of_what_is_no_address_asks_nobody(mail_server, email):
    server = mail_server()

    assert "not an e-mail address" in email(server).check_address("สมชาย@office.go.th")
    assert server.connections == 0


def test_email_probe_replaces_a_connection_that_ended(mail_server, email):
    server = mail_server()
    channel = email(server)
    channel.send(outgoing(), now=NOW)
    server.cut_all()

    assert "answers" in channel.probe()


def test_email_probe_logs_in_and_sends_nothing(mail_server, email):
    server = mail_server(security="starttls", login=("tracker", "s3cret"))

    said = email(server, user="tracker", password="s3cret").probe()

    assert said == f"127.0.0.1, port {server.port}, answers: STARTTLS, logged in as tracker"
    assert server.commands == ["CONNECT", "EHLO", "STARTTLS", "EHLO", "AUTH", "NOOP"]


def test_email_probe_reports_a_server_that_says_no(mail_server, email):
    server = mail_server()
    server.fail("NOOP", "421 4.3.2 closing")

    with pytest.raises(DeliveryError, match="421"):
        email(server).probe()
