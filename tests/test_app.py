"""Wiring: which database, which clock, which calendar and which channels a working folder means."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tracker.app import App, actor, initialise, read_instant
from tracker.db.models import Meta
from tracker.domain.fiscal import FiscalYear
from tracker.domain.reminders import Kind, ReminderRules
from tracker.errors import ConfigError, DatabaseProblem, InputError, NotAllowed

SET = "2022-01-03T17:30:00+00:00"
"""Half past midnight on 4 January in Bangkok."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty working folder, with a settings folder of its own."""
    (tmp_path / "config").mkdir()
    return tmp_path


def opened(folder: Path, *, now: str | None = None, **environ: str) -> App:
    return App.open(environ, folder, now=now)


def write_settings(folder: Path, text: str) -> None:
    (folder / "config" / "tracker.toml").write_text(text, encoding="utf-8")


# the database


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "tracker.db"),
        ({"TRACKER_DB": "other.db"}, "other.db"),
        ({"TRACKER_DB": "sqlite:///sub/o.db"}, "sub/o.db"),
        ({"TRACKER_DB": ""}, "tracker.db"),
    ],
    ids=["default", "path", "url", "empty"],
)
def test_sqlite_database_lies_in_the_working_folder(folder: Path, environ: dict[str, str], name: str) -> None:
    assert opened(folder, **environ).url.database == str(folder / name)


def test_other_urls_are_left_as_they_are(folder: Path) -> None:
    assert opened(folder, TRACKER_DB="sqlite:////data/t.db").url.database == "/data/t.db"
    assert opened(folder, TRACKER_DB="sqlite://").url.database is None
    url = opened(folder, TRACKER_DB="postgresql://u:secret@h/d").url
    assert (url.drivername, url.database) == ("postgresql+psycopg", "d")


def test_missing_database_is_told_before_a_command_runs(folder: Path) -> None:
    app = opened(folder)

    with pytest.raises(DatabaseProblem, match="Run 'tracker init' first"):
        app.check(writes=False)
    assert not (folder / "tracker.db").exists()
    app.close()


# the clock, live and in rehearsal


@pytest.mark.parametrize(
    ("environ", "now"),
    [({"TRACKER_NOW": SET}, None), ({}, SET), ({"TRACKER_NOW": "2020-01-01T00:00:00Z"}, SET)],
    ids=["environment", "option", "option_goes_first"],
)
def test_clock_can_be_set(folder: Path, environ: dict[str, str], now: str | None) -> None:
    app = opened(folder, now=now, **environ)

    assert app.clock_is_set
    assert app.clock() == dt.datetime(2022, 1, 3, 17, 30, tzinfo=dt.UTC)
    assert app.today == dt.date(2022, 1, 4)
    assert app.moment().today == dt.date(2022, 1, 4)
    assert app.moment(dt.datetime(2022, 1, 1, tzinfo=dt.UTC)).today == dt.date(2022, 1, 1)


def test_clock_is_the_systems_otherwise(folder: Path) -> None:
    app = opened(folder)

    assert not app.clock_is_set
    assert app.clock().utcoffset() == dt.timedelta(0)


def test_instant_is_read_in_utc() -> None:
    expected = dt.datetime(2022, 1, 4, 2, 0, tzinfo=dt.UTC)

    assert read_instant(" 2022-01-04T09:00:00+07:00 ") == expected
    assert read_instant("2022-01-04T02:00Z") == expected
    assert read_instant("2022-01-04T09:00:00+07:00").tzinfo is dt.UTC


@pytest.mark.parametrize("text", ["", "now", "2022-01-04", "2022-01-04T09:00:00", "2022-13-04T09:00:00Z"])
def test_instant_without_offset_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"write it like 2022-01-04T09:00:00\+07:00"):
        read_instant(text)


@pytest.mark.parametrize(
    ("rehearsal", "now", "writes", "allowed"),
    [
        (False, None, True, True),
        (False, SET, False, True),
        (False, SET, True, False),
        (True, SET, True, True),
        (True, None, True, True),
    ],
    ids=["live", "live_reading", "live_writing_with_a_set_clock", "rehearsal", "rehearsal_by_the_clock"],
)
def test_set_clock_is_believed_for_writing_in_a_rehearsal_alone(
    folder: Path, rehearsal: bool, now: str | None, writes: bool, allowed: bool
) -> None:
    first = opened(folder)
    assert initialise(first, rehearsal=rehearsal)
    first.close()
    app = opened(folder, now=now)

    if allowed:
        app.check(writes=writes)
    else:
        with pytest.raises(
            NotAllowed, match=r"tracker\.db is a live database: only reading commands may run"
        ):
            app.check(writes=writes)
    assert app.mode == ("rehearsal" if rehearsal else "live")
    app.close()


def test_initialising_again_changes_nothing(app: App) -> None:
    with app.reading() as session:
        before = {each.key: each.value for each in session.scalars(select(Meta))}

    assert initialise(app, rehearsal=False) is False

    with app.reading() as session:
        assert {each.key: each.value for each in session.scalars(select(Meta))} == before
    assert before["mode"] == "rehearsal"


# the calendar


def test_office_time_follows_settings_and_tables(folder: Path) -> None:
    write_settings(
        folder,
        "[office]\nfiscal_year_starts = 1\n"
        '[sending]\nopens = "09:00"\ncloses = "12:00"\nreminds_at = "10:00"\n',
    )
    (folder / "config" / "days-off").mkdir()
    own = folder / "config" / "days-off" / "2565.csv"
    own.write_text("date,name,confirmed\n2022-01-05,วันของเรา,yes\n", encoding="utf-8")

    office = opened(folder).office

    assert (office.opens, office.closes, office.reminds_at) == (dt.time(9), dt.time(12), dt.time(10))
    assert office.fiscal_year(dt.date(2021, 12, 31)) == FiscalYear(2564, 1)
    assert not office.working.includes(dt.date(2022, 1, 5))  # the office's own table of 2565 …
    assert office.working.includes(dt.date(2022, 4, 13))  # … goes before the program's
    assert not office.working.includes(dt.date(2023, 4, 13))  # which still holds for 2566


