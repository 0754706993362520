"""The invented plan of an invented office, which has the traps of the published ones."""

import datetime as dt
import random
import re
from pathlib import Path

import pytest

from tracker.domain.cadence import Cadence, Rule
from tracker.errors import InputError
from tracker.plans.model import AbsentItem, Indicator, Instrument, Measure, Plan, PlanWarning, Source
from tracker.plans.text_table import read_text_plan

SAMPLE = Path(__file__).parents[1] / "data" / "plans" / "sommut-2570.txt"
TEXT = SAMPLE.read_text(encoding="utf-8")
SOURCE = Source("sommut-2570.txt", "0" * 64)
WHOLE_YEAR = "ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐)"
FIRST, LAST = dt.date(2026, 10, 1), dt.date(2027, 9, 30)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_text_plan(TEXT, SOURCE)


def test_plan_knows_whose_it_is_and_its_years(plan: Plan) -> None:
    assert (plan.agency, plan.fiscal_year, plan.assessed_year) == ("สำนักงานเขตสมมุติ", 2570, 2569)
    assert (plan.starts_on, plan.ends_on, plan.source) == (FIRST, LAST, SOURCE)


def test_indicators_come_from_the_merged_cells(plan: Plan) -> None:
    assert plan.indicators == (
        Indicator(1, "งานสารบรรณ", Instrument.IIT, 85.50),
        Indicator(6, "สถานที่", Instrument.EIT, 77.0),
    )


def test_a_row_over_two_pages_is_one_measure(plan: Plan) -> None:
    assert plan.measures[0] == Measure(
        code="I1",
        title="การตอบจดหมายให้ตรงเวลา",
        instrument=Instrument.IIT,
        indicator=1,
        score=90.01,
        score_table_score=90.10,
        analysis=("จดหมายบางฉบับตอบช้า",),
        weaknesses=("ควรมีสมุดคุมจดหมาย ที่โต๊ะรับเรื่อง", "ควรมีตะกร้าแยกสี"),
        actions=("จัดทำสมุดคุม", "ตรวจนับจดหมายที่ค้างอยู่ทุกวัน"),
        follow_up=("หัวหน้างานเปิดสมุดดู เป็นประจำ ทุกเดือน แล้วลงชื่อกำกับ", "ถ่ายภาพสมุดส่งผู้ประสานงาน"),
        timeline=WHOLE_YEAR,
        starts_on=FIRST,
        ends_on=LAST,
        lead="ฝ่ายทะเบียน",
        supporting="all",
        rules=(Rule(Cadence.MONTHLY, phrase="ทุกเดือน"),),
        source_lines=(36, 39),
    )


