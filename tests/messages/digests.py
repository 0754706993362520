"""Digests for the tests of the messages, built by hand. Where a test cares about a value, it gives it."""

import datetime as dt
from dataclasses import replace

from tracker.config import shipped
from tracker.domain.reminders import Kind
from tracker.messages.render import Renderer
from tracker.reports.digest import (
    CoordinatorPart,
    Digest,
    Escalated,
    EscalationPart,
    Item,
    OwnerPart,
    Paused,
    Person,
    PlanDigest,
    QuotaAlarm,
    SilentDivision,
    SupervisorPart,
    SupportPart,
    Undelivered,
)
from tracker.reports.summary import DivisionStanding, OverdueItem, Summary, TrendPoint

TODAY = dt.date(2022, 2, 1)
COORDINATOR = Person("นางสาวสมศรี ใจดี", "0 2276 9600 ต่อ 5812", "ita@huaikhwang.example")
EMPTY_OWNER = OwnerPart(("ฝ่ายปกครอง",), (), (), (), (), None, 0, None)


def item(
    code: str, due_on: dt.date, title: str = "", *, days_overdue: int = 0, period: str = "2565-01"
) -> Item:
    """A follow-up of ฝ่ายปกครอง; its number is that of its code."""
    number = int("".join(filter(str.isdigit, code)) or 0)
    return Item(number, code, title or f"มาตรการข้อ {code}", period, due_on, days_overdue, "ฝ่ายปกครอง")


I1 = item("I1", dt.date(2022, 2, 7), "บุคลากรปฏิบัติงานตามขั้นตอนและระยะเวลาที่กำหนด")
I2 = item("I2", dt.date(2022, 2, 7), "บุคลากรให้บริการแก่ผู้มาติดต่ออย่างเท่าเทียมกัน")
I3 = item("I3", dt.date(2022, 2, 7), "บุคลากรมุ่งผลสำเร็จของงาน")
O31 = item("O31", dt.date(2022, 2, 28), "ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตประจำปี", period="2565-02-28")
I5 = item("I5", dt.date(2022, 1, 10), "การเผยแพร่นโยบายการบริหารงานบุคคล", days_overdue=22, period="2564-12")
E3 = item("E3", dt.date(2022, 1, 10), "การให้ข้อมูลแก่ผู้มาติดต่ออย่างตรงไปตรงมา", days_overdue=22, period="2565-Q1")

MONTHLY_OWNER = replace(
    EMPTY_OWNER, to_report=(I1, I2, I3, O31), overdue=(I5, E3), next_on=dt.date(2022, 3, 7), next_count=3
)

SUMMARY = Summary(
    as_of=dt.date(2022, 3, 1),
    agency="สำนักงานเขตห้วยขวาง",
    fiscal_year=2565,
    total=120,
    done=60,
    submitted=4,
    open=50,
    waived=6,
    overdue=7,
    due=70,
    on_time_rate=0.825,
    by_division=(
        DivisionStanding("ฝ่ายปกครอง", 80, 40, 4, 32, 4, 5, 50),
        DivisionStanding("ฝ่ายโยธา", 40, 20, 0, 18, 2, 2, 22),
    ),
    aging={"1-7": 2, "8-30": 3, "31-90": 2, "90+": 0},
    oldest=(
        OverdueItem("I5", I5.title, "2564-12", "ฝ่ายปกครอง", dt.date(2022, 1, 10), 50),
        OverdueItem("E3", E3.title, "2565-Q1", "ฝ่ายปกครอง", dt.date(2022, 1, 10), 50),
        OverdueItem("O31", O31.title, "2565-01", "ฝ่ายโยธา", dt.date(2022, 2, 7), 22),
    ),
    trend=(
        TrendPoint(dt.date(2021, 12, 31), 4, 20),
        TrendPoint(dt.date(2022, 1, 31), 9, 41),
        TrendPoint(dt.date(2022, 2, 28), 7, 60),
        TrendPoint(dt.date(2022, 3, 1), 7, 60),
    ),
)

COORDINATORS = CoordinatorPart(
    silent=(
        SilentDivision("ฝ่ายปกครอง", 5, 50, ("หัวหน้าฝ่ายปกครอง", "งานธุรการ")),
        SilentDivision("ฝ่ายโยธา", 2, 22, ()),
    ),
    waiting=(I1, O31),
    unreachable=("หัวหน้าฝ่ายโยธา: yotha@huaikhwang.example ไม่มีตู้จดหมายนี้",),
    vacant=("ฝ่ายโยธา",),
    line_left=(120, 300),
    alarms=(QuotaAlarm(300, 500, 0, dt.date(2022, 1, 30)),),
    paused=(
        Paused("หัวหน้าฝ่ายทะเบียน", dt.date(2022, 2, 15), "ลาพักผ่อน"),
        Paused("งานเทศกิจ", dt.date(2022, 2, 8), ""),
    ),
    undelivered=(
        Undelivered("งานทะเบียน", 31, "retry", "email", dt.date(2022, 1, 31), "451 greylisted"),
        Undelivered("งานโยธา", 32, "failed", "line", dt.date(2022, 2, 1), "LINE answered 400"),
        Undelivered("งานปกครอง", 33, "unknown", "email", dt.date(2022, 2, 1), "the connection ended"),
        Undelivered("งานคลัง", 34, "expired", "email", dt.date(2022, 1, 28), ""),
    ),
)

ESCALATION = EscalationPart(
    2,
    ("ฝ่ายปกครอง", "ฝ่ายโยธา"),
    (
        Escalated(I5, 21, dt.date(2022, 1, 31)),
        Escalated(replace(E3, lead="ฝ่ายโยธา"), 21, dt.date(2022, 1, 31)),
    ),
    9,
)

SUPPORT = SupportPart(("ฝ่ายเทศกิจ",), (("ฝ่ายปกครอง", 12), ("ฝ่ายการคลัง", 3)))


def plan(
    *,
    owner: OwnerPart | None = None,
    support: SupportPart | None = None,
    supervisor: SupervisorPart | None = None,
    coordinator: CoordinatorPart | None = None,
    agency: str = "สำนักงานเขตห้วยขวาง",
    fiscal_year: int = 2565,
    ask: tuple[Person, ...] = (COORDINATOR,),
    escalation: EscalationPart | None = None,
) -> PlanDigest:
    """What a message says of one plan."""
    return PlanDigest(agency, fiscal_year, owner, support, supervisor, coordinator, ask, escalation)


def digest(
    *plans: PlanDigest,
    kinds: set[Kind],
    recipient: str = "หัวหน้าฝ่ายปกครอง",
    language: str = "th",
    today: dt.date = TODAY,
) -> Digest:
    """A message of the first working day of February 2565."""
    return Digest(recipient, language, today, frozenset(kinds), plans)


def renderer() -> Renderer:
    """A renderer with the templates that come with the program."""
    return Renderer(lambda name: shipped() / name)
