"""The real program in a process that kills itself, with SIGKILL, at one point of a delivery.

``python -m tests.scenarios.dying POINT ARGUMENTS…`` runs ``tracker ARGUMENTS…``. A point is a function of the
program and the moment just before or just after it; nothing of the program knows of it.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

BEFORE, AFTER = "before", "after"
POINTS = {
    "before the claim is committed": [("tracker.services.outbox", "prepare", AFTER)],
    "after the claim is committed": [("tracker.services.outbox", "_Claim", BEFORE)],
    "before the request": [("tracker.services.outbox", "_send", BEFORE)],
    "before the outcome is committed": [
        ("tracker.services.recording", "record_sent", AFTER),
        ("tracker.services.outbox", "step", BEFORE),
    ],
}
"""Where several statements write it the program ends among them; where it is one, before it."""


def die(*_args: Any) -> None:
    """No handler, no buffer, no transaction is finished."""
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    """The function, and the end of the process on one side of it."""

    def called(*args: Any, **kwargs: Any) -> Any:
        if when == BEFORE:
            die()
        result = function(*args, **kwargs)
        die()
        return result

    return called


def main() -> None:
    point, sys.argv[1:] = sys.argv[1], sys.argv[2:]
    for place, name, when in POINTS[point]:
        module = importlib.import_module(place)
        setattr(module, name, deadly(getattr(module, name), when))

    from tracker.cli import main as tracker  # noqa: PLC0415  after the point is set

    tracker()


if __name__ == "__main__":
    main()
