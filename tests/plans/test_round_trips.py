"""Every form in which a plan goes out brings the same plan back in."""

import datetime as dt
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableFile
from tracker.plans.model import AbsentItem, Indicator, Instrument, Measure, Plan, Source
from tracker.plans.reader import read_plan
from tracker.plans.writer import FORMS, write_plan
from tracker.thai.text import repair

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config" / "plans" / "huai-khwang-2565.txt"
SAMPLES = ROOT / "tests" / "data" / "plans"
SAMPLE = SAMPLES / "sommut-2570.txt"
DOCUMENTS = [EXAMPLE, *sorted(SAMPLES.glob("*.txt"))]
YEAR = FiscalYear(2565)
LETTERS = {"I": Instrument.IIT, "E": Instrument.EIT, "O": Instrument.OIT}
WORDS = ("จัดทำ", "สมุดคุม", "ประกาศ", "ทุกเดือน", "น้ำดื่ม", "ชื่อ - สกุล", "E-Service", "กิจกรรม 5 ส", "ปี ๒๕๖๔")
TIMELINES = ("", "ตลอดปีงบประมาณ (ต.ค. ๖๔ - ก.ย. ๖๕)", "ต.ค. ๖๔ - มี.ค. ๖๕", "เมื่อได้รับงบประมาณ")
DIVISIONS = ("ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", "โรงเรียนวัดสมมุติ", "กองคลัง")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
anything = (
    st.text("กขคงชาำเแ่๑๒34-=+@'•(),;\"/\\&<>bp_#%…“”", min_size=1, max_size=30)
    .map(lambda text: " ".join(repair(text).split()))
    .filter(bool)
)
days = st.dates(YEAR.starts_on, YEAR.ends_on)
scores = st.none() | st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)


def _same(plan: Plan) -> Plan:
    """The plan without what belongs to the one document alone."""
    measures = tuple(replace(each, source_lines=(0, 0)) for each in plan.measures)
    return replace(plan, measures=measures, source=Source("", ""), warnings=())


def _out_and_in(plan: Plan, form: str, folder: Path) -> Plan:
    path = folder / f"plan.{form}"
    write_plan(plan, path, form, divisions=("ฝ่ายอื่น",))
    return read_plan(path)


