"""Worker processes that begin at a word, so that what is measured is not their start.

``python -m bench.workers TASK URL`` says "ready" when it is connected, works when a line comes in, and says
how many messages it took.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import Engine, text

from bench.city import MORNING
from bench.measure import ROOT, environment
from tracker.channels.base import Outgoing, Receipt
from tracker.channels.registry import open_channel
from tracker.config import shipped
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import ReminderRules
from tracker.messages.render import Renderer
from tracker.services.claiming import BATCH, claim
from tracker.services.delivery import Delivery
from tracker.services.moment import Moment
from tracker.services.outbox import deliver_all
from tracker.services.routing import Routing

ROUTING = Routing(configured=frozenset({"line", "email", "file"}))
MOMENT = Moment(MORNING, OfficeTime(), ReminderRules())
_CLAIM = f"""
    UPDATE messages SET state = 'sending', attempts = attempts + 1, lease_until = '2022-02-01 02:15',
        first_attempt_at = '2022-02-01 02:00'
    WHERE id IN (
        SELECT id FROM messages WHERE state IN ('queued', 'retry') AND next_attempt_at <= '2022-02-01 02:00'
        ORDER BY turn, next_attempt_at, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    )
"""


def together(task: str, url: str, number: int) -> tuple[float, list[int]]:
    """Milliseconds from the word to the last one's end, and what each of the processes took."""
    command = [sys.executable, "-m", "bench.workers", task, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes))  # type: ignore[call-overload]
            for _ in range(number)
        ]
        for process in started:
            process.stdout.readline()
        began = time.perf_counter()
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        taken = [int(process.stdout.readline()) for process in started]
        return (time.perf_counter() - began) * 1000, taken


class Nowhere:
    """A channel that takes everything at once."""

    name = "nowhere"

    def send(self, message: Outgoing, *, now: object) -> Receipt:
        return Receipt()

    def probe(self) -> str:
        return "ready"

    def close(self) -> None:
        pass


def _deliver(engine: Engine) -> int:
    """What the program's worker does, into nowhere."""
    nowhere = Nowhere()
    renderer = Renderer(lambda name: shipped() / name)
    delivery = Delivery(writing(engine), renderer, lambda name: nowhere, ROUTING)
    return deliver_all(delivery, lambda: MOMENT).sent


def _claim(engine: Engine) -> int:
    """The program's claim, until nothing is left."""
    sessions, taken = writing(engine), 0
    while True:
        with sessions.begin() as session:
            claimed = claim(session, MOMENT, closed=(), room={})
        if not claimed:
            return taken
        taken += len(claimed)


def _claim_bare(engine: Engine) -> int:
    taken = 0
    connection = engine.raw_connection()
    cursor = connection.cursor()
    while True:
        cursor.execute(_CLAIM)
        connection.commit()
        if not cursor.rowcount:
            return taken
        taken += cursor.rowcount


def _push(engine: Engine, port: str) -> int:
    """What the program's worker does, by LINE to a server on this machine."""
    channel = open_channel("line", {"token": "t", "api_base": f"http://127.0.0.1:{port}"})
    renderer = Renderer(lambda name: shipped() / name)
    sent = deliver_all(
        Delivery(writing(engine), renderer, lambda name: channel, ROUTING), lambda: MOMENT
    ).sent
    channel.close()
    return sent


TASKS: dict[str, Callable[..., int]] = {
    "deliver": _deliver, "claim": _claim, "claim-bare": _claim_bare, "push": _push
}  # fmt: skip


def main() -> None:
    task, url = sys.argv[1:]
    engine = make_engine(parse_url(url))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    print("ready", flush=True)
    sys.stdin.readline()
    name, *more = task.split(":")
    print(TASKS[name](engine, *more), flush=True)
    engine.dispose()


if __name__ == "__main__":
    main()
