"""The most memory that reading commands hold: with few follow-ups stored, and with many."""

from pathlib import Path

from bench.measure import PROGRAM, Figure, compare, environment, peak_memory
from bench.office import NOW, SMALL_DIVISION, Office

TARGET = 1.5
FEW = 10_000
COMMANDS = (
    ("list", "--division", SMALL_DIVISION),
    ("list", "--division", SMALL_DIVISION, "--json"),
    ("overdue",),
    ("list",),
    ("list", "--json"),
    ("summary",),
)


def run(few: Office, many: Office, *, repeat: int) -> list[Figure]:
    """Each command in the small office, as the floor, and in the large one."""
    return [_compare(few, many, command, repeat=repeat) for command in COMMANDS]


def _compare(few: Office, many: Office, command: tuple[str, ...], *, repeat: int) -> Figure:
    environ = environment(TRACKER_NOW=NOW)
    said = " ".join(command).replace(f" {SMALL_DIVISION}", ", small")

    def peak(office: Office) -> float:
        return peak_memory([*PROGRAM, *command], environ, Path(office.url).parent)

    return compare(
        f"memory of tracker {said}",
        lambda: peak(few),
        lambda: peak(many),
        repeat=repeat,
        target=TARGET,
        unit="MB",
    )
