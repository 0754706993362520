"""What is written into a message comes out of it, read by an independent reader."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.channels.examples import KEY, OTHER_KEY, outgoing
from tests.channels.mail_reader import decoded, mailbox, read
from tracker.channels.email_account import EmailAccount, is_plain_address
from tracker.channels.mime import build_message
from tracker.errors import DeliveryError

ACCOUNT = EmailAccount(
    host="mail.office.go.th",
    sender="tracker@office.go.th",
    sender_name="ระบบติดตามมาตรการ",
    reply_to="coordinator@office.go.th",
)
THAI = [chr(code) for code in [*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)]]
WORDS = [
    "ITA",
    "I17",
    "มีนาคม",
    "ประจำเดือน",
    "2565",
    "=?utf-8?q?x?=",
    "=?",
    "?=",
    "😀",
    "👨‍👩‍👧",
    "é",
    "\u00a0",
    "\u200b",
]
LETTERS = st.sampled_from([*THAI, *"aZ09 ,.;:<>()[]@\\\"'_=?/-", " ", "  "])
MIXED = st.lists(LETTERS | st.sampled_from(WORDS), max_size=120).map("".join)
HEADERS = {
    "Date",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029]))


def as_header(text: str) -> str:
    """What a header value becomes: controls are spaces, none of them at the ends."""
    return re.sub(f"[{re.escape(CONTROLS)}\ud800-\udfff]+", " ", text).strip(" ")


def as_body(text: str) -> str:
    """RFC 2046 §4.1.1: line breaks are CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@settings(max_examples=500)
@given(subject=MIXED, name=MIXED, text=MIXED, html=MIXED)
@example(subject="ก" * 300, name="ข" * 300, text="", html="x")
@example(subject="a" * 300, name="b" * 300, text=".", html="")
@example(subject="a " * 150, name='"quoted\\', text="\n.\n..\n", html="")
@example(subject="=?utf-8?q?x?=", name="=?utf-8?q?x?=", text="", html="")
@example(subject="", name="", text="", html="")
def test_message_arrives_unchanged(subject, name, text, html):
    raw = build_message(outgoing(subject=subject, recipient=name, text=text, html=html), ACCOUNT)

    message = read(raw)
    assert decoded(message["Subject"]) == as_header(subject)
    assert mailbox(message["To"]) == (as_header(name), "education@office.go.th")
    if html:
        assert [part.text for part in message.parts] == [as_body(text), as_body(html)]
    else:
        assert message.text == as_body(text)


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_makes_a_message_that_can_be_read(text):
    """Also lone surrogates and control characters, of which no header line is ever made."""
    raw = build_message(
        outgoing(
            subject=text, recipient=text, text=text, html=text, calendar=text, thread=(text, OTHER_KEY, text)
        ),
        ACCOUNT,
    )

    message = read(raw)
    assert decoded(message["Subject"]) == as_header(text)
    assert {name for name, _ in message.headers} <= HEADERS
    assert len(message.headers) == len({name for name, _ in message.headers})


def test_message_headers():
    message = read(build_message(outgoing(), ACCOUNT))

    assert message["Date"] == "Mon, 28 Feb 2022 17:30:00 +0000"
    assert mailbox(message["From"]) == ("ระบบติดตามมาตรการ", "tracker@office.go.th")
    assert message["Reply-To"] == "coordinator@office.go.th"
    assert message["Message-ID"] == f"<{KEY}@office.go.th>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "<follow-up.office.go.th>"
    assert message["MIME-Version"] == "1.0"


