"""The program as a process of its own, for what only a process shows: encodings, pipes, start-up."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
START = "from tracker.cli import main; main()"


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The machine's environment without settings of the program or of Python."""
    kept = {
        key: text for key, text in os.environ.items() if not key.startswith(("TRACKER_", "PYTHON", "LC_"))
    }
    kept.pop("LANG", None)
    return {**kept, "PYTHONPATH": str(TOP), "PYTHONDONTWRITEBYTECODE": "1", **own}


def run(
    words: Sequence[str], folder: Path, *, code: str = START, stdin: bytes = b"", **own: str
) -> subprocess.CompletedProcess[bytes]:
    """Run ``tracker`` with these words in a folder, or other code that ends in it."""
    command = [sys.executable, "-W", "error", "-c", code, *words]
    return subprocess.run(
        command, cwd=folder, env=environment(own), input=stdin, capture_output=True, timeout=60, check=False
    )
