"""The settings: the table, the file, the environment, secrets; and the sentences for what is wrong."""

import datetime as dt
import os
import re
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tracker.config import KINDS, SECRETS, ConfigFiles, Secret, Settings, example, load, shipped, table
from tracker.domain.reminders import REMINDERS, Kind
from tracker.errors import ConfigError

TOP = Path(__file__).parent.parent
TOKEN = "do-not-show-me"


def settings_file(folder: Path, text: str) -> Path:
    path = folder / "config" / "tracker.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str = "", **environ: str) -> Settings:
    if text:
        settings_file(folder, text)
    return load(environ, folder)[0]


def refused(folder: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(ConfigError) as error:
        loaded(folder, text, **environ)
    return str(error.value)


# the table and the example


def test_example_is_the_file_in_config() -> None:
    assert (TOP / "config" / "tracker.toml").read_text(encoding="utf-8") == example()


def test_every_setting_has_a_comment_and_stands_in_the_example() -> None:
    keys = [each.metadata["key"] for each in table()]

    assert len(keys) == len(set(keys)) >= 20
    for each in table():
        assert each.metadata["comment"].strip()
        _, key = each.metadata["key"].split(".")
        comment = re.escape(each.metadata["comment"])
        assert re.search(rf"(?m)^# {comment}.*\n# {key} = ", example()), key


def test_example_as_it_stands_and_with_every_line_used_gives_the_defaults(tmp_path: Path) -> None:
    used = re.sub(r"(?m)^# (\w+ = )", r"\1", example())
    document = tomllib.loads(used)
    assert sum(len(section) for section in document.values()) == len(list(table()))

    assert loaded(tmp_path) == loaded(tmp_path, example()) == loaded(tmp_path, used) == Settings()


def test_defaults_are_those_of_the_design() -> None:
    settings = Settings()

    assert (settings.zone, settings.fiscal_year_starts) == (ZoneInfo("Asia/Bangkok"), 10)
    assert (settings.opens, settings.closes, settings.reminds_at) == (
        dt.time(8, 30),
        dt.time(16, 30),
        dt.time(9),
    )
    assert (settings.report_days, settings.verify, settings.due_soon_days) == (5, False, 3)
    assert (settings.overdue_weekday, settings.overdue_weeks, settings.monthly_cap) == (0, 4, 6)
    assert (settings.years_end_days, settings.channel_order) == (60, ("line", "email", "file"))
    assert settings.line_kinds == ("monthly", "escalation")
    assert (settings.smtp_security, settings.outbox_folder) == ("starttls", "outbox")


def test_kinds_of_the_settings_are_those_of_the_rules() -> None:
    assert tuple(kind.value for kind in Kind if kind in REMINDERS) == KINDS


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().verify = True  # type: ignore[misc]


# the file


def test_file_sets_what_it_names(tmp_path: Path) -> None:
    text = (
        '\ufeff[office]\nzone = "Asia/Vientiane"\nfiscal_year_starts = 1\n'
        '[sending]\nopens = "07:15"\n'
        "[closing]\nverify = true\n"
        '[reminders]\noverdue_weekday = "friday"\n'
        '[channels]\norder = ["email", "file", "email"]\nline_kinds = []\n'
        '[email]\nfrom = "ita@example.go.th"\n'
    )

    settings = loaded(tmp_path, text)

    assert settings == Settings(
        zone=ZoneInfo("Asia/Vientiane"),
        fiscal_year_starts=1,
        opens=dt.time(7, 15),
        verify=True,
        overdue_weekday=4,
        channel_order=("email", "file"),
        line_kinds=(),
        mail_from="ita@example.go.th",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[closing]\nverfy = true\n", "'closing.verfy'. The nearest one is 'closing.verify'."),
        ("verify = true\n", "has the unknown setting 'verify'. The nearest one is 'closing.verify'."),
        ("[email]\nprot = 25\n", "has the unknown setting 'email.prot'. The nearest one is 'email.port'."),
        ("[email.from]\nname = 'x'\n", "'email.from': a text in quotes is expected, not {'name'"),
        ("[[email]]\nport = 25\n", "has the unknown setting 'email'."),
        ("[office]\nzone = \"Bangkok\"\n", "'office.zone': a time zone such as"),
        ("[office]\nzone = \"Asia\"\n", ", 'office.zone': a time zone such as"),
        ("[office]\nzone = \"../etc/passwd\"\n", ", 'office.zone': a time zone such as"),
        ("[office]\nzone = \"\"\n", ", 'office.zone': a time zone such as"),
        ("[office]\nfiscal_year_starts = 13\n", ": a whole number from 1 to 12 is expected, not 13."),
        ("[office]\nfiscal_year_starts = \"10\"\n", ": a whole number from 1 to 12 is expected, not '10'."),
        ("[office]\nfiscal_year_starts = true\n", ": a whole number from 1 to 12 is expected, not True."),
        ("[follow_up]\nreport_days = 5.0\n", ": a whole number from 0 to 60 is expected, not 5.0."),
        ("[follow_up]\ndefault_cadence = \"weekly\"\n", ": one of monthly, quarterly, half-yearly"),
        ("[sending]\nopens = \"25:00\"\n", ": a time such as \"08:30\" is expected, not '25:00'."),
        ("[sending]\nopens = 8\n", ": a time such as \"08:30\" is expected, not 8."),
        ("[sending]\nopens = \"08:30+07:00\"\n", ": a time such as \"08:30\" is expected"),
        ("[sending]\nopens = \"17:00\"\n", "(17:00) must lie before 'sending.closes' (16:30)"),
        ("[sending]\nreminds_at = \"16:30\"\n", "'sending.reminds_at' (16:30) must lie before 'sending"),
        ("[closing]\nverify = \"yes\"\n", ", 'closing.verify': true or false is expected, not 'yes'."),
        ("[reminders]\noverdue_weekday = \"sunday\"\n", ": one of monday, tuesday, wednesday, thursday"),
        ("[channels]\norder = \"line\"\n", ": a list of some of line, email, file, console is"),
        ("[channels]\norder = [\"fax\"]\n", ": a list of some of line, email, file, console is expected"),
        ("[channels]\nline_kinds = [[]]\n", ": a list of some of escalation, overdue"),
        ("[email]\nhost = 1\n", ", 'email.host': a text in quotes is expected, not 1."),
        ("[email]\nsecurity = \"ssl\"\n", ": one of starttls, tls, none is expected, not 'ssl'."),
        ("[email\n", "is not readable as TOML in UTF-8"),
    ],
)  # fmt: skip
def test_mistake_in_the_file_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    said = refused(tmp_path, text)

    assert said.startswith(str(tmp_path / "config" / "tracker.toml"))
    assert sentence in said


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    settings_file(tmp_path, "").write_bytes("[email]\nfrom_name = 'สำนักงานเขต'\n".encode("cp874"))

    assert "is not readable as TOML in UTF-8" in refused(tmp_path)


