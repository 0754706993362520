"""The HTTP side of the stand-in for LINE: requests in, answers out, and every way not to answer."""

import json
import secrets
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

FAULTS = (
    "delay",
    "error-before",
    "error-after",
    "cut-before",
    "cut-after",
    "garbage",
    "page",
    "status",
    "rate",
)


class RequestError(Exception):
    """A request that LINE would refuse: status and body."""

    def __init__(
        self, status: int, message: str, details: list[dict[str, str]] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = more.pop("headers", {})
        self.body = {"message": message, **({"details": details} if details else {}), **more}


@dataclass(frozen=True)
class Request:
    """One call as it came in."""

    method: str
    path: str
    token: str
    retry_key: str
    request_id: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass
class Fault:
    """What happens to one request: see FAULTS. ``seconds`` is for delay, the last three for status."""

    kind: str
    path: str
    seconds: float
    status: int
    headers: dict[str, str]
    body: bytes


class Account(Protocol):
    """What the server asks about each request."""

    requests: list[Request]
    connections: int

    def fault_for(self, path: str) -> Fault | None: ...

    def answer(self, request: Request) -> dict[str, Any]: ...


class LineServer(ThreadingHTTPServer):
    daemon_threads = False  # joined at the end, so that no socket outlives a test

    def __init__(self, address: tuple[str, int], line: Account, tls: ssl.SSLContext | None) -> None:
        self.line = line
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

    def hang_up(self) -> None:
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
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        request = Request(
            self.command,
            self.path,
            self.headers.get("Authorization", "").removeprefix("Bearer "),
            self.headers.get("X-Line-Retry-Key", ""),
            secrets.token_hex(16),
            self.headers.get("Content-Type", ""),
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        self.server.line.requests.append(request)
        fault = self.server.line.fault_for(self.path)
        if fault is None or not self._before(fault, request):
            status, body, headers = self._answer(request)
            if fault is None or not self._after(fault, request):
                self._reply(status, json.dumps(body, ensure_ascii=False).encode(), request, headers)

    def _answer(self, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        try:
            return 200, self.server.line.answer(request), {}
        except RequestError as problem:
            return problem.status, problem.body, problem.headers

    def _before(self, fault: Fault, request: Request) -> bool:
        """Whether the fault has ended the request, which LINE then has not accepted."""
        match fault.kind:
            case "error-before":
                self._reply(500, b'{"message":"Internal Server Error"}', request)
            case "rate":
                message = b'{"message":"The API rate limit has been exceeded. Try again later."}'
                self._reply(429, message, request, fault.headers)
            case "status":
                self._reply(fault.status, fault.body, request, fault.headers)
            case "page":
                self._send(b"HTTP/1.1 %d Page\r\nContent-Length: 13\r\n\r\n<html></html>" % fault.status)
            case "garbage":
                self._send(b"\x00\x15 this is not HTTP\r\n\r\n")
                self.close_connection = True
            case "cut-before":
                self.close_connection = True
            case _:
                return False
        return True

    def _after(self, fault: Fault, request: Request) -> bool:
        """Whether the fault has kept the answer to an accepted request from arriving."""
        match fault.kind:
            case "error-after":
                self._reply(500, b'{"message":"Internal Server Error"}', request)
            case "cut-after":
                self.close_connection = True
            case "delay":
                time.sleep(fault.seconds)
                return False
        return True

    def _reply(
        self, status: int, body: bytes, request: Request, headers: dict[str, str] | None = None
    ) -> None:
        lines = {
            "Content-Type": "application/json",
            "x-line-request-id": request.request_id,
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._send(f"HTTP/1.1 {status} -\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _send(self, answer: bytes) -> None:
        with suppress(OSError):  # the client may have given up by now
            self.wfile.write(answer)
