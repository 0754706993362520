"""A message and addresses that no test depends on in particular."""

import datetime as dt
from dataclasses import replace
from typing import Any

from tracker.channels.base import Outgoing

NOW = dt.datetime(2022, 2, 28, 17, 30, tzinfo=dt.UTC)  # 1 March in Bangkok
KEY = "7b0c1f0e-6c1d-4f5e-9a57-0d2f4f7c9a10"
OTHER_KEY = "11111111-2222-4333-8444-555555555555"
USER = "U" + "0123456789abcdef" * 2
GROUP = "C" + "fedcba9876543210" * 2
ROOM = "R" + "fedcba9876543210" * 2


def outgoing(**changes: Any) -> Outgoing:
    message = Outgoing(
        key=KEY,
        channel="email",
        address="education@office.go.th",
        recipient="ฝ่ายการศึกษา",
        subject="ติดตามมาตรการ ITA ประจำเดือน มีนาคม 2565",
        text="เรียน ฝ่ายการศึกษา\nมี 3 รายการที่ต้องรายงาน\n",
        html="<p>เรียน ฝ่ายการศึกษา</p>\n",
        language="th",
        created_at=NOW,
    )
    return replace(message, **changes)


def to_line(**changes: Any) -> Outgoing:
    return outgoing(**{"channel": "line", "address": USER, "html": "", **changes})
