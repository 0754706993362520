"""Calls to the LINE Messaging API: signed, with fresh tokens, every way to fail turned into one sentence.

What an answer means is for ``line_answers`` to say; what is asked, for ``line``.
"""

import json
import logging
import math
import ssl
from collections.abc import Callable, Iterator
from traceback import walk_tb
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from tracker.channels.base import ChannelDown
from tracker.channels.line_account import LineAccount, is_sendable
from tracker.channels.line_answers import Answer, facts, number, read_answer
from tracker.channels.line_session import LineSession
from tracker.errors import DeliveryError, OutcomeUnknown

_TOKEN = "/oauth2/v3/token"
_RENEW_BEFORE_END_SECONDS = 60.0
_BAD_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)

logger = logging.getLogger(__name__)


class LineApi:
    """One HTTP session of one account. ``ticks`` are seconds: tokens age by them, answers come too late."""

    def __init__(self, account: LineAccount, *, ticks: Callable[[], float]) -> None:
        self.account = account
        self._ticks = ticks
        self._token = account.token
        self._renew_at = math.inf if account.token else -math.inf
        self._session = LineSession(ticks=ticks, trust_env=account.trust_env)

    def push(self, path: str, body: dict[str, Any], *, retry_key: str) -> Answer:
        """OutcomeUnknown if the request may have arrived and nothing came back."""
        headers = {"X-Line-Retry-Key": retry_key, "Content-Type": "application/json"}
        # Escaped as \uXXXX, what requests makes of ``json=``, Thai would be twice as large.
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return self._authorised("POST", path, in_doubt=OutcomeUnknown, data=data, headers=headers)

    def get(self, path: str) -> Answer:
        """The answer to a question. Nothing was sent to anybody, so a failure leaves no doubt."""
        return self._authorised("GET", path)

    def close(self) -> None:
        self._session.close()

    def _authorised(self, method: str, path: str, **options: Any) -> Answer:
        """One call, and a second one where the first found a 15-minute token revoked or too old."""
        if self._ticks() >= self._renew_at:
            self._renew_token()
        answer = self._call(method, path, token=self._token, **options)
        if answer.status == 401 and not self.account.token:
            self._renew_token()
            answer = self._call(method, path, token=self._token, **options)
        return answer

    def _renew_token(self) -> None:
        """https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token"""
        asked_at = self._ticks()
        client = {"client_id": self.account.channel_id, "client_secret": self.account.channel_secret}
        answer = self._call("POST", _TOKEN, data={"grant_type": "client_credentials", **client})
        if answer.status in (400, 401):
            raise ChannelDown(
                "LINE does not accept this channel id with this channel secret; check "
                "TRACKER_LINE_CHANNEL_ID and TRACKER_LINE_CHANNEL_SECRET or its file"
            )
        token = facts(answer).get("access_token")
        if not (isinstance(token, str) and token and is_sendable(token)):
            raise DeliveryError(f"{answer.host} gave no usable answer to a question: no access_token")
        self._token = token
        self._renew_at = asked_at + number(answer, "expires_in") - _RENEW_BEFORE_END_SECONDS

    def _call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        in_doubt: type[DeliveryError] = DeliveryError,
        **options: Any,
    ) -> Answer:
        """What came back. Nothing: ``in_doubt`` where the request may have arrived, else DeliveryError."""
        account = self.account
        url = account.api_base.rstrip("/") + path
        options |= {"auth": _bearer(token), "timeout": account.timeout}
        try:
            response, content = self._session.ask(method, url, **options)
        except (requests.RequestException, HTTPError, ValueError) as error:
            sentence, arrived = _what_happened(error, account)
            logger.info("LINE %s %s: %s", method, path, type(error).__name__)
        else:
            answer = read_answer(
                response.status_code,
                response.headers,
                content,
                host=account.host,
                secrets=(*account.secrets, token),
            )
            logger.info("LINE %s %s: %d, request %s", method, path, answer.status, answer.request_id)
            return answer
        # Outside the handler: a requests exception carries the request, and with it the token.
        raise in_doubt(sentence) if arrived else DeliveryError(sentence)


def _bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Signs as an ``auth`` and not by a header, which a .netrc would overrule."""

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _what_happened(error: Exception, account: LineAccount) -> tuple[str, bool]:
    """A sentence, and whether the request may have arrived."""
    host, causes = account.host, list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"has a certificate that cannot be trusted ({cause.verify_message})"
            return f"{host} {why}; check the API address, the proxy and this machine's date", False
    if isinstance(error, requests.exceptions.ProxyError):
        return f"The proxy on the way to {host} cannot be used; check HTTPS_PROXY", False
    arrived = not (isinstance(error, _BAD_ADDRESS) or _was_connecting(causes))
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} and this machine could not agree on encryption; check the API address", arrived
    if not arrived:
        return f"{host} could not be reached; is there a network, and is the address right?", False
    if isinstance(error, requests.ReadTimeout | ReadTimeoutError):
        return f"{host} was sent the request and did not answer within {account.timeout[1]:g} seconds", True
    return f"{host} was sent the request and gave no whole answer ({type(error).__name__})", True


def _was_connecting(causes: list[BaseException]) -> bool:
    """Whether it went wrong before the connection was there and encrypted: nothing had been sent by then."""
    frames = (frame for cause in causes for frame, _ in walk_tb(cause.__traceback__))
    return any(frame.f_code.co_name == "connect" for frame in frames)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what led to it, the first cause last."""
    while error is not None:
        yield error
        error = error.__context__
