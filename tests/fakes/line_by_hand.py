"""The stand-in for LINE for a person: ``python -m tests.fakes.line --help``."""

import argparse
import threading
from contextlib import suppress

from tests.fakes.line import Delivered, FakeLine


def main() -> None:
    """Runs until interrupted and shows what people would receive."""
    options = _parser().parse_args()
    groups = {name: int(size) for name, _, size in (group.partition("=") for group in options.group)}
    line = FakeLine(
        tokens=(options.token,),
        channel=options.channel,
        limit=options.quota,
        groups=groups,
        port=options.port,
        fault_rate=options.fault_rate,
        seed=options.seed,
        on_delivery=_show,
    )
    with line, suppress(KeyboardInterrupt):
        channel, secret = line.channel
        print(f"{line.url} accepts the token {options.token}, or channel {channel} with secret {secret}")
        print(f"TRACKER_LINE_API={line.url} TRACKER_LINE_TOKEN={options.token}")
        quota = "no quota" if line.limit is None else f"a quota of {line.limit} people a month"
        known = ", ".join(f"{name} ({size} people)" for name, size in groups.items()) or "no group"
        print(f"Any user id; {known}; {quota}. See what arrives at {line.url}/", flush=True)
        threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.line", description="A stand-in for the LINE Messaging API on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=8099, help="default 8099; 0 takes a free one")
    parser.add_argument("--token", default="long-lived-token", help="the access token to accept")
    parser.add_argument("--channel", type=_channel, default=("1234567890", "channel-secret"),
                        metavar="ID:SECRET", help="the channel that may ask for tokens")  # fmt: skip
    parser.add_argument("--quota", type=_quota, default=300, help="people a month, or none; default 300")
    parser.add_argument("--group", action="append", default=[], type=_group, metavar="ID=PEOPLE",
                        help="a group or room and its size; may be repeated")  # fmt: skip
    parser.add_argument("--fault-rate", type=float, default=0.0, metavar="SHARE",
                        help="the share of sending requests that fail, such as 0.1")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="draws the faults")
    return parser


def _channel(text: str) -> tuple[str, str]:
    channel, _, secret = text.partition(":")
    if not channel or not secret:
        raise argparse.ArgumentTypeError(f"{text!r} is not ID:SECRET")
    return channel, secret


def _quota(text: str) -> int | None:
    return None if text == "none" else int(text)


def _group(text: str) -> str:
    name, _, size = text.partition("=")
    if not name or not size.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not ID=PEOPLE")
    return text


def _show(delivered: Delivered) -> None:
    print(f"--- to {delivered.to}, {delivered.people} reached, key {delivered.retry_key or 'none'}")
    print("\n-----\n".join(delivered.texts), flush=True)
