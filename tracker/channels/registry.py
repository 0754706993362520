"""Every channel by name; a new one is a line here and a file beside it.

The file is loaded when the channel is first opened: ``requests`` and the mail modules take long to load.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from tracker.channels.base import Channel
from tracker.errors import ConfigError

CHANNELS = {
    "line": "tracker.channels.line:open_line",
    "email": "tracker.channels.email:open_email",
    "file": "tracker.channels.file:open_file",
    "console": "tracker.channels.console:open_console",
}


def open_channel(name: str, options: Mapping[str, object]) -> Channel:
    """The channel, ready to send; ``options`` are the keyword arguments of its ``open_…`` function."""
    if name not in CHANNELS:
        raise ConfigError(f"There is no channel {name!r}. There are: {', '.join(CHANNELS)}.")
    module, _, factory = CHANNELS[name].partition(":")
    return cast(Channel, getattr(import_module(module), factory)(**options))
