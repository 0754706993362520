"""Whole English messages: names and titles stay as the plan has them."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from tests.messages.digests import (
    COORDINATORS,
    EMPTY_OWNER,
    ESCALATION,
    I1,
    I5,
    MONTHLY_OWNER,
    SUMMARY,
    SUPPORT,
    digest,
    plan,
    renderer,
)
from tracker.config import shipped
from tracker.domain.reminders import Kind
from tracker.reports.digest import Escalated, QuarterStanding, SupervisorPart

FIRST_OF_MARCH = dt.date(2022, 3, 1)


def test_monthly_line_text():
    monthly = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY}, language="en")

    message = renderer().render(monthly, channel="line")

    assert message.subject == "ITA 2565: 4 reports this month, 2 overdue (ฝ่ายปกครอง)"
    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวาง, ITA plan B.E. 2565
Dear หัวหน้าฝ่ายปกครอง,
February 2022: 4 reports requested
2 not yet received - please answer or ask for more time
Was due 10 Jan 2022: I5, E3
By 7 Feb 2022: I1, I2, I3
Reports, and the full list (1 more), at
นางสาวสมศรี ใจดี (coordinator)
Tel. 0 2276 9600 ต่อ 5812 E-mail ita@huaikhwang.example"""
    )


def test_monthly_email():
    monthly = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY}, language="en")

    message = renderer().render(monthly, channel="email")

    assert (
        message.text
        == """\
Dear หัวหน้าฝ่ายปกครอง,

Under the measures to promote integrity and transparency (ITA) of สำนักงานเขตห้วยขวาง for fiscal year \
B.E. 2565, there are 4 items to report in February 2022, and 2 items whose due date has passed and \
for which no report has been received. We kindly ask ฝ่ายปกครอง to report by the dates below. For what is \
overdue, we kindly ask you to report, or to ask the coordinator for more time and give the reason. If you \
have reported already, please accept our apologies.

Overdue, report not yet received (2)
- I5 การเผยแพร่นโยบายการบริหารงานบุคคล
  December 2021 | due 10 Jan 2022 | 22 days overdue
- E3 การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา
  Quarter 1/2565 | due 10 Jan 2022 | 22 days overdue

To report this month (4)

By 7 February 2022 (3)
- I1 บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด
  January 2022
- I2 บุคลากรให้บริการแก่ผู้มาติดต่ออย่างเท่าเทียมกัน
  January 2022
- I3 บุคลากรมุ่งผลสำเร็จของงาน
  January 2022

By 28 February 2022 (1)
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  28 February 2022

Next due date: 7 March 2022 (3 items)

How to report
Please send the result with its evidence (a link or a file), naming the item code and the period, to \
the coordinator named below.

Thank you for your cooperation.

Coordinator
นางสาวสมศรี ใจดี
Tel. 0 2276 9600 ต่อ 5812
E-mail ita@huaikhwang.example

To pause these e-mails, or to get them by LINE instead, please reply with the word “pause” or “LINE”; the \
coordinator will see to it."""
    )


def test_summary_email():
    part = SupervisorPart((), SUMMARY, QuarterStanding("2565-Q1", 48, 45, 3))
    summary = digest(
        plan(supervisor=part),
        kinds={Kind.SUMMARY},
        recipient="ผู้อำนวยการเขตห้วยขวาง",
        today=FIRST_OF_MARCH,
        language="en",
    )

    message = renderer().render(summary, channel="email")

    assert (
        message.text
        == """\
Dear ผู้อำนวยการเขตห้วยขวาง,

Please find below how the measures to promote integrity and transparency (ITA) of สำนักงานเขตห้วยขวาง \
for fiscal year B.E. 2565 stood on 1 March 2022.

Overview of the whole agency on 1 March 2022
- 120 items in all: 60 done, 4 waiting for verification, 50 open, 6 waived
- 70 came up for report so far; 82.5% were done on time
- At the end of Quarter 1/2565: 48 came up for report, 45 done, 3 overdue
- 7 items overdue (1-7 days: 2, 8-30 days: 3, 31-90 days: 2, over 90 days: 0)
- Trend: better, overdue items fell from 9 to 7 since 31 Jan 2022

By division
- ฝ่ายปกครอง: 80 in all, 40 done, 5 overdue (oldest 50 days)
- ฝ่ายโยธา: 40 in all, 20 done, 2 overdue (oldest 22 days)

Longest overdue
- I5 การเผยแพร่นโยบายการบริหารงานบุคคล
  December 2021 | ฝ่ายปกครอง | due 10 Jan 2022 | 50 days overdue
- E3 การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา
  Quarter 1/2565 | ฝ่ายปกครอง | due 10 Jan 2022 | 50 days overdue
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  January 2022 | ฝ่ายโยธา | due 7 Feb 2022 | 22 days overdue

Coordinator
นางสาวสมศรี ใจดี
Tel. 0 2276 9600 ต่อ 5812
E-mail ita@huaikhwang.example

To pause these e-mails, or to get them by LINE instead, please reply with the word “pause” or “LINE”; the \
coordinator will see to it."""
    )


