"""A mail server on loopback (aiosmtpd), with or without encryption and login, failing where a test asks.

By hand: ``python -m tests.fakes.smtp --port 2525 --folder mail`` shows what it receives and keeps each of it
in the folder, to be opened by a mail program or a browser; see ``--help``.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

STEPS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "TEXT", "END", "RSET", "NOOP", "QUIT")
"""CONNECT is the greeting, TEXT the moment after the 354, END the answer to the final dot."""

HANG, CUT, SLOW = "hang", "cut", "slow"
SLOW_SECONDS = 0.5


@dataclass(frozen=True)
class Received:
    """One message as it came in; ``connection`` counts from 1."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    connection: int


class FakeSmtp:
    """A server in a thread of its own. Use as a context manager.

    ``security`` is none, starttls or tls; ``certificate`` is what it shows, ``login`` what it asks for.
    ``pipelining``: whether it says that it takes several commands at once (RFC 2920), as most servers do.
    """

    def __init__(
        self,
        *,
        security: str = "none",
        certificate: trustme.LeafCert | None = None,
        login: tuple[str, str] | None = None,
        mechanisms: str = "LOGIN PLAIN",
        pipelining: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        on_message: Callable[[Received], None] = lambda received: None,
    ) -> None:
        self.security = security
        self.login = login
        self.mechanisms = mechanisms
        self.pipelining = pipelining
        self.host = host
        self.port = port
        self.messages: list[Received] = []
        self.commands: list[str] = []
        self.hellos: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self.on_message = on_message
        self._context = _server_context(certificate) if certificate else None
        self._faults: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._ready = threading.Event()
        self._live: set[_Session] = set()

    def __enter__(self) -> "FakeSmtp":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def fail(self, step: str, how: str, *, times: int = 1) -> None:
        """The next time at ``step``: the reply ``how``, or HANG, or CUT, or (at END) SLOW."""
        assert step in STEPS, step
        self._faults += [(step, how)] * times

    def heal(self) -> None:
        """Nothing fails any more."""
        self._faults.clear()

    def fault_at(self, step: str) -> str:
        for fault in self._faults:
            if fault[0] == step:
                self._faults.remove(fault)
                return fault[1]
        return ""

    def count_connection(self, session: "_Session") -> int:
        self._live.add(session)
        self.connections += 1
        return self.connections

    def forget(self, session: "_Session") -> None:
        self._live.discard(session)

    def keep(self, received: Received) -> None:
        self.messages.append(received)
        self.on_message(received)

    def cut_all(self) -> None:
        """Every open connection ends now, as after a restart of the server."""
        asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result()

    async def _cut_all(self) -> None:
        for live in list(self._live):
            live.cut()
        await asyncio.sleep(0.01)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        tls = self._context if self.security == "tls" else None
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Session(self, self._context), self.host, self.port, ssl=tls)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            self._loop.run_until_complete(self._finish())
            self._loop.close()

    async def _finish(self) -> None:
        await self._cut_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)


class _Session(SMTP):
    """One connection; every step first asks whether it is to fail."""

    def __init__(self, fake: FakeSmtp, context: ssl.SSLContext | None) -> None:
        self.fake = fake
        self.number = 0
        # With implicit TLS aiosmtpd does not see that the line is encrypted, so it may not insist on it.
        super().__init__(
            _Keeper(fake, self),
            hostname="mail.test",
            loop=asyncio.get_running_loop(),
            tls_context=context if fake.security == "starttls" else None,
            require_starttls=fake.security == "starttls",
            auth_require_tls=False,
            authenticator=self._check_login,
            data_size_limit=20_000_000,
        )
        self._auth_required = fake.login is not None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if not self.number:
            self.number = self.fake.count_connection(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.fake.forget(self)
        super().connection_lost(error)

    def cut(self) -> None:
        transport = self._original_transport or self.transport
        if isinstance(transport, asyncio.Transport):
            transport.abort()

    async def fail(self, how: str) -> None:
        """Answers with ``how``, or not at all; an answer of 421 is the last."""
        if how == CUT:
            self.cut()
        if how in (HANG, CUT):
            await asyncio.sleep(3600)
        await self.push(how)
        if how.startswith("421") and self.transport is not None:
            self.transport.close()

    async def _passes(self, step: str) -> bool:
        self.fake.commands.append(step)
        how = self.fake.fault_at(step)
        if how:
            await self.fail(how)
        return not how

    async def _handle_client(self) -> None:
        if await self._passes("CONNECT"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        if await self._passes("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if await self._passes("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if await self._passes("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self._passes("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if await self._passes("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._passes("DATA"):
            return
        how = self.fake.fault_at("TEXT")
        if how:
            await self.push("354 go on")
            await self.fail(how)
        else:
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if await self._passes("RSET"):
            await super().smtp_RSET(arg)

    async def smtp_NOOP(self, arg: str) -> None:
        if await self._passes("NOOP"):
            await super().smtp_NOOP(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if await self._passes("QUIT"):
            await super().smtp_QUIT(arg)

    def _check_login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        self.fake.logins.append(given)
        return AuthResult(success=given == self.fake.login, handled=False)


class _Keeper:
    """Keeps what arrives, also when the sender is never told so."""

    def __init__(self, fake: FakeSmtp, session: _Session) -> None:
        self.fake = fake
        self.session = session

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, name: str, replies: list[str]
    ) -> list[str]:
        """Offers a login only where there is one, and never before encryption."""
        session.host_name = name
        login = self.fake.login and (
            self.fake.security == "tls" or session.ssl or self.fake.security == "none"
        )
        self.fake.hellos.append(name)
        first, *rest = [reply for reply in replies if not reply.startswith("250-AUTH")]
        offered = [f"AUTH {self.fake.mechanisms}"] if login else []
        offered += ["PIPELINING"] if self.fake.pipelining else []
        return [first, *(f"250-{each}" for each in offered), *rest]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        how = self.fake.fault_at("END")
        if not how.startswith(("4", "5")):
            self.fake.keep(
                Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, self.session.number)
            )
        if how in (HANG, CUT):
            await self.session.fail(how)
        if how == SLOW:
            how = await asyncio.sleep(SLOW_SECONDS, "")
        return how or f"250 2.0.0 OK: queued as {len(self.fake.messages)}"


def _server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


if __name__ == "__main__":
    from tests.fakes.smtp_by_hand import main

    main()
