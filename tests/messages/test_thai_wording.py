"""Whole Thai messages, as their readers get them."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.messages.digests import (
    COORDINATORS,
    E3,
    EMPTY_OWNER,
    ESCALATION,
    I1,
    I2,
    I3,
    I5,
    MONTHLY_OWNER,
    O31,
    SUMMARY,
    SUPPORT,
    digest,
    item,
    plan,
    renderer,
)
from tracker.domain.reminders import Kind
from tracker.reports.digest import Escalated, Person, QuarterStanding, QuotaAlarm, SupervisorPart

FIRST_OF_MARCH = dt.date(2022, 3, 1)


def test_monthly_line_text():
    monthly = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY})

    message = renderer().render(monthly, channel="line")

    assert message.subject == "ITA 2565: รายงานเดือนนี้ 4 รายการ เกินกำหนด 2 (ฝ่ายปกครอง)"
    assert message.html == ""
    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวาง แผน ITA ปี 2565
เรียน หัวหน้าฝ่ายปกครอง
เดือนกุมภาพันธ์ 2565 ขอความร่วมมือรายงาน 4 รายการ
ยังไม่ได้รับรายงาน 2 รายการ โปรดแจ้งผลหรือขอขยายเวลา
ครบกำหนด 10 ม.ค. 65: I5, E3
ภายใน 7 ก.พ. 65: I1, I2, I3
ส่งรายงานและขอรายการอีก 1 ข้อได้ที่
นางสาวสมศรี ใจดี (ผู้ประสานงาน)
โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"""
    )


def test_monthly_email():
    monthly = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY})

    message = renderer().render(monthly, channel="email")

    assert message.subject == "ITA 2565: รายงานเดือนนี้ 4 รายการ เกินกำหนด 2 (ฝ่ายปกครอง)"
    assert (
        message.text
        == """\
เรียน หัวหน้าฝ่ายปกครอง

ตามที่สำนักงานเขตห้วยขวางได้จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. 2565 นั้น

ในการนี้ เดือนกุมภาพันธ์ 2565 มีรายการที่ครบกำหนดรายงานผล จำนวน 4 รายการ และรายการที่เกินกำหนดซึ่งยังไม่ได้รับรายงาน \
จำนวน 2 รายการ จึงขอความร่วมมือฝ่ายปกครองรายงานผลการดำเนินการภายในวันที่กำหนด \
ส่วนรายการที่เกินกำหนด ขอความอนุเคราะห์รายงานผลการดำเนินการ หรือขอขยายเวลาพร้อมเหตุผลต่อผู้ประสานงาน \
หากได้รายงานแล้ว ต้องขออภัยมา ณ ที่นี้

รายการที่เกินกำหนดซึ่งยังไม่ได้รับรายงาน (2 รายการ)
- I5 การเผยแพร่นโยบายการบริหารงานบุคคล
  ธันวาคม 2564 | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 22 วัน
- E3 การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา
  ไตรมาสที่ 1/2565 | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 22 วัน

รายการที่ครบกำหนดรายงานในเดือนนี้ (4 รายการ)

ภายในวันที่ 7 กุมภาพันธ์ 2565 (3 รายการ)
- I1 บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด
  มกราคม 2565
- I2 บุคลากรให้บริการแก่ผู้มาติดต่ออย่างเท่าเทียมกัน
  มกราคม 2565
- I3 บุคลากรมุ่งผลสำเร็จของงาน
  มกราคม 2565

ภายในวันที่ 28 กุมภาพันธ์ 2565 (1 รายการ)
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  28 กุมภาพันธ์ 2565

กำหนดรายงานครั้งถัดไป: วันที่ 7 มีนาคม 2565 (3 รายการ)

วิธีรายงาน
โปรดแจ้งผลการดำเนินการพร้อมหลักฐาน (ลิงก์หรือไฟล์) โดยระบุรหัสข้อและรอบการรายงาน ไปยังผู้ประสานงานตามรายชื่อด้านล่าง

จึงเรียนมาเพื่อโปรดทราบและพิจารณาดำเนินการในส่วนที่เกี่ยวข้อง

ผู้ประสานงาน
นางสาวสมศรี ใจดี
โทร. 0 2276 9600 ต่อ 5812
อีเมล ita@huaikhwang.example

หากต้องการพักการรับอีเมลนี้ หรือขอรับทาง LINE แทน โปรดตอบกลับด้วยคำว่า “พัก” หรือ “LINE” ผู้ประสานงานจะดำเนินการให้"""
    )


