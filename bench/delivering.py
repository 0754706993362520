"""Delivering by e-mail and by LINE, records included, against bare loops that send the same bytes.

Floor and program send the same stored texts to the same server, which takes everything at once. Beside that,
without a target: delivering with the texts made too.
"""

import datetime as dt
import smtplib
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from sqlalchemy import Engine, text

from bench.city import DIVISIONS, build, empty
from bench.measure import Figure, compare
from bench.planning import fill_outbox
from bench.takers import taker
from bench.workers import MOMENT, ROUTING, together
from tracker.channels.base import Outgoing
from tracker.channels.email_account import EmailAccount
from tracker.channels.mime import build_message
from tracker.channels.registry import open_channel
from tracker.config import shipped
from tracker.db.session import make_engine, parse_url, writing
from tracker.messages.render import Renderer
from tracker.services.delivery import Delivery
from tracker.services.outbox import deliver_all

TARGET = 0.5
AGENCIES = 100
NUMBER = AGENCIES * DIVISIONS
BODY = "เรียน หัวหน้าฝ่าย ในการนี้ ขอความร่วมมือรายงานผลการดำเนินการ\n" * 30
HTML = f"<p>{BODY}</p>" * 2
SENDER, HOST = "ita@office.example", "127.0.0.1"


def run(url: str, *, repeat: int) -> list[Figure]:
    """On the database of ``url``."""
    engine = make_engine(parse_url(url))
    build(engine, AGENCIES)
    where = "PostgreSQL" if engine.dialect.name == "postgresql" else "SQLite"
    with taker("mail") as mail, taker("line") as line:
        mailing = {"host": HOST, "port": mail, "security": "none", "sender": SENDER}
        pushing = {"token": "t", "api_base": f"http://{HOST}:{line}"}
        figures = [
            _compare(engine, f"e-mail, {where}", "email", mailing, lambda: _bare_mail(mail), repeat=repeat),
            _compare(engine, f"LINE, {where}", "line", pushing, lambda: _bare_line(line), repeat=repeat),
        ]
        if where == "PostgreSQL":
            figures += _more_workers(engine, url, line, lambda: _bare_line(line), repeat=repeat)
    engine.dispose()
    return figures


def _compare(
    engine: Engine,
    what: str,
    channel: str,
    options: Mapping[str, object],
    floor: Callable[[], float],
    *,
    repeat: int,
) -> Figure:
    def program() -> float:
        _fill(engine, channel)
        opened = open_channel(channel, options)
        renderer = Renderer(lambda name: shipped() / name)
        delivery = Delivery(writing(engine), renderer, lambda name: opened, ROUTING)
        began = time.perf_counter()
        sent = deliver_all(delivery, lambda: MOMENT).sent
        seconds = time.perf_counter() - began
        opened.close()
        if sent != NUMBER:
            raise AssertionError(f"{sent} of {NUMBER} messages were sent")
        return sent / seconds

    return compare(f"delivering by {what}", floor, program, repeat=repeat, target=TARGET, unit="rows/s")


def _more_workers(
    engine: Engine, url: str, port: int, floor: Callable[[], float], *, repeat: int
) -> list[Figure]:
    figures = []
    for number in (2, 4):

        def program(workers: int = number) -> float:
            _fill(engine, "line")
            milliseconds, taken = together(f"push:{port}", url, workers)
            if sum(taken) != NUMBER:
                raise AssertionError(f"{sum(taken)} of {NUMBER} messages were sent")
            return sum(taken) / milliseconds * 1000

        what = f"delivering by LINE, PostgreSQL, {number} workers"
        figures.append(compare(what, floor, program, repeat=repeat, unit="rows/s"))
    return figures


def _fill(engine: Engine, channel: str) -> None:
    """An outbox of messages by one channel, their texts stored."""
    empty(engine)
    fill_outbox(engine)
    stored = {"body": BODY, "html": HTML if channel == "email" else ""}
    address = "'U' || lower(substr(replace(key, '-', ''), 1, 32))" if channel == "line" else "address"
    mail = "'a' || id || '@office.example'" if channel == "email" else address
    with writing(engine).begin() as session:
        session.execute(
            text(
                "UPDATE messages SET channel = :channel, subject = 'ITA', intended_channel = :channel, "
                f"address = {mail}, rendered_at = '2022-02-01 02:00:00'"
            ),
            {"channel": channel},
        )
        texts = "SELECT id, :body, :html, '', '' FROM messages"
        session.execute(
            text(f"INSERT INTO message_texts (message_id, body, html, flex, calendar) {texts}"), stored
        )


def _bare_mail(port: int) -> float:
    account = EmailAccount(host=HOST, port=port, security="none", sender=SENDER)
    built = [build_message(_outgoing(number, "email"), account) for number in range(NUMBER)]
    with smtplib.SMTP(HOST, port) as client:
        client.ehlo()
        began = time.perf_counter()
        for number, letter in enumerate(built):
            client.sendmail(SENDER, f"a{number}@office.example", letter)
        return NUMBER / (time.perf_counter() - began)


def _bare_line(port: int) -> float:
    url = f"http://{HOST}:{port}/v2/bot/message/push"
    bodies: list[dict[str, Any]] = [
        {"to": f"U{number:032x}", "messages": [{"type": "text", "text": BODY}]} for number in range(NUMBER)
    ]
    with requests.Session() as session:
        session.post(url, json=bodies[0], timeout=30)
        began = time.perf_counter()
        for body in bodies:
            session.post(url, json=body, timeout=30)
        return NUMBER / (time.perf_counter() - began)


def _outgoing(number: int, channel: str) -> Outgoing:
    return Outgoing(
        key=f"7b0c1f0e-6c1d-4f5e-9a57-{number:012x}",
        channel=channel,
        address=f"a{number}@office.example",
        recipient="หัวหน้าฝ่าย",
        subject="ITA",
        text=BODY,
        html=HTML,
        language="th",
        created_at=dt.datetime(2022, 2, 1, 2, tzinfo=dt.UTC),
    )
