"""Reads a message as the standards say, without Python's ``email`` package, whose faults would hide ours.

RFC 5322 §2.2.3 (unfolding), RFC 2047 (encoded words), RFC 2045 §6.8 (base64), RFC 2046 §5.1 (multipart).
"""

import re
from base64 import b64decode
from dataclasses import dataclass

_ENCODED_WORD = re.compile(r"=\?([!-~]+?)\?([bBqQ])\?([!->@-~]*)\?=")


@dataclass(frozen=True)
class Part:
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        [value] = [value for key, value in self.headers if key.lower() == name.lower()]
        return value

    @property
    def parts(self) -> "list[Part]":
        [boundary] = re.findall(r'multipart/(?:alternative|mixed); boundary="([^"]+)"', self["Content-Type"])
        assert len(boundary) <= 70
        pieces = re.split(
            rb"(?:\A|\r\n)--" + re.escape(boundary.encode()) + rb"(?:--)?\r\n", self.body + b"\r\n"
        )
        return [read(piece) for piece in pieces[1:-1]]

    @property
    def text(self) -> str:
        assert self["Content-Transfer-Encoding"] == "base64"
        for line in self.body.split(b"\r\n"):
            assert re.fullmatch(rb"[A-Za-z0-9+/]{0,76}={0,2}", line), line
        return b64decode(self.body).decode()


def read(raw: bytes) -> Part:
    """The message or part; what no reader should have to cope with fails."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    assert separator
    assert raw.isascii()
    assert b"\0" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head).decode("ascii")
    headers = [re.fullmatch(r"([!-9;-~]+): (.*)", line) for line in unfolded.split("\r\n")]
    assert all(headers)
    return Part([(match[1], match[2]) for match in headers if match], body)


def decoded(value: str) -> str:
    """RFC 2047 §6: white space between two encoded words goes, other text stays; each word is complete."""
    out, last_end = "", None
    for match in _ENCODED_WORD.finditer(value):
        charset, encoding, payload = match.groups()
        assert len(match[0]) <= 75
        before, after = value[: match.start()], value[match.end() :]
        assert before == "" or before[-1] in ' \t"', "an encoded word glued to what precedes it"
        assert after == "" or after[0] in " \t", "an encoded word glued to what follows it"
        between = value[last_end or 0 : match.start()]
        out += "" if last_end is not None and not between.strip() else between
        octets = b64decode(payload, validate=True) if encoding in "bB" else _from_q(payload)
        out += octets.decode(charset)
        last_end = match.end()
    return out + value[last_end or 0 :]


def mailbox(value: str) -> tuple[str, str]:
    """Display name and address of one mailbox (RFC 5322 §3.4)."""
    match = re.fullmatch(r'(?:"((?:[^"\\]|\\.)*)" |((?:=\?[^ ]+\?= ?)+) )?<([^<>]+)>|([^<>" ]+)', value)
    assert match, value
    quoted, words, angle, bare = match.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else decoded(words or "")
    return name, angle or bare


def _from_q(payload: str) -> bytes:
    text = payload.replace("_", " ").encode("ascii")
    return re.sub(rb"=([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), text)
