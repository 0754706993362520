"""Marking one follow-up as done in a large office, a whole process from start to end."""

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import FLOORS, PROGRAM, Figure, compare, environment, process
from bench.office import NOW, PERIODS, TODAY, Office

TARGET = 1.3


def run(office: Office, *, repeat: int) -> list[Figure]:
    """``tracker done CODE``; every run closes another follow-up."""
    folder, environ = Path(office.url).parent, environment(TRACKER_NOW=NOW)
    codes = _codes(office)
    floor = [sys.executable, str(FLOORS / "done.py"), office.url]
    return [
        compare(
            "tracker done CODE",
            lambda: process([*floor, next(codes), TODAY.isoformat()], environ, folder),
            lambda: process([*PROGRAM, "done", next(codes)], environ, folder),
            repeat=repeat,
            target=TARGET,
        )
    ]


def _codes(office: Office) -> Iterator[str]:
    """Measures with one open follow-up that has begun, from all over the table, each once."""
    measures = office.follow_ups // PERIODS
    step = max(measures // 200, 1)
    return (f"I{n}" for offset in range(step) for n in range(1 + offset, measures, step) if n % 10)
