"""Thousands of random subjects, names and bodies arrive unchanged, read by a reader that shares no code.

``TRACKER_TEST_MAILS`` sets how many (2,000); every hundredth also travels through the mail server.
"""

import os
import random
import re

import pytest

from tests.channels.examples import NOW, OTHER_KEY, outgoing
from tests.channels.mail_reader import decoded, mailbox, read
from tests.channels.test_mime import ACCOUNT, THAI, as_body
from tracker.channels.base import Outgoing
from tracker.channels.mime import build_message

MAILS = int(os.environ.get("TRACKER_TEST_MAILS", "2000"))
THROUGH_THE_SERVER = 100  # every one of so many
ASCII = [chr(code) for code in range(0x20, 0x7F)]
WORDS = [
    "มาตรการ", "ประจำเดือน", "มีนาคม", "๒๕๖๕", "กำหนดส่ง", "ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม", "น้ำ", "ที่นี้",
    "ITA 2565:", "O31", "=?utf-8?b?4LiB?=", "=?", "?=", "Bcc:", "a@b.th,", '"', "\\", "<x>", "(y)", ";", "--",
    "😀", "👨‍👩‍👧", "é", "e\u0301", "\u00a0", "\u200b", "\ufeff", "\u202e", "  ",
]  # fmt: skip


def some_text(rng: random.Random, most: int) -> str:
    """Thai, Latin or mixed; words, letters and runs without any space; no white space at its ends."""
    pools = rng.choice([[THAI], [ASCII], [WORDS], [THAI, ASCII], [THAI, WORDS, [" "]], [ASCII, THAI, WORDS]])
    letters = (rng.choice(rng.choice(pools)) for _ in range(rng.randint(0, most)))
    return "".join(letters).strip(" ")


def some_mail(rng: random.Random) -> Outgoing:
    body = "\n".join(some_text(rng, 60) for _ in range(rng.randint(0, 12)))
    return outgoing(
        subject=some_text(rng, rng.choice([8, 30, 120])),
        recipient=some_text(rng, rng.choice([8, 40])),
        text=body,
        html=rng.choice(["", f"<p>{body}</p>"]),
        calendar=rng.choice(["", body]),
        thread=rng.choice([(), (OTHER_KEY,)]),
    )


def assert_arrived(raw: bytes, sent: Outgoing) -> None:
    message = read(raw)
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ ]*\?=", head))
    assert decoded(message["Subject"]) == sent.subject
    assert mailbox(message["To"]) == (sent.recipient, sent.address)
    bodies = [as_body(text) for text in (sent.text, *filter(None, (sent.html, sent.calendar)))]
    assert texts(message) == bodies


def texts(part) -> list[str]:
    if not part["Content-Type"].startswith("multipart/"):
        return [part.text]
    return [text for each in part.parts for text in texts(each)]


@pytest.mark.parametrize("seed", range(4))
def test_random_mails_arrive_unchanged(mail_server, email, seed):
    rng = random.Random(seed)
    server = mail_server()
    channel = email(server)

    for number in range(MAILS // 4):
        sent = some_mail(rng)
        assert_arrived(build_message(sent, ACCOUNT), sent)
        if number % THROUGH_THE_SERVER == 0:
            channel.send(sent, now=NOW)
            assert_arrived(server.messages[-1].content, sent)

    assert len(server.messages) == -(-(MAILS // 4) // THROUGH_THE_SERVER)
