"""How a message stands, as a sentence that a clerk understands, with what can be done."""

import datetime as dt

from tracker.db.models import Message, MessageState
from tracker.services.outbox_desk import is_recognised

NEXT_TICK = "and the next 'tracker tick' sends it"
SENTENCES = {
    MessageState.SENDING: "It is just being sent.",
    MessageState.EXPIRED: "It was not sent: it was past its use before it could be.",
}
TAKEN = {
    "email": "The mail server has taken it.",
    "line": "LINE has taken it.",
    "file": "It was written into a file.",
    "console": "It was shown on the screen.",
}


def standing(message: Message, next_try: str, *, now: dt.datetime) -> str:
    """How the message stands; ``next_try`` is the office's time of the next one."""
    if message.state is MessageState.UNKNOWN:
        again = "cannot arrive twice" if is_recognised(message, now) else "may arrive twice"
        return f"It cannot be known whether it arrived. Decide: {_ways(message, now, again)}"
    if message.state is MessageState.SENT:
        return TAKEN[message.channel]
    if message.state is MessageState.QUEUED:
        soon = message.next_attempt_at <= now
        return f"It waits, {NEXT_TICK if soon else f'and is not sent before {next_try}'}."
    if message.state is MessageState.RETRY:
        return f"It will be tried again, not before {next_try}."
    if message.state is MessageState.FAILED:
        return f"It did not arrive. Correct the contact's address, then: {_ways(message, now)}"
    if message.state is MessageState.CANCELLED:
        return "It was called off." if message.rendered_at else "It was called off before it was written."
    return SENTENCES[message.state]


def _ways(message: Message, now: dt.datetime, remark: str = "") -> str:
    """What can still be typed; past its use a message can only be called off."""
    cancel = f"tracker outbox cancel {message.id} --reason TEXT"
    if message.useful_until <= now:
        return f"{cancel} (it is past its use, so it cannot be sent again)"
    return f"tracker outbox retry {message.id}{f' ({remark})' if remark else ''}, or {cancel}"