def test_summary_email_after_a_quarter():
    part = SupervisorPart((), SUMMARY, QuarterStanding("2565-Q1", 48, 45, 3))
    summary = digest(
        plan(supervisor=part), kinds={Kind.SUMMARY}, recipient="ผู้อำนวยการเขตห้วยขวาง", today=FIRST_OF_MARCH
    )

    message = renderer().render(summary, channel="email")

    assert message.subject == "ITA 2565: สรุปผล เกินกำหนด 7 จาก 120 รายการ"
    assert (
        message.text
        == """\
เรียน ผู้อำนวยการเขตห้วยขวาง

ตามที่สำนักงานเขตห้วยขวางได้จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. 2565 นั้น

ในการนี้ ขอเสนอสรุปผลการติดตาม ณ วันที่ 1 มีนาคม 2565 ดังนี้

ภาพรวมของทั้งหน่วยงาน ณ วันที่ 1 มีนาคม 2565
- ทั้งหมด 120 รายการ แล้วเสร็จ 60 รอตรวจรับ 4 รอรายงาน 50 ยกเว้น 6
- ถึงรอบรายงานแล้ว 70 รายการ แล้วเสร็จภายในกำหนดร้อยละ 82.5
- สิ้นไตรมาสที่ 1/2565: ถึงรอบรายงานสะสม 48 รายการ แล้วเสร็จสะสม 45 รายการ เกินกำหนด 3 รายการ
- เกินกำหนด 7 รายการ (1-7 วัน: 2, 8-30 วัน: 3, 31-90 วัน: 2, เกิน 90 วัน: 0)
- แนวโน้ม: ดีขึ้น รายการเกินกำหนดลดลงจาก 9 เหลือ 7 รายการ เทียบกับวันที่ 31 ม.ค. 65

จำแนกตามฝ่าย
- ฝ่ายปกครอง: ทั้งหมด 80 แล้วเสร็จ 40 เกินกำหนด 5 (นานสุด 50 วัน)
- ฝ่ายโยธา: ทั้งหมด 40 แล้วเสร็จ 20 เกินกำหนด 2 (นานสุด 22 วัน)

รายการที่เกินกำหนดนานที่สุด
- I5 การเผยแพร่นโยบายการบริหารงานบุคคล
  ธันวาคม 2564 | ฝ่ายปกครอง | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 50 วัน
- E3 การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา
  ไตรมาสที่ 1/2565 | ฝ่ายปกครอง | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 50 วัน
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  มกราคม 2565 | ฝ่ายโยธา | ครบกำหนด 7 ก.พ. 65 | เกินกำหนด 22 วัน

จึงเรียนมาเพื่อโปรดทราบ

ผู้ประสานงาน
นางสาวสมศรี ใจดี
โทร. 0 2276 9600 ต่อ 5812
อีเมล ita@huaikhwang.example

หากต้องการพักการรับอีเมลนี้ หรือขอรับทาง LINE แทน โปรดตอบกลับด้วยคำว่า “พัก” หรือ “LINE” ผู้ประสานงานจะดำเนินการให้"""
    )


def test_escalation_line_text():
    escalation = digest(
        plan(escalation=ESCALATION), kinds={Kind.ESCALATION}, recipient="ผู้ช่วยผู้อำนวยการเขตห้วยขวาง"
    )

    message = renderer().render(escalation, channel="line")

    assert message.subject == "ITA 2565: โปรดพิจารณา รอรายงาน 21 วัน 2 รายการ (2 ฝ่าย)"
    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวาง แผน ITA ปี 2565
