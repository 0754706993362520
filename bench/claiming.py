"""Claiming messages with four workers on PostgreSQL, against bare SKIP LOCKED of the same batch size."""

from sqlalchemy import Engine, text

from bench.city import DIVISIONS, build, empty
from bench.measure import Figure, compare
from bench.office import settle
from bench.planning import fill_outbox
from bench.workers import together
from tracker.db.session import make_engine, parse_url, writing
from tracker.services.claiming import BATCH

TARGET = 0.5
AGENCIES = 1_000
WORKERS = 4


def run(url: str, *, repeat: int) -> list[Figure]:
    """Messages of a channel that recognises a repeat: only of those several are claimed at once."""
    engine = make_engine(parse_url(url))
    build(engine, AGENCIES)
    figure = compare(
        f"claiming by {WORKERS} workers, {BATCH} at a time",
        lambda: _rate(engine, url, "claim-bare"),
        lambda: _rate(engine, url, "claim"),
        repeat=repeat,
        target=TARGET,
        unit="rows/s",
    )
    engine.dispose()
    return [figure]


def _rate(engine: Engine, url: str, task: str) -> float:
    """Messages a second, of an outbox that is filled before; each is claimed by one worker."""
    empty(engine)
    fill_outbox(engine)
    with writing(engine).begin() as session:
        session.execute(text("UPDATE messages SET channel = 'line', intended_channel = 'line'"))
    settle(engine)
    milliseconds, taken = together(task, url, WORKERS)
    with engine.connect() as connection:
        query = "SELECT count(*) FROM messages WHERE state = 'sending' AND attempts = 1"
        found = connection.execute(text(query)).scalar_one()
    if not found == sum(taken) == AGENCIES * DIVISIONS:
        raise AssertionError(f"{found} messages claimed, {sum(taken)} claims of {AGENCIES * DIVISIONS}")
    return sum(taken) / milliseconds * 1000
