"""The record that an office shows as its proof: messages with their attempts, and the history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.scenarios.simulator_broken import promise
from tests.scenarios.simulator_channels import SeededChannel
from tracker.db.models import Attempt, Event, Message, MessageState

FINAL_OUTCOMES = {MessageState.SENT, MessageState.FAILED}


class Record:
    """Keeps a chain over the history that it has seen, so that a line changed later is noticed."""

    def __init__(self, channels: Mapping[str, SeededChannel]) -> None:
        self._channels = channels
        self._events, self._chain = 0, ""

    def messages(self, session: Session) -> None:
        """No message under way without a lease; each ends in what its attempts say."""
        lease = Message.lease_until.is_not(None) != (Message.state == MessageState.SENDING)
        promise(session.scalar(select(Message.id).where(lease).limit(1)) is None, "a lease and no worker")
        outcomes: dict[int, list[MessageState]] = defaultdict(list)
        for row in session.execute(select(Attempt.message_id, Attempt.outcome).order_by(Attempt.number)):
            outcomes[row.message_id].append(row.outcome)
        arrived = {it.letter.key for each in self._channels.values() for it in each.arrived}
        columns = (Message.id, Message.key, Message.state, Message.error, Message.sent_at)
        for row in session.execute(select(*columns)):
            self._message(row, outcomes[row.id], row.key in arrived)

    def _message(self, row: Any, outcomes: list[MessageState], has_arrived: bool) -> None:
        tried = sum(channel.tried[row.key] for channel in self._channels.values())
        under_way = row.state is MessageState.SENDING
        promise(tried <= len(outcomes) + under_way, "tried without a record", row.id, tried, outcomes)
        if row.state in FINAL_OUTCOMES:
            promise(
                outcomes and outcomes[-1] is row.state,
                "state and attempts differ",
                row.id,
                row.state,
                outcomes,
            )
        if row.state is MessageState.SENT:
            promise(has_arrived and row.sent_at, "said to be sent, and never arrived", row.id)
        else:
            promise(MessageState.SENT not in outcomes, "sent, and then not", row.id, row.state)
        if row.state in (MessageState.QUEUED, MessageState.EXPIRED):
            promise(not has_arrived, "arrived, and is said to wait or to have expired", row.id, row.state)
        if row.state not in (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT):
            promise(row.error, "no reason beside it", row.id, row.state)

    def history(self, session: Session, expected: list[tuple[str, int | None]]) -> None:
        """Each change by people is one line; no line is changed later."""
        rows = session.execute(select(Event.__table__).order_by(Event.id)).all()
        promise(_chained(rows[: self._events]) == self._chain, "the history was changed")
        new = [(row.what, row.follow_up_id) for row in rows[self._events :]]
        promise(sorted(new, key=str) == sorted(expected, key=str), "history and deeds differ", new, expected)
        expected.clear()
        self._events, self._chain = len(rows), _chained(rows)


def _chained(rows: Sequence[Any]) -> str:
    chain = ""
    for row in rows:
        chain = sha256((chain + repr(tuple(row))).encode()).hexdigest()
    return chain
