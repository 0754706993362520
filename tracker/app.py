"""The only place that wires: settings, database, clock, channels and words become one application.

Every command opens it, so what only sending needs is imported where it is used: 30 ms of starting.
"""

import datetime as dt
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, select
from sqlalchemy.orm import Session, sessionmaker

from tracker.clock import Clock, stopped_at, system_clock
from tracker.config import ConfigFiles, Settings, load
from tracker.db import migrate
from tracker.db.models import Meta
from tracker.db.session import make_engine, parse_url, reading, writing
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind, ReminderRules
from tracker.errors import ConfigError, InputError, NotAllowed
from tracker.services import days_off
from tracker.services.divisions import read_catalogue

if TYPE_CHECKING:
    from tracker.channels.base import Channel
    from tracker.messages.render import Renderer
    from tracker.reports.digest import CalendarDoubt
    from tracker.services.delivery import Delivery
    from tracker.services.moment import Moment
    from tracker.services.routing import Routing

FIRST_YEAR, LAST_YEAR = 1950, 2200
LIVE, REHEARSAL = "live", "rehearsal"


@dataclass(frozen=True)
class App:
    """Everything a command needs, for one working folder. Close it when done: channels keep connections.

    Once ``stopping`` is set, delivery ends after the message under way. With ``really_send`` even a rehearsal
    sends by the real channels.
    """

    settings: Settings
    files: ConfigFiles
    folder: Path
    url: URL
    clock: Clock
    clock_is_set: bool
    really_send: bool = False
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)
    _channels: "dict[str, Channel]" = field(default_factory=dict, repr=False)
    _doubted: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, environ: Mapping[str, str], folder: Path, *, now: str | None = None) -> "App":
        """The application of a working folder; ``now`` (ISO, with offset) sets its clock like TRACKER_NOW."""
        settings, files = load(environ, folder)
        url = parse_url(environ.get("TRACKER_DB") or "tracker.db")
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            url = url.set(database=str(folder / str(url.database)))
        set_to = now or environ.get("TRACKER_NOW") or ""
        clock = stopped_at(read_instant(set_to)) if set_to else system_clock
        return cls(settings, files, folder, url, clock, bool(set_to))

    @cached_property
    def engine(self) -> Engine:
        """The database's engine; whether the database is there is ``check``'s to say."""
        return make_engine(self.url)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Transactions that write."""
        return writing(self.engine)

    @cached_property
    def reading(self) -> sessionmaker[Session]:
        """Transactions that only read."""
        return reading(self.engine)

    @cached_property
    def office(self) -> OfficeTime:
        """The office's calendar: its zone, hours, days off and fiscal year."""
        names = filter(days_off.is_table, self.files.names(days_off.FOLDER))
        tables = [self.files.find(f"{days_off.FOLDER}/{name}") for name in names]
        settings = self.settings
        return OfficeTime(
            zone=settings.zone,
            working=WorkingDays(days_off.read_days_off(tables)),
            opens=settings.opens,
            closes=settings.closes,
            reminds_at=settings.reminds_at,
            fiscal_start_month=settings.fiscal_year_starts,
        )

    @cached_property
    def mode(self) -> str:
        """``live`` or ``rehearsal``."""
        with self.reading() as session:
            return session.scalar(select(Meta.value).where(Meta.key == "mode")) or LIVE

    @property
    def today(self) -> dt.date:
        """The office's day."""
        return self.office.today(self.clock())

    def check(self, *, writes: bool) -> None:
        """Raise unless the database is there and current, and, to write, the clock is one it may believe."""
        migrate.check(self.engine)
        if writes and self.clock_is_set and self.mode == LIVE:
            raise NotAllowed(
                f"The clock is set (--now or TRACKER_NOW), and {migrate.shown(self.url)} is a live database: "
                "only reading commands may run. Make a rehearsal copy with: tracker rehearse FILE"
            )

    def moment(self, now: dt.datetime | None = None) -> "Moment":
        """The present, or the instant ``now``, by the office's calendar."""
        from tracker.services.moment import Moment  # noqa: PLC0415  slow start, see above

        instant = now or self.clock()
        return Moment(instant, self.office, self.rules, self._doubts(self.office.today(instant)))

    def _doubts(self, today: dt.date) -> "tuple[CalendarDoubt, ...]":
        """What is doubtful about the calendar; the tables are read once a day and when they were edited."""
        from tracker.reports.digest import CalendarDoubt  # noqa: PLC0415  slow start, see above

        if self._doubted.get("today") != today:
            found = days_off.doubts(self.files.find, self.office, today=today)
            doubts = tuple(CalendarDoubt(each.year, each.days, each.unconfirmed) for each in found)
            self._doubted.update(today=today, doubts=doubts)
        kept: tuple[CalendarDoubt, ...] = self._doubted["doubts"]
        return kept

    @cached_property
    def rules(self) -> ReminderRules:
        """What the office changed about its reminders."""
        return ReminderRules(
            **{each.name: getattr(self.settings, each.name) for each in fields(ReminderRules)}
        )

    def routing(self, *, really_send: bool = False) -> "Routing":
        """Where messages go; from a rehearsal into files, unless it is to send really."""
        from tracker.services.routing import Routing  # noqa: PLC0415  slow start, see above

        settings = self.settings
        has_line = {"TRACKER_LINE_TOKEN"} <= set(settings.secrets) or {
            "TRACKER_LINE_CHANNEL_ID",
            "TRACKER_LINE_CHANNEL_SECRET",
        } <= set(settings.secrets)
        ready = (
            {"file", "console"}
            | ({"email"} if settings.smtp_host else set())
            | ({"line"} if has_line else set())
        )
        return Routing(
            order=settings.channel_order,
            configured=frozenset(ready),
            line_kinds=frozenset(Kind(kind) for kind in settings.line_kinds),
            divert=self.mode == REHEARSAL and not (really_send or self.really_send),
        )

    def delivery(self, *, really_send: bool = False) -> "Delivery":
        """What the delivering services need."""
        from tracker.services.delivery import Delivery  # noqa: PLC0415  slow start, see above

        settings = self.settings
        return Delivery(
            self.sessions,
            self.renderer,
            self.channel,
            self.routing(really_send=really_send),
            self.stopping.is_set,
            per_minute={"email": settings.mail_per_minute, "line": settings.line_per_minute},
            reserve=settings.line_reserve,
            wait=self.wait,
        )

    def wait(self, seconds: float) -> bool:
        """Let seconds pass; false when the clock stands, or when it is time to stop."""
        return not self.clock_is_set and not self.stopping.wait(seconds)

    @cached_property
    def renderer(self) -> "Renderer":
        """The words, the office's own templates first."""
        from tracker.messages.render import Renderer  # noqa: PLC0415  slow start, see above

        return Renderer(self.files.find, line_style=self.settings.line_style)

    @cached_property
    def catalogue(self) -> dict[str, tuple[str, ...]]:
        """The usual divisions, with their aliases."""
        return read_catalogue(self.files.find("divisions.csv"))

    def channel(self, name: str) -> "Channel":
        """A channel ready to send; it is opened once and keeps its connection until ``close``."""
        from tracker.channels.registry import open_channel  # noqa: PLC0415  slow start, see above

        if name not in self._channels:
            self._channels[name] = open_channel(name, self._options(name))
        return self._channels[name]

    def seed_days_off(self, fiscal_year: int) -> Path | None:
        """Write a fiscal year's table of days off into the office's folder, if there is none yet."""
        name = days_off.table_name(fiscal_year)
        if self.files.find(name).is_file():
            return None
        path = self.files.office / name
        year = FiscalYear(fiscal_year, self.settings.fiscal_year_starts)
        days_off.write_table(path, days_off.table_text(days_off.seeded_days(year)))
        self.reread_days_off()
        return path

    def reread_days_off(self) -> None:
        """Let the next use of ``office`` read the tables again: they are edited while the program runs."""
        self.__dict__.pop("office", None)
        self._doubted.clear()

    def close(self) -> None:
        """Close the channels' connections and the database's."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()
        if "engine" in self.__dict__:
            self.engine.dispose()

    def _options(self, name: str) -> dict[str, Any]:
        settings = self.settings
        sender = {"sender_name": settings.mail_from_name, "reply_to": settings.mail_reply_to}
        if name == "email":
            return {**sender, **self._mail_options()}
        if name == "line":
            return self._line_options()
        if name == "file":
            own = {"sender": settings.mail_from} if settings.mail_from else {}
            given = {key: text for key, text in sender.items() if text}
            return {"folder": self.folder / settings.outbox_folder, "zone": settings.zone, **own, **given}
        return {}

    def _mail_options(self) -> dict[str, Any]:
        settings = self.settings
        sender = settings.mail_from or (settings.smtp_user if "@" in settings.smtp_user else "")
        if not sender:
            raise ConfigError(
                "E-mail cannot be used: set the sender, 'from', under [email] in config/tracker.toml."
            )
        return {
            "host": settings.smtp_host,
            "port": settings.smtp_port,
            "security": settings.smtp_security,
            "ca_file": settings.smtp_ca_file or None,
            "user": settings.smtp_user,
            "password": self._secret("TRACKER_SMTP_PASSWORD"),
            "sender": sender,
            "timeout": settings.mail_seconds,
        }

    def _line_options(self) -> dict[str, Any]:
        return {
            "token": self._secret("TRACKER_LINE_TOKEN"),
            "channel_id": self._secret("TRACKER_LINE_CHANNEL_ID"),
            "channel_secret": self._secret("TRACKER_LINE_CHANNEL_SECRET"),
            "api_base": self.settings.line_api,
            "timeout": (min(5, self.settings.line_seconds), self.settings.line_seconds),
        }

    def _secret(self, name: str) -> str:
        secret = self.settings.secrets.get(name)
        return secret.reveal() if secret else ""


def read_instant(text: str) -> dt.datetime:
    """An instant given as ISO date and time with an offset, in UTC; of a year that plans are made for."""
    try:
        instant = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise InputError(f"Cannot read {text!r} as an instant; write it like 2022-01-04T09:00:00+07:00.")
    return instant.astimezone(dt.UTC)


def actor(environ: Mapping[str, str]) -> str:
    """Who is at the keyboard: TRACKER_ACTOR, or the account's name."""
    for name in ("TRACKER_ACTOR", "USER", "LOGNAME", "USERNAME"):
        if environ.get(name):
            return environ[name]
    return f"account {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def initialise(app: App, *, rehearsal: bool) -> bool:
    """Make or update the database; whether it was new. A new one is a rehearsal if so asked."""
    fresh = False
    migrate.upgrade(app.engine)
    with app.sessions.begin() as session:
        if session.get(Meta, "mode") is None:
            fresh = True
            mode = REHEARSAL if rehearsal else LIVE
            facts = {"mode": mode, "created_at": app.clock().isoformat(), "planned_at": "", "gathered_at": ""}
            session.add_all(Meta(key=key, value=value) for key, value in facts.items())
    return fresh
