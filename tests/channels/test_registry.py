"""Channels by name, each loaded only when it is used."""

import io
import subprocess
import sys
from contextlib import closing

import pytest

from tracker.channels.registry import CHANNELS, open_channel
from tracker.errors import ConfigError

OPTIONS = {
    "line": {"token": "t"},
    "email": {"host": "localhost", "sender": "a@b.th"},
    "file": {"folder": "outbox"},
    "console": {"stream": io.StringIO()},
}


@pytest.mark.parametrize("name", CHANNELS)
def test_open_channel_by_name(name):
    with closing(open_channel(name, OPTIONS[name])) as channel:
        assert channel.name == name


def test_open_channel_unknown_name_is_told_the_known_ones():
    with pytest.raises(ConfigError) as caught:
        open_channel("fax", {})

    assert str(caught.value) == "There is no channel 'fax'. There are: line, email, file, console."


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("console", {"requests", "smtplib", "email", "ssl"}),
        ("file", {"requests", "smtplib"}),
        ("email", {"requests"}),
        ("line", {"smtplib"}),
    ],
)
def test_open_channel_loads_what_it_needs_and_no_more(name, absent):
    options = {} if name == "console" else OPTIONS[name]
    code = (
        "import sys; from tracker.channels.registry import open_channel;"
        f"open_channel({name!r}, {options!r}).close(); print(*sys.modules)"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert absent.isdisjoint(loaded.split())
