import datetime as dt

import pytest

from tracker.domain.cadence import Cadence, Rule
from tracker.domain.fiscal import FiscalYear
from tracker.plans.cadence_words import rules_in

YEAR = FiscalYear(2570)  # 1 October 2026 to 30 September 2027
MARCH_ENDS = dt.date(2027, 3, 31)


@pytest.mark.parametrize(
    ("words", "cadence"),
    [
        ("ทุกวัน", Cadence.MONTHLY),
        ("ทุกสัปดาห์", Cadence.MONTHLY),
        ("ทุกวันอาทิตย์", Cadence.MONTHLY),
        ("ทุก ๑๕ วัน", Cadence.MONTHLY),
        ("ทุกเดือน", Cadence.MONTHLY),
        ("ทุก ๆ เดือน", Cadence.MONTHLY),
        ("ทุก สิ้นเดือน", Cadence.MONTHLY),
        ("รายเดือน", Cadence.MONTHLY),
        ("ทุกวันที่ ๑๕", Cadence.MONTHLY),
        ("ภายในวันที่ ๕ ของทุกเดือน", Cadence.MONTHLY),
        ("อย่างน้อยเดือนละ ๑ ครั้ง", Cadence.MONTHLY),
        ("ทุกไตรมาส", Cadence.QUARTERLY),
        ("ราย ไตรมาส", Cadence.QUARTERLY),
        ("ทุก 3 เดือน", Cadence.QUARTERLY),
        ("ไตรมาสละ ๑ ครั้ง", Cadence.QUARTERLY),
        ("ปีละ ๔ ครั้ง", Cadence.QUARTERLY),
        ("ทุก ๖ เดือน", Cadence.HALF_YEARLY),
        ("รอบ ๖ เดือน", Cadence.HALF_YEARLY),
        ("ระยะครึ่งปี", Cadence.HALF_YEARLY),
        ("๖ เดือนแรก และ ๖ เดือนหลัง", Cadence.HALF_YEARLY),
        ("ปีละ ๒ ครั้ง", Cadence.HALF_YEARLY),
        ("ในรอบปี", Cadence.YEARLY),
        ("ปีละ ๑ ครั้ง", Cadence.YEARLY),
        ("เป็นรายปี", Cadence.YEARLY),
        ("รอบ ๑๒ เดือน", Cadence.YEARLY),
        ("ทุกวันทำการ", Cadence.MONTHLY),
        ("เดือนละครั้ง", Cadence.MONTHLY),
        ("ทุกเดือน ก่อนส่ง", Cadence.MONTHLY),
        ("๑ ครั้งต่อเดือน", Cadence.MONTHLY),
        ("วันที่ ๕ ของทุกเดือน", Cadence.MONTHLY),
        ("๔ ครั้ง/ปี", Cadence.QUARTERLY),
        ("ทุกสามเดือน", Cadence.QUARTERLY),
        ("ไตรมาสที่ ๑ - ๔", Cadence.QUARTERLY),
        ("ปีละสองครั้ง", Cadence.HALF_YEARLY),
        ("ทุกสิ้นปีงบประมาณ", Cadence.YEARLY),
    ],
)
def test_words_set_one_rule(words: str, cadence: Cadence) -> None:
    reading = rules_in([f"รายงานผล{words} ต่อหัวหน้า"], YEAR)

    assert [rule.cadence for rule in reading.rules] == [cadence]
    assert reading.doubts == ()


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ("ภายในวันที่ ๓๑ มกราคม ๒๕๗๐", dt.date(2027, 1, 31)),
        ("ภายใน วันที่ ๓๑ ม.ค. ๗๐", dt.date(2027, 1, 31)),
        ("ไม่เกินวันที่ ๑๕ ธันวาคม", dt.date(2026, 12, 15)),
        ("ภายใน ๓๑/๑/๒๕๗๐", dt.date(2027, 1, 31)),
        ("ภายในเดือนกุมภาพันธ์ ๒๕๗๐", dt.date(2027, 2, 28)),
        ("ภายในสิ้นเดือนมิถุนายน", dt.date(2027, 6, 30)),
        ("รอบ ๖ เดือนแรก", MARCH_ENDS),
        ("๖ เดือน แรกของ ปีงบประมาณ พ.ศ. ๒๕๗๐", MARCH_ENDS),
        ("๖ เดือนหลัง", dt.date(2027, 9, 30)),
        ("ระหว่างเดือนตุลาคม ๒๕๖๙ – มีนาคม ๒๕๗๐", MARCH_ENDS),
        ("ต.ค. - มี.ค.", MARCH_ENDS),
        ("๑ ต.ค. ๖๙ ถึง ๑๕ มี.ค. ๗๐", dt.date(2027, 3, 15)),
        ("ภายในวันที่ ๓๑ ตุลาคม ๒๕๗๐", dt.date(2027, 10, 31)),
        ("ภายในไตรมาสที่ ๒", MARCH_ENDS),
        ("รอบ ๙ เดือน", dt.date(2027, 6, 30)),
        ("ครึ่งปีแรก", MARCH_ENDS),
        ("ภายในเดือนมีนาคมของทุกปี", MARCH_ENDS),
    ],
)
def test_dates_set_a_rule_on_the_last_day(words: str, on: dt.date) -> None:
    assert rules_in([f"รายงาน {words}"], YEAR).rules == (Rule(Cadence.ON, on=on, phrase=words),)