LONG = {
    "thai": "ยาวมาก " * 40,
    "ascii": "long " * 40,
    "codes": "=?" * 40,
    "emoji": "😀" * 80,
    "quotes": '"' * 60,
    "just_raw": "x" * 60,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_message_lines_are_short(text):
    """RFC 2047 §2: a line with an encoded word has at most 76 characters."""
    raw = build_message(
        outgoing(subject=text, recipient=text, calendar=text, thread=(OTHER_KEY,) * 3), ACCOUNT
    )

    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert decoded(read(raw)["Subject"]) == text.strip()
    assert mailbox(read(raw)["To"])[0] == text.strip()


def test_message_without_html_is_one_part():
    message = read(build_message(outgoing(html=""), ACCOUNT))

    assert message["Content-Type"] == "text/plain; charset=utf-8"


def test_message_plain_part_comes_first():
    """RFC 2046 §5.1.4: readers show the last one they understand."""
    message = read(build_message(outgoing(), ACCOUNT))

    kinds = [part["Content-Type"] for part in message.parts]
    assert kinds == ["text/plain; charset=utf-8", "text/html; charset=utf-8"]


def test_message_without_reply_to_has_no_such_header():
    message = read(build_message(outgoing(), replace(ACCOUNT, reply_to="", sender_name="")))

    assert "Reply-To" not in [name for name, _ in message.headers]
    assert message["From"] == "tracker@office.go.th"


def test_message_id_follows_the_key_alone():
    first = read(build_message(outgoing(), ACCOUNT))["Message-ID"]
    changed = read(build_message(outgoing(subject="อื่น", text="อื่น"), ACCOUNT))["Message-ID"]
    other = read(build_message(outgoing(key=OTHER_KEY), ACCOUNT))["Message-ID"]

    assert first == changed != other


def test_message_is_the_same_bytes_every_time():
    assert build_message(outgoing(), ACCOUNT) == build_message(outgoing(), ACCOUNT)


@pytest.mark.parametrize(
    "end",
    [
        "\r\n",
        "\n",
        "\r",
        "\v",
        "\f",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
        "\0\n",
        "\r\n\r\n",
        "=?utf-8?q?=0D=0A?=",
    ],
)
@pytest.mark.parametrize("field", ["subject", "recipient", "key", "thread", "sender_name"])
def test_message_takes_no_header_from_a_value(field, end):
    planted = f"x{end}Bcc: thief@evil.test{end} y"
    account = replace(ACCOUNT, sender_name=planted) if field == "sender_name" else ACCOUNT
    changes = {field: (planted,) if field == "thread" else planted}
    message = outgoing(**({} if field == "sender_name" else changes))

    raw = build_message(message, account)

    assert not re.search(rb"^bcc:", raw, re.IGNORECASE | re.MULTILINE)
    assert len(read(raw).headers) == (14 if field == "thread" else 12)


CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nSUMMARY:ครบกำหนด\r\nEND:VCALENDAR\r\n"


def test_message_calendar_is_attached_beside_the_alternatives():
    message = read(build_message(outgoing(calendar=CALENDAR), ACCOUNT))

    assert message["Content-Type"].startswith("multipart/mixed; ")
    body, calendar = message.parts
    assert [part["Content-Type"] for part in body.parts] == [
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
    ]
    assert calendar["Content-Type"] == 'text/calendar; charset=utf-8; method=PUBLISH; name="follow-up.ics"'
    assert calendar["Content-Disposition"] == 'attachment; filename="follow-up.ics"'
    assert calendar.text == CALENDAR


def test_message_calendar_is_attached_to_a_plain_text_too():
    message = read(build_message(outgoing(html="", calendar=CALENDAR), ACCOUNT))

    kinds = [part["Content-Type"].partition(";")[0] for part in message.parts]
    assert kinds == ["text/plain", "text/calendar"]


def ids(*numbers: int) -> str:
    return " ".join(f"<key-{number}@office.go.th>" for number in numbers)


# How many messages came before; what is answered; what is referred to: 20 ids, the first and the newest.
THREADS = {
    "first": (0, None, None),
    "second": (1, ids(0), ids(0)),
    "third": (2, ids(1), ids(0, 1)),
    "twenty": (20, ids(19), ids(*range(20))),
    "long": (50, ids(49), ids(0, *range(31, 50))),
}


@pytest.mark.parametrize(("earlier", "answered", "referred"), THREADS.values(), ids=THREADS)
def test_message_continues_its_thread(earlier, answered, referred):
    thread = tuple(f"key-{number}" for number in range(earlier))

    headers = dict(read(build_message(outgoing(thread=thread), ACCOUNT)).headers)

    assert headers.get("In-Reply-To") == answered
    assert headers.get("References") == referred


def test_message_ids_of_a_thread_are_those_the_messages_had():
    earlier = read(build_message(outgoing(key=OTHER_KEY), ACCOUNT))
    later = read(build_message(outgoing(thread=(OTHER_KEY, KEY, OTHER_KEY)), ACCOUNT))

    assert later["In-Reply-To"] == later["References"] == earlier["Message-ID"]


@pytest.mark.parametrize("letters", [10, 60, 240])
def test_message_ids_and_addresses_stay_whole_however_long_the_domain(letters):
    """An encoded or broken id would end the thread, an encoded URI is ignored."""
    domain = ".".join(["x" * 60] * (letters // 60) or ["x" * letters])
    account = replace(ACCOUNT, sender=f"it@{domain}", reply_to=f"me@{domain}")

    raw = build_message(outgoing(thread=(OTHER_KEY, "k"), address=f"you@{domain}"), account)

    message = read(raw)
    assert message["Message-ID"] == f"<{KEY}@{domain}>"
    assert message["In-Reply-To"] == f"<k@{domain}>"
    assert message["References"] == f"<{OTHER_KEY}@{domain}> <k@{domain}>"
    assert message["List-Unsubscribe"] == f"<mailto:me@{domain}?subject=pause>"
    assert mailbox(message["To"])[1] == f"you@{domain}"
    assert max(map(len, raw.split(b"\r\n"))) <= max(76, len(domain) + 50)


PAUSES = {
    "coordinator": ("coordinator@office.go.th", "mailto:coordinator@office.go.th?subject=pause"),
    "sender": ("", "mailto:tracker@office.go.th?subject=pause"),
    "odd": ("a%b?c&d=e/f#g@office.go.th", "mailto:a%25b%3Fc%26d%3De%2Ff%23g@office.go.th?subject=pause"),
}


@pytest.mark.parametrize(("reply_to", "uri"), PAUSES.values(), ids=PAUSES)
def test_message_can_be_paused_by_mail_to_a_person(reply_to, uri):
    """RFC 6068: what separates parts of the URI is encoded. No one-click header, which needs an https URI."""
    headers = dict(read(build_message(outgoing(), replace(ACCOUNT, reply_to=reply_to))).headers)

    assert headers["List-Unsubscribe"] == f"<{uri}>"
    assert "List-Unsubscribe-Post" not in headers


ADDRESSES = {
    "plain": ("education@office.go.th", True),
    "plus": ("a.b+c@office.go.th", True),
    "intranet": ("tracker@localhost", True),
    "encoded_thai_domain": ("a@xn--12c1fe0br.xn--o3cw4h", True),
    "thai_local_part": ("สมชาย@office.go.th", False),
    "thai_domain": ("a@สำนักงาน.ไทย", False),
    "two": ("a@b.th,c@d.th", False),
    "semicolon": ("a@b.th;c@d.th", False),
    "named": ("A <a@b.th>", False),
    "quoted": ('"a b"@c.th', False),
    "comment": ("a@b.th (x)", False),
    "line_end": ("a@b.th\r\nBcc: c@d.th", False),
    "trailing_line_end": ("a@b.th\n", False),
    "nul": ("a\0@b.th", False),
    "two_dots": ("a..b@c.th", False),
    "leading_dot": (".a@c.th", False),
    "space": ("a b@c.th", False),
    "no_domain": ("a@", False),
    "no_local_part": ("@b.th", False),
    "hyphen_at_the_edge": ("a@-b.th", False),
    "long_local_part": ("a" * 65 + "@b.th", False),
    "too_long": ("a@" + "b" * 60 + ".c" * 120, False),
    "address_literal": ("a@[127.0.0.1]", False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("address", "plain"), ADDRESSES.values(), ids=ADDRESSES)
def test_address_is_plain(address, plain):
    assert is_plain_address(address) is plain


@pytest.mark.parametrize("address", [address for address, plain in ADDRESSES.values() if not plain])
def test_message_to_what_is_no_plain_address_is_a_permanent_error(address):
    with pytest.raises(DeliveryError, match="not an e-mail address that can be written to") as caught:
        build_message(outgoing(address=address), ACCOUNT)

    assert caught.value.permanent is True
    assert "\n" not in str(caught.value)
