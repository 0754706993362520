"""What the LINE Messaging API's answer to a push means, decided by its status wherever possible.

https://developers.line.biz/en/reference/messaging-api/#status-codes and, for 409, #retry-api-request
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.channels.base import ChannelDown, Quota, QuotaSpent, Receipt
from tracker.channels.plain import answer_of
from tracker.errors import DeliveryError, OutcomeUnknown

_MESSAGE_AT_FAULT = re.compile(r"\bmessages[\[:']|parsed as JSON|retry key")
"""Of a 400: a message object or all of them (in the sentence or as a detail's property), or the request."""

_LARGEST_NUMBER = 10**9
_RATE_PAUSE_SECONDS = 60.0  # LINE names none; its buckets fill again within seconds to a minute


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; ``message`` is fit for a sentence, ``body`` is empty if it was no JSON object."""

    status: int
    host: str
    message: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    accepted_request_id: str = ""
    retry_after: float | None = None

    @property
    def is_from_line(self) -> bool:
        """Every answer of LINE has an id, and nearly every one a JSON object; a proxy's page has neither."""
        return bool(self.request_id or self.body)

    def __str__(self) -> str:
        return f"LINE answered {self.status} {self.message}".rstrip()


def read_answer(
    status: int, headers: Mapping[str, str], content: bytes, *, host: str, secrets: tuple[str, ...]
) -> Answer:
    """The answer as far as it can be understood; unknown fields and broken bodies are no error."""
    body = _json_object(content)
    pause = headers.get("retry-after", "")
    return Answer(
        status=status,
        host=host,
        message=answer_of(_message(body), *secrets),
        body=body,
        request_id=answer_of(headers.get("x-line-request-id", ""), *secrets),
        accepted_request_id=answer_of(headers.get("x-line-accepted-request-id", ""), *secrets),
        retry_after=float(pause) if pause.isascii() and pause.isdigit() else None,
    )


def receipt(answer: Answer) -> Receipt:
    """The receipt, if the push was accepted now or earlier; otherwise raises what stands against it.

    429 is not for here: its two meanings are told apart by the quota.
    """
    if answer.status >= 500:
        sentence = f"{answer}, and may have taken the message all the same"
        raise OutcomeUnknown(sentence, retry_after=answer.retry_after)
    if not answer.is_from_line:
        raise _not_line(answer)
    if answer.status == 409:
        earlier = answer.accepted_request_id
        note = f"LINE had accepted it earlier, as request {earlier or 'of another time'}"
        return Receipt(answer.request_id, note, accepted_reference=earlier)
    if 200 <= answer.status < 300:
        return Receipt(reference=answer.request_id)
    raise _refusal(answer)


def facts(answer: Answer) -> Mapping[str, Any]:
    """The body of an answer to a question; whatever else came is no harm to any message."""
    if answer.status == 200 and answer.body:
        return answer.body
    if answer.status in (401, 403):
        raise _refusal(answer)
    raise DeliveryError(f"{answer.host} gave no usable answer to a question: {answer}")


def number(answer: Answer, key: str) -> int:
    """A whole number among the facts, as large as LINE's may be."""
    try:
        value = int(facts(answer)[key])
    except (KeyError, TypeError, ValueError, OverflowError):
        value = -1
    if not 0 <= value <= _LARGEST_NUMBER:
        raise DeliveryError(f"{answer.host} gave no usable answer to a question: no {key}")
    return value


def too_many(answer: Answer, quota: Quota | None, *, people: int) -> DeliveryError:
    """What a 429 means to a push that reaches so many people; quota None: it could not be learnt.

    LINE's words count only beside a limit: a narrowcast under way reserves units that are not yet used.
    """
    if quota and quota.limit is not None:
        left = max(0, quota.limit - quota.used)
        if left < people or "monthly limit" in answer.message:
            return QuotaSpent(
                f"LINE's quota of this month does not reach: {quota.used} of {quota.limit} are used, "
                f"and this message needs {people}"
            )
    return DeliveryError(f"{answer}: too many at once", retry_after=answer.retry_after or _RATE_PAUSE_SECONDS)


def is_about_the_message(answer: Answer) -> bool:
    """Whether LINE refused what was to be sent, and not the one it was to be sent to."""
    if answer.status == 400:
        return bool(_MESSAGE_AT_FAULT.search(answer.message))
    return answer.status != 404


def _refusal(answer: Answer) -> DeliveryError:
    match answer.status:
        case 401:
            return ChannelDown(
                f"LINE does not accept the access token ({answer}); renew TRACKER_LINE_TOKEN or its file, "
                "or check the channel secret from which it is made"
            )
        case 403:
            return ChannelDown(f"LINE does not let this account send ({answer}); check its plan")
        case 404:  # an unknown recipient is a 400; only an unknown path is not found
            return ChannelDown(f"{answer}, as of an unknown path; check the API address {answer.host}")
        case status if 400 <= status < 500:
            to_blame = not is_about_the_message(answer)
            return DeliveryError(
                f"LINE refused the message: {answer}", permanent=True, blames_address=to_blame
            )
    return ChannelDown(f"{answer}, which is no answer to a message; check the API address {answer.host}")


def _not_line(answer: Answer) -> DeliveryError:
    sentence = (
        f"{answer.host} answered {answer.status}, but not as LINE does; check the API address and the proxy"
    )
    if 200 <= answer.status < 300:
        return OutcomeUnknown(sentence)
    return ChannelDown(sentence)


def _json_object(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _message(body: Mapping[str, Any]) -> str:
    """LINE's sentence and its details, or the words of OAuth where a token was asked for."""
    sentence = str(body.get("message") or body.get("error_description") or body.get("error") or "")
    details = body.get("details")
    listed = details if isinstance(details, list) else []
    parts = [
        f"{part.get('property', '')}: {part.get('message', '')}" for part in listed if isinstance(part, dict)
    ]
    return " | ".join([sentence, *parts])
