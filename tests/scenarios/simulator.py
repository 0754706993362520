"""A fiscal year of the scheduler with a seeded stream of accidents, seed after seed.

``python -m tests.scenarios.simulator --seeds 1000 --from 1`` plays one year a seed on SQLite, and prints each
broken promise with its instant and the steps before it. A seed's number alone makes its year again.
"""

import argparse
import logging
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from tests.scenarios.simulator_broken import Broken
from tests.scenarios.simulator_lock import swift_sqlite
from tests.scenarios.simulator_played import Played, Total
from tests.scenarios.simulator_year import HOUR, Simulation
from tracker.db import migrate
from tracker.db.models import Meta
from tracker.db.session import writing


def play(engine: Engine, seed: int, *, accidents: float = 1.0) -> Played:
    """A year on an empty database that is marked as a rehearsal; what was broken stands in ``problem``."""
    sim = Simulation(engine, seed, accidents=accidents)
    try:
        return sim.play()
    except (Broken, Exception) as error:  # noqa: BLE001  whatever goes wrong belongs to the seed
        instant = f"{sim.machine.truth + 7 * HOUR:%Y-%m-%d %H:%M:%S}"
        sim.played.problem = f"{instant} {type(error).__name__}: {error}"
        sim.played.trail = tuple(sim.trail)
        return sim.played


def main() -> int:
    """Exit status 1 when a promise was broken. Interrupted, it sums up what was played by then."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.simulator")
    parser.add_argument("--seeds", type=int, default=20, help="how many years")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed")
    parser.add_argument("--accidents", type=float, default=1.0, help="how many times the usual number")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    total, began = Total(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        template = Path(folder, "template.db")
        new_database(template).dispose()
        for seed in range(asked.first, asked.first + asked.seeds):
            played = _play_on_a_copy(template, seed, accidents=asked.accidents)
            total.add(played)
            if played.problem:
                print(f"seed {seed}: {played.problem}", *played.trail, sep="\n    ", flush=True)
    print(f"{total}\n{time.perf_counter() - began:.0f} s, {time.process_time():.0f} s of the processor")
    return bool(total.failures)


def new_database(path: Path) -> Engine:
    """An empty rehearsal on a file."""
    engine = swift_sqlite(path)
    migrate.upgrade(engine)
    with writing(engine).begin() as session:
        session.add(Meta(key="mode", value="rehearsal"))
        session.add_all(Meta(key=key, value="") for key in ("planned_at", "gathered_at"))
    return engine


def _play_on_a_copy(template: Path, seed: int, *, accidents: float) -> Played:
    path = template.with_name(f"{seed}.db")
    path.write_bytes(template.read_bytes())
    engine = swift_sqlite(path)
    try:
        return play(engine, seed, accidents=accidents)
    finally:
        engine.dispose()
        for each in path.parent.glob(f"{seed}.db*"):
            each.unlink()


if __name__ == "__main__":
    sys.exit(main())
