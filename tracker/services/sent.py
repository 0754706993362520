"""What went well, put on record: nearly everything, so it takes few statements and no objects.

Where each message is noted before the next leaves, that one's mark is written with it (``step``). These
transactions decide how many e-mails leave in an hour.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Integer,
    ScalarSelect,
    Select,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)

from tracker.db.models import Attempt, Message, MessageState
from tracker.db.prepared import table_of
from tracker.db.queries import is_state
from tracker.services.claiming import begin, begun, facts_of_beginning
from tracker.services.outcomes import Tried, facts_of_try, remark_after

OPEN_TO_RECORD = (MessageState.SENDING, MessageState.RETRY, MessageState.UNKNOWN)
"""A claimed message is being sent, unless its lease ran out: then it was put back, or left to a person."""

_OF_TRY = ("at", "channel", "address", "outcome", "request_id", "accepted_request_id", "remark")
_OF_MESSAGE = ("error", "sent_at", "reference")


def record_sent(connection: Connection, sent: Sequence[Tried]) -> None:
    """Write down that messages were sent, but of none that another worker has tried in the meantime.

    The first statement locks those that are still ours, so that the second changes the same ones.
    """
    if sent:
        facts = [_facts(each) for each in sent]
        connection.execute(_try(), facts)
        connection.execute(_sent(), facts)


def step(connection: Connection, sent: Tried, coming: Message, now: dt.datetime) -> bool:
    """Write down that a message was sent, and that the next is handed over now; whether that is still ours.

    On PostgreSQL in one statement: each exchange with the server takes longer than what it does.
    """
    if connection.dialect.name == "postgresql":
        facts = _facts(sent) | facts_of_beginning(coming, now)
        return connection.execute(_step(), facts).rowcount == 1
    record_sent(connection, [sent])
    return begin(connection, coming, now)


def earlier_tries(message: FromClause) -> ScalarSelect[int]:
    """How many attempts of a message are on record: a column for a query of ``message``."""
    attempts = table_of(Attempt)
    of_message = select(func.coalesce(func.max(attempts.c.number), 0)).select_from(attempts)
    return of_message.where(attempts.c.message_id == message.c.id).correlate(message).scalar_subquery()


def _facts(tried: Tried) -> dict[str, object]:
    """The parameters of the statements below; no column may have the name of one."""
    claimed, letter, outcome = tried
    claim = {"claimed": claimed.id, "claim": claimed.attempts, "claimed_for": letter.channel}
    of_try = {f"try_{name}": value for name, value in facts_of_try(letter, outcome).items()}
    changes = outcome.changes | {"error": remark_after(claimed.error, outcome.remark)}
    return claim | of_try | {f"new_{name}": value for name, value in changes.items()}


@cache
def _try() -> Insert:
    messages = table_of(Message)
    ours = select(messages).where(*_is_claimed()).with_for_update(of=messages)
    return _insert(messages, ours)


@cache
def _sent() -> Update:
    sent: dict[str, object] = {"state": MessageState.SENT, "lease_until": None}
    sent |= {name: bindparam(f"new_{name}") for name in _OF_MESSAGE}
    return update(table_of(Message)).where(*_is_claimed()).values(sent)


@cache
def _step() -> Update:
    """The record of what was sent, its try, and the mark of what comes, as PostgreSQL takes them together."""
    sent = _sent().returning(table_of(Message).c.id).cte("sent")
    tried = _insert(sent, select(sent)).returning(table_of(Attempt).c.number).cte("tried")
    return begun().add_cte(sent, tried)


def _insert(message: FromClause, query: Select[*tuple[object, ...]]) -> Insert:
    """The try of each message that the query finds."""
    attempts = table_of(Attempt)
    facts = [bindparam(f"try_{name}", type_=attempts.c[name].type) for name in _OF_TRY]
    rows = query.with_only_columns(message.c.id, earlier_tries(message) + 1, *facts)
    return insert(attempts).from_select(["message_id", "number", *_OF_TRY], rows)


def _is_claimed() -> tuple[ColumnElement[bool], ...]:
    """Whether a message is as its worker claimed it, so that nobody else has tried it since."""
    messages = table_of(Message)
    claim = (messages.c.attempts == bindparam("claim"), messages.c.channel == bindparam("claimed_for"))
    return (messages.c.id == bindparam("claimed", type_=Integer()), *claim, is_state(*OPEN_TO_RECORD))
