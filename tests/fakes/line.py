"""The LINE Messaging API as far as a sender of pushes meets it, as a real HTTP server on loopback.

Checks what LINE checks (token, body, sizes in UTF-16), remembers retry keys for 24 hours of a clock that can
be moved, counts the quota by people reached, fails in the ways a test asks for. Wording and statuses follow
https://developers.line.biz/en/reference/messaging-api/ .

By hand: ``python -m tests.fakes.line --port 8099`` shows on the screen what a person would receive; then set
``TRACKER_LINE_API=http://127.0.0.1:8099``.
"""

import argparse
import json
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from tests.fakes.line_http import FAULTS, Fault, LineServer, Request, RequestError

PUSH = "/v2/bot/message/push"
KEY_SECONDS = 24 * 3600
TOKEN_SECONDS = 900
BODY_LIMIT = 2 * 1024 * 1024


@dataclass(frozen=True)
class Delivered:
    """One push that people received: how many, which texts, under which key."""

    to: str
    texts: tuple[str, ...]
    people: int
    retry_key: str
    request_id: str


@dataclass
class Accepted:
    """A push that a retry key stands for."""

    request_id: str
    at: float
    sent_messages: list[dict[str, str]]


class FakeLine:
    """The account, its followers and groups, and what it has sent. Use as a context manager.

    ``users`` None means that every well-formed id is a friend. ``limit`` None means no monthly quota.
    """

    def __init__(
        self,
        *,
        tokens: tuple[str, ...] = ("long-lived-token",),
        channel: tuple[str, str] = ("1234567890", "channel-secret"),
        limit: int | None = 300,
        users: set[str] | None = None,
        groups: dict[str, int] | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        on_delivery: Callable[[Delivered], None] = lambda delivered: None,
    ) -> None:
        self.tokens = dict.fromkeys(tokens, float("inf"))
        self.channel = channel
        self.limit = limit
        self.used = 0
        self.users = users
        self.groups = groups or {}
        self.blocked: set[str] = set()
        self.accepted: dict[str, Accepted] = {}
        self.delivered: list[Delivered] = []
        self.requests: list[Request] = []
        self.connections = 0
        self.on_delivery = on_delivery
        self._moved = 0.0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = LineServer(("127.0.0.1", port), self, tls)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "FakeLine":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    @property
    def seconds(self) -> float:
        """The fake's clock: real seconds, plus those it was moved by."""
        return time.monotonic() + self._moved

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        self._moved += hours * 3600 + seconds

    def fail_next(
        self,
        kind: str,
        *,
        times: int = 1,
        path: str = PUSH,
        seconds: float = 1.0,
        status: int = 500,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        """The next calls of ``path`` meet this fault; see FAULTS."""
        assert kind in FAULTS, kind
        self._faults += [Fault(kind, path, seconds, status, headers or {}, body) for _ in range(times)]

    def issue_token(self) -> str:
        """A stateless token, good for 15 minutes of the fake's clock."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.seconds + TOKEN_SECONDS
        return token

    def revoke_tokens(self) -> None:
        self.tokens.clear()

    def fault_for(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.path == path:
                    self._faults.remove(fault)
                    return fault
        return None

    def answer(self, request: Request) -> dict[str, Any]:
        """The body of a 200, or a RequestError."""
        with self._lock:
            if request.path == "/oauth2/v3/token" and request.method == "POST":
                return self._token(request)
            self._authorise(request.token)
            if request.retry_key and request.path != PUSH:
                raise RequestError(400, "The retry key is not supported by this API")
            answers = {
                ("POST", PUSH): lambda: self._push(request),
                ("GET", "/v2/bot/message/quota"): self._quota,
                ("GET", "/v2/bot/message/quota/consumption"): lambda: {"totalUsage": self.used},
                ("GET", "/v2/bot/info"): self._info,
            }
            if (request.method, request.path) not in answers:
                raise RequestError(404, "Not found")
            return answers[request.method, request.path]()

    def _token(self, request: Request) -> dict[str, Any]:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            raise _oauth_problem("unsupported_grant_type", "unsupported grant type")
        if (form.get("client_id"), form.get("client_secret")) != self.channel:
            raise _oauth_problem("invalid_request", "invalid client credentials")
        return {"token_type": "Bearer", "access_token": self.issue_token(), "expires_in": TOKEN_SECONDS}

    def _authorise(self, token: str) -> None:
        if self.tokens.get(token, 0.0) <= self.seconds:
            raise RequestError(
                401,
                "Authentication failed. Confirm that the access token in the authorization header is valid.",
            )

    def _quota(self) -> dict[str, Any]:
        return {"type": "none"} if self.limit is None else {"type": "limited", "value": self.limit}

    def _info(self) -> dict[str, Any]:
        return {"userId": "U" + "0" * 32, "basicId": "@216ruxyv", "displayName": "ติดตามแผน ITA",
                "chatMode": "bot", "markAsReadMode": "auto"}  # fmt: skip

    def _push(self, request: Request) -> dict[str, Any]:
        body = checked_push(request.body, request.content_type)
        earlier = self._accepted_earlier(request.retry_key)
        if earlier:
            raise RequestError(409, "The retry key is already accepted", sentMessages=earlier.sent_messages,
                          headers={"x-line-accepted-request-id": earlier.request_id})  # fmt: skip
        people = self._people(body["to"])
        if self.limit is not None and self.used + people > self.limit:
            raise RequestError(429, "You have reached your monthly limit.")
        sent = [
            {"id": str(secrets.randbits(58)), "quoteToken": secrets.token_hex(8)} for _ in body["messages"]
        ]
        if request.retry_key:
            self.accepted[request.retry_key] = Accepted(request.request_id, self.seconds, sent)
        if people:
            self.used += people
            texts = tuple(message["text"] for message in body["messages"])
            self.delivered.append(Delivered(body["to"], texts, people, request.retry_key, request.request_id))
            self.on_delivery(self.delivered[-1])
        return {"sentMessages": sent}

    def _accepted_earlier(self, retry_key: str) -> Accepted | None:
        if not retry_key:
            return None
        try:
            UUID(retry_key)
        except ValueError:
            raise RequestError(400, "The retry key is invalid") from None
        earlier = self.accepted.get(retry_key)
        return earlier if earlier and self.seconds - earlier.at < KEY_SECONDS else None

    def _people(self, to: str) -> int:
        """How many receive it: none of a user who blocked the account, although LINE answers 200."""
        if to[0] == "U":
            if self.users is not None and to not in self.users:
                raise RequestError(400, "Failed to send messages")
            return 0 if to in self.blocked else 1
        if to not in self.groups:
            raise RequestError(400, "Failed to send messages")
        return self.groups[to]


def checked_push(raw: bytes, content_type: str) -> dict[str, Any]:
    """The body of a push of texts, if LINE would take it."""
    if len(raw) > BODY_LIMIT:
        raise RequestError(413, "Request Entity Too Large")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "Unsupported Media Type")
    try:
        body = json.loads(raw)
    except ValueError:
        raise RequestError(400, "The request body could not be parsed as JSON (line: 1, column: 1)") from None
    if not isinstance(body, dict) or not re.fullmatch("[UCR][0-9a-f]{32}", str(body.get("to"))):
        raise RequestError(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    details = _faults_of_messages(body.get("messages"))
    if details:
        raise RequestError(400, f"The request body has {len(details)} error(s)", details)
    return body


def _faults_of_messages(messages: object) -> list[dict[str, str]]:
    if not isinstance(messages, list) or not messages:
        return [{"message": "May not be empty", "property": "messages"}]
    if len(messages) > 5:
        return [{"message": "Size must be between 1 and 5", "property": "messages"}]
    details = []
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("type") != "text":
            details.append({"message": "Must be one of the following values: [text]",
                            "property": f"messages[{index}].type"})  # fmt: skip
            continue
        text = message.get("text")
        if not isinstance(text, str) or not text.strip():
            details.append({"message": "May not be empty", "property": f"messages[{index}].text"})
        elif len(text.encode("utf-16-le", "surrogatepass")) // 2 > 5000:
            details.append({"message": "Length must be between 0 and 5000",
                            "property": f"messages[{index}].text"})  # fmt: skip
    return details


def _oauth_problem(error: str, description: str) -> RequestError:
    problem = RequestError(400, description)
    problem.body = {"error": error, "error_description": description}
    return problem


def main() -> None:
    """Runs until interrupted and shows what people would receive."""
    parser = argparse.ArgumentParser(description="A stand-in for the LINE Messaging API on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--token", default="long-lived-token", help="the access token to accept")
    parser.add_argument("--quota", type=int, default=300, help="messages a month")
    parser.add_argument(
        "--group", action="append", default=[], metavar="ID=PEOPLE", help="a group and its size"
    )
    options = parser.parse_args()
    groups = {name: int(size) for name, _, size in (group.partition("=") for group in options.group)}
    with FakeLine(tokens=(options.token,), limit=options.quota, groups=groups, port=options.port,
                  on_delivery=_show) as line, suppress(KeyboardInterrupt):  # fmt: skip
        print(f"{line.url} accepts the token {options.token}; channel {'/'.join(line.channel)}", flush=True)
        threading.Event().wait()


def _show(delivered: Delivered) -> None:
    print(f"--- to {delivered.to}, {delivered.people} reached, key {delivered.retry_key or 'none'}")
    print("\n-----\n".join(delivered.texts), flush=True)


if __name__ == "__main__":
    main()
