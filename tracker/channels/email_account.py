"""The mailbox that messages go out from: its server, its login and its name; checked when it is made."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tracker.channels.plain import is_loopback, one_line
from tracker.errors import ConfigError

Security = Literal["starttls", "tls", "none"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAccount:
    """Where and as whom to send. What could not work, or would send a password in clear, is a ConfigError.

    ``ca_file`` replaces the system's certificate authorities. ``timeout`` is in seconds, for connecting and
    for each command; ``final_timeout`` is for the answer to a whole message, where RFC 5321 §4.5.3.2.6 asks
    for 10 minutes: cut short, it turns accepted messages into doubtful ones. Five are given, so that all the
    steps of one message together stay below a delivery's lease.
    """

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    ca_file: str | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    sender_name: str = ""
    reply_to: str = ""
    timeout: float = 30
    final_timeout: float = 300

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ConfigError(f"E-mail cannot be used: {problem}")

    @property
    def domain(self) -> str:
        """What stands behind the @ of the sender."""
        return self.sender.rpartition("@")[2]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password in every form in which it travels (RFC 4616, AUTH LOGIN): a server may repeat them."""
        if not self.password:
            return ()
        forms = (f"\0{self.user}\0{self.password}", self.password)
        return (*(b64encode(form.encode()).decode("ascii") for form in forms), self.password)


def is_plain_address(text: str) -> bool:
    """Whether this is one ASCII address, without name, comment or quotes (RFC 5321 §4.1.2, §4.5.3.1).

    An address with Thai letters before the @ needs SMTPUTF8, which most relays lack; a Thai domain can be
    given in its ASCII form (``xn--…``).
    """
    match = _ADDRESS.fullmatch(text)
    return match is not None and len(match["local"]) <= 64 and len(text) <= 254


def address_problem(text: str) -> str:
    """Why nothing can be sent to this address, as a sentence; "" when it is plain."""
    if is_plain_address(text):
        return ""
    return (
        f"{one_line(text)!r} is not an e-mail address that can be written to: "
        "it takes one address of Latin letters, such as name@office.go.th"
    )


def _problems(account: EmailAccount) -> Iterator[str]:
    if not account.host or not account.host.isascii():
        yield "no mail server is set"
    if not 0 < account.port < 65536:
        yield f"port {account.port} does not exist"
    if account.security not in ("starttls", "tls", "none"):
        yield f"security is {account.security!r}, not one of starttls, tls, none"
    if account.security == "none" and not is_loopback(account.host):
        yield f"with security = none all would travel readable to {account.host}. Set starttls or tls"
    if account.security == "none" and account.user:
        yield "with security = none the password would travel readable. Set starttls or tls"
    if bool(account.user) != bool(account.password):
        yield "user and password go together, and one is missing"
    if not (account.user + account.password).isascii():
        yield "user and password may hold ASCII characters only"
    if not is_plain_address(account.sender):
        yield f"the sender {account.sender!r} is not one plain address"
    if account.reply_to and not is_plain_address(account.reply_to):
        yield f"reply_to {account.reply_to!r} is not one plain address"
    if min(account.timeout, account.final_timeout) <= 0:
        yield "time-outs are positive numbers of seconds"