@pytest.mark.parametrize("name", [".~lock.2565.csv#", "2565.csv.bak", "~2565.csv", "notes.txt", "2565.xlsx"])
def test_file_that_an_editor_leaves_beside_the_tables_is_no_table(folder: Path, name: str) -> None:
    expected = opened(folder).office
    (folder / "config" / "days-off").mkdir()
    (folder / "config" / "days-off" / name).write_bytes(b"\xff,host,17.11.2026\n")

    assert opened(folder).office == expected


def test_missing_table_of_days_off_is_seeded_once(folder: Path) -> None:
    app = opened(folder)
    assert app.seed_days_off(2565) is None  # the program brings it

    assert app.office.working.includes(dt.date(2035, 4, 13))
    path = app.seed_days_off(2578)

    assert path == folder / "config" / "days-off" / "2578.csv"
    assert not app.office.working.includes(dt.date(2035, 4, 13))
    assert app.seed_days_off(2578) is None


def test_rules_follow_the_settings(folder: Path) -> None:
    write_settings(
        folder,
        '[reminders]\ndue_soon_days = 2\noverdue_weekday = "friday"\noverdue_weeks = 3\nmonthly_cap = 5\n',
    )

    assert opened(folder).rules == ReminderRules(2, 4, 3, 5, 60)


def test_rules_by_default_are_those_of_the_domain(folder: Path) -> None:
    assert opened(folder).rules == ReminderRules()


def test_catalogue_is_the_offices_own_if_it_has_one(folder: Path) -> None:
    assert "ฝ่ายปกครอง" in opened(folder).catalogue

    (folder / "config" / "divisions.csv").write_text("name,aliases\nกอง,ก\n", encoding="utf-8")
    assert opened(folder).catalogue == {"กอง": ("ก",)}


# the channels


@pytest.mark.parametrize(
    ("environ", "configured"),
    [
        ({}, {"file", "console"}),
        ({"TRACKER_SMTP_HOST": "mail.example"}, {"file", "console", "email"}),
        ({"TRACKER_LINE_TOKEN": "t"}, {"file", "console", "line"}),
        ({"TRACKER_LINE_CHANNEL_ID": "1", "TRACKER_LINE_CHANNEL_SECRET": "s"}, {"file", "console", "line"}),
        ({"TRACKER_LINE_CHANNEL_ID": "1"}, {"file", "console"}),
        ({"TRACKER_SMTP_PASSWORD": "p"}, {"file", "console"}),
    ],
    ids=["bare", "mail", "token", "channel", "half_a_channel", "password_alone"],
)
def test_channels_are_ready_when_their_settings_are(
    folder: Path, environ: dict[str, str], configured: set[str]
) -> None:
    app = opened(folder, **environ)
    initialise(app, rehearsal=False)

    assert app.routing().configured == configured
    assert app.routing().divert is False
    app.close()


def test_rehearsal_goes_into_files_unless_it_is_to_send_really(app: App) -> None:
    assert app.routing().divert is True
    assert app.routing(really_send=True).divert is False
    assert app.routing().line_kinds == {Kind.MONTHLY, Kind.ESCALATION}
    assert app.delivery().routing == app.routing()


def test_channel_is_opened_once_and_writes_into_the_working_folder(app: App) -> None:
    channel = app.channel("file")

    assert app.channel("file") is channel
    app.close()
    assert app.channel("file") is not channel


def test_mail_without_a_sender_is_refused_and_says_what_to_set(folder: Path) -> None:
    app = opened(folder, TRACKER_SMTP_HOST="mail.example", TRACKER_SMTP_USER="ita")

    with pytest.raises(ConfigError, match=r"set the sender, 'from', under \[email\]"):
        app.channel("email")


@pytest.mark.parametrize(
    ("settings", "user"),
    [("", "ita@example.go.th"), ('[email]\nfrom = "ita@example.go.th"\n', "account")],
    ids=["the_account", "from"],
)
def test_mail_comes_from_the_sender_or_the_account(folder: Path, settings: str, user: str) -> None:
    write_settings(folder, settings)
    environ = {"TRACKER_SMTP_HOST": "mail.example", "TRACKER_SMTP_USER": user, "TRACKER_SMTP_PASSWORD": "p"}
    app = opened(folder, **environ)

    assert app.channel("email") is app.channel("email")
    app.close()


def test_repr_shows_no_secret(folder: Path) -> None:
    app = opened(folder, TRACKER_LINE_TOKEN="do-not-show-me", TRACKER_DB="postgresql://u:hidden@h/d")

    assert "do-not-show-me" not in repr(app)
    assert "hidden" not in repr(app)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TRACKER_ACTOR": "ฝ่ายปกครอง", "USER": "root"}, "ฝ่ายปกครอง"),
        ({"TRACKER_ACTOR": "", "USER": "root"}, "root"),
        ({"LOGNAME": "log"}, "log"),
        ({"USERNAME": "win"}, "win"),
    ],
    ids=["named", "account", "logname", "windows"],
)
def test_actor_is_who_is_named_or_the_account(environ: dict[str, str], name: str) -> None:
    assert actor(environ) == name


def test_actor_without_a_name_is_something(folder: Path) -> None:
    assert actor({})
