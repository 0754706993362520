"""The LINE Messaging API as a real HTTP server on loopback: what a sender and a webhook meet of it.

Checks what LINE checks (tokens, message objects by their types, sizes in its units), remembers retry keys for
24 hours of a clock that can be moved, counts the quota by people reached, and fails in the ways a test asks
for. Wording and statuses follow https://developers.line.biz/en/reference/messaging-api/ .

By hand: ``python -m tests.fakes.line --port 8099`` shows what people would receive, on the screen and in a
browser as a telephone shows it; then set ``TRACKER_LINE_API=http://127.0.0.1:8099``.
"""

import datetime as dt
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.fakes import line_lookups, line_sending, line_tokens
from tests.fakes.line_account import Accepted, Delivered, LineAccount
from tests.fakes.line_faults import PASSING, Fault, FaultPlan
from tests.fakes.line_http import LineServer, Request, RequestError
from tests.fakes.line_phone import chat_page, list_page
from tests.fakes.line_rates import LINE_RATES, Buckets, Rate
from tests.fakes.line_sending import PUSH, TAKES_RETRY_KEY, Answer, Call
from tests.fakes.line_webhooks import TEST_CALL, Webhooks

__all__ = ["LINE_RATES", "PUSH", "Accepted", "Delivered", "FakeLine"]

_ROUTES = [
    (re.compile(path), method, call)
    for calls in (line_sending.CALLS, line_lookups.CALLS, line_tokens.CALLS, TEST_CALL)
    for (method, path), call in calls.items()
]
_WITHOUT_TOKEN = frozenset(line_tokens.CALLS.values())
_UNLOCKED = frozenset(TEST_CALL.values())
"""Calls during which the webhook may call back."""


class FakeLine(LineAccount):
    """The account and its server, see LineAccount. Use as a context manager.

    ``rates`` are the limits to keep, such as LINE_RATES; by default there are none. ``fault_rate`` of the
    requests that send meet a fault of ``fault_kinds``, drawn by ``seed``. ``started_at`` sets the clock.
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
        rates: Mapping[str, Rate] | None = None,
        fault_rate: float = 0.0,
        fault_kinds: tuple[str, ...] = PASSING,
        seed: int = 0,
        started_at: dt.datetime | None = None,
        on_delivery: Callable[[Delivered], None] = lambda delivered: None,
    ) -> None:
        super().__init__(
            tokens=tokens,
            channel=channel,
            limit=limit,
            users=users,
            groups=groups,
            started_at=started_at,
            on_delivery=on_delivery,
        )
        self.requests: list[Request] = []
        self.connections = 0
        self.faults = FaultPlan(rate=fault_rate, seed=seed, kinds=fault_kinds)
        self.webhooks = Webhooks(self)
        self._buckets = Buckets(rates or {})
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

    def fail_next(
        self, kind: str, *, times: int = 1, path: str | None = PUSH, seconds: float | None = None, **more: Any
    ) -> None:
        """The next calls of ``path`` (None: of any) meet this fault, see FAULTS.

        ``seconds`` is how long it waits: one, or for a hang an hour; ``status``, ``headers`` and ``body`` are
        the answer's where the kind leaves them open.
        """
        waits = (3600.0 if kind.startswith("hang") else 1.0) if seconds is None else seconds
        self.faults.add(Fault(kind, path, waits, **more), times=times)

    def fault_for(self, path: str) -> Fault | None:
        with self._lock:
            return self.faults.take(path, at_random=path in TAKES_RETRY_KEY)

    def answer(self, request: Request) -> Answer:
        """Status and body, or a RequestError."""
        with self._lock:
            call, found = self._call_for(request)
            if call not in _UNLOCKED:
                return call(self, request, *found)
        return call(self, request, *found)

    def page(self, path: str) -> str | None:
        """The page for a person's browser, or None if the path is not for one."""
        chat = path.removeprefix("/chat/")
        if path != "/" and chat == path:
            return None
        with self._lock:
            delivered = list(self.delivered)
        if path == "/":
            return list_page(delivered, {one.to: self.name_of(one.to) for one in delivered})
        return chat_page([one for one in delivered if one.to == chat], self.name_of(chat))

    def _call_for(self, request: Request) -> tuple[Call, tuple[str, ...]]:
        """The call and what its path names, once the request may be made at all."""
        routes = list(self._routes(request.path))
        call, path, found = next(
            ((call, path, found) for method, call, path, found in routes if method == request.method),
            (None, "", ()),
        )
        if call not in _WITHOUT_TOKEN:
            self.authorise(request.token)
        if call is None:
            raise RequestError(405, "Method Not Allowed") if routes else RequestError(404, "Not found")
        if request.retry_key and request.path not in TAKES_RETRY_KEY:
            raise RequestError(400, "The retry key is not supported by this API")
        if not self._buckets.take(request.method, path, at=self.seconds):
            raise RequestError(429, "The API rate limit has been exceeded. Try again later.")
        return call, found

    def _routes(self, path: str) -> Iterator[tuple[str, Call, str, tuple[str, ...]]]:
        for pattern, method, call in _ROUTES:
            match = pattern.fullmatch(path)
            if match:
                yield method, call, pattern.pattern, match.groups()


if __name__ == "__main__":
    from tests.fakes.line_by_hand import main

    main()
