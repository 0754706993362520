"""Servers on loopback and channels that talk to them, all closed again after the test."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import trustme

from tests.fakes.line import FakeLine
from tests.fakes.smtp import FakeSmtp
from tracker.channels.email import EmailChannel
from tracker.channels.email_account import EmailAccount
from tracker.channels.line import LineChannel
from tracker.channels.line_account import LineAccount


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("localhost", "127.0.0.1")


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a name server; asking a real one could take seconds."""

    def unknown(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=[True, False], ids=["at once", "one by one"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    """Whether the mail server takes commands at once (RFC 2920)."""
    return bool(request.param)


@pytest.fixture
def mail_server(stack: ExitStack, certificate: trustme.LeafCert, pipelining: bool) -> Callable[..., FakeSmtp]:
    def start(**options: object) -> FakeSmtp:
        given = {"certificate": certificate, "pipelining": pipelining, **options}
        return stack.enter_context(FakeSmtp(**given))  # type: ignore[arg-type]

    return start


@pytest.fixture
def email(stack: ExitStack, ca_file: str) -> Callable[..., EmailChannel]:
    """A channel to a fake server, with time-outs short enough for a test; ``ticks`` as for EmailChannel."""

    def build(
        server: FakeSmtp, *, ticks: Callable[[], float] = time.monotonic, **changes: object
    ) -> EmailChannel:
        options = {
            "host": server.host,
            "port": server.port,
            "security": server.security,
            "ca_file": ca_file,
            "sender": "tracker@office.go.th",
            "timeout": 2.0,
            "final_timeout": 2.0,
            **changes,
        }
        return stack.enter_context(closing(EmailChannel(EmailAccount(**options), ticks=ticks)))  # type: ignore[arg-type]

    return build


@pytest.fixture
def line_server(stack: ExitStack) -> Callable[..., FakeLine]:
    def start(**options: object) -> FakeLine:
        return stack.enter_context(FakeLine(**options))  # type: ignore[arg-type]

    return start


@pytest.fixture
def line(stack: ExitStack) -> Callable[..., LineChannel]:
    """A channel to a fake LINE; ``ticks`` as for LineChannel."""

    def build(
        server: FakeLine, *, ticks: Callable[[], float] | None = None, **changes: object
    ) -> LineChannel:
        options = {"token": "long-lived-token", "api_base": server.url, "timeout": (2.0, 2.0), **changes}
        account = LineAccount(**options)  # type: ignore[arg-type]
        return stack.enter_context(closing(LineChannel(account, ticks=ticks or (lambda: server.seconds))))

    return build