@st.composite
def rules(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Rule:
    cadence = draw(st.sampled_from(Cadence))
    return Rule(
        cadence,
        draw(days) if cadence is Cadence.ON else None,
        draw(st.just("") | texts),
        draw(st.sampled_from(RuleOrigin)),
    )


@st.composite
def measures(
    draw: st.DrawFn, code: str, titles: st.SearchStrategy[str], texts: st.SearchStrategy[str]
) -> Measure:
    bullets = st.lists(texts, max_size=3).map(tuple)
    starts_on, ends_on = sorted((draw(days), draw(days)))
    lead, *helpers = draw(st.lists(st.sampled_from(DIVISIONS), min_size=1, max_size=4, unique=True))
    return Measure(
        code=code,
        title=draw(titles),
        instrument=LETTERS[code[0]],
        indicator=draw(st.none() | st.integers(1, 3)),
        score=draw(scores),
        score_table_score=draw(scores),
        analysis=draw(bullets),
        weaknesses=draw(bullets),
        actions=draw(bullets),
        follow_up=draw(bullets),
        timeline=draw(st.sampled_from(TIMELINES)),
        starts_on=starts_on,
        ends_on=ends_on,
        lead=lead,
        supporting=draw(st.just("all") | st.just(tuple(helpers))),
        rules=tuple(draw(st.lists(rules(texts), max_size=3, unique_by=lambda each: (each.cadence, each.on)))),
        source_lines=(1, 1),
    )


@st.composite
def plans(draw: st.DrawFn, titles: st.SearchStrategy[str], texts: st.SearchStrategy[str]) -> Plan:
    pairs = st.tuples(st.sampled_from("IEO"), st.integers(1, 43))
    codes = draw(st.lists(pairs.map(lambda pair: f"{pair[0]}{pair[1]}"), min_size=2, max_size=6, unique=True))
    listed = codes[1:] if len(codes) > 3 else codes
    numbers = draw(st.lists(st.integers(1, 3), unique=True))
    return Plan(
        agency="สำนักงานเขตสมมุติ",
        fiscal_year=2565,
        assessed_year=draw(st.integers(2562, 2564)),
        starts_on=YEAR.starts_on,
        ends_on=YEAR.ends_on,
        source=Source("plan.txt", "0" * 64),
        indicators=tuple(Indicator(at, draw(titles), Instrument.IIT, draw(scores)) for at in numbers),
        measures=tuple(draw(measures(code, titles, texts)) for code in listed),
        absent=tuple(AbsentItem(code, draw(titles), draw(scores)) for code in codes if code not in listed),
        warnings=(),
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_comes_back_the_same(document: Path, form: str, tmp_path: Path) -> None:
    plan = read_plan(document)

    assert _same(_out_and_in(plan, form, tmp_path)) == _same(plan)


@pytest.mark.published_plan
@pytest.mark.parametrize("form", FORMS)
def test_the_published_plan_comes_back_the_same(form: str, tmp_path: Path) -> None:
    if not os.environ.get("TRACKER_TEST_PLAN"):
        pytest.skip("TRACKER_TEST_PLAN is not set: the published plan was not read")
    plan = read_plan(Path(os.environ["TRACKER_TEST_PLAN"]))

    assert _same(_out_and_in(plan, form, tmp_path)) == _same(plan)


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans(titles=anything, texts=anything))
def test_any_plan_comes_back_from_a_sheet_the_same(form: str, plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert _same(_out_and_in(plan, form, Path(folder))) == _same(plan)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans(titles=words | anything, texts=anything))
def test_any_plan_comes_back_from_the_published_form_the_same(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert _same(_out_and_in(plan, "docx", Path(folder))) == _same(plan)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["=1+1", "+66", "-ว่าง-", "@SUM(A1)", "'=1", "#N/A", "<p>ก</p>", "&amp;"])
def test_texts_that_a_program_might_take_for_something_else(text: str, form: str, tmp_path: Path) -> None:
    measure = replace(
        factories.measure("I1", title=f"ก {text}"),
        analysis=(text, f"ก {text}"),
        actions=(text,),
        follow_up=(text,),
    )
    plan = factories.plan(measure)

    assert _same(_out_and_in(plan, form, tmp_path)) == _same(plan)


@pytest.mark.parametrize("form", FORMS)
def test_a_plan_of_other_days_and_an_empty_measure(form: str, tmp_path: Path) -> None:
    bare = factories.measure("O7", title="", lead="", rules=())
    plan = replace(factories.plan(bare), starts_on=dt.date(2021, 11, 1), ends_on=dt.date(2022, 10, 31))

    assert _same(_out_and_in(plan, form, tmp_path)) == _same(plan)


@pytest.mark.parametrize("form", FORMS)
def test_two_measures_of_one_code_stay_two(form: str, tmp_path: Path) -> None:
    first = factories.measure("O42", title="ประกาศแผน", rules=(Rule(Cadence.MONTHLY),))
    second = replace(first, title="ทบทวนแผน", score=50.0, actions=("ทบทวน",), rules=(Rule(Cadence.YEARLY),))
    plan = factories.plan(first, second, replace(second, code="O43"))

    assert _same(_out_and_in(plan, form, tmp_path)) == _same(plan)


def _edited(before: str, after: str, folder: Path) -> Plan:
    """The sample as CSV, read back after a person has changed a text in it."""
    path = folder / "plan.csv"
    write_plan(read_plan(SAMPLE), path, "csv")
    text = path.read_text(encoding="utf-8-sig")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return read_plan(path)


def test_a_choice_from_the_drop_down_becomes_the_rule(tmp_path: Path) -> None:
    plan = _edited("ฝ่ายทะเบียน,ทุกส่วนราชการ,ทุกเดือน", "ฝ่ายเทศกิจ,,ปีละ 1 ครั้ง", tmp_path)

    first = plan.measures[0]
    assert first.rules == (Rule(Cadence.YEARLY, phrase="ปีละ 1 ครั้ง"),)
    assert (first.lead, first.supporting) == ("ฝ่ายเทศกิจ", ())


def test_facts_that_were_taken_out_are_read_from_the_rest(tmp_path: Path) -> None:
    plan = _edited("ปีงบประมาณที่ประเมิน (พ.ศ.),2569", "ปีงบประมาณที่ประเมิน (พ.ศ.),", tmp_path)

    assert plan.assessed_year == 2569


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("งานสารบรรณ,IIT,85.50", "งานสารบรรณ,IIT,855", "a score from 0 to 100 is expected, not '855'"),
        ("งานสารบรรณ,IIT,85.50", "งานสารบรรณ,XIT,85.50", "one of IIT, EIT, OIT is expected, not 'XIT'"),
        ("1,งานสารบรรณ", "หนึ่ง,งานสารบรรณ", "the number of an indicator is expected, not 'หนึ่ง'"),
        ("1,งานสารบรรณ", ",งานสารบรรณ", "an indicator needs a number before 'งานสารบรรณ'"),
        ("วันแรกของแผน,1 ต.ค. 2569", "วันแรกของแผน,เร็ว ๆ นี้", "Cannot read 'เร็ว ๆ นี้' as a date"),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused(before: str, after: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refused:
        _edited(before, after, tmp_path)

    assert said in str(refused.value)