เรียน ผู้ช่วยผู้อำนวยการเขตห้วยขวาง
เพื่อโปรดพิจารณา ยังไม่ได้รับรายงานครบ 21 วัน 2 รายการ
I5 ฝ่ายปกครอง ครบกำหนด 10 ม.ค. 65 (22 วัน)
E3 ฝ่ายโยธา ครบกำหนด 10 ม.ค. 65 (22 วัน)
โปรดช่วยติดตามและแก้ไขข้อขัดข้อง
ขอรายละเอียดได้ที่
นางสาวสมศรี ใจดี (ผู้ประสานงาน)
โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"""
    )


def test_escalation_email_names_its_trigger_and_what_is_asked():
    escalation = digest(
        plan(escalation=ESCALATION), kinds={Kind.ESCALATION}, recipient="ผู้ช่วยผู้อำนวยการเขตห้วยขวาง"
    )

    message = renderer().render(escalation, channel="email")

    assert (
        message.text
        == """\
เรียน ผู้ช่วยผู้อำนวยการเขตห้วยขวาง

ตามที่สำนักงานเขตห้วยขวางได้จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. 2565 นั้น

ในการนี้ มีรายการที่ยังไม่ได้รับรายงานครบ 21 วันนับแต่วันครบกำหนด จำนวน 2 รายการ โดยข้อ I5 (ฝ่ายปกครอง) \
ครบกำหนดตั้งแต่วันที่ 10 มกราคม 2565 รายละเอียดดังนี้

รายการที่เสนอเพื่อโปรดพิจารณา (2 รายการ)
- I5 การเผยแพร่นโยบายการบริหารงานบุคคล
  ธันวาคม 2564 | ฝ่ายปกครอง | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 22 วัน (ครบ 21 วันเมื่อ 31 ม.ค. 65)
- E3 การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา
  ไตรมาสที่ 1/2565 | ฝ่ายโยธา | ครบกำหนด 10 ม.ค. 65 | เกินกำหนด 22 วัน (ครบ 21 วันเมื่อ 31 ม.ค. 65)

รวมรายการที่เกินกำหนดของฝ่ายปกครองและฝ่ายโยธาในขณะนี้ 9 รายการ

จึงเรียนมาเพื่อโปรดพิจารณาติดตามและช่วยแก้ไขข้อขัดข้องของฝ่ายที่รับผิดชอบ

ผู้ประสานงาน
นางสาวสมศรี ใจดี
โทร. 0 2276 9600 ต่อ 5812
อีเมล ita@huaikhwang.example

หากต้องการพักการรับอีเมลนี้ หรือขอรับทาง LINE แทน โปรดตอบกลับด้วยคำว่า “พัก” หรือ “LINE” ผู้ประสานงานจะดำเนินการให้"""
    )


@pytest.mark.parametrize(
    ("rank", "asked"),
    [
        (1, "มอบหมายผู้รับผิดชอบให้รายงานผล หรือแจ้งวันที่จะรายงานได้ต่อผู้ประสานงาน"),
        (2, "ติดตามและช่วยแก้ไขข้อขัดข้องของฝ่ายที่รับผิดชอบ"),
        (3, "สั่งการตามที่เห็นสมควร หรือเห็นชอบให้ขยายเวลา"),
    ],
    ids=["head", "deputy", "director"],
)
def test_escalation_asks_each_rank_for_what_it_can_do(rank, asked):
    escalation = digest(plan(escalation=replace(ESCALATION, rank=rank)), kinds={Kind.ESCALATION})

    text = renderer().render(escalation, channel="email").text

    assert f"\n\nจึงเรียนมาเพื่อโปรดพิจารณา{asked}\n\n" in text


def test_a_message_that_merges_kinds_says_what_else_it_holds():
    merged = digest(
        plan(
            owner=MONTHLY_OWNER,
            supervisor=SupervisorPart((), SUMMARY, None),
            coordinator=COORDINATORS,
            escalation=ESCALATION,
        ),
        kinds={Kind.ESCALATION, Kind.MONTHLY, Kind.SUMMARY, Kind.COORDINATOR},
    )

    text = renderer().render(merged, channel="email").text

    assert text.split("\n\n")[2].endswith(
        "พร้อมนี้ ขอแจ้งรายการที่ต้องรายงาน 6 รายการ และสรุปผลการติดตาม และรายการติดตามประจำสัปดาห์"
    )


def test_coordinator_email():
    weekly = digest(plan(coordinator=COORDINATORS), kinds={Kind.COORDINATOR}, recipient="ผู้ประสานงาน ITA")

    message = renderer().render(weekly, channel="email")

    assert message.subject == "ITA 2565: รายสัปดาห์ รอรายงาน 2 ฝ่าย รอตรวจรับ 2 รายการ"
    assert (
        message.text
        == """\