@pytest.mark.parametrize(
    "text",
    [
        "แผนปฏิบัติราชการประจำปี พ.ศ. ๒๕๗๐",
        "รายงานผลประจำปีงบประมาณ",
        "แจ้งเป็นระยะอย่างต่อเนื่อง",
        "ขออนุญาตทุกครั้ง ทุกฝ่าย/ส่วนราชการ ทุกรูปแบบ",
        "แผนระยะ ๒๐ ปี ระยะที่ ๒ (พ.ศ. ๒๕๖๑ – ๒๕๖๕)",
        "ปรับปรุงทุก ๓ ปี",
        "ปัจจุบันทุกวันนี้ ทุกวันหยุด ทุกวันสำคัญ",
        "ในรอบปีที่ผ่านมา ทุกเดือนที่ผ่านมา",
        "ค่าเช่าเดือนละ ๕๐๐ บาท ลูกจ้างรายวัน วันละ ๘ ชั่วโมง",
        "",
    ],
)
def test_other_words_set_nothing(text: str) -> None:
    assert rules_in([text], YEAR).rules == ()


def test_rules_stand_in_the_order_of_their_words_and_once() -> None:
    bullets = ["สรุปเป็นรายเดือน ทุกเดือน และรอบ ๖ เดือนแรก", "ส่งทุกเดือน ภายในวันที่ ๓๑ มีนาคม ๒๕๗๐ และในรอบปี"]

    assert rules_in(bullets, YEAR).rules == (
        Rule(Cadence.MONTHLY, phrase="เป็นรายเดือน"),
        Rule(Cadence.ON, on=MARCH_ENDS, phrase="รอบ ๖ เดือนแรก"),
        Rule(Cadence.YEARLY, phrase="ในรอบปี"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("ภายในวันที่ ๓๑ เมษายน ๒๕๗๐", "has 30 days", id="no_such_day"),
        pytest.param("๖ เดือนแรกของปีงบประมาณ พ.ศ. ๒๕๖๙", "before the plan's year", id="last_year"),
        pytest.param("ก.ย. ๗๐ - ต.ค. ๖๙", "before the first", id="backward"),
        pytest.param("ภายในวันที่ ๓๐ กันยายน ๒๕๗๕", "long after", id="far_year"),
        pytest.param("ทุก ๒ เดือน", "no rule is kept so often", id="two_months"),
        pytest.param("ปีละ ๓ ครั้ง", "no rule is kept so often", id="three_times"),
    ],
)
def test_dates_that_cannot_be_kept_are_doubts(text: str, said: str) -> None:
    reading = rules_in([text], YEAR)

    assert reading.rules == ()
    assert [said in doubt for doubt in reading.doubts] == [True]
