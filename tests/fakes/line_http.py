"""The HTTP side of the stand-in for LINE: requests in, answers out, and every way not to answer."""

import json
import secrets
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.fakes.line_faults import ERROR, QUOTA, RATE, Fault

BODY_LIMIT = 2 * 1024 * 1024
_CLOSING = "Connection: close"
_ENDLESS = f"HTTP/1.1 200 -\r\nx-line-request-id: {{}}\r\n{_CLOSING}\r\n\r\n"
PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}


class RequestError(Exception):
    """A request that LINE would refuse: status and body."""

    def __init__(
        self, status: int, message: str, details: list[dict[str, str]] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = more.pop("headers", {})
        self.body = {"message": message, **({"details": details} if details else {}), **more}


class OAuthError(RequestError):
    """A refusal in the words of OAuth, which the calls for tokens use."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(400, description)
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True)
class Request:
    """One call as it came in; ``path`` is without the query."""

    method: str
    path: str
    token: str = field(repr=False)
    retry_key: str
    request_id: str
    content_type: str
    body: bytes = field(repr=False)
    query: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a call for a token."""
        self._must_be("application/x-www-form-urlencoded")
        return _first_of(self.body.decode("utf-8", "replace"))

    @property
    def json(self) -> dict[str, Any]:
        self._must_be("application/json")
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            sentence = "The request body could not be parsed as JSON (line: 1, column: 1)"
            raise RequestError(400, sentence)
        return body

    def _must_be(self, media_type: str) -> None:
        if self.content_type.partition(";")[0].strip().lower() != media_type:
            raise RequestError(415, "Unsupported Media Type")


def _first_of(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


class Account(Protocol):
    """What the server asks about each request."""

    requests: list[Request]
    connections: int

    def fault_for(self, path: str) -> Fault | None: ...

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]: ...

    def page(self, path: str) -> str | None: ...


class LineServer(ThreadingHTTPServer):
    daemon_threads = False  # joined at the end, so that no socket outlives a test
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], line: Account, tls: ssl.SSLContext | None) -> None:
        self.line = line
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.line.connections += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle of an answer is no error of the stand-in's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        self.closing.set()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LineServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: what was delivered is the output."""

    def do_GET(self) -> None:
        page = self.server.line.page(urlsplit(self.path).path)
        if page is None:
            self._serve()
        else:
            self._send(200, page.encode("utf-8", "replace"), PAGE_HEADERS)

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        request = self._request()
        self.server.line.requests.append(request)
        fault = self.server.line.fault_for(request.path)
        if fault is None or not self._before(fault, request):
            status, body, headers = self._answer(request)
            if fault is None or not self._after(fault, request):
                content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
                self._reply(status, content, request, headers)

    def _request(self) -> Request:
        url = urlsplit(self.path)
        return Request(
            self.command,
            url.path,
            self.headers.get("Authorization", "").removeprefix("Bearer "),
            self.headers.get("X-Line-Retry-Key", ""),
            secrets.token_hex(16),
            self.headers.get("Content-Type", ""),
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
            _first_of(url.query),
        )

    def _answer(self, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        try:
            if len(request.body) > BODY_LIMIT:
                raise RequestError(413, "Request Entity Too Large")
            return *self.server.line.answer(request), {}
        except RequestError as problem:
            return problem.status, problem.body, problem.headers

    def _before(self, fault: Fault, request: Request) -> bool:
        """Whether the fault has ended the request, which LINE then has not accepted."""
        match fault.kind:
            case "error-before":
                self._reply(500, ERROR, request)
            case "rate":
                self._reply(429, RATE, request, fault.headers)
            case "quota":
                self._reply(429, QUOTA, request, fault.headers)
            case "status":
                self._reply(fault.status, fault.body, request, fault.headers)
            case "page":
                self._send(fault.status, b"<html></html>", fault.headers)
            case "garbage":
                self._write(b"\x00\x15 this is not HTTP\r\n\r\n")
                self.close_connection = True
            case "cut-before":
                self.close_connection = True
            case "hang":
                self._hang(fault)
            case _:
                return False
        return True

    def _after(self, fault: Fault, request: Request) -> bool:
        """Whether the fault has kept the answer to an accepted request from arriving."""
        match fault.kind:
            case "error-after":
                self._reply(500, ERROR, request)
            case "cut-after":
                self.close_connection = True
            case "hang-after":
                self._hang(fault)
            case "delay":
                self.server.closing.wait(fault.seconds)
                return False
            case "drip-head":
                self._pour(b"HTTP/1.1 200 -\r\nx-slow: ", b"0", fault, pause=0.02)
            case "drip-body":
                self._pour(_ENDLESS.format(request.request_id).encode(), b"0", fault, pause=0.02)
            case "endless":
                self._pour(_ENDLESS.format(request.request_id).encode(), b"0" * 4096, fault)
            case "huge":
                head = _ENDLESS.format(request.request_id).replace(_CLOSING, "Content-Length: 1073741824")
                self._pour(head.encode(), b"0" * 4096, fault)
            case "raw-after":
                self._write(fault.body)
                self.close_connection = True
            case "garbage-after":
                # The connection's own ``send`` would encrypt it.
                socket.socket.send(self.connection, b"this is neither HTTP nor TLS\r\n\r\n")
                self.close_connection = True
        return True

    def _pour(self, start: bytes, piece: bytes, fault: Fault, *, pause: float = 0.0) -> None:
        """An answer that goes on as long as somebody reads it, but no longer than the fault."""
        until = time.monotonic() + fault.seconds
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(start)
            while time.monotonic() < until and not self.server.closing.wait(pause):
                self.wfile.write(piece)

    def _hang(self, fault: Fault) -> None:
        self.server.closing.wait(fault.seconds)
        self.close_connection = True

    def _reply(
        self, status: int, body: bytes, request: Request, headers: dict[str, str] | None = None
    ) -> None:
        own = {"Content-Type": "application/json", "x-line-request-id": request.request_id}
        self._send(status, body, own | (headers or {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        start = f"HTTP/1.1 {status} -\r\n{head}Content-Length: {len(body)}\r\n\r\n"
        self._write(start.encode() + body)

    def _write(self, answer: bytes) -> None:
        with suppress(OSError):  # the client may have given up by now
            self.wfile.write(answer)