เรียน ผู้ประสานงาน ITA

ตามที่สำนักงานเขตห้วยขวางได้จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. 2565 นั้น

ในการนี้ ขอแจ้งรายการที่ต้องติดตามประจำสัปดาห์ ณ วันที่ 1 กุมภาพันธ์ 2565 ดังนี้

ฝ่ายที่ยังไม่ได้รับรายงาน (2 ฝ่าย)
- ฝ่ายปกครอง: 5 รายการ นานสุด 50 วัน (ผู้รับแจ้ง: หัวหน้าฝ่ายปกครอง, งานธุรการ)
- ฝ่ายโยธา: 2 รายการ นานสุด 22 วัน

รายการที่รอตรวจรับ (2 รายการ)
- I1 บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด
  มกราคม 2565 | ฝ่ายปกครอง
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  28 กุมภาพันธ์ 2565 | ฝ่ายปกครอง

ที่อยู่ที่ใช้ไม่ได้ (1 ราย)
โปรดแก้ไขที่อยู่ให้ถูกต้อง (tracker contact edit) ข้อความหลังชื่อคือคำตอบของระบบปลายทาง
- หัวหน้าฝ่ายโยธา: yotha@huaikhwang.example ไม่มีตู้จดหมายนี้

ข้อความที่ยังส่งไม่ถึงผู้รับ (4 ราย)
- งานทะเบียน (อีเมล 31 ม.ค. 65) ยังส่งไม่ได้ ระบบจะส่งใหม่เอง ระบบปลายทางแจ้งว่า: 451 greylisted
- งานโยธา (LINE 1 ก.พ. 65) ส่งไม่ได้ โปรดแก้ไขที่อยู่ แล้วสั่ง tracker outbox retry 32 \
ระบบปลายทางแจ้งว่า: LINE answered 400
- งานปกครอง (อีเมล 1 ก.พ. 65) ไม่ทราบว่าถึงหรือไม่ โปรดสอบถามผู้รับ \
หากยังไม่ได้รับให้สั่ง tracker outbox retry 33 ระบบปลายทางแจ้งว่า: the connection ended
- งานคลัง (อีเมล 28 ม.ค. 65) ส่งไม่ทันเวลา โปรดแจ้งผู้รับโดยตรง

ฝ่ายที่ยังไม่มีผู้รับแจ้ง (1 ฝ่าย)
- ฝ่ายโยธา

ผู้รับที่พักการแจ้งชั่วคราว (2 ราย)
- หัวหน้าฝ่ายทะเบียน ถึงวันที่ 15 ก.พ. 65 (ลาพักผ่อน)
- งานเทศกิจ ถึงวันที่ 8 ก.พ. 65

โควตา LINE: โปรดตรวจสอบ
- โควตาข้อความ LINE ต่อเดือนลดลงจาก 500 เหลือ 300 ข้อความ โปรดตรวจสอบแพ็กเกจของบัญชี LINE

ข้อความ LINE ของเดือนนี้เหลือ 120 จาก 300

