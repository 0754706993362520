"""Reading commands on a large office, whole processes from start to end."""

import sys
from pathlib import Path

from bench.measure import FLOORS, PROGRAM, Figure, compare, environment, process
from bench.office import LARGE_DIVISION, NOW, SMALL_DIVISION, TODAY, Office

TARGET = 1.3


def run(office: Office, *, repeat: int) -> list[Figure]:
    """``list`` and ``overdue`` of a division of 400 rows and of one with a fiftieth of everything."""
    return [
        _compare(office, command, division, repeat=repeat)
        for division in (SMALL_DIVISION, LARGE_DIVISION)
        for command in ("list", "overdue")
    ]


def _compare(office: Office, command: str, division: str, *, repeat: int) -> Figure:
    folder, environ = Path(office.url).parent, environment(TRACKER_NOW=NOW)
    day = [TODAY.isoformat()] if command == "overdue" else []
    floor = [sys.executable, str(FLOORS / "listing.py"), office.url, division, *day]
    program = [*PROGRAM, command, "--division", division]
    size = "small" if division == SMALL_DIVISION else "large"
    return compare(
        f"tracker {command} --division, {size}",
        lambda: process(floor, environ, folder),
        lambda: process(program, environ, folder),
        repeat=repeat,
        target=TARGET,
    )
