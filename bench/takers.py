"""A mail server and a LINE that take everything at once: what is measured is not theirs.

``python -m bench.takers mail|line`` prints its port and serves until its standard input ends.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.measure import ROOT, environment

_TAKEN = b'{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7b"}]}'
_NO_LIMIT = b'{"type":"none","totalUsage":0}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-line-request-id: 5b1f7c3e\r\n"
    b"Content-Length: %d\r\n\r\n%s"
)
_REPLIES = {
    b"EHLO": b"250-mail\r\n250-PIPELINING\r\n250-SIZE 20000000\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


@contextmanager
def taker(kind: str) -> Iterator[int]:
    """The port of a server in a process of its own."""
    command = [sys.executable, "-m", "bench.takers", kind]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes) as process:  # type: ignore[call-overload]
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


async def _mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        writer.write(_REPLIES.get(verb, b"250 2.0.0 OK\r\n"))
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 2.0.0 taken\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def _line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await _head(reader):
        found = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        length = int(found[0].partition(b":")[2]) if found else 0
        await reader.readexactly(length)
        said = _TAKEN if head.startswith(b"POST") else _NO_LIMIT
        writer.write(_ANSWER % (len(said), said))
    writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def _serve(kind: str) -> None:
    talk = {"mail": _mail, "line": _line}[kind]
    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    os._exit(0)  # whoever is still connected is not waited for


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