ผู้ประสานงาน
นางสาวสมศรี ใจดี
โทร. 0 2276 9600 ต่อ 5812
อีเมล ita@huaikhwang.example"""
    )


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        (QuotaAlarm(300, None, 0, dt.date(2022, 1, 30)), "ลดลงจาก ไม่จำกัด เหลือ 300 ข้อความ"),
        (QuotaAlarm(300, 300, 35, dt.date(2022, 1, 30)),
         "ตั้งแต่วันที่ 30 ม.ค. 65 มีการส่งข้อความ LINE 35 ข้อความจากโควตาเดือนนี้ 300 ข้อความ โดยไม่ได้ส่งจากระบบนี้"),
    ],
    ids=["from_no_limit", "somebody_else_sends"],
)  # fmt: skip
def test_an_alarm_of_the_quota_is_told_in_thai(alarm, said):
    weekly = digest(plan(coordinator=replace(COORDINATORS, alarms=(alarm,))), kinds={Kind.COORDINATOR})

    message = renderer().render(weekly, channel="email")

    assert said in message.text
    assert said in message.html


def test_support_email():
    support = digest(plan(support=SUPPORT), kinds={Kind.QUARTERLY}, recipient="หัวหน้าฝ่ายเทศกิจ")

    message = renderer().render(support, channel="email")

    assert message.subject == "ITA 2565: ขอความร่วมมือสนับสนุนมาตรการ (ฝ่ายเทศกิจ)"
    assert (
        message.text
        == """\
เรียน หัวหน้าฝ่ายเทศกิจ

ตามที่สำนักงานเขตห้วยขวางได้จัดทำมาตรการส่งเสริมคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. 2565 นั้น

ในการนี้ ฝ่ายเทศกิจเป็นหน่วยงานสนับสนุน จึงขอความร่วมมือให้ข้อมูลและสนับสนุนการดำเนินการแก่เจ้าภาพหลัก โดยไม่ต้องรายงานผลแยกต่างหาก

โปรดประสานเจ้าภาพหลักของมาตรการที่ฝ่ายเทศกิจสนับสนุน
- ฝ่ายปกครอง (12 มาตรการ)
- ฝ่ายการคลัง (3 มาตรการ)

จึงเรียนมาเพื่อโปรดทราบและพิจารณาดำเนินการในส่วนที่เกี่ยวข้อง

ผู้ประสานงาน
นางสาวสมศรี ใจดี
โทร. 0 2276 9600 ต่อ 5812
อีเมล ita@huaikhwang.example

หากต้องการพักการรับอีเมลนี้ หรือขอรับทาง LINE แทน โปรดตอบกลับด้วยคำว่า “พัก” หรือ “LINE” ผู้ประสานงานจะดำเนินการให้"""
    )


def test_support_line_text():
    support = digest(plan(support=SUPPORT), kinds={Kind.QUARTERLY}, recipient="หัวหน้าฝ่ายเทศกิจ")

    message = renderer().render(support, channel="line")

    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวาง แผน ITA ปี 2565
เรียน หัวหน้าฝ่ายเทศกิจ
ฝ่ายเทศกิจเป็นหน่วยงานสนับสนุน
12 มาตรการ โปรดประสานฝ่ายปกครอง
3 มาตรการ โปรดประสานฝ่ายการคลัง
ไม่ต้องรายงานผลแยกต่างหาก
นางสาวสมศรี ใจดี (ผู้ประสานงาน)
โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"""
    )


def test_overdue_message_speaks_of_the_overdue_first():
    overdue = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY, Kind.OVERDUE})

    email = renderer().render(overdue, channel="email")
    line = renderer().render(overdue, channel="line")

    assert email.subject == "ITA 2565: ขอทราบผลหรือการขอขยายเวลา 2 รายการ (ฝ่ายปกครอง)"
    assert email.text.split("\n\n")[2] == (
        "ในการนี้ มีรายการที่เกินกำหนดซึ่งยังไม่ได้รับรายงาน จำนวน 2 รายการ "
        "จึงขอความอนุเคราะห์ฝ่ายปกครองรายงานผลการดำเนินการ หรือขอขยายเวลาพร้อมเหตุผลต่อผู้ประสานงาน "
        "หากได้รายงานแล้ว ต้องขออภัยมา ณ ที่นี้"
    )
    assert line.text.splitlines()[2:4] == [
        "ยังไม่ได้รับรายงาน 2 รายการ โปรดแจ้งผลหรือขอขยายเวลา",
        "และขอความร่วมมือรายงานในเดือนนี้ 4 รายการ",
    ]