def test_file_elsewhere_is_found_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[closing]\nverify = true\n")

    settings, files = load({"TRACKER_CONFIG": "mine.toml"}, tmp_path)

    assert settings.verify
    assert files == ConfigFiles(tmp_path)
    assert load({"TRACKER_CONFIG": str(tmp_path / "mine.toml")}, tmp_path / "other")[0].verify


@pytest.mark.parametrize("name", ["none.toml", "."])
def test_file_that_the_environment_names_must_be_there(tmp_path: Path, name: str) -> None:
    said = refused(tmp_path, TRACKER_CONFIG=name)

    assert said == f"TRACKER_CONFIG points to {tmp_path / name}, where there is no file."


# the environment


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        '[email]\nhost = "file.example"\nport = 25\nuser = "file"\n[line]\napi = "https://file.example"\n',
        TRACKER_SMTP_HOST="env.example",
        TRACKER_SMTP_PORT="2525",
        TRACKER_SMTP_USER="env",
        TRACKER_LINE_API="http://127.0.0.1:1",
    )

    assert (settings.smtp_host, settings.smtp_port) == ("env.example", 2525)
    assert (settings.smtp_user, settings.line_api) == ("env", "http://127.0.0.1:1")


def test_empty_variable_sets_nothing(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, '[email]\nhost = "file.example"\n', TRACKER_SMTP_HOST="").smtp_host == "file.example"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "25.0", "smtp"])
def test_wrong_value_in_the_environment_is_named(tmp_path: Path, port: str) -> None:
    said = refused(tmp_path, TRACKER_SMTP_PORT=port)

    assert said.startswith("TRACKER_SMTP_PORT: a whole number from 1 to 65535 is expected, not ")


