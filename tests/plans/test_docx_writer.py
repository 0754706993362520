import datetime as dt
import io
from dataclasses import replace
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from tests import factories
from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.plans.docx_writer import docx_plan
from tracker.plans.model import AbsentItem, Indicator, Instrument, Plan
from tracker.thai.digits import Digits

JANUARY_ENDS = dt.date(2022, 1, 31)
TIMELINE = "ตลอดปีงบประมาณ (ต.ค. ๖๔ - ก.ย. ๖๕)"
HEADINGS = [
    "หัวข้อการประเมิน",
    "ประเด็นการวิเคราะห์",
    "ข้อบกพร่อง/จุดอ่อน",
    "มาตรการ/แนวทางการปฏิบัติ ในปีงบประมาณ พ.ศ. ๒๕๖๕",
    "แนวทางและระยะเวลาในการกำกับติดตาม",
    "ผู้รับผิดชอบ",
]


def _document(plan: Plan) -> Any:
    return Document(io.BytesIO(docx_plan(plan)))


def _cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def _plan() -> Plan:
    first = replace(
        factories.measure("I1", title="ตอบจดหมาย", lead="ฝ่ายหนึ่ง", supporting="all"),
        indicator=1,
        score=90.01,
        score_table_score=90.1,
        analysis=("ช้า",),
        actions=("จัดทำสมุดคุม", "ตรวจนับ 2 ครั้ง"),
        follow_up=("ดูสมุดทุกเดือน",),
        timeline=TIMELINE,
        rules=(Rule(Cadence.MONTHLY, phrase="ทุกเดือน"),),
    )
    second = replace(first, code="I2", title="เก็บกุญแจ", supporting=("ฝ่ายสอง", "ฝ่ายสาม"), score=None)
    third = replace(
        first,
        code="O24",
        instrument=Instrument.OIT,
        indicator=None,
        score=100.0,
        supporting=(),
        rules=(Rule(Cadence.ON, JANUARY_ENDS, origin=RuleOrigin.USER),),
    )
    return replace(
        factories.plan(first, second, third),
        indicators=(Indicator(1, "งานสารบรรณ", Instrument.IIT, 85.5),),
        absent=(AbsentItem("I4", "รดน้ำต้นไม้", 99.0),),
    )


def test_each_survey_has_its_section_and_table() -> None:
    document = _document(_plan())

    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts == [
        "มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน",
        "สำนักงานเขตสมมุติ",
        "ประจำปีงบประมาณ พ.ศ. ๒๕๖๕",
        "จากผลการประเมินคุณธรรมและความโปร่งใส (ITA) ประจำปีงบประมาณ พ.ศ. ๒๕๖๔",
        "หัวข้อ : การรับรู้ของผู้มีส่วนได้ส่วนเสียภายใน (Internal Integrity and Transparency Assessment : IIT)",
        "หัวข้อ : การเปิดเผยข้อมูลสาธารณะ (Open Data Integrity and Transparency Assessment : OIT)",
        "ภาคผนวก: ข้อมูลของแผน",
        "ภาคผนวก: รอบการติดตาม",
        "ภาคผนวก: ตัวชี้วัดและคะแนนเฉลี่ย",
        "ภาคผนวก: ข้อที่ไม่มีมาตรการ",
    ]
    assert _cells(document.tables[0]) == [
        HEADINGS,
        [
            "ตัวชี้วัดที่ ๑ งานสารบรรณ\nคะแนนเฉลี่ย ๘๕.๕๐\u00a0คะแนน\nI๑ ตอบจดหมาย\nคะแนนเฉลี่ย ๙๐.๐๑\u00a0คะแนน",
            "ช้า",
            "",
            "จัดทำสมุดคุม\nตรวจนับ 2 ครั้ง",
            f"{TIMELINE}\nดูสมุดทุกเดือน",
            "ฝ่ายหนึ่ง (เจ้าภาพหลัก)\nทุกส่วนราชการในสังกัดสำนักงานเขตสมมุติ (สนับสนุน)",
        ],
        [
            "I๒ เก็บกุญแจ",
            "ช้า",
            "",
            "จัดทำสมุดคุม\nตรวจนับ 2 ครั้ง",
            f"{TIMELINE}\nดูสมุดทุกเดือน",
            "ฝ่ายหนึ่ง (เจ้าภาพหลัก)\nฝ่ายสอง (สนับสนุน)\nฝ่ายสาม (สนับสนุน)",
        ],
    ]
    assert _cells(document.tables[1])[1][0] == "O๒๔ ตอบจดหมาย\n๑๐๐.๐๐\u00a0คะแนน"