def test_due_soon_message_marks_what_is_near_and_adds_what_lies_beyond_the_month():
    beyond = item("E9", dt.date(2022, 3, 1), "ช่องทางชี้แจงและตอบคำถาม")
    owner = replace(EMPTY_OWNER, to_report=(I1, O31), due_soon=(O31, beyond))
    near = digest(plan(owner=owner), kinds={Kind.DUE_SOON}, today=dt.date(2022, 2, 24))

    message = renderer().render(near, channel="email")

    assert message.subject == "ITA 2565: ใกล้ครบกำหนด 2 รายการ ภายใน 28 ก.พ. 65"
    assert (
        message.text.partition("ในการนี้")[2].partition("\n\nวิธีรายงาน")[0]
        == """\
 มีรายการที่จะครบกำหนดรายงานผลระหว่างวันที่ 28 กุมภาพันธ์ 2565 ถึงวันที่ 1 มีนาคม 2565 จำนวน 2 รายการ \
จึงขอความร่วมมือฝ่ายปกครองรายงานผลการดำเนินการภายในกำหนดดังกล่าว

รายการที่ครบกำหนดรายงานในเดือนนี้ (2 รายการ)

ภายในวันที่ 7 กุมภาพันธ์ 2565 (1 รายการ)
- I1 บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด
  มกราคม 2565

ภายในวันที่ 28 กุมภาพันธ์ 2565 (1 รายการ) ใกล้ครบกำหนด
- O31 ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี
  28 กุมภาพันธ์ 2565

รายการที่ใกล้ครบกำหนด (1 รายการ)

ภายในวันที่ 1 มีนาคม 2565 (1 รายการ) ใกล้ครบกำหนด
- E9 ช่องทางชี้แจงและตอบคำถาม
  มกราคม 2565"""
    )


def test_quarterly_message_asks_to_prepare():
    closing = item("O12", dt.date(2022, 4, 7), "รายงานผลการดำเนินงาน", period="2565-H1")
    owner = replace(EMPTY_OWNER, closing=(closing,))
    quarterly = digest(plan(owner=owner), kinds={Kind.QUARTERLY}, today=FIRST_OF_MARCH)

    message = renderer().render(quarterly, channel="email")

    assert message.subject == "ITA 2565: เตรียมรายงานสิ้นรอบ 1 รายการ (ฝ่ายปกครอง)"
    assert (
        message.text.partition("ในการนี้")[2].partition("\n\nวิธีรายงาน")[0]
        == """\
 รอบการติดตามจะสิ้นสุดในเดือนมีนาคม 2565 และมีรายการที่ต้องรายงานผลเมื่อสิ้นรอบ จำนวน 1 รายการ \
จึงขอความร่วมมือฝ่ายปกครองเตรียมผลการดำเนินการและหลักฐานไว้ล่วงหน้า

รายการที่ต้องรายงานเมื่อสิ้นรอบ (1 รายการ)

ภายในวันที่ 7 เมษายน 2565 (1 รายการ)
- O12 รายงานผลการดำเนินงาน
  รอบ 6 เดือนแรก ปี 2565"""
    )


def test_start_of_tracking_tells_what_awaits_the_division():
    owner = replace(EMPTY_OWNER, year_total=24, next_on=dt.date(2022, 3, 7), next_count=3)
    start = digest(plan(owner=owner), kinds={Kind.MONTHLY})

    message = renderer().render(start, channel="line")

    assert message.subject == "ITA 2565: เริ่มติดตามแผน ทั้งปี 24 รายการ (ฝ่ายปกครอง)"
    assert message.text.splitlines()[2:4] == [
        "เริ่มติดตามแผนแล้ว ทั้งปีมี 24 รายการ",
        "ครั้งแรกภายใน 7 มี.ค. 65 จำนวน 3 รายการ",
    ]


