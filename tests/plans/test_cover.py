import pytest

from tracker.plans.cover import agency_named, assessed_year, planned_year


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        pytest.param(["สำนักงานเขตสมมุติ"], "สำนักงานเขตสมมุติ", id="line_of_its_own"),
        pytest.param(["สำนักงานเขต **สมมุติ**"], "สำนักงานเขตสมมุติ", id="bold"),
        pytest.param(
            ["ผลของสำนักงานเขต กรุงเทพมหานคร", "ผลของสำนักงานเขตสมมุติ ปี"], "สำนักงานเขตสมมุติ", id="in_text"
        ),
        pytest.param(["โดยสำนักงานคณะกรรมการตัวอย่าง", "เทศบาลนครสมมุติ"], "เทศบาลนครสมมุติ", id="other_offices"),
        pytest.param(["ของสำนักงานเขตอื่น", "สำนักงานเขตสมมุติ"], "สำนักงานเขตสมมุติ", id="own_line_counts_more"),
        pytest.param(["แผนตัวอย่าง"], "", id="none"),
        pytest.param(
            ["เทศบาลตำบลสมมุติ อำเภอเมือง จังหวัดตัวอย่าง"], "เทศบาลตำบลสมมุติ", id="with_district_and_province"
        ),
        pytest.param(
            ["สำนักงาน ป.ป.ช.", "แผนของกรมสมมุติ ปี", "โดยสำนักงานคณะกรรมการป้องกันและปราบปรามการทุจริตแห่งชาติ"],
            "กรมสมมุติ",
            id="never_the_assessor",
        ),
    ],
)
def test_agency_named(lines: list[str], agency: str) -> None:
    assert agency_named(lines) == agency


HEADING = "มาตรการในปีงบประมาณ พ.ศ.๒๕๗๐"


@pytest.mark.parametrize(
    ("headings", "lines", "year"),
    [
        pytest.param([HEADING], ["ปีงบประมาณ พ.ศ. ๒๕๗๑"], 2570, id="heading_of_the_table_first"),
        pytest.param(["มาตรการ"], ["ปีงบประมาณ 2569", "ปีงบประมาณ 2570"], 2570, id="latest_on_the_cover"),
        pytest.param(["มาตรการ"], ["พ.ศ. ๒๕๗๐"], None, id="none"),
        pytest.param(["มาตรการ ปีงบประมาณ ๗๐"], [], 2570, id="two_digits"),
        pytest.param(["มาตรการ"], ["แผนประจำปี พ.ศ. ๒๕๗๐"], 2570, id="year_without_budget"),
    ],
)
def test_planned_year(headings: list[str], lines: list[str], year: int | None) -> None:
    assert planned_year(headings, lines) == year


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (["ปีงบประมาณ พ.ศ. ๒๕๖๙", "ปีงบประมาณ พ.ศ. ๒๕๗๐"], 2569),
        (["ปีงบประมาณ พ.ศ. ๒๕๖๘", "ปีงบประมาณ พ.ศ. ๒๕๖๘", "ปีงบประมาณ พ.ศ. ๒๕๖๙"], 2568),
        ([], 2569),
    ],
)
def test_assessed_year_lies_before_the_planned_one(lines: list[str], year: int) -> None:
    assert assessed_year(lines, 2570) == year
