"""Plans of any office: random ones printed and read back, and invented ones with an independent reading."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.plans.printing import Printed, printed_plans
from tracker.plans.model import Measure, Plan, Source
from tracker.plans.text_table import read_text_plan

SOURCE = Source("random.txt", "0" * 64)
DATA = Path(__file__).parents[1] / "data" / "plans"

# code, score, lead, supporting, first day, last day, rules
MUNICIPALITY = [
    ("I1", 88.2, "สำนักปลัดเทศบาล", ("กองคลัง",), "2024-10-01", "2025-03-31", ["quarterly"]),
    ("I4", 0.0, "กองคลัง", ("กองช่าง", "กองการศึกษา"), "2024-10-01", "2025-09-30", []),
    ("E2", 70.0, "กองการศึกษา", (), "2024-10-01", "2025-03-31", ["on 2025-03-31"]),
]
SUBDISTRICT = [
    ("I1", 91.0, "สำนักปลัด", (), "2027-10-01", "2027-12-31", ["monthly"]),
    ("I7", 61.5, "กองคลัง", ("กองช่าง", "กองการศึกษา"), "2028-04-01", "2028-09-30", ["half-yearly"]),
    ("O9", 0.0, "กองการศึกษา", "all", "2028-03-01", "2028-03-31", ["on 2028-03-31"]),
]
DEPARTMENT = [
    ("O4", 100.0, "กองกลาง", ("กลุ่มตรวจสอบภายใน", "ศูนย์สารสนเทศ"), "2022-10-01", "2023-09-30", ["half-yearly"]),
    ("O9", 80.0, "กองกลาง", ("ศูนย์สารสนเทศ",), "2023-01-01", "2023-03-31", ["monthly"]),
    ("O42", 0.0, "ทุกกอง", ("ศูนย์ที่เกี่ยวข้อง",), "2022-10-01", "2023-03-31", ["on 2022-12-15"]),
    ("O42", 50.0, "กองกลาง", (), "2022-10-01", "2023-09-30", []),
]
UNIVERSITY = [
    ("I1", 80.1, "คณะวิทยาศาสตร์", ("สำนักงานอธิการบดี",), "2026-02-01", "2026-04-30", ["monthly"]),
    ("I12", 70.0, "กองคลัง", "all", "2026-04-01", "2026-04-30", ["quarterly"]),
    ("E1", None, "หน่วยงานที่เกี่ยวข้อง", (), "2025-10-01", "2026-03-31", ["on 2026-03-31"]),
]
DISTRICT = [
    ("E1", None, "ปกครอง", ("ทะเบียน",), "2028-10-01", "2029-09-30", ["monthly"]),
    ("E2", None, "ฝ่ายโยธา", (), "2028-10-01", "2029-09-30", []),
    ("E3", None, "ฝ่ายโยธา", ("ฝ่ายเทศกิจ",), "2028-10-01", "2029-09-30", ["monthly"]),
]
OFFICES = [
    pytest.param("thesaban-2568.txt", "เทศบาลเมืองตัวอย่าง", 2568, MUNICIPALITY, id="municipality"),
    pytest.param("obt-2571.txt", "องค์การบริหารส่วนตำบลตัวอย่าง", 2571, SUBDISTRICT, id="subdistrict"),
    pytest.param("krom-2566.txt", "กรมตัวอย่าง", 2566, DEPARTMENT, id="department"),
    pytest.param("mahawitthayalai-2569.txt", "มหาวิทยาลัยตัวอย่าง", 2569, UNIVERSITY, id="university"),
    pytest.param("khet-2572.txt", "สำนักงานเขตตัวอย่าง", 2572, DISTRICT, id="district"),
]


@pytest.mark.parametrize(("name", "agency", "year", "expected"), OFFICES)
def test_an_invented_plan_is_read_as_a_clerk_would(
    name: str, agency: str, year: int, expected: list[tuple[object, ...]]
) -> None:
    plan = _read(name)

    assert (plan.agency, plan.fiscal_year, plan.assessed_year) == (agency, year, year - 1)
    assert [_summary(each) for each in plan.measures] == expected


def _read(name: str) -> Plan:
    return read_text_plan((DATA / name).read_text(encoding="utf-8"), SOURCE)


def _summary(measure: Measure) -> tuple[object, ...]:
    rules = [f"{rule.cadence} {rule.on or ''}".strip() for rule in measure.rules]
    span = measure.starts_on.isoformat(), measure.ends_on.isoformat()
    return measure.code, measure.score, measure.lead, measure.supporting, *span, rules


BULLETS = {
    "thesaban-2568.txt": {
        "I1": (("ผู้ใช้บริการรอนาน", "ป้ายไม่ชัด"), (), ("1) จัดคิว 2) จัดทำป้าย",), ("รายงานผลทุกไตรมาส (ข้อ ๐๔๒)",)),
        "I4": (
            ("ไม่มีข้อร้องเรียน",),
            (),
            ("อบรม ชื่อ - สกุล ผู้เข้าอบรมและแบบฟอร์ม ๙๑๐๐ - ๓ ก่อน-หลังอบรม",),
            ("ติดตามทุก 2 เดือน",),
        ),
        "E2": ((), (), ("จัดบัตรคิว",), ()),
    },
    "obt-2571.txt": {
        "I1": (("ดี",), (), ("รักษาระดับ",), ("ทุกวันสำคัญให้ตรวจ และรายงานทุกสิ้นเดือน",)),
        "I7": (
            ("ไม่รู้แผน",),
            ("ไม่ประกาศ",),
            ("ประกาศแผนรายจ่ายประจำปี",),
            ("เดือนละ ๕๐๐ บาท ตามแผนประจำปี", "รายงาน ๒ ครั้งต่อปี"),
        ),
        "O9": ((), (), ("เปิดกล่องถาม - ตอบ",), ("ภายในสิ้นไตรมาสที่ ๒",)),
    },
    "krom-2566.txt": {
        "O4": (
            ("มีครบ", "โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓"),
            (),
            ("จัดทำแผนผัง ประกอบด้วย ๑. ชั้นบน ๒. ชั้นล่าง", "ติดตั้งป้าย"),
            ("ปรับปรุงในรอบปีที่ผ่านมา และทุกวันนี้", "สรุปทุก ๖ เดือน"),
        ),
        "O9": ((), (), ("จัดทำระบบ",), ("ทุกวันที่ ๑๕ ของเดือน",)),
    },
}


@pytest.mark.parametrize("name", sorted(BULLETS))
def test_the_bullets_of_an_invented_plan(name: str) -> None:
    measures = {each.code: each for each in _read(name).measures}

    read = {
        code: (each.analysis, each.weaknesses, each.actions, each.follow_up)
        for code, each in measures.items()
        if code in BULLETS[name]
    }

    assert read == BULLETS[name]


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        (
            "thesaban-2568.txt",
            {
                *{
                    (8, "text-not-placed"),
                    (8, "lead-not-marked"),
                    (9, "text-not-placed"),
                    (9, "date-without-rule"),
                },
                *{(9, "lead-not-marked"), (9, "owner-remark"), (9, "span-open")},
                *{(14, "lead-not-marked"), (14, "owner-remark")},
            },
        ),
        ("obt-2571.txt", {(11, "text-not-placed"), (12, "score-differs")}),
        (
            "krom-2566.txt",
            {
                *{
                    (9, "row-repeated"),
                    (11, "code-doubtful"),
                    (11, "date-without-rule"),
                    (11, "lead-not-marked"),
                },
                *{(11, "owner-vague"), (12, "code-doubtful"), (12, "span-open")},
            },
        ),
        (
            "mahawitthayalai-2569.txt",
            {
                *{(4, "lead-not-marked"), (7, "code-doubtful"), (7, "lead-not-marked"), (7, "owner-vague")},
                (7, "score-missing"),
            },
        ),
    ],
)
def test_every_doubt_has_its_line(name: str, doubts: set[tuple[int, str]]) -> None:
    assert {(each.line, each.code) for each in _read(name).warnings} == doubts


def test_a_bare_number_is_a_doubt() -> None:
    assert [each.text for each in _read("khet-2572.txt").warnings if each.code == "code-doubtful"] == [
        "'๑': no heading says of which survey; EIT is taken, as beside it.",
        "'๒': no heading says of which survey; EIT is taken, as beside it.",
    ]


def test_items_of_the_score_table_without_a_row() -> None:
    assert [(each.code, each.score) for each in _read("obt-2571.txt").absent] == [("E4", 72.0)]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(printed_plans())
def test_a_printed_plan_is_read_back(printed: Printed) -> None:
    plan = read_text_plan(printed.text, SOURCE)

    assert [_comparable(each) for each in plan.measures] == [
        _comparable(each) for each in printed.plan.measures
    ]
    assert _frame(plan) == _frame(printed.plan)


def _comparable(measure: Measure) -> tuple[object, ...]:
    columns = (measure.analysis, measure.weaknesses, measure.actions, measure.follow_up)
    return (
        *(measure.code, _bare(measure.title), measure.instrument, measure.indicator, measure.score),
        *(measure.lead, measure.supporting, measure.starts_on, measure.ends_on, _bare(measure.timeline)),
        [[_bare(bullet) for bullet in column] for column in columns],
        [(rule.cadence, rule.on) for rule in measure.rules],
    )


def _frame(plan: Plan) -> tuple[object, ...]:
    return plan.agency, plan.fiscal_year, plan.assessed_year, plan.starts_on, plan.ends_on, plan.indicators


def _bare(text: str) -> str:
    return re.sub(r"[\s\-–—]", "", text)