def test_line_text_names_five_codes_in_three_lines_whatever_their_dates():
    days = [item(f"I{day}", dt.date(2022, 2, day)) for day in range(2, 9)]
    owner = replace(EMPTY_OWNER, to_report=tuple(days))
    monthly = digest(plan(owner=owner), kinds={Kind.MONTHLY})

    message = renderer().render(monthly, channel="line")

    assert message.text.splitlines()[3:7] == [
        "ภายใน 2 ก.พ. 65: I2 / ภายใน 3 ก.พ. 65: I3",
        "ภายใน 4 ก.พ. 65: I4 / ภายใน 5 ก.พ. 65: I5",
        "ภายใน 6 ก.พ. 65: I6",
        "ส่งรายงานและขอรายการอีก 2 ข้อได้ที่",
    ]


def test_two_plans_stand_under_their_own_headings():
    both = digest(
        plan(owner=replace(EMPTY_OWNER, to_report=(I1,))),
        plan(owner=replace(EMPTY_OWNER, overdue=(I5,)), fiscal_year=2566),
        kinds={Kind.MONTHLY},
    )

    email = renderer().render(both, channel="email")
    line = renderer().render(both, channel="line")

    assert email.subject == "ITA 2565/2566: รายงานเดือนนี้ 1 รายการ เกินกำหนด 1"
    headings = [text for text in email.text.splitlines() if text.startswith("==")]
    assert headings == [
        "== สำนักงานเขตห้วยขวาง ปีงบประมาณ พ.ศ. 2565 ==",
        "== สำนักงานเขตห้วยขวาง ปีงบประมาณ พ.ศ. 2566 ==",
    ]
    assert email.text.count("นางสาวสมศรี ใจดี") == 1
    assert (
        line.text
        == """\
สำนักงานเขตห้วยขวาง แผน ITA ปี 2565/2566
เดือนกุมภาพันธ์ 2565 ขอความร่วมมือรายงาน 1 รายการ
ยังไม่ได้รับรายงาน 1 รายการ โปรดแจ้งผลหรือขอขยายเวลา
I5, I1
ส่งรายงานได้ที่
นางสาวสมศรี ใจดี (ผู้ประสานงาน)
โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"""
    )


def test_everything_at_once_on_line_leaves_nothing_out():
    everything = digest(
        plan(
            owner=MONTHLY_OWNER,
            supervisor=SupervisorPart((), SUMMARY, None),
            coordinator=COORDINATORS,
            escalation=ESCALATION,
        ),
        plan(support=SUPPORT, agency="สำนักงานเขตดินแดง"),
        kinds=set(Kind),
    )

    message = renderer().render(everything, channel="line")

    assert (
        message.text
        == """\
สำนักงานเขตห้วยขวางและสำนักงานเขตดินแดง แผน ITA ปี 2565
โปรดพิจารณา ครบ 21 วัน 2 รายการ: I5, E3
เดือนกุมภาพันธ์ 2565 ขอความร่วมมือรายงาน 4 รายการ
ยังไม่ได้รับรายงาน 2 รายการ โปรดแจ้งผลหรือขอขยายเวลา
I5, E3, I1, I2, I3
ยังไม่ได้รับรายงาน 2 ฝ่าย รอตรวจรับ 2 รายการ
งานสนับสนุน โปรดประสานฝ่ายปกครองและฝ่ายการคลัง
ส่งรายงานและขอรายการอีก 1 ข้อได้ที่
นางสาวสมศรี ใจดี (ผู้ประสานงาน)
โทร. 0 2276 9600 ต่อ 5812 อีเมล ita@huaikhwang.example"""
    )


def test_several_divisions_are_told_apart():
    other = replace(I2, lead="ฝ่ายโยธา")
    owner = replace(EMPTY_OWNER, divisions=("ฝ่ายปกครอง", "ฝ่ายโยธา"), to_report=(I1, other), overdue=(E3,))
    monthly = digest(plan(owner=owner), kinds={Kind.MONTHLY})

    message = renderer().render(monthly, channel="email")

    assert message.subject == "ITA 2565: รายงานเดือนนี้ 2 รายการ เกินกำหนด 1 (2 ฝ่าย)"
    assert "ขอความร่วมมือฝ่ายปกครองและฝ่ายโยธารายงานผล" in message.text
    assert "  มกราคม 2565 | ฝ่ายโยธา\n" in message.text