def test_coordinator_email():
    weekly = digest(
        plan(coordinator=COORDINATORS), kinds={Kind.COORDINATOR}, recipient="ผู้ประสานงาน ITA", language="en"
    )

    message = renderer().render(weekly, channel="email")

    assert (
        message.text
        == """\
Dear ผู้ประสานงาน ITA,

This is the weekly list of what to follow up, on 1 February 2022, under the measures to promote \
integrity and transparency (ITA) of สำนักงานเขตห้วยขวาง for fiscal year B.E. 2565.

Divisions whose report is awaited (2)
- ฝ่ายปกครอง: 5 items, oldest 50 days (reminded: หัวหน้าฝ่ายปกครอง, งานธุรการ)
- ฝ่ายโยธา: 2 items, oldest 22 days

Waiting for verification (2)
- I1 บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด
  January 2022 | ฝ่ายปกครอง
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  28 February 2022 | ฝ่ายปกครอง

Addresses that were refused (1)
Please correct the address (tracker contact edit). What follows a name is what the other side said.
- หัวหน้าฝ่ายโยธา: yotha@huaikhwang.example ไม่มีตู้จดหมายนี้

Messages not delivered (4)
- งานทะเบียน (e-mail, 31 Jan 2022): not sent yet, and will be tried again by itself. The other side said: \
451 greylisted
- งานโยธา (LINE, 1 Feb 2022): not sent. Please correct the address, then: tracker outbox retry 32. The other \
side said: LINE answered 400
- งานปกครอง (e-mail, 1 Feb 2022): it is not known whether it arrived. Please ask, and if it has not: tracker \
outbox retry 33. The other side said: the connection ended
- งานคลัง (e-mail, 28 Jan 2022): not sent in time. Please tell them directly.

Divisions without a recipient (1)
- ฝ่ายโยธา

Recipients paused for a time (2)
- หัวหน้าฝ่ายทะเบียน until 15 Feb 2022 (ลาพักผ่อน)
- งานเทศกิจ until 8 Feb 2022

LINE quota: please check
- LINE's monthly quota fell from 500 to 300. Please check the plan of the account.

LINE messages left this month: 120 of 300

Coordinator
นางสาวสมศรี ใจดี
Tel. 0 2276 9600 ต่อ 5812
E-mail ita@huaikhwang.example"""
    )


def test_support_line_text():
    support = digest(plan(support=SUPPORT), kinds={Kind.QUARTERLY}, recipient="หัวหน้าฝ่ายเทศกิจ", language="en")

    message = renderer().render(support, channel="line")

    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวาง, ITA plan B.E. 2565
Dear หัวหน้าฝ่ายเทศกิจ,
ฝ่ายเทศกิจ supports
ฝ่ายปกครอง in 12 measures
ฝ่ายการคลัง in 3 measures
Please turn to them; no separate report
นางสาวสมศรี ใจดี (coordinator)
Tel. 0 2276 9600 ต่อ 5812 E-mail ita@huaikhwang.example"""
    )


def test_one_is_not_written_as_many():
    owner = replace(EMPTY_OWNER, to_report=(I1,), next_on=dt.date(2022, 3, 7), next_count=1)
    monthly = digest(plan(owner=owner), kinds={Kind.MONTHLY}, language="en")

    message = renderer().render(monthly, channel="email")

    assert message.subject == "ITA 2565: 1 report this month (ฝ่ายปกครอง)"
    assert "there is 1 item to report in February 2022." in message.text
    assert "Next due date: 7 March 2022 (1 item)" in message.text


@pytest.mark.parametrize("name", ["words", "subject.txt", "line.txt", "email.txt", "email.html"])
def test_english_templates_hold_no_thai(name):
    source = (shipped() / f"templates/en/{name}.j2").read_text(encoding="utf-8")

    assert re.findall("[\u0e01-\u0e5b]+", source) == []


@pytest.mark.parametrize("channel", ["email", "line"])
def test_a_single_day_is_not_spoken_of_as_several(channel):
    one = Escalated(replace(I5, days_overdue=1), 1, dt.date(2022, 1, 31))
    escalation = replace(ESCALATION, items=(one,))
    single = digest(plan(escalation=escalation), kinds={Kind.ESCALATION}, language="en")

    message = renderer().render(single, channel=channel)

    assert "1 day" in message.text
    assert "1 days" not in message.subject + message.text + message.html + message.flex
