"""What simulated years come to: one, and many together."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Played:
    """What a year came to."""

    seed: int
    steps: int = 0
    looks: int = 0
    accidents: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    reminders: int = 0
    problem: str = ""
    trail: tuple[str, ...] = ()


@dataclass
class Total:
    """What all the years came to."""

    seeds: int = 0
    failures: int = 0
    sum: Played = field(default_factory=lambda: Played(0))

    def add(self, played: Played) -> None:
        self.seeds += 1
        self.failures += bool(played.problem)
        for name in ("steps", "looks", "reminders", "messages"):
            setattr(self.sum, name, getattr(self.sum, name) + getattr(played, name))
        self.sum.accidents += played.accidents

    def __str__(self) -> str:
        all_of = self.sum
        kinds = ", ".join(f"{name} {number}" for name, number in all_of.accidents.most_common())
        return (
            f"{self.seeds} seeds, {all_of.steps} steps, {all_of.looks} looks, {all_of.reminders} reminders, "
            f"{all_of.messages} messages, {self.failures} failures\n"
            f"{all_of.accidents.total()} accidents: {kinds}"
        )
