"""The file channel: two files a message, complete or not there, once."""

import json
import os
from dataclasses import asdict
from datetime import UTC

import pytest

from tests.channels.examples import GROUP, KEY, NOW, OTHER_KEY, outgoing, to_line
from tests.channels.mail_reader import decoded, mailbox, read
from tracker.channels.base import ChannelDown, Receipt
from tracker.channels.file import FileChannel, open_file


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_writes_both_files_named_by_the_day_in_bangkok(tmp_path):
    folder = tmp_path / "new" / "outbox"

    receipt = FileChannel(folder).send(outgoing(), now=NOW)

    assert names(folder) == [f"20220301-{KEY}.eml", f"20220301-{KEY}.json"]  # NOW is 28 February in UTC
    assert receipt == Receipt(reference=f"20220301-{KEY}.json")


def test_file_day_is_that_of_the_zone_and_of_the_message_not_of_the_sending(tmp_path):
    FileChannel(tmp_path, zone=UTC).send(outgoing(), now=NOW.replace(year=2030))

    assert names(tmp_path) == [f"20220228-{KEY}.eml", f"20220228-{KEY}.json"]


def test_file_json_holds_every_field(tmp_path):
    message = to_line(text="ถึงกำหนด 3 รายการ")

    FileChannel(tmp_path).send(message, now=NOW)

    raw = (tmp_path / f"20220301-{KEY}.json").read_text(encoding="utf-8")
    changed = {"created_at": "2022-02-28T17:30:00+00:00", "thread": []}
    assert json.loads(raw) == asdict(message) | changed
    assert "ถึงกำหนด" in raw


def test_file_eml_is_the_e_mail(tmp_path):
    channel = open_file(folder=tmp_path, sender="tracker@office.go.th", sender_name="ระบบติดตาม")

    channel.send(outgoing(), now=NOW)

    message = read((tmp_path / f"20220301-{KEY}.eml").read_bytes())
    assert mailbox(message["To"]) == ("ฝ่ายการศึกษา", "education@office.go.th")
    assert mailbox(message["From"]) == ("ระบบติดตาม", "tracker@office.go.th")
    assert decoded(message["Subject"]) == outgoing().subject


STAND_INS = {
    "line_group": ("line", GROUP, f"{GROUP}@line.invalid"),
    "none": ("file", "", "recipient@channel.invalid"),
    "thai": ("file", "ฝ่ายการศึกษา", "-@file.invalid"),
    "thai_mailbox": ("email", "สมชาย@office.go.th", "-office-go-th@email.invalid"),
    "line_end": ("email", "a@b.th\r\nBcc: x@y.th", "a-b-th-Bcc-x-y-th@email.invalid"),
    "much_too_long": ("email", "x" * 300, "recipient@channel.invalid"),
}


@pytest.mark.parametrize(("channel", "address", "stand_in"), STAND_INS.values(), ids=STAND_INS)
def test_file_eml_of_what_has_no_mail_address_goes_to_nobody(tmp_path, channel, address, stand_in):
    FileChannel(tmp_path).send(outgoing(channel=channel, address=address), now=NOW)

    message = read((tmp_path / f"20220301-{KEY}.eml").read_bytes())
    assert mailbox(message["To"]) == ("ฝ่ายการศึกษา", stand_in)
    assert json.loads((tmp_path / f"20220301-{KEY}.json").read_bytes())["address"] == address


def test_file_same_key_is_written_once(tmp_path):
    channel = FileChannel(tmp_path)
    channel.send(outgoing(), now=NOW)
    record = tmp_path / f"20220301-{KEY}.json"
    os.utime(record, (0, 0))

    receipt = channel.send(outgoing(), now=NOW)

    assert receipt == Receipt(reference=record.name, note="It had been written earlier")
    assert len(names(tmp_path)) == 2
    assert record.stat().st_mtime == 0


def test_file_two_keys_are_two_messages(tmp_path):
    channel = FileChannel(tmp_path)

    channel.send(outgoing(), now=NOW)
    channel.send(outgoing(key=OTHER_KEY), now=NOW)

    assert len(names(tmp_path)) == 4


def test_file_repeat_after_a_crash_completes_the_message(tmp_path):
    """A crash between the two files leaves the .eml alone."""
    channel = FileChannel(tmp_path)
    channel.send(outgoing(), now=NOW)
    (tmp_path / f"20220301-{KEY}.json").unlink()

    receipt = channel.send(outgoing(), now=NOW)

    assert receipt.note == ""
    assert len(names(tmp_path)) == 2


def test_file_name_is_safe_whatever_the_key(tmp_path):
    FileChannel(tmp_path / "in").send(outgoing(key='../..\\a:b*?"<>|\0c'), now=NOW)

    assert names(tmp_path / "in") == ["20220301--a-b-c.eml", "20220301--a-b-c.json"]
    assert names(tmp_path) == ["in"]


def test_file_text_that_utf8_cannot_hold_is_kept_as_an_escape(tmp_path):
    FileChannel(tmp_path).send(outgoing(text="x\ud800y"), now=NOW)

    raw = (tmp_path / f"20220301-{KEY}.json").read_text(encoding="utf-8")
    assert json.loads(raw)["text"] == "x\ud800y"


def test_file_folder_that_cannot_be_written_stops_the_channel(tmp_path):
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(ChannelDown, match="outbox cannot be written") as caught:
        FileChannel(tmp_path / "outbox").send(outgoing(), now=NOW)

    assert caught.value.permanent is False


def test_file_that_cannot_be_finished_leaves_nothing_behind(tmp_path):
    (tmp_path / f"20220301-{KEY}.eml" / "in the way").mkdir(parents=True)

    with pytest.raises(ChannelDown):
        FileChannel(tmp_path).send(outgoing(), now=NOW)

    assert names(tmp_path) == [f"20220301-{KEY}.eml"]


def test_file_channel_closes(tmp_path):
    FileChannel(tmp_path).close()
