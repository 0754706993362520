"""Whom the e-mail channel trusts, and that a password shows up nowhere."""

import gc
import logging
import smtplib
import socket
import traceback
from base64 import b64encode

import pytest

from tests.channels.examples import NOW, outgoing
from tracker.channels.base import ChannelDown
from tracker.channels.email import EmailChannel
from tracker.channels.email_account import EmailAccount
from tracker.errors import ConfigError

PASSWORD = "pa55-w0rd-planted"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_unknown_authority_is_refused(mail_server, email, security):
    server = mail_server(security=security)

    with pytest.raises(ChannelDown, match="certificate that cannot be trusted"):
        email(server, ca_file=None).send(outgoing(), now=NOW)

    assert server.messages == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_certificate_of_another_host_is_refused(mail_server, email, authority, security):
    server = mail_server(security=security, certificate=authority.issue_cert("mail.elsewhere.test"))

    with pytest.raises(ChannelDown, match="certificate that cannot be trusted"):
        email(server).send(outgoing(), now=NOW)

    assert server.messages == []


def test_email_server_without_starttls_is_refused_not_used_in_clear(mail_server, email):
    server = mail_server(security="none")

    with pytest.raises(ChannelDown, match="STARTTLS extension not supported"):
        email(server, security="starttls").send(outgoing(), now=NOW)

    assert "MAIL" not in server.commands


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "501 no"])
def test_email_refused_starttls_is_not_used_in_clear(mail_server, email, reply):
    server = mail_server(security="starttls")
    server.fail("STARTTLS", reply)

    with pytest.raises(ChannelDown, match=reply):
        email(server).send(outgoing(), now=NOW)

    assert "MAIL" not in server.commands


def test_email_server_without_login_is_refused_when_a_login_is_set(mail_server, email):
    server = mail_server(security="tls")

    with pytest.raises(ChannelDown, match="no login by password"):
        email(server, user="tracker", password=PASSWORD).send(outgoing(), now=NOW)


def test_email_encryption_to_a_port_without_it_is_refused(mail_server, email):
    server = mail_server(security="none")

    with pytest.raises(ChannelDown, match="could not agree on encryption"):
        email(server, security="tls").send(outgoing(), now=NOW)


def test_email_closed_port_is_a_sentence():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        account = EmailAccount(
            host="127.0.0.1", port=unused.getsockname()[1], security="none", sender="a@b.th"
        )

        with pytest.raises(ChannelDown, match="takes no connections"):
            EmailChannel(account).send(outgoing(), now=NOW)


def test_email_unknown_host_is_a_sentence(no_names):
    account = EmailAccount(host="mail.office.go.th", sender="a@b.th")

    with pytest.raises(ChannelDown) as caught:
        EmailChannel(account).send(outgoing(), now=NOW)

    assert str(caught.value) == (
        "The mail server mail.office.go.th, port 587, is not known by that name, or there is no network; "
        "check both, and host under [email]"
    )


def test_email_host_that_cannot_be_a_name_is_a_sentence():
    with pytest.raises(ChannelDown, match="could not be reached"):
        EmailChannel(EmailAccount(host="x" * 64 + ".th", sender="a@b.th")).send(outgoing(), now=NOW)


def test_email_server_that_never_begins_to_encrypt_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        account = EmailAccount(
            host="127.0.0.1", port=silent.getsockname()[1], security="tls", sender="a@b.th", timeout=0.2
        )

        with pytest.raises(ChannelDown, match=r"did not answer within 0\.2 seconds"):
            EmailChannel(account).send(outgoing(), now=NOW)


