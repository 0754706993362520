import datetime as dt

import pytest

from tracker.domain.fiscal import FiscalYear
from tracker.errors import UnreadableDate
from tracker.plans.timeline import read_span, span_of, split_timeline

YEAR = FiscalYear(2570)  # 1 October 2026 to 30 September 2027


@pytest.mark.parametrize(
    ("text", "timeline", "rest"),
    [
        pytest.param(
            "ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐)\n- ก", "ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐)", "- ก", id="usual"
        ),
        pytest.param("ตลอดปีงบประมาณ พ.ศ. ๒๕๗๐ - ก", "ตลอดปีงบประมาณ พ.ศ. ๒๕๗๐", "- ก", id="year_named"),
        pytest.param(
            "ตลอดปีงบประมาณ (ต.ค. ๖๙ -\fก.ย. ๗๐) ก", "ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐)", "ก", id="over_pages"
        ),
        pytest.param("ต.ค. ๖๙ - มี.ค. ๗๐\nก", "ต.ค. ๖๙ - มี.ค. ๗๐", "ก", id="months_alone"),
        pytest.param(
            "- ระหว่างเดือนตุลาคม - มีนาคม ๒๕๗๐ ก", "ระหว่างเดือนตุลาคม - มีนาคม ๒๕๗๐", "ก", id="with_words"
        ),
        pytest.param("ปีงบประมาณ พ.ศ. ๒๕๗๐", "ปีงบประมาณ พ.ศ. ๒๕๗๐", "", id="only_the_year"),
        pytest.param("- ก ตลอดปีงบประมาณ", "", "- ก ตลอดปีงบประมาณ", id="not_at_the_head"),
        pytest.param("ประจำปี ๒๕๗๐", "", "ประจำปี ๒๕๗๐", id="no_timeline"),
        pytest.param("", "", "", id="empty"),
        pytest.param("ไตรมาสที่ ๒\n- ก", "ไตรมาสที่ ๒", "- ก", id="quarter"),
        pytest.param("ไตรมาสที่ ๒ รายงานผล", "", "ไตรมาสที่ ๒ รายงานผล", id="quarter_in_a_sentence"),
        pytest.param(
            "ภายในวันที่ ๓๑ ม.ค. ๗๐ ให้เผยแพร่", "", "ภายในวันที่ ๓๑ ม.ค. ๗๐ ให้เผยแพร่", id="day_in_a_sentence"
        ),
        pytest.param("ภายในวันที่ ๓๑ ม.ค. ๗๐ - ก", "ภายในวันที่ ๓๑ ม.ค. ๗๐", "- ก", id="deadline"),
        pytest.param("ต่อเนื่อง", "ต่อเนื่อง", "", id="open"),
        pytest.param("๑ ต.ค. ๖๙ เป็นต้นไป\n- ก", "๑ ต.ค. ๖๙ เป็นต้นไป", "- ก", id="open_from_a_day"),
    ],
)
def test_split_timeline(text: str, timeline: str, rest: str) -> None:
    assert split_timeline(text) == (timeline, rest)


@pytest.mark.parametrize(
    ("timeline", "first", "last"),
    [
        ("ตลอดปีงบประมาณ", dt.date(2026, 10, 1), dt.date(2027, 9, 30)),
        ("ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐)", dt.date(2026, 10, 1), dt.date(2027, 9, 30)),
        ("ต.ค. ๖๙ - มี.ค. ๗๐", dt.date(2026, 10, 1), dt.date(2027, 3, 31)),
        ("ต.ค. - ธ.ค.", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("ม.ค. - มี.ค.", dt.date(2027, 1, 1), dt.date(2027, 3, 31)),
        ("๑๕ ต.ค. ๖๙ - ๓๑ ม.ค. ๗๐", dt.date(2026, 10, 15), dt.date(2027, 1, 31)),
        ("", dt.date(2026, 10, 1), dt.date(2027, 9, 30)),
        ("ไตรมาสที่ ๒", dt.date(2027, 1, 1), dt.date(2027, 3, 31)),
        ("ไตรมาส ๑ และ ๒ ปีงบประมาณ ๒๕๗๐", dt.date(2026, 10, 1), dt.date(2027, 3, 31)),
        ("ภายในไตรมาสที่ ๓", dt.date(2026, 10, 1), dt.date(2027, 6, 30)),
        ("รอบ ๖ เดือนหลัง", dt.date(2027, 4, 1), dt.date(2027, 9, 30)),
        ("ครึ่งปีแรก", dt.date(2026, 10, 1), dt.date(2027, 3, 31)),
        ("ภายในเดือนมีนาคม 2570", dt.date(2026, 10, 1), dt.date(2027, 3, 31)),
        ("มีนาคม 2570", dt.date(2027, 3, 1), dt.date(2027, 3, 31)),
        ("๑๕ มี.ค. ๗๐", dt.date(2027, 3, 15), dt.date(2027, 3, 15)),
        ("ภายในวันที่ ๓๑/๑/๒๕๗๐", dt.date(2026, 10, 1), dt.date(2027, 1, 31)),
        ("๑ - ๓๑ มีนาคม ๒๕๗๐", dt.date(2027, 3, 1), dt.date(2027, 3, 31)),
        ("๑ ต.ค. - ๓๑ ธ.ค. ๖๙", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("ม.ค. ๗๐ เป็นต้นไป", dt.date(2027, 1, 1), dt.date(2027, 9, 30)),
        ("ปีงบประมาณ พ.ศ. ๒๕๗๐", dt.date(2026, 10, 1), dt.date(2027, 9, 30)),
    ],
)
def test_span_of_a_timeline(timeline: str, first: dt.date, last: dt.date) -> None:
    assert span_of(timeline, YEAR) == (first, last)


def test_span_that_runs_backward_is_refused() -> None:
    with pytest.raises(UnreadableDate, match="before the first"):
        span_of("ก.ย. ๗๐ - ต.ค. ๖๙", YEAR)


@pytest.mark.parametrize(
    ("timeline", "kind"),
    [
        ("", ""),
        ("ตลอดปี", ""),
        ("ต.ค. ๖๙ - ก.ย. ๗๐", ""),
        ("ต่อเนื่อง", "span-open"),
        ("ม.ค. ๗๐ เป็นต้นไป", "span-open"),
        ("ตามความเหมาะสม", "span-unreadable"),
        ("๓๑ เมษายน ๒๕๗๐", "span-unreadable"),
        ("ต.ค. ๖๗ - ก.ย. ๖๘", "span-outside"),
    ],
)
def test_a_doubtful_span_says_why(timeline: str, kind: str) -> None:
    assert read_span(timeline, YEAR).kind == kind
