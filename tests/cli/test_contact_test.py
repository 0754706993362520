"""tracker contact test where a channel does not take the greeting: what is said, and where to look."""

import pytest

from tests.cli.conftest import Tracker
from tests.fakes.channel import FakeChannel
from tracker.channels.base import ChannelDown
from tracker.errors import DeliveryError

HEAD = "หัวหน้าฝ่ายทะเบียน"


@pytest.fixture
def channels(office: Tracker, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeChannel]:
    """The mail server and LINE of the office."""
    opened = {"email": FakeChannel("email"), "line": FakeChannel("line", repeats_safely=True)}
    monkeypatch.setattr("tracker.channels.registry.open_channel", lambda name, _options: opened[name])
    settings = '[email]\nfrom = "a@b.go.th"\n'
    (office.folder / "config" / "tracker.toml").write_text(settings, encoding="utf-8")
    office.environ |= {"TRACKER_SMTP_HOST": "127.0.0.1", "TRACKER_LINE_TOKEN": "geheim"}
    return opened


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (ChannelDown("LINE takes no connections."), "retry", "Not yet by line"),
        (DeliveryError("LINE answered 400.", permanent=True), "failed", "Not by line"),
    ],
    ids=["down", "refused"],
)
def test_a_greeting_that_was_not_taken_names_its_message(
    office: Tracker, channels: dict[str, FakeChannel], error: DeliveryError, state: str, said: str
) -> None:
    channels["line"].fail(error)

    result = office("contact", "test", HEAD, "--really-send")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith(f"{said} (")
    assert result.stderr == f"Error: {HEAD} was not reached by every channel; see: tracker outbox show 1\n"
    assert office.json("outbox", "show", "1")["status"] == state


def test_each_channel_that_did_not_take_the_greeting_is_named(
    office: Tracker, channels: dict[str, FakeChannel]
) -> None:
    for channel in channels.values():
        channel.fail(ChannelDown("no connections."))

    result = office("contact", "test", HEAD, "--really-send")

    assert result.stderr.endswith("see: tracker outbox show 1, tracker outbox show 2\n")