def test_the_annex_holds_what_the_form_does_not_show() -> None:
    annex = [_cells(table) for table in _document(_plan()).tables[2:]]

    assert annex == [
        [
            ["ข้อมูลของแผน", "ค่า"],
            ["หน่วยงาน", "สำนักงานเขตสมมุติ"],
            ["ปีงบประมาณของแผน (พ.ศ.)", "๒๕๖๕"],
            ["ปีงบประมาณที่ประเมิน (พ.ศ.)", "๒๕๖๔"],
            ["วันแรกของแผน", "๑ ต.ค. ๒๕๖๔"],
            ["วันสุดท้ายของแผน", "๓๐ ก.ย. ๒๕๖๕"],
        ],
        [
            ["รหัส", "แบบวัด", "ตัวชี้วัดที่", "คะแนนในตารางคะแนน", "รอบการติดตาม"],
            ["I๑", "IIT", "๑", "๙๐.๑๐", "ทุกเดือน"],
            ["I๒", "IIT", "๑", "๙๐.๑๐", "ทุกเดือน"],
            ["O๒๔", "OIT", "", "๙๐.๑๐", "ภายใน ๓๑ ม.ค. ๒๕๖๕ (กำหนดเอง)"],
        ],
        [["ตัวชี้วัดที่", "ชื่อตัวชี้วัด", "แบบวัด", "คะแนนเฉลี่ย"], ["๑", "งานสารบรรณ", "IIT", "๘๕.๕๐"]],
        [["ข้อที่ไม่มีมาตรการ", "ประเด็นการประเมิน", "คะแนนที่ได้"], ["I๔", "รดน้ำต้นไม้", "๙๙.๐๐"]],
    ]


def test_a_span_that_the_words_do_not_say_stands_in_the_annex() -> None:
    half = replace(factories.measure(ends_on=dt.date(2022, 3, 31)), timeline="หกเดือนแรก")

    annex = _cells(_document(factories.plan(half)).tables[2])

    assert annex == [
        ["รหัส", "แบบวัด", "ระยะเวลาดำเนินการ", "วันเริ่มต้น", "วันสิ้นสุด", "รอบการติดตาม"],
        ["O๑", "OIT", "หกเดือนแรก", "๑ ต.ค. ๒๕๖๔", "๓๑ มี.ค. ๒๕๖๕", "ทุกไตรมาส (ตามเอกสาร)"],
    ]


def test_pages_are_landscape_and_headings_are_repeated_on_each() -> None:
    document = _document(_plan())
    section = document.sections[0]

    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    for table in document.tables:
        repeated = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        assert repeated == [True] + [False] * (len(table.rows) - 1)


def test_rows_are_kept_whole_unless_they_are_long_or_first() -> None:
    short = replace(factories.measure(), actions=("สั้น",))
    long = replace(short, code="O3", actions=("ยาว " * 200,))

    table = _document(factories.plan(short, replace(short, code="O2"), long)).tables[0]

    whole = [row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in table.rows]
    assert whole == [True, False, True, False]


def test_font_size_bold_and_language_are_set_for_thai_too() -> None:
    document = _document(_plan())

    about = document.styles["Normal"].element.rPr
    fonts, size = about.find(qn("w:rFonts")), about.find(qn("w:szCs"))
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "cs")} == {"TH SarabunPSK"}
    assert (size.get(qn("w:val")), about.find(qn("w:lang")).get(qn("w:bidi"))) == ("32", "th-TH")
    bold = list(document.element.iter(qn("w:b")))
    assert bold
    assert all(each.getparent().find(qn("w:bCs")) is not None for each in bold)


def test_bullets_are_a_list_and_the_timeline_is_not() -> None:
    paragraphs = _document(_plan()).tables[0].rows[1].cells[4].paragraphs

    listed = [each._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None for each in paragraphs]
    assert listed == [False, True]


def test_arabic_digits_can_be_asked_for() -> None:
    document = Document(io.BytesIO(docx_plan(_plan(), Digits.ARABIC)))

    assert document.tables[0].rows[2].cells[0].text == "I2 เก็บกุญแจ"
    assert document.tables[0].rows[0].cells[3].text.endswith("พ.ศ. 2565")


def test_lines_tabs_and_forbidden_characters_in_a_text() -> None:
    measure = replace(factories.measure(), actions=("ก\x00\nข\tค\ud800\uffff <&>",))

    cell = _document(factories.plan(measure)).tables[0].rows[1].cells[3]

    assert cell.text == "ก\nข\tค <&>"


def test_the_file_names_its_title_and_agency() -> None:
    properties = _document(_plan()).core_properties

    assert properties.title == "มาตรการส่งเสริมคุณธรรมและความโปร่งใสภายในหน่วยงาน ประจำปีงบประมาณ พ.ศ. 2565"
    assert (properties.author, properties.comments, properties.language) == (factories.AGENCY, "", "th-TH")


def test_a_heading_that_would_hide_the_item_is_written_so_that_it_does_not() -> None:
    plan = replace(_plan(), indicators=(Indicator(1, "ชื่อ - สกุล", Instrument.IIT, None),))

    cell = _document(plan).tables[0].rows[1].cells[0].text

    assert cell == "ตัวชี้วัดที่ ๑ ชื่อ-สกุล\nI๑ ตอบจดหมาย\nคะแนนเฉลี่ย ๙๐.๐๑\u00a0คะแนน"


def test_a_title_that_looks_like_a_score_stands_in_the_annex_too() -> None:
    measure = replace(factories.measure("I1", title="ได้คะแนน 80 คะแนน"), score=None)

    annex = _cells(_document(factories.plan(measure)).tables[2])

    assert annex[0] == ["รหัส", "แบบวัด", "ประเด็นการประเมิน", "รอบการติดตาม"]
    assert annex[1][2] == "ได้คะแนน 80 คะแนน"
