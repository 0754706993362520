import pytest

from tracker.plans.responsible import Responsible, names_lead, read_responsible

AGENCY = "สำนักงานเขตสมมุติ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "ฝ่ายปกครอง (เจ้าภาพหลัก)\nทุกส่วนราชการในสังกัด สำนักงานเขต สมมุติ (สนับสนุน)",
            Responsible("ฝ่ายปกครอง", "all", True),
            id="lead_and_all",
        ),
        pytest.param("ฝ่ายโยธา สำนักงานเขตสมมุติ (เจ้าภาพหลัก)", Responsible("ฝ่ายโยธา", (), True), id="lead_alone"),
        pytest.param(
            "ฝ่ายการคลัง สำนักงานเขตสมมุติ ทุกส่วนราชการในสังกัด สำนักงานเขตสมมุติ (สนับสนุน)",
            Responsible("ฝ่ายการคลัง", "all", False),
            id="lead_without_mark",
        ),
        pytest.param(
            "ฝ่ายโยธา (เจ้าภาพหลัก)\fฝ่ายทะเบียน ฝ่ายสิ่งแวดล้อม และสุขาภิบาล (สนับสนุน)",
            Responsible("ฝ่ายโยธา", ("ฝ่ายทะเบียน", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล"), True),
            id="named_supporters_over_pages",
        ),
        pytest.param(
            "ฝ่ายโยธา (หลัก), ฝ่ายทะเบียน/ฝ่ายรายได้ และฝ่ายเทศกิจ (ร่วม)",
            Responsible("ฝ่ายโยธา", ("ฝ่ายทะเบียน", "ฝ่ายรายได้", "ฝ่ายเทศกิจ"), True),
            id="separators_and_other_marks",
        ),
        pytest.param(
            "หน่วยงานหลัก : ฝ่ายโยธา หน่วยงานสนับสนุน : ฝ่ายทะเบียน",
            Responsible("ฝ่ายโยธา", ("ฝ่ายทะเบียน",), True),
            id="marks_with_a_colon",
        ),
        pytest.param(
            "ฝ่ายโยธา ฝ่ายรายได้ (เจ้าภาพหลัก)",
            Responsible("ฝ่ายโยธา", ("ฝ่ายรายได้",), True, ("ฝ่ายรายได้",)),
            id="two_leads",
        ),
        pytest.param("ฝ่ายโยธา\nฝ่ายรายได้", Responsible("ฝ่ายโยธา", ("ฝ่ายรายได้",), False), id="no_marks"),
        pytest.param("ฝ่าย\fโยธา (เจ้าภาพ\nหลัก)", Responsible("ฝ่ายโยธา", (), True), id="name_cut_by_a_page"),
        pytest.param("ฝ่ายรายได้ (สนับสนุน)", Responsible("", ("ฝ่ายรายได้",), False), id="nobody_leads"),
        pytest.param("ทุก ฝ่าย (เจ้าภาพหลัก)", Responsible("ทุกฝ่าย", (), True), id="all_lead"),
        pytest.param("สำนักงานเขต", Responsible("", (), False), id="office_is_no_division"),
        pytest.param("", Responsible("", (), False), id="empty"),
        pytest.param("ปกครอง\nทะเบียน", Responsible("ปกครอง", ("ทะเบียน",), False), id="bare_names_on_lines"),
        pytest.param("1. กองช่าง 2. กองคลัง", Responsible("กองช่าง", ("กองคลัง",), False), id="numbered"),
        pytest.param(
            "กองช่าง (นาย ก) โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓",
            Responsible("กองช่าง", (), False, (), ("โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓", "(นาย ก)")),
            id="remarks",
        ),
        pytest.param(
            "เจ้าภาพหลัก กองช่าง\nเจ้าภาพร่วม กองคลัง",
            Responsible("กองช่าง", ("กองคลัง",), True),
            id="role_words_before",
        ),
    ],
)
def test_read_responsible(text: str, expected: Responsible) -> None:
    assert read_responsible(text, AGENCY) == expected


def test_read_responsible_without_an_agency_keeps_the_names() -> None:
    assert read_responsible("กองช่าง (เจ้าภาพหลัก)", "") == Responsible("กองช่าง", (), True)


@pytest.mark.parametrize(
    ("text", "has_lead"), [("ฝ่ายโยธา (เจ้าภาพหลัก)", True), ("(เจ้าภาพหลัก)", False), ("ฝ่ายโยธา (สนับสนุน)", False)]
)
def test_names_lead_needs_a_name_before_the_mark(text: str, has_lead: bool) -> None:
    assert names_lead(text) is has_lead
