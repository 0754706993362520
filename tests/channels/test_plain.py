"""Text from elsewhere, made fit for one line."""

import pytest

from tracker.channels.plain import answer_of, is_loopback, one_line, token


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ปกติ", "ปกติ"),
        (" a\r\nb\tc ", "a b c"),
        ("a\x00b\x85c\u2028d\x9be", "a b c d e"),
        ("a\ud800b", "a b"),
        ("\u00a0กลาง\u00a0", "\u00a0กลาง\u00a0"),
    ],
)
def test_one_line(text, line):
    assert one_line(text) == line


def test_token_leaves_a_uuid_alone():
    assert token("7b0c1f0e-6c1d-4f5e-9a57-0d2f4f7c9a10") == "7b0c1f0e-6c1d-4f5e-9a57-0d2f4f7c9a10"


def test_answer_is_short_and_without_secrets():
    assert answer_of("no\n" + "x" * 400, "secret") == "no " + "x" * 297 + " …"
    assert answer_of("a secret, twice secret", "secret", "") == "a ***, twice ***"


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("localhost", True),
        ("127.0.0.53", True),
        ("::1", True),
        ("[::1]", True),
        ("127.0.0.1.evil.test", False),
        ("localhost.evil.test", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_is_loopback(host, inside):
    assert is_loopback(host) is inside
