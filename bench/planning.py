"""Queuing a month's reminders of many agencies, against writing as many messages and nothing else.

Both begin with the agencies' plans and contacts and an empty outbox, and both end with the commit.
"""

from collections.abc import Callable

from sqlalchemy import Engine, text

from bench.city import DIVISIONS, MORNING, build, empty
from bench.measure import Figure, call, compare
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind, ReminderRules
from tracker.services.reminders import plan_reminders
from tracker.services.routing import Routing

TARGET = 3.0
AGENCIES = 8_300
ROUTING = Routing(configured=frozenset({"line", "email", "file"}))
MONTHLY = frozenset({Kind.MONTHLY})
KEYS = {
    "postgresql": "gen_random_uuid()::text",
    "sqlite": "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4a0b-8c0d-' || hex(randomblob(6)))",
}
_FLOOR = """
    INSERT INTO messages (key, contact_id, on_date, number, kind, turn, channel, intended_channel, address,
        state, created_at, useful_until, next_attempt_at, subject, attempts, unsure, reference,
        error)
    SELECT {key}, id, '2022-02-01', 1, 'monthly', 3, 'email', 'email', email,
        'queued', '{now}', '2022-02-28 17:00:00.000000', '{now}', '', 0, 0, '', ''
    FROM contacts ORDER BY id
"""


def run(url: str, *, agencies: int, repeat: int) -> list[Figure]:
    """On the database of ``url``."""
    engine = make_engine(parse_url(url))
    build(engine, agencies)
    contacts, name = agencies * DIVISIONS, engine.dialect.name

    def floor() -> float:
        return _measure(engine, contacts, fill_outbox)

    def queuing() -> float:
        return _measure(engine, contacts, _plan)

    def again() -> float:
        _measure(engine, contacts, _plan)
        return call(lambda: _plan(engine))

    what = f"queuing {contacts:,} reminders in messages, {name}"
    figures = [
        compare(what, floor, queuing, repeat=repeat, target=TARGET),
        compare(f"looking again, with nothing new, {name}", floor, again, repeat=repeat),
    ]
    engine.dispose()
    return figures


def _measure(engine: Engine, contacts: int, fill: Callable[[Engine], None]) -> float:
    """Milliseconds of a way to fill the outbox, which is emptied before; every contact has one message."""
    empty(engine)
    milliseconds = call(lambda: fill(engine))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*), count(DISTINCT contact_id) FROM messages")).one()
    if tuple(found) != (contacts, contacts):
        raise AssertionError(f"{found} messages and contacts served, not {contacts} of each")
    return milliseconds


def fill_outbox(engine: Engine) -> None:
    """Write a queued message for every contact, in one bare statement."""
    statement = _FLOOR.format(key=KEYS[engine.dialect.name], now="2022-02-01 02:00:00.000000")
    with writing(engine).begin() as session:
        session.execute(text(statement))


def _plan(engine: Engine) -> None:
    with writing(engine).begin() as session:
        plan_reminders(
            session,
            now=MORNING,
            office=OfficeTime(),
            rules=ReminderRules(),
            routing=ROUTING,
            kinds=MONTHLY,
        )
