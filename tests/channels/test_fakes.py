"""The stand-ins behave as the services do where the channels' own tests do not look."""

import os
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from tests.channels.examples import GROUP, KEY, USER
from tests.fakes.smtp_by_hand import keep_mail

AUTHORISED = {"Authorization": "Bearer long-lived-token"}


def push(server, body, **headers) -> requests.Response:
    return requests.post(
        f"{server.url}/v2/bot/message/push", json=body, headers=AUTHORISED | headers, timeout=5
    )


def texts(*lines: str) -> dict[str, object]:
    return {"to": USER, "messages": [{"type": "text", "text": line} for line in lines]}


BODIES = {
    "to_malformed": ({**texts("a"), "to": "U1"}, "The property, 'to', in the request body is invalid"),
    "to_missing": ({"messages": []}, "The property, 'to', in the request body is invalid"),
    "no_message": (texts(), "May not be empty"),
    "six_messages": (texts(*"abcdef"), "Size must be between 1 and 5"),
    "empty_text": (texts(""), "May not be empty"),
    "long_text": (texts("ก" * 5001), "Length must be between 0 and 5000"),
    "long_in_utf16": (texts("😀" * 2501), "Length must be between 0 and 5000"),
    "other_type": ({"to": USER, "messages": [{"type": "fax"}]}, "messages[0].type"),
    "unknown_group": ({**texts("a"), "to": GROUP}, "Failed to send messages"),
}


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES)
def test_fake_line_refuses_what_line_refuses(line_server, body, message):
    server = line_server()

    answer = push(server, body)

    assert answer.status_code == 400
    assert message in answer.text
    assert answer.headers["x-line-request-id"]
    assert server.delivered == []


def test_fake_line_takes_texts_up_to_the_limit(line_server):
    answer = push(line_server(), texts("ก" * 5000, "😀" * 2500, "c", "d", "e"))

    assert answer.status_code == 200
    assert len(answer.json()["sentMessages"]) == 5


def test_fake_line_refuses_bodies_that_are_no_json(line_server):
    url = f"{line_server().url}/v2/bot/message/push"
    json_type = AUTHORISED | {"Content-Type": "application/json"}

    assert requests.post(url, data=b"{", headers=json_type, timeout=5).status_code == 400
    assert requests.post(url, data=b"{}", headers=AUTHORISED, timeout=5).status_code == 415
    assert requests.post(url, data=b" " * 2_100_000, headers=json_type, timeout=5).status_code == 413


def test_fake_line_repeats_the_sent_messages_with_409(line_server):
    server = line_server()
    key = {"X-Line-Retry-Key": KEY}

    first, second = push(server, texts("a"), **key), push(server, texts("a"), **key)

    assert second.status_code == 409
    assert second.json()["sentMessages"] == first.json()["sentMessages"]
    assert second.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert second.headers["x-line-request-id"] != first.headers["x-line-request-id"]


def test_fake_line_remembers_no_key_of_a_refused_request(line_server):
    server = line_server()

    assert push(server, texts(""), **{"X-Line-Retry-Key": KEY}).status_code == 400
    assert push(server, texts("a"), **{"X-Line-Retry-Key": KEY}).status_code == 200


def test_fake_line_refuses_keys_that_are_no_uuid_or_not_for_a_push(line_server):
    server = line_server()
    key = {"X-Line-Retry-Key": KEY}

    assert push(server, texts("a"), **{"X-Line-Retry-Key": "1"}).status_code == 400
    answer = requests.get(f"{server.url}/v2/bot/info", headers=AUTHORISED | key, timeout=5)
    assert answer.status_code == 400


def test_fake_line_knows_no_other_path(line_server):
    url = f"{line_server().url}/v2/bot/message/push/"

    assert requests.post(url, headers=AUTHORISED, timeout=5).status_code == 404
    assert requests.put(url, timeout=5).status_code == 401


def test_fake_line_issues_tokens_for_15_minutes(line_server):
    server = line_server(tokens=())
    token = server.issue_token()
    ask = {"Authorization": f"Bearer {token}"}

    server.advance(seconds=890)
    assert requests.get(f"{server.url}/v2/bot/info", headers=ask, timeout=5).status_code == 200
    server.advance(seconds=20)
    assert requests.get(f"{server.url}/v2/bot/info", headers=ask, timeout=5).status_code == 401


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {"grant_type": "client_credentials"}])
def test_fake_line_issues_no_token_to_strangers(line_server, form):
    answer = requests.post(f"{line_server().url}/oauth2/v3/token", data=form, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("module", "options", "greeting"),
    [
        ("line", ["--group", f"{GROUP}=5"], r"http://127\.0\.0\.1:\d+ accepts the token"),
        ("smtp", ["--login", "u:p"], r"Listening on 127\.0\.0\.1, port \d+, security none"),
        ("smtp", ["--security", "tls", "--ca-file", "ca.pem"], r"Certificate authority to trust: ca\.pem"),
    ],
)
def test_fake_can_be_started_by_hand(module, options, greeting, tmp_path):
    command = [sys.executable, "-m", f"tests.fakes.{module}", "--port", "0", *options]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as fake:
        assert fake.stdout is not None
        said = fake.stdout.readline()
        fake.terminate()

    assert re.search(greeting, said)


def test_fake_line_by_hand_says_where_to_look_and_shows_no_header(tmp_path):
    options = ["--port", "0", "--quota", "none", "--channel", "42:hidden", "--group", f"{GROUP}=5"]
    command = [sys.executable, "-u", "-m", "tests.fakes.line", *options]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "utf-8"}
    popen = {"stdout": subprocess.PIPE, "encoding": "utf-8", "cwd": tmp_path, "env": environment}

    with subprocess.Popen(command, **popen) as fake:
        assert fake.stdout is not None
        greeting = [fake.stdout.readline() for _ in range(3)]
        url = greeting[0].split()[0]
        answer = requests.post(
            f"{url}/v2/bot/message/push",
            json={**texts("ถึงทุกคน"), "to": GROUP},
            headers=AUTHORISED | {"User-Agent": "secret-agent", "X-Line-Retry-Key": KEY},
            timeout=5,
        )
        fake.terminate()
        said = fake.stdout.read()

    assert answer.status_code == 200
    assert "channel 42 with secret hidden" in greeting[0]
    assert f"{GROUP} (5 people); no quota. See what arrives at {url}/" in greeting[2]
    assert said == f"--- to {GROUP}, 5 reached, key {KEY}\nถึงทุกคน\n"


def mail(text: str, html: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "tracker@office.go.th", "education@office.go.th"
    message["Subject"] = "ติดตามมาตรการ <ITA>"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
        message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="วัน.ics")
    return message.as_bytes()


def test_mailbox_keeps_each_message_as_it_came_and_as_a_page(tmp_path):
    folder = tmp_path / "mail"

    pages = [keep_mail(mail("หนึ่ง <b>"), folder), keep_mail(mail("สอง", '<p onclick="x()">สอง</p>'), folder)]

    assert [page.name for page in pages] == ["0001.html", "0002.html"]
    assert pages[0].with_suffix(".eml").read_bytes() == mail("หนึ่ง <b>")
    plain, rich = (page.read_text(encoding="utf-8") for page in pages)
    assert "<pre>หนึ่ง &lt;b&gt;\n</pre>" in plain
    assert "ติดตามมาตรการ &lt;ITA&gt;" in plain
    assert '<iframe sandbox srcdoc="&lt;p onclick=&quot;x()&quot;&gt;สอง&lt;/p&gt;' in rich
    assert "📎 วัน.ics" in rich
