"""Starting: the helps, which load no database."""

import sys
from pathlib import Path

from bench.measure import FLOORS, PROGRAM, Figure, compare, environment, process


def run(folder: Path, *, repeat: int) -> list[Figure]:
    """``tracker --help`` against a process that imports click; beside it, a command's own help."""
    environ = environment()
    floor = [sys.executable, str(FLOORS / "start.py")]
    asked = {"tracker --help": 1.5, "tracker list --help": None}
    return [
        compare(
            what,
            lambda: process(floor, environ, folder),
            lambda what=what: process([*PROGRAM, *what.split()[1:]], environ, folder),
            repeat=repeat,
            target=target,
        )
        for what, target in asked.items()
    ]
