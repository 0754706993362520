"""How a message speaks of what is overdue: by its age, by the reader's rank, and never accusing."""

from dataclasses import replace

import pytest

from tests.messages.digests import (
    COORDINATORS,
    E3,
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
from tracker.domain.reminders import Kind
from tracker.reports.digest import SupervisorPart

ACCUSING = (
    "ละเลย", "เพิกเฉย", "ไม่ส่งรายงาน", "ไม่รายงาน", "ไม่ได้ส่ง", "ไม่ดำเนินการ", "ไม่ยอม", "ฝ่าฝืน",
    "ลงโทษ", "ตำหนิ", "บกพร่อง", "ล้มเหลว", "ล่าช้า", "ความผิด", "ด่วน", "ต้องรับผิดชอบ", "ตักเตือน",
    "fail", "fault", "blame", "neglect", "ignor", "did not", "have not", "must", "immediately", "urgent",
    "penalt", "warn", "at once", "delinquent",
)  # fmt: skip
"""Words that no message says of anybody; the urgency marks of letters are a person's to set."""

FRIENDLY = {"th": "ขอความร่วมมือฝ่ายปกครองรายงานผลการดำเนินการในโอกาสแรก", "en": "to report when you next can."}
NEW_DATE = {"th": "หรือแจ้งวันที่คาดว่าจะรายงานได้", "en": "or to name the date by which you expect to."}
OBSTACLE = {"th": "หรือแจ้งข้อขัดข้องพร้อมวันที่คาดว่าจะรายงานได้", "en": "or to tell us what stands in the way"}
MORE_TIME = {"th": "หรือขอขยายเวลาพร้อมเหตุผลต่อผู้ประสานงาน", "en": "or to ask the coordinator for more time"}
AGREE = {"th": "หารือกับผู้ประสานงานถึงวันที่จะรายงาน", "en": "to agree with the coordinator on a date"}
TOLD = {"th": "ได้นำเรียนผู้บังคับบัญชาเพื่อทราบแล้ว", "en": "Your superiors have been informed."}
WILL_BE = {"th": "จะนำเรียนผู้บังคับบัญชาเพื่อทราบตามลำดับ", "en": "Your superiors will be informed"}
ALL = (FRIENDLY, NEW_DATE, OBSTACLE, MORE_TIME, AGREE, TOLD, WILL_BE)


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", [Kind.OVERDUE, Kind.MONTHLY])
@pytest.mark.parametrize(
    ("days", "informed", "said"),
    [
        (1, False, [FRIENDLY]),
        (7, True, [FRIENDLY]),
        (8, False, [NEW_DATE]),
        (14, True, [NEW_DATE, TOLD]),
        (15, False, [OBSTACLE, WILL_BE]),
        (21, True, [OBSTACLE, TOLD]),
        (21, None, [OBSTACLE]),
        (22, False, [MORE_TIME, WILL_BE]),
        (28, True, [MORE_TIME, TOLD]),
        (29, True, [AGREE, TOLD]),
        (300, None, [AGREE]),
    ],
)
def test_the_request_changes_with_the_age_of_the_oldest(language, kind, days, informed, said):
    overdue = (replace(I5, days_overdue=days), replace(E3, days_overdue=1))
    owner = replace(EMPTY_OWNER, overdue=overdue, informed=informed)

    text = renderer().render(digest(plan(owner=owner), kinds={kind}, language=language), channel="email").text

    assert [each for each in ALL if each[language] in text] == said


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(
    ("days", "asks_more"), [(7, False), (8, True), (22, True)], ids=["first_week", "second", "fourth"]
)
def test_a_months_list_asks_of_what_is_overdue_by_its_age(language, days, asks_more):
    owner = replace(EMPTY_OWNER, to_report=(I1,), overdue=(replace(I5, days_overdue=days),))

    text = (
        renderer()
        .render(digest(plan(owner=owner), kinds={Kind.MONTHLY}, language=language), channel="email")
        .text
    )

    more = {"th": "ส่วนรายการที่เกินกำหนด", "en": "For what is overdue,"}[language]
    assert (more in text) is asks_more


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("channel", ["email", "line"])
@pytest.mark.parametrize("days", [1, 8, 15, 22, 60])
@pytest.mark.parametrize("informed", [True, False])
def test_no_message_accuses_anybody(language, channel, days, informed):
    late = replace(MONTHLY_OWNER, overdue=(replace(I5, days_overdue=days),), informed=informed)
    bare = replace(COORDINATORS, unreachable=(), alarms=())
    parts = {
        Kind.OVERDUE: plan(owner=late),
        Kind.MONTHLY: plan(owner=late),
        Kind.DUE_SOON: plan(owner=replace(late, due_soon=(I1,))),
        Kind.QUARTERLY: plan(support=SUPPORT),
        Kind.SUMMARY: plan(supervisor=SupervisorPart((), SUMMARY, None)),
        Kind.COORDINATOR: plan(coordinator=bare),
        Kind.ESCALATION: plan(escalation=replace(ESCALATION, rank=1)),
    }
    said = [
        renderer().render(digest(part, kinds={kind}, language=language), channel=channel)
        for kind, part in parts.items()
    ]
    said += [
        renderer().render(
            digest(
                plan(escalation=replace(ESCALATION, rank=rank)), kinds={Kind.ESCALATION}, language=language
            ),
            channel=channel,
        )
        for rank in (2, 3)
    ]

    words = "\n".join(f"{each.subject}\n{each.text}\n{each.html}\n{each.flex}" for each in said).lower()
    assert [each for each in ACCUSING if each in words] == []
