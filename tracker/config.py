"""The settings of an office: one table of them, read from TOML and the environment into a frozen value.

The table is the dataclass itself: every field names its key, default, reading and comment, and from it come
the loader, the checks, the example file and the page in the documentation. Secrets are read from the
environment, or from a file that ``NAME_FILE`` points to, and never from the settings file.
"""

import datetime as dt
import os
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.errors import ConfigError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Secret:
    """A text that does not show itself: not in a repr, a log or a message of an error."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that hands it to the provider."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(…)" if self._text else "Secret()"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text in quotes is expected")
    return value


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is expected")
        return str(value)

    return read


def _each_of(*choices: str) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or any(item not in choices for item in value):
            raise ValueError(f"a list of some of {', '.join(choices)} is expected")
        return tuple(dict.fromkeys(value))

    return read


def _number(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high} is expected")
        return value

    return read


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is expected")
    return value


def _time(value: Any) -> dt.time:
    try:
        time = dt.time.fromisoformat(_text(value))
    except ValueError:
        time = None
    if time is None or time.tzinfo is not None:
        raise ValueError('a time such as "08:30" is expected')
    return time


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder of zones
        raise ValueError('a time zone such as "Asia/Bangkok" is expected') from None


def _weekday(value: Any) -> int:
    return WEEKDAYS.index(_one_of(*WEEKDAYS)(value))


def _setting(key: str, default: Any, read: Callable[[Any], Any], comment: str, env: str = "") -> Any:
    metadata = {"key": key, "printed": default, "read": read, "comment": comment, "env": env}
    return field(default_factory=lambda: read(default), metadata=metadata)


def _ascending(*, length: int, low: int, high: int) -> Callable[[Any], tuple[int, ...]]:
    number = _number(low, high)

    def read(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) != length:
            raise ValueError(f"a list of {length} numbers is expected")
        numbers = tuple(number(each) for each in value)
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            raise ValueError("each number must be greater than the one before")
        return numbers

    return read


CADENCES = ("monthly", "quarterly", "half-yearly", "yearly")
KINDS = ("escalation", "overdue", "due-soon", "monthly", "quarterly", "summary", "coordinator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an office may change. ``secrets`` come from the environment alone."""

    zone: ZoneInfo = _setting("office.zone", "Asia/Bangkok", _zone, "The time zone in which a day is a day.")
    fiscal_year_starts: int = _setting(
        "office.fiscal_year_starts",
        10,
        _number(1, 12),
        "The month in which the fiscal year begins: 10 is October.",
    )
    opens: dt.time = _setting(
        "sending.opens", "08:30", _time, "Messages leave on working days from this hour …"
    )
    closes: dt.time = _setting("sending.closes", "16:30", _time, "… until this one.")
    reminds_at: dt.time = _setting(
        "sending.reminds_at",
        "09:00",
        _time,
        "A day's reminders are owed from this hour on, and a working day's messages are made.",
    )
    report_days: int = _setting(
        "follow_up.report_days",
        5,
        _number(0, 60),
        "A period's report is due on this working day after its end.",
    )
    default_cadence: str = _setting(
        "follow_up.default_cadence",
        "quarterly",
        _one_of(*CADENCES),
        f"For measures whose document names none: {', '.join(CADENCES)}.",
    )
    verify: bool = _setting(
        "closing.verify", False, _switch, "true: what is marked done waits until a second person accepts it."
    )
    due_soon_days: int = _setting(
        "reminders.due_soon_days",
        3,
        _number(1, 30),
        "Owners are told this many working days before the due date.",
    )
    overdue_weekday: int = _setting(
        "reminders.overdue_weekday",
        "monday",
        _weekday,
        "The day of the weekly reminders and the coordinators' list.",
    )
    overdue_weeks: int = _setting(
        "reminders.overdue_weeks",
        4,
        _number(0, 52),
        "At most so many weekly reminders for one overdue follow-up.",
    )
    monthly_cap: int = _setting(
        "reminders.monthly_cap", 6, _number(1, 31), "At most so many messages to one contact in a month."
    )
    years_end_days: int = _setting(
        "reminders.years_end_days",
        60,
        _number(0, 366),
        "How long a plan is reminded of after its fiscal year ended.",
    )
    escalation_days: tuple[int, ...] = _setting(
        "reminders.escalation_days",
        [7, 21, 45],
        _ascending(length=3, low=1, high=366),
        "Days overdue at which the head of division, the deputy and the director are told.",
    )
    escalation_use_days: int = _setting(
        "reminders.escalation_use_days",
        30,
        _number(1, 366),
        "How many days after that it may still be told, if it could not be before.",
    )
    channel_order: tuple[str, ...] = _setting(
        "channels.order",
        ["line", "email", "file"],
        _each_of("line", "email", "file", "console"),
        "The first of these for which a contact has an address is used; file and console need none.",
    )
    line_kinds: tuple[str, ...] = _setting(
        "channels.line_kinds",
        ["monthly", "escalation"],
        _each_of(*KINDS),
        "LINE costs money: only these kinds use it when the contact has an e-mail address as well.",
    )
    outbox_folder: str = _setting(
        "channels.folder", "outbox", _text, "Where the channel 'file' writes, from the working folder."
    )
    smtp_host: str = _setting("email.host", "", _text, "The mail server.", "TRACKER_SMTP_HOST")
    smtp_port: int = _setting(
        "email.port", 587, _number(1, 65535), "587 with starttls, 465 with tls.", "TRACKER_SMTP_PORT"
    )
    smtp_security: str = _setting(
        "email.security",
        "starttls",
        _one_of("starttls", "tls", "none"),
        "starttls, tls, or none (this machine only).",
    )
    smtp_ca_file: str = _setting("email.ca_file", "", _text, "Certificates to trust instead of the system's.")
    smtp_user: str = _setting(
        "email.user", "", _text, "The account; its password is a secret.", "TRACKER_SMTP_USER"
    )
    mail_from: str = _setting("email.from", "", _text, "The address that messages come from.")
    mail_from_name: str = _setting("email.from_name", "", _text, "The name shown beside it.")
    mail_reply_to: str = _setting("email.reply_to", "", _text, "Where answers go, if not there.")
    mail_seconds: int = _setting(
        "email.timeout_seconds",
        30,
        _number(1, 45),
        "How long to wait for the mail server at each step, at most 45.",
    )
    mail_per_minute: int = _setting(
        "email.per_minute", 0, _number(0, 100_000), "At most so many e-mails a minute; 0 is as many as go."
    )
    line_api: str = _setting(
        "line.api",
        "https://api.line.me",
        _text,
        "Where LINE answers; another for a stand-in.",
        "TRACKER_LINE_API",
    )
    line_seconds: int = _setting(
        "line.timeout_seconds", 30, _number(1, 60), "How long to wait for LINE's answer, at most 60."
    )
    line_style: str = _setting(
        "line.style", "flex", _one_of("flex", "text"), "flex: a card with headings and a button; text: plain."
    )
    line_reserve: int = _setting(
        "line.reserve",
        30,
        _number(0, 1_000_000),
        "So many of the month's LINE messages are kept for escalations; the rest then goes by e-mail.",
    )
    line_per_minute: int = _setting(
        "line.per_minute", 0, _number(0, 120_000), "At most so many pushes a minute; 0 is as many as go."
    )
    look_every: int = _setting(
        "run.look_every_minutes", 5, _number(1, 60), "How often 'tracker run' looks for what is owed."
    )
    secrets: Mapping[str, Secret] = field(default_factory=dict)


