"""Where the LINE token may go, and that it shows up nowhere else."""

import logging
import socket
import ssl
import traceback
from contextlib import closing

import pytest

from tests.channels.examples import NOW, to_line
from tracker.channels.line import LineChannel
from tracker.channels.line_account import LineAccount
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown

TOKEN = "planted-t0ken-eyJhbGciOi"
SECRET = "planted-s3cret-9f86d081"


def server_context(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_line_over_tls(line_server, line, certificate, ca_file, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    server = line_server(tls=server_context(certificate))

    line(server).send(to_line(), now=NOW)

    assert len(server.delivered) == 1


def test_line_unknown_authority_is_refused(line_server, line, certificate):
    server = line_server(tls=server_context(certificate))

    with pytest.raises(DeliveryError, match="certificate that cannot be trusted") as caught:
        line(server).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert server.requests == []


def test_line_certificate_of_another_host_is_refused(line_server, line, authority, ca_file, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    server = line_server(tls=server_context(authority.issue_cert("api.elsewhere.test")))

    with pytest.raises(DeliveryError, match="certificate that cannot be trusted"):
        line(server).send(to_line(), now=NOW)

    assert server.requests == []


def test_line_server_without_tls_is_a_sentence(line_server, line):
    server = line_server()

    with pytest.raises(DeliveryError, match="could not agree on encryption") as caught:
        line(server, api_base=server.url.replace("http:", "https:")).send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError


def test_line_encryption_that_breaks_after_the_request_leaves_a_doubt(
    line_server, line, certificate, ca_file, monkeypatch
):
    """The same error before the request, see above, leaves none."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    server = line_server(tls=server_context(certificate))
    server.fail_next("garbage-after")
    channel = line(server)

    with pytest.raises(OutcomeUnknown, match="could not agree on encryption"):
        channel.send(to_line(), now=NOW)
    channel.send(to_line(), now=NOW)

    assert len(server.delivered) == 1


@pytest.mark.parametrize("where", ["{}/stolen", "//{}", "http://[", "file:///etc/passwd"])
@pytest.mark.parametrize("way", ["token", "stateless"])
def test_line_token_does_not_follow_a_redirect(line_server, line, where, way):
    """Whatever the address in it; and however long the page around it, it is not waited for."""
    server, elsewhere = line_server(tokens=(TOKEN,), channel=("1", SECRET)), line_server()
    headers = {"Location": where.format(elsewhere.url.removeprefix("http:" if where[0] == "/" else ""))}
    channel = line(server, **({"token": TOKEN} if way == "token" else {"token": "", "channel_id": "1"}),
                   channel_secret=SECRET)  # fmt: skip
    server.fail_next("status", status=307, path=None, headers=headers)

    with pytest.raises(DeliveryError, match="answered 307") as caught:
        channel.send(to_line(), now=NOW)

    assert not isinstance(caught.value, OutcomeUnknown)
    assert elsewhere.requests == []
    assert server.delivered == []


def test_line_unknown_host_was_surely_not_sent_to(no_names):
    with (
        closing(LineChannel(LineAccount(token=TOKEN))) as channel,
        pytest.raises(DeliveryError, match=r"api\.line\.me could not be reached") as caught,
    ):
        channel.send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError
    assert caught.value.permanent is False


def test_line_closed_port_was_surely_not_sent_to():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        account = LineAccount(token=TOKEN, api_base=f"http://127.0.0.1:{unused.getsockname()[1]}")

        with (
            closing(LineChannel(account)) as channel,
            pytest.raises(DeliveryError, match="could not be reached") as caught,
        ):
            channel.send(to_line(), now=NOW)

    assert type(caught.value) is DeliveryError


ACCOUNTS = {
    "nothing": ({"token": ""}, "give a channel access token"),
    "id_without_secret": ({"token": "", "channel_id": "1"}, "give a channel access token"),
    "line_end_in_token": ({"token": TOKEN + "\n"}, "spaces, line ends"),
    "space_in_token": ({"token": f"Bearer {TOKEN}"}, "spaces, line ends"),
    "thai_secret": ({"channel_secret": SECRET + "ลับ"}, "spaces, line ends"),
    "clear_text_outside": ({"api_base": "http://api.line.me"}, "token readable"),
    "clear_text_lookalike": ({"api_base": "http://127.0.0.1.evil.test"}, "token readable"),
    "no_scheme": ({"api_base": "api.line.me"}, "not the address"),
    "other_scheme": ({"api_base": "file:///etc/passwd"}, "not the address"),
    "user_in_address": ({"api_base": "https://api.line.me@evil.test"}, "not the address"),
    "timeout": ({"timeout": (5.0, 0.0)}, "positive"),
}


@pytest.mark.parametrize(("changes", "problem"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_line_account_that_cannot_work_is_a_config_error(changes, problem):
    with pytest.raises(ConfigError, match=problem) as caught:
        LineAccount(**({"token": TOKEN} | changes))

    assert TOKEN not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_line_account_fits_the_real_api_by_default():
    assert LineAccount(token=TOKEN).host == "api.line.me"


@pytest.mark.parametrize("kind", ["status", "cut-after", "garbage", "error-after", "page", "rate"])
@pytest.mark.parametrize("way", ["token", "stateless"])
def test_line_credentials_show_up_nowhere(line_server, line, caplog, kind, way):
    """Neither in what is said nor in what hangs on the exception, even if the server repeats them."""
    caplog.set_level(logging.DEBUG)
    server = line_server(tokens=(TOKEN,), channel=("1234567890", SECRET), limit=0)
    echo = f'{{"message":"bad {TOKEN} {SECRET}"}}'.encode()
    server.fail_next(kind, status=401, body=echo, times=2)
    credentials = {"token": TOKEN} if way == "token" else {"token": "", "channel_id": "1234567890"}
    channel = line(server, **credentials, channel_secret=SECRET)

    with pytest.raises(DeliveryError) as caught:
        channel.send(to_line(), now=NOW)

    told = "".join(traceback.format_exception(caught.value))
    logged = "".join(record.getMessage() for record in caplog.records)
    secrets = {request.token for request in server.requests if request.token} | {SECRET}
    for secret in secrets:
        for text in (told, logged, repr(channel), repr(channel.account), repr(vars(caught.value))):
            assert secret not in text
    assert caught.value.__context__ is None


def test_line_note_about_a_refused_card_holds_no_token(line_server, line):
    server = line_server(tokens=(TOKEN,))
    server.fail_next("status", status=400, body=f'{{"message":"messages[0] {TOKEN} {SECRET}"}}'.encode())
    channel = line(server, token=TOKEN, channel_secret=SECRET)

    receipt = channel.send(to_line(flex='[{"altText":"x","contents":{}}]'), now=NOW)

    assert receipt.note == "LINE refused the card (messages[0] *** ***); the plain text went instead"


@pytest.mark.parametrize("kind", ["cut-after", "delay"])
def test_line_log_holds_neither_text_nor_recipient(line_server, line, caplog, kind):
    caplog.set_level(logging.INFO, logger="tracker")
    server = line_server()
    channel = line(server, timeout=(1.0, 0.2))
    server.fail_next(kind, seconds=0.5)

    with pytest.raises(OutcomeUnknown):
        channel.send(to_line(text="ความลับ"), now=NOW)
    channel.send(to_line(text="ความลับ"), now=NOW)

    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "LINE POST /v2/bot/message/push: 409, request " in logged
    assert "ความลับ" not in logged
    assert to_line().address not in logged


def test_line_answer_with_a_broken_head_is_not_printed(line_server, line, caplog):
    """urllib3 would warn of it, with a traceback and with what the server wrote."""
    server = line_server(tokens=(TOKEN,))
    server.fail_next("raw-after", body=f"HTTP/1.1 200 -\r\nno header {TOKEN}\r\n\r\n{{}}".encode())

    with pytest.raises(OutcomeUnknown, match="not as LINE does"):
        line(server, token=TOKEN).send(to_line(), now=NOW)

    assert caplog.records == []


def test_line_channel_is_closed_without_having_been_used():
    LineChannel(LineAccount(token=TOKEN)).close()
