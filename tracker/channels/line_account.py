"""The LINE official account that messages go out from: its credentials, checked when it is made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tracker.channels.plain import is_loopback
from tracker.errors import ConfigError

API = "https://api.line.me"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAccount:
    """A long-lived ``token``, or ``channel_id`` and ``channel_secret`` from which 15-minute tokens are made.

    ``timeout`` is in seconds, for connecting and for the whole of an answer. ``trust_env`` lets the
    environment name a proxy and certificate authorities. What cannot work, or would send the token in clear,
    is a ConfigError.
    """

    token: str = field(default="", repr=False)
    channel_id: str = ""
    channel_secret: str = field(default="", repr=False)
    api_base: str = API
    timeout: tuple[float, float] = (5.0, 30.0)
    trust_env: bool = True

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ConfigError(f"LINE cannot be used: {problem}")

    @property
    def host(self) -> str:
        return urlsplit(self.api_base).netloc

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.token, self.channel_secret)


def is_sendable(secret: str) -> bool:
    """Whether a token or secret can stand in a header."""
    return secret.isascii() and secret.isprintable() and " " not in secret


def _problems(account: LineAccount) -> Iterator[str]:
    if not account.token and not (account.channel_id and account.channel_secret):
        yield "give a channel access token, or the channel id together with the channel secret"
    # requests quotes a header value it refuses, so a token with a line end would be printed.
    if not all(is_sendable(value) for value in account.secrets):
        yield "the token or secret holds spaces, line ends or other characters that no token has"
    yield from _problems_of_base(account.api_base)
    if min(account.timeout) <= 0:
        yield "time-outs are positive numbers of seconds"


def _problems_of_base(api_base: str) -> Iterator[str]:
    base = urlsplit(api_base)
    if base.scheme not in ("http", "https") or not base.hostname or "@" in base.netloc:
        yield f"{api_base!r} is not the address of an API, such as {API}"
    elif base.scheme == "http" and not is_loopback(base.hostname):
        yield f"{api_base} would carry the token readable; http is for this machine only"