SECRETS = (
    "TRACKER_SMTP_PASSWORD",
    "TRACKER_LINE_TOKEN",
    "TRACKER_LINE_CHANNEL_ID",
    "TRACKER_LINE_CHANNEL_SECRET",
)


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """Where the files lie that an office may change: its own folder first, then the program's."""

    office: Path

    def find(self, name: str) -> Path:
        """The office's file of this name, or the one that came with the program (it may not exist)."""
        own = self.office / name
        return own if own.exists() else shipped() / name

    def names(self, folder: str) -> list[str]:
        """The names of all files in a folder, the office's and the program's, sorted."""
        found = {path.name for place in (self.office, shipped()) for path in (place / folder).glob("*.*")}
        return sorted(found)


def shipped() -> Path:
    """The folder of the files that came with the program: in the wheel, or beside the checkout."""
    package = Path(__file__).parent
    inside = package / "_config"
    return inside if inside.is_dir() else package.parent / "config"


def load(environ: Mapping[str, str], folder: Path) -> tuple[Settings, ConfigFiles]:
    """The settings for a working folder: defaults, then the settings file, then the environment.

    ConfigError names the key, what is wrong with it and, for an unknown one, the nearest that exists.
    """
    named = environ.get("TRACKER_CONFIG", "")
    path = folder / (named or "config/tracker.toml")
    if named and not path.is_file():
        raise ConfigError(f"TRACKER_CONFIG points to {path}, where there is no file.")
    values = _read_file(path) if path.is_file() else {}
    values.update(_read_environment(environ))
    secrets = {name: Secret(text) for name in SECRETS if (text := _secret(name, environ))}
    settings = Settings(**values, secrets=secrets)
    for key, hour in (("opens", settings.opens), ("reminds_at", settings.reminds_at)):
        if hour >= settings.closes:
            raise ConfigError(
                f"{path}: 'sending.{key}' ({hour:%H:%M}) must lie before 'sending.closes' "
                f"({settings.closes:%H:%M}); otherwise no message ever leaves."
            )
    return settings, ConfigFiles(path.parent)