def test_trend_is_told_in_words():
    worse = replace(SUMMARY, overdue=11)
    same = replace(SUMMARY, overdue=9)
    new = replace(SUMMARY, trend=SUMMARY.trend[2:])

    trends = [
        [line for line in text.splitlines() if "แนวโน้ม" in line]
        for text in map(_summary_text, (worse, same, new))
    ]

    assert trends == [
        ["- แนวโน้ม: รายการเกินกำหนดเพิ่มขึ้นจาก 9 เป็น 11 รายการ เทียบกับวันที่ 31 ม.ค. 65"],
        ["- แนวโน้ม: รายการเกินกำหนดเท่าเดิม 9 รายการ เทียบกับวันที่ 31 ม.ค. 65"],
        [],
    ]


def test_coordinator_without_telephone_or_mail_leaves_no_empty_label():
    bare = replace(plan(owner=replace(EMPTY_OWNER, to_report=(I3,))).ask[0], phone="", email="")
    monthly = digest(plan(owner=replace(EMPTY_OWNER, to_report=(I3,)), ask=(bare,)), kinds={Kind.MONTHLY})

    email = renderer().render(monthly, channel="email")
    line = renderer().render(monthly, channel="line")

    assert "\n\nผู้ประสานงาน\nนางสาวสมศรี ใจดี\n\nหากต้องการพัก" in email.text
    assert line.text.endswith("\nนางสาวสมศรี ใจดี (ผู้ประสานงาน)")
    assert "โทร." not in email.html


def _summary_text(summary):
    part = SupervisorPart((), summary, None)
    return renderer().render(digest(plan(supervisor=part), kinds={Kind.SUMMARY}), channel="email").text


@pytest.mark.parametrize("channel", ["email", "line"])
def test_one_message_has_one_kind_of_digits(channel):
    everything = digest(
        plan(
            owner=MONTHLY_OWNER, supervisor=SupervisorPart((), SUMMARY, None), coordinator=COORDINATORS,
            escalation=ESCALATION, support=SUPPORT,
        ),
        kinds=set(Kind),
    )  # fmt: skip

    message = renderer().render(everything, channel=channel)

    assert not set(message.subject + message.text + message.html + message.flex) & set("๐๑๒๓๔๕๖๗๘๙")


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("person", [Person("ก", "", ""), Person("ก", "", "a@b.th"), Person("ก", "1", "")])
def test_what_a_coordinator_does_not_have_leaves_no_empty_line(language, person):
    weekly = digest(
        plan(coordinator=COORDINATORS, ask=(person,)), kinds={Kind.COORDINATOR}, language=language
    )

    mail = renderer().render(weekly, channel="email").text
    greeting = renderer().greeting("ข", language, agency="เขต", ask=[person]).text

    for text in (mail, greeting):
        _, _, end = text.rpartition("\nก")
        assert end.count("\n") == bool(person.phone) + bool(person.email)


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("reason", list(Kind))
def test_no_subject_is_long_enough_to_be_cut(language, reason):
    many = tuple(replace(I1, follow_up_id=number) for number in range(250))
    owner = replace(EMPTY_OWNER, to_report=many, overdue=many, due_soon=many, closing=many)
    steps = tuple(Escalated(each, (7, 21, 45)[place % 3], FIRST_OF_MARCH) for place, each in enumerate(many))
    silent = replace(COORDINATORS, silent=COORDINATORS.silent * 6, waiting=many)
    everything = plan(
        owner=owner, supervisor=SupervisorPart((), replace(SUMMARY, overdue=240, total=2400), None),
        coordinator=silent, escalation=replace(ESCALATION, items=steps), support=SUPPORT,
    )  # fmt: skip

    message = renderer().render(digest(everything, kinds={reason}, language=language), channel="email")

    assert "…" not in message.subject