def test_codes_scores_owners_and_lines(plan: Plan) -> None:
    supporting = ("ฝ่ายทะเบียน", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล")

    assert [
        (each.code, each.indicator, each.score, each.lead, each.supporting, each.source_lines)
        for each in plan.measures
    ] == [
        ("I1", 1, 90.01, "ฝ่ายทะเบียน", "all", (36, 39)),
        ("I2", 1, 80.20, "ฝ่ายโยธา", supporting, (40, 43)),
        ("I3", 1, 70.30, "ฝ่ายเทศกิจ", "all", (44, 44)),
        ("E1", 6, 88.0, "ฝ่ายโยธา", (), (50, 50)),
        ("E3", 6, 66.0, "ฝ่ายเทศกิจ", (), (51, 51)),
        ("O1", None, 100.0, "ฝ่ายปกครอง", "all", (55, 61)),
        ("O3", None, 0.0, "ฝ่ายปกครอง", (), (62, 62)),
    ]


def test_rules_come_from_the_follow_up_column_alone(plan: Plan) -> None:
    found = {each.code: [(rule.cadence.value, rule.on) for rule in each.rules] for each in plan.measures}

    assert found == {
        "I1": [("monthly", None)],
        "I2": [("monthly", None)],
        "I3": [],
        "E1": [("quarterly", None), ("on", dt.date(2027, 3, 31))],
        "E3": [("on", dt.date(2027, 1, 31))],
        "O1": [("yearly", None), ("half-yearly", None)],
        "O3": [("half-yearly", None), ("on", dt.date(2027, 3, 31)), ("monthly", None)],
    }


def test_a_timeline_of_its_own_gives_the_span(plan: Plan) -> None:
    umbrella = plan.measures[2]

    assert (umbrella.timeline, umbrella.starts_on, umbrella.ends_on) == (
        "ต.ค. ๖๙ - มี.ค. ๗๐",
        FIRST,
        dt.date(2027, 3, 31),
    )
    assert umbrella.follow_up == ("นับร่มก่อน-หลังฤดูฝน โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓",)
    assert umbrella.actions == ("จัดซื้อร่มใหม่ พร้อมป้าย ชื่อ - นามสกุล ผู้ยืม หรือ - ว่าง -",)


def test_glued_bullets_part_and_pages_join(plan: Plan) -> None:
    floor_plan = plan.measures[5]

    assert floor_plan.analysis == ("ควรใส่เลขห้อง เช่น ห้อง ก", "ควรใส่ทางหนีไฟและประตูฉุกเฉิน")
    assert floor_plan.actions == ("เพิ่มแผนผัง", "เพิ่มภาพ")


def test_items_without_a_row_are_absent(plan: Plan) -> None:
    assert plan.absent == (
        AbsentItem("I4", "การรดน้ำต้นไม้หน้าอาคาร", 99.0),
        AbsentItem("I5", "การจัดโต๊ะประชุมให้พร้อมใช้ ทุกห้อง", 60.5),
        AbsentItem("E2", "น้ำดื่มสำหรับผู้มาติดต่อ", 77.0),
        AbsentItem("O2", "ปฏิทินวันหยุด", 100.0),
    )


def test_doubts_are_warnings_with_their_line(plan: Plan) -> None:
    assert plan.warnings == (
        PlanWarning(36, "score-differs", "I1: the row says 90.01, the score table 90.10."),
        PlanWarning(44, "lead-not-marked", "I3: no lead is marked; ฝ่ายเทศกิจ stands first and is taken."),
    )


@pytest.mark.parametrize(
    ("printed", "changed", "warning"),
    [
        pytest.param(
            "ฝ่ายปกครอง (เจ้าภาพหลัก)\n\nสำนัก",
            "\n\nสำนัก",
            PlanWarning(62, "lead-missing", "O3: no lead division is printed."),
            id="lead",
        ),
        pytest.param(
            "ฝ่ายปกครอง (เจ้าภาพหลัก)\n\n",
            "ฝ่ายปกครอง ฝ่ายโยธา (เจ้าภาพหลัก)\n\n",
            PlanWarning(55, "several-leads", "O1: ฝ่ายปกครอง leads; ฝ่ายโยธา, marked as lead too, supports."),
            id="two_leads",
        ),
        pytest.param(
            "คะแนนเฉลี่ย ๘๘ คะแนน",
            "",
            PlanWarning(50, "score-missing", "E1: no score is printed in the row."),
            id="score",
        ),
        pytest.param(
            "ต.ค. ๖๙ - มี.ค. ๗๐ - นับ",
            "- นับ",
            PlanWarning(44, "span-missing", "I3: no span is printed, the whole year is taken."),
            id="span",
        ),
        pytest.param(
            "๓๑ มกราคม",
            "๓๑ เมษายน",
            PlanWarning(
                51,
                "date-without-rule",
                "E3: 'ภายใน วันที่ ๓๑ เมษายน ๒๕๗๐': Cannot read '31เมษายน2570' as a date: "
                "เมษายน 2570 (2027-04) has 30 days, there is no 31.",
            ),
            id="date",
        ),
        pytest.param("\nปกหลัง", "\nก\tข\tค\tง", PlanWarning(65, "text-not-placed", ""), id="stray_cells"),
    ],
)
def test_what_cannot_be_read_is_a_warning(printed: str, changed: str, warning: PlanWarning) -> None:
    assert printed in TEXT

    warnings = read_text_plan(TEXT.replace(printed, changed), SOURCE).warnings

    found = [each for each in warnings if (each.line, each.code) == (warning.line, warning.code)]
    assert found == [warning] or (warning.text == "" and len(found) == 1)


def test_a_span_that_runs_backward_is_a_warning() -> None:
    plan = read_text_plan(TEXT.replace("ต.ค. ๖๙ - มี.ค. ๗๐ - นับ", "ต.ค. ๗๐ - มี.ค. ๗๐ - นับ"), SOURCE)

    assert (plan.measures[2].starts_on, plan.measures[2].ends_on) == (FIRST, LAST)
    assert "span-unreadable" in [each.code for each in plan.warnings if each.line == 44]


def test_rows_without_a_section_are_known_by_the_score_tables() -> None:
    without_sections = re.sub(r"(?m)^หัวข้อ : .*$", "", TEXT)

    codes = [each.code for each in read_text_plan(without_sections, SOURCE).measures]

    assert codes == ["I1", "I2", "I3", "E1", "E3", "O1", "O3"]


def test_rows_of_no_named_survey_go_by_indicator_and_code() -> None:
    plan = read_text_plan(re.sub(r"(?m)^หัวข้อ : .*$|IIT|EIT|OIT", "", TEXT), SOURCE)

    assert [each.code for each in plan.measures] == ["I1", "I2", "I3", "E1", "E3", "O1", "O3"]


def test_a_row_of_no_known_survey_is_named_whole() -> None:
    heading = "ข้อ\tการวิเคราะห์\tจุดอ่อน\tมาตรการ ปีงบประมาณ 2570\tการติดตาม\tผู้รับผิดชอบ"

    plan = read_text_plan(f"สำนักงานเขตสมมุติ\n{heading}\n๑ ป้าย\t- ก\t\t- ข\t\tฝ่ายโยธา", SOURCE)

    said = "It is not clear to which survey this row belongs: ๑ ป้าย | - ก | - ข | ฝ่ายโยธา"
    assert (plan.measures, plan.warnings) == ((), (PlanWarning(3, "text-not-placed", said),))


def test_a_document_without_a_table_is_refused() -> None:
    with pytest.raises(InputError, match="no plan table was found"):
        read_text_plan("สำนักงานเขตสมมุติ\nปีงบประมาณ พ.ศ. ๒๕๗๐", SOURCE)


@pytest.mark.parametrize("seed", range(25))
def test_page_breaks_elsewhere_change_nothing_but_lines(plan: Plan, seed: int) -> None:
    broken = read_text_plan(_with_page_breaks(TEXT, random.Random(seed)), SOURCE)

    assert [_without_spaces(each) for each in broken.measures] == [
        _without_spaces(each) for each in plan.measures
    ]
    assert broken.absent == plan.absent


def _with_page_breaks(text: str, chance: random.Random) -> str:
    """The document with every second row cut by a page break, each of its cells at a space or not at all."""
    lines = text.split("\n")
    heading = next(line for line in lines if line.startswith("หัวข้อการประเมิน"))
    cut: list[str] = []
    for line in lines:
        if line.count("\t") != 5 or line == heading or "<ul" in line or chance.random() < 0.5:
            cut.append(line)
            continue
        halves = [_cut_cell(cell, chance) for cell in line.split("\t")]
        first, second = ("\t".join(parts) for parts in zip(*halves, strict=True))
        cut += [first, "", heading, second]
    return "\n".join(cut)


def _cut_cell(cell: str, chance: random.Random) -> tuple[str, str]:
    spaces = [found.start() for found in re.finditer(r"(?<=\S) (?=\S)", cell) if found.start() > 20]
    if not spaces or chance.random() < 0.3:
        return cell, ""
    place = chance.choice(spaces)
    return cell[:place], cell[place + 1 :]


def _without_spaces(measure: Measure) -> tuple[object, ...]:
    columns = (measure.analysis, measure.weaknesses, measure.actions, measure.follow_up)
    texts = [
        re.sub(r"\s", "", "|".join(bullets)) for bullets in [*columns, (measure.title, measure.timeline)]
    ]
    rules = [(rule.cadence, rule.on) for rule in measure.rules]
    return measure.code, measure.score, measure.indicator, measure.lead, measure.supporting, texts, rules