def table() -> Iterator[Field[Any]]:
    """The settings as fields: metadata ``key``, ``printed`` (default), ``comment`` and ``env``."""
    return (each for each in fields(Settings) if each.metadata)


def example() -> str:
    """The example settings file: every key with its comment and default, commented out."""
    lines = ["# Settings of the follow-up tracker. Remove the # before a key to change it.", ""]
    section = ""
    for each in table():
        head, key = each.metadata["key"].split(".")
        if head != section:
            lines += ([""] if section else []) + [f"[{head}]"]
            section = head
        env = f" ({each.metadata['env']} goes before.)" if each.metadata["env"] else ""
        lines += [f"# {each.metadata['comment']}{env}", f"# {key} = {toml_value(each.metadata['printed'])}"]
    return "\n".join(lines) + "\n"


SECRETS_ELSEWHERE = {
    "email.password": "A password never stands here: name its file in TRACKER_SMTP_PASSWORD_FILE.",
    "line.token": "A token never stands here: name its file in TRACKER_LINE_TOKEN_FILE.",
}


def _read_file(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not readable as TOML in UTF-8: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).") from None
    known = {each.metadata["key"]: each for each in table()}
    values = {}
    for key, value in _flat(document):
        if key not in known:
            nearest = get_close_matches(key, known, n=1, cutoff=0.0)[0]
            hint = SECRETS_ELSEWHERE.get(key, f"The nearest one is '{nearest}'.")
            raise ConfigError(f"{path} has the unknown setting '{key}'. {hint}")
        values[known[key].name] = _read(known[key], value, f"{path}, '{key}'")
    return values


def _flat(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for head, body in document.items():
        if isinstance(body, dict):
            yield from ((f"{head}.{key}", value) for key, value in body.items())
        else:
            yield head, body


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for each in table():
        text = environ.get(each.metadata["env"], "") if each.metadata["env"] else ""
        if text:
            raw: Any = int(text) if isinstance(each.metadata["printed"], int) and text.isdecimal() else text
            values[each.name] = _read(each, raw, each.metadata["env"])
    return values


def _read(setting: Field[Any], value: Any, where: str) -> Any:
    try:
        return setting.metadata["read"](value)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}, not {value!r}.") from None


def _secret(name: str, environ: Mapping[str, str]) -> str:
    pointed = environ.get(f"{name}_FILE", "")
    if not pointed:
        return environ.get(name, "")
    path = Path(pointed)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{name}_FILE: {path} is not UTF-8; save it anew as UTF-8.") from None
    foreign = stat.S_IRWXO if _is_credential(path, environ) else stat.S_IRWXG | stat.S_IRWXO
    if os.name == "posix" and mode & foreign:
        raise ConfigError(f"{name}_FILE: others may read {path}. Run: chmod 600 {path}")
    return text


def _is_credential(path: Path, environ: Mapping[str, str]) -> bool:
    """Whether systemd laid the file there for this service alone; its group's right is the mask of an ACL."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    return folder != "" and path.parent == Path(folder)


def toml_value(value: Any) -> str:
    """A default as it would be written in the settings file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
