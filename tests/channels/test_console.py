"""The console channel prints a message that nothing can break out of."""

import io

import pytest

from tests.channels.examples import NOW, outgoing
from tracker.channels.base import ChannelDown
from tracker.channels.console import ConsoleChannel

RULE = "+" + "-" * 71


def test_console_frames_the_message():
    screen = io.StringIO()

    ConsoleChannel(screen).send(outgoing(subject="ติดตาม", text="บรรทัดหนึ่ง\n\nบรรทัดสาม\n"), now=NOW)

    assert screen.getvalue().splitlines() == [
        RULE,
        "| To: ฝ่ายการศึกษา <education@office.go.th>, email",
        "| Subject: ติดตาม",
        "|",
        "| บรรทัดหนึ่ง",
        "|",
        "| บรรทัดสาม",
        RULE,
    ]


def test_console_prints_to_standard_output_by_default(capsys):
    ConsoleChannel().send(outgoing(), now=NOW)

    assert "ติดตามมาตรการ ITA" in capsys.readouterr().out


def test_console_screen_without_thai_shows_question_marks():
    octets = io.BytesIO()
    screen = io.TextIOWrapper(octets, encoding="cp1252", newline="\n")

    ConsoleChannel(screen).send(outgoing(subject="ITA ก"), now=NOW)

    assert b"| Subject: ITA ?\n" in octets.getvalue()


def test_console_obeys_no_control_characters():
    screen = io.StringIO()

    ConsoleChannel(screen).send(outgoing(subject="a\x1b[2Jb", text="c\rd\x9b2J"), now=NOW)

    assert "\x1b" not in screen.getvalue()
    assert "\x9b" not in screen.getvalue()
    assert "| Subject: a [2Jb" in screen.getvalue()


def test_console_that_is_gone_stops_the_channel():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(ChannelDown, match="Broken pipe"):
        ConsoleChannel(Gone()).send(outgoing(), now=NOW)


def test_console_channel_leaves_its_stream_open():
    screen = io.StringIO()

    ConsoleChannel(screen).close()

    assert not screen.closed