ACCOUNTS = {
    "no_host": ({"host": ""}, "no mail server"),
    "thai_host": ({"host": "เมล.ไทย"}, "no mail server"),
    "port": ({"port": 70000}, "port 70000"),
    "security": ({"security": "ssl"}, "'ssl'"),
    "clear_text_outside": ({"security": "none"}, "readable to mail.office.go.th"),
    "login_in_clear": (
        {"host": "127.0.0.1", "security": "none", "user": "u", "password": PASSWORD},
        "password would travel readable",
    ),
    "user_without_password": ({"user": "u"}, "go together"),
    "password_without_user": ({"password": PASSWORD}, "go together"),
    "thai_password": ({"user": "u", "password": "รหัส" + PASSWORD}, "ASCII"),
    "sender_with_name": ({"sender": "Office <a@b.th>"}, "not one plain address"),
    "two_senders": ({"sender": "a@b.th,c@d.th"}, "not one plain address"),
    "sender_with_line_end": ({"sender": "a@b.th\r\nBcc: x@y.th"}, "not one plain address"),
    "reply_to": ({"reply_to": "nobody"}, "not one plain address"),
    "timeout": ({"final_timeout": 0}, "positive"),
}


@pytest.mark.parametrize(("changes", "problem"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_email_account_that_cannot_work_is_a_config_error(changes, problem):
    with pytest.raises(ConfigError, match=problem) as caught:
        EmailAccount(**({"host": "mail.office.go.th", "sender": "a@b.th"} | changes))

    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_email_ca_file_that_cannot_be_read_is_a_config_error(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)

    with pytest.raises(ConfigError, match=r"ca\.pem cannot be used"):
        EmailChannel(EmailAccount(host="mail.office.go.th", sender="a@b.th", ca_file=str(path)))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1"])
def test_email_in_clear_is_for_this_machine_only(host):
    assert EmailAccount(host=host, security="none", sender="a@b.th").security == "none"


@pytest.mark.parametrize("step", ["AUTH", "MAIL"])
def test_email_password_shows_up_nowhere(mail_server, email, caplog, step):
    """Not even if the server repeats it."""
    caplog.set_level(logging.DEBUG, logger="tracker")
    server = mail_server(security="starttls", login=("tracker", PASSWORD))
    server.fail(step, f"535 5.7.8 I do not like {PASSWORD}")
    channel = email(server, user="tracker", password=PASSWORD)

    with pytest.raises(ChannelDown) as caught:
        channel.send(outgoing(), now=NOW)

    told = "".join(traceback.format_exception(caught.value))
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("tracker"))
    for text in (told, ours, repr(channel), repr(channel.account), str(caught.value)):
        assert PASSWORD not in text
    assert "I do not like ***" in str(caught.value)


REPEATED = {
    "word": PASSWORD,
    "plain": b64encode(f"\0tracker\0{PASSWORD}".encode()).decode(),
    "login": b64encode(PASSWORD.encode()).decode(),
}


@pytest.mark.parametrize("form", REPEATED.values(), ids=REPEATED)
@pytest.mark.parametrize("reply", ["535 5.7.8", "454 4.7.0", "500 5.5.1 unknown command", "what?"])
def test_email_password_is_not_shown_in_the_form_in_which_it_travels(mail_server, email, form, reply):
    server = mail_server(security="starttls", login=("tracker", PASSWORD))
    server.fail("AUTH", f"{reply} AUTH PLAIN {form}")

    with pytest.raises(ChannelDown) as caught:
        email(server, user="tracker", password=PASSWORD).send(outgoing(), now=NOW)

    told = "".join(traceback.format_exception(caught.value))
    assert form not in told
    assert PASSWORD not in told
    assert "AUTH PLAIN ***" in told


def test_email_password_is_not_kept_by_the_connection(mail_server, email):
    server = mail_server(security="starttls", login=("tracker", PASSWORD))
    channel = email(server, user="tracker", password=PASSWORD)

    channel.send(outgoing(), now=NOW)

    clients = [each for each in gc.get_objects() if issubclass(type(each), smtplib.SMTP) and each.sock]
    assert clients
    assert PASSWORD not in str([vars(client) for client in clients])
