"""Measuring a floor and the program in turn, and printing what was found."""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FLOORS = Path(__file__).with_name("floors")
PROGRAM = (sys.executable, "-c", "from tracker.cli import main; main()")
"""What the installed script ``tracker`` does."""

_PEAK = (
    "import resource, subprocess, sys; "
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""A small process between this one and the measured one: Linux counts the starter's size as the child's."""

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result: samples of floor and program in ``unit``, and the target for their ratio.

    A target for a rate is the least it may be, any other the most. ``target`` is None where none is set.
    """

    what: str
    unit: str
    floor: tuple[float, ...]
    program: tuple[float, ...]
    target: float | None

    @property
    def ratio(self) -> float:
        """Program to floor, of the medians."""
        return statistics.median(self.program) / statistics.median(self.floor)

    @property
    def best_ratio(self) -> float:
        """Program to floor, of the best sample of each: what a busy machine disturbs least."""
        best = max if self.is_rate else min
        return best(self.program) / best(self.floor)

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self.unit == "rows/s"

    @property
    def verdict(self) -> str:
        """Whether the target is met by the medians, "" where there is none."""
        if self.target is None:
            return ""
        met = self.ratio >= self.target if self.is_rate else self.ratio <= self.target
        return "met" if met else "missed"

    def as_json(self) -> dict[str, Any]:
        """All samples, and what follows from them."""
        return asdict(self) | {
            "ratio": round(self.ratio, 3),
            "best_ratio": round(self.best_ratio, 3),
            "verdict": self.verdict,
        }


def compare(
    what: str, floor: Measure, program: Measure, *, repeat: int, target: float | None = None, unit: str = "ms"
) -> Figure:
    """Floor and program in turn, ``repeat`` times each, after one uncounted run of both."""
    pairs = [(floor(), program()) for _ in range(repeat + 1)][1:]
    figure = Figure(what, unit, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), target)
    print(_line(figure), flush=True)
    return figure


def process(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> float:
    """Milliseconds that a process takes from its start to its end, its output read."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environ, cwd=folder)
    return (time.perf_counter() - started) * 1000


def peak_memory(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> float:
    """The most memory, in MB, that a process held."""
    starter = [sys.executable, "-c", _PEAK, *command]
    run = subprocess.run(starter, check=True, stdout=subprocess.PIPE, env=environ, cwd=folder, text=True)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(run.stdout) * unit / 1e6


def call(action: Callable[[], object]) -> float:
    """Milliseconds that a call takes, garbage collected before it and not during it."""
    gc.collect()
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def environment(**own: str) -> dict[str, str]:
    """This process's environment without the settings of the machine, and with the checkout importable."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TRACKER_")}
    return kept | {"PYTHONPATH": str(ROOT)} | own


def heading() -> str:
    """The titles of the table that ``compare`` prints, line by line."""
    titles = f"{'':58} {'floor':>10} {'program':>10} {'':6}  ratio   best  target"
    return f"{titles}\n{'-' * len(titles)}"


def _line(figure: Figure) -> str:
    floor, program = statistics.median(figure.floor), statistics.median(figure.program)
    places = 0 if figure.is_rate else 1
    target = "" if figure.target is None else f"{'≥' if figure.is_rate else '≤'} {figure.target:g}"
    return (
        f"{figure.what:58} {floor:10,.{places}f} {program:10,.{places}f} {figure.unit:6} "
        f"{figure.ratio:6.2f} {figure.best_ratio:6.2f}  {target:6} {figure.verdict}"
    ).rstrip()