# secrets


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    settings = loaded(tmp_path, **{name: f"{TOKEN}-{name}" for name in SECRETS})

    assert {name: secret.reveal() for name, secret in settings.secrets.items()} == {
        name: f"{TOKEN}-{name}" for name in SECRETS
    }


def test_secret_never_shows_itself(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TRACKER_LINE_TOKEN=TOKEN)
    secret = settings.secrets["TRACKER_LINE_TOKEN"]

    for shown in (repr(settings), str(settings), repr(secret), str(secret), f"{secret}", f"{secret!r:>9}"):
        assert TOKEN not in shown
    assert secret
    assert not Secret("")
    assert repr(Secret("")) == "Secret()"


def secret_file(folder: Path, content: bytes = f"{TOKEN}\n".encode(), mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("name", SECRETS)
def test_secret_is_read_from_a_file_of_its_owner(tmp_path: Path, name: str) -> None:
    path = secret_file(tmp_path)

    settings = loaded(tmp_path, **{f"{name}_FILE": str(path), name: "not this"})

    assert {key: secret.reveal() for key, secret in settings.secrets.items()} == {name: TOKEN}


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, mode=mode)

    said = refused(tmp_path, TRACKER_LINE_TOKEN_FILE=str(path))

    assert said == f"TRACKER_LINE_TOKEN_FILE: others may read {path}. Run: chmod 600 {path}"


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
def test_credential_of_systemd_may_show_a_right_of_its_group(tmp_path: Path) -> None:
    """systemd lets the service's user in by an ACL, whose mask stands where the group's right is."""
    path = secret_file(tmp_path, mode=0o440)
    own = {"TRACKER_LINE_TOKEN_FILE": str(path), "CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert loaded(tmp_path, **own).secrets["TRACKER_LINE_TOKEN"].reveal() == TOKEN

    path.chmod(0o444)
    assert "others may read" in refused(tmp_path, **own)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none", "cannot be read (No such file or directory)."),
        (".", "cannot be read (Is a directory)."),
        ("token", "is not UTF-8; save it anew as UTF-8."),
    ],
    ids=["missing", "directory", "not_text"],
)
def test_secret_that_cannot_be_read_is_named(tmp_path: Path, name: str, problem: str) -> None:
    secret_file(tmp_path, b"\xff\xfe" + TOKEN.encode())

    said = refused(tmp_path, TRACKER_SMTP_PASSWORD_FILE=str(tmp_path / name))

    assert said == f"TRACKER_SMTP_PASSWORD_FILE: {tmp_path / name} {problem}"


def test_secret_in_the_settings_file_is_an_unknown_setting(tmp_path: Path) -> None:
    said = refused(tmp_path, f'[email]\npassword = "{TOKEN}"\n')

    assert said.endswith(
        "unknown setting 'email.password'. A password never stands here: name its file in "
        "TRACKER_SMTP_PASSWORD_FILE."
    )
    assert TOKEN not in said


# the files of the office and of the program


def test_office_file_goes_before_the_programs(tmp_path: Path) -> None:
    files = ConfigFiles(tmp_path)
    assert files.find("divisions.csv") == shipped() / "divisions.csv"

    (tmp_path / "divisions.csv").touch()
    assert files.find("divisions.csv") == tmp_path / "divisions.csv"
    assert files.find("none.csv") == shipped() / "none.csv"


def test_names_are_of_both_folders(tmp_path: Path) -> None:
    (tmp_path / "days-off").mkdir()
    for name in ("2570.csv", "2599.csv"):
        (tmp_path / "days-off" / name).touch()

    names = ConfigFiles(tmp_path).names("days-off")

    assert names == sorted({*(path.name for path in (shipped() / "days-off").glob("*.csv")), "2599.csv"})
