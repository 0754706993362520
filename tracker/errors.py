"""What can go wrong, as one tree.

    TrackerError                 one clear sentence for the person at the keyboard; exit status 1
    ├── ConfigError              a setting or an environment variable cannot be used
    ├── InputError               something the person gave cannot be read or does not exist
    │   ├── UnreadableDate       a date, month or period that cannot be read, or could be two
    │   ├── UnreadableFile       a file that is missing, of the wrong kind or in the wrong encoding
    │   └── UnknownName          a code, division, agency … that is not there; names the nearest
    ├── DatabaseProblem          the database is missing, locked, unreachable or of another version
    ├── NotAllowed               the request is clear, but the rules forbid it now
    └── DeliveryError            a channel could not hand a message over
        └── OutcomeUnknown       … and it cannot be known whether the provider took it

An exception takes facts and owns its sentence; the root command prints it once, on standard error.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TrackerError(Exception):
    """A request that could not be carried out. Its text says what, where and what to do."""


class ConfigError(TrackerError):
    """A setting, an environment variable or a file of secrets cannot be used."""


class InputError(TrackerError):
    """Something the person gave cannot be read or does not exist."""


class UnreadableDate(InputError):
    """A date, month, year or period that cannot be read, or that could mean two things."""

    def __init__(self, text: str, hint: str) -> None:
        self.text = text
        super().__init__(f"Cannot read {text!r} as a date: {hint}")


class UnreadableFile(InputError):
    """A file that is missing, of the wrong kind, or not in an encoding that can be read."""

    def __init__(self, path: object, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}")


class UnknownName(InputError):
    """Nothing of that name exists; the nearest existing names are offered."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.kind, self.name = kind, name
        choices = list(known)
        folded = {choice.casefold(): choice for choice in choices}
        nearest = [folded[match] for match in get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
        place = f" in {where}" if where else ""
        if nearest:
            hint = f"Did you mean {_either(nearest)}?"
        elif choices:
            shown = ", ".join(choices[:10]) + (" …" if len(choices) > 10 else "")
            hint = f"There are: {shown}."
        else:
            hint = "There are none yet."
        super().__init__(f"No {kind} {name!r}{place}. {hint}")


class DatabaseProblem(TrackerError):
    """The database is missing, locked, unreachable, or of another version than the program."""


class NotAllowed(TrackerError):
    """The request is understood, but the state of things or a rule forbids it."""


class DeliveryError(TrackerError):
    """A channel could not hand a message over.

    ``permanent`` means that trying again with the same address and text cannot help; ``blames_address`` tells
    whether the address is then at fault, so that nothing more should be sent to it, or the message itself.
    ``retry_after`` is the least number of seconds to wait, where the provider named one.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        blames_address: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.blames_address = blames_address
        self.retry_after = retry_after


class OutcomeUnknown(DeliveryError):
    """The connection ended after the message was handed over and before the answer was read."""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
