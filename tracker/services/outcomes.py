"""What an attempt comes to: sent, another try, another channel, or left to a person."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.channels.base import ChannelDown, Outgoing, QuotaSpent, Receipt
from tracker.db.models import Attempt, Message, MessageState
from tracker.db.prepared import MESSAGE
from tracker.domain.reminders import Kind
from tracker.domain.retry import wait_before
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.channel_rests import LONGEST
from tracker.services.line_quota import SPARED
from tracker.services.recovery import MOST_UNSURE, SAFE_AGAIN

TWICE = "It may have arrived twice, both times with the same Message-ID: the outcome of one try is not known."

REFUSED, THEN = " could not be used: ", " | then: "

NOTHING = Receipt()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an attempt led to, with what has to be written down.

    ``suspends`` where the address was refused for good, ``quota_spent`` where the month's messages are used
    up; ``channel_rests_until`` is set where the provider asked that nothing be tried before. ``at`` is the
    instant of the try.
    """

    state: MessageState
    remark: str = ""
    changes: dict[str, object] = field(default_factory=dict)
    receipt: Receipt = NOTHING
    suspends: bool = False
    quota_spent: bool = False
    channel_rests_until: dt.datetime | None = None
    at: dt.datetime | None = None


Tried = tuple[Message, Outgoing, Outcome]
"""A message as it was claimed, as it was handed over, and what came of that."""


def after_success(message: Message, receipt: Receipt, now: dt.datetime) -> Outcome:
    """The provider took it, now or at an earlier attempt."""
    reference = receipt.accepted_reference or receipt.reference
    changes: dict[str, object] = {"sent_at": now, "reference": reference}
    repeated = message.unsure and message.channel not in SAFE_AGAIN
    return Outcome(MessageState.SENT, TWICE if repeated else receipt.note, changes, receipt)


def after_error(message: Message, error: DeliveryError, *, jitter: float, now: dt.datetime) -> Outcome:
    """Another try where it is safe and can help; otherwise failed, or unknown where it may have arrived."""
    if isinstance(error, QuotaSpent) and message.kind is Kind.GREETING:
        return Outcome(MessageState.FAILED, str(error))
    # A push in doubt may be what used the quota up: it is repeated under its key until LINE knows it again.
    if isinstance(error, QuotaSpent) and not message.unsure:
        changes: dict[str, object] = {"next_attempt_at": now, "cost": None}
        return Outcome(MessageState.RETRY, str(error), changes, quota_spent=True)
    unsure = message.unsure + isinstance(error, OutcomeUnknown)
    changes = {"unsure": unsure}
    if error.permanent:
        in_doubt = message.unsure and message.channel not in SAFE_AGAIN  # an earlier try may have arrived
        state = MessageState.UNKNOWN if in_doubt else MessageState.FAILED
        return Outcome(state, str(error), changes, suspends=error.blames_address)
    if message.channel not in SAFE_AGAIN and unsure >= MOST_UNSURE:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    asked = dt.timedelta(seconds=min(error.retry_after or 0, LONGEST.total_seconds()))
    next_at = now + max(asked, wait_before(message.attempts, jitter=jitter))
    window = SAFE_AGAIN.get(message.channel, dt.timedelta.max)
    if unsure and window != dt.timedelta.max and next_at - (message.first_attempt_at or now) >= window:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    rests_until = now + asked if isinstance(error, ChannelDown) and asked else None
    changes["next_attempt_at"] = next_at
    return Outcome(MessageState.RETRY, str(error), changes, channel_rests_until=rests_until)


def put_off(message: Message, problem: str, *, jitter: float, now: dt.datetime) -> None:
    """Try later what could not even be put into words; nothing of it has left."""
    message.state, message.lease_until = MessageState.RETRY, None
    message.next_attempt_at = now + wait_before(message.attempts, jitter=jitter)
    message.error = remark_after(message.error, f"The message could not be made: {problem}")


def given_up(session: Session, message: Message) -> set[str]:
    """The channels that took the message on none of its tries, and are not tried with it again."""
    return set(session.scalars(_failed(), {"of_message": message.id}))


def remark_after(before: str, now: str) -> str:
    """What is to be read beside a message: why it changed its channel stays, whatever comes later."""
    changed = REFUSED in before or SPARED in before
    reason = before.partition(THEN)[0] if changed else ""
    return THEN.join(each for each in (reason, now) if each)


def facts_of_try(letter: Outgoing, outcome: Outcome) -> dict[str, object]:
    """What stands of a try in its row of attempts, but for the message and the number."""
    return {
        "at": outcome.at,
        "channel": letter.channel,
        "address": letter.address,
        "outcome": outcome.state,
        "request_id": outcome.receipt.reference,
        "accepted_request_id": outcome.receipt.accepted_reference,
        "remark": outcome.remark,
    }


@cache
def _failed() -> Select[str]:
    failed = (Attempt.message_id == MESSAGE, Attempt.outcome == MessageState.FAILED)
    return select(Attempt.channel).where(*failed)
