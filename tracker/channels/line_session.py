"""HTTP as LINE is spoken to: to the one host, never further, and each answer within a time and a size."""

import io
import logging
from collections.abc import Callable, Iterable
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from tracker.channels.patience import Answers

_PIECE, _LONGEST_BODY = 4 * 1024, 64 * 1024
"""Octets; LINE's answers have some hundred. What a proxy's page has beyond is not read."""

# Of a broken head it would print a traceback, with all that the server wrote; the answer is judged anyway.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class LineSession(requests.Session):
    """Keeps its connections. ``ticks`` are the seconds by which an answer has to be complete."""

    def __init__(self, *, ticks: Callable[[], float], trust_env: bool) -> None:
        super().__init__()
        self.trust_env = trust_env
        self.headers["Accept-Encoding"] = "identity"  # so that no answer grows when it is read
        for scheme in ("https://", "http://"):
            self.mount(scheme, _PatientAdapter(ticks))

    def ask(self, method: str, url: str, **options: Any) -> tuple[requests.Response, bytes]:
        """The answer and its body. The time-out's second figure is for the whole of it, body included."""
        with self.request(method, url, stream=True, **options) as response:
            return response, _beginning(response.raw.stream(_PIECE, decode_content=False))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None is followed, and with none requests neither reads all of the answer nor the address in it."""


def _beginning(pieces: Iterable[bytes]) -> bytes:
    body = b""
    for piece in pieces:
        body += piece
        if len(body) >= _LONGEST_BODY:
            break
    return body


class _PatientAdapter(HTTPAdapter):
    """Reads head and body of an answer through ``Answers``; http.client would wait for every octet anew."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        connection_of = type(pool).ConnectionCls

        def connection(**given: Any) -> Any:
            made = connection_of(**given)
            made.response_class = self._answer
            return made

        pool.ConnectionCls = connection
        return pool

    def _answer(self, connection: Any, *args: Any, **options: Any) -> HTTPResponse:
        answer = HTTPResponse(connection, *args, **options)
        answer.fp.close()
        answer.fp = io.BufferedReader(Answers(connection, ticks=self._ticks))
        return answer
