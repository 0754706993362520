"""Word, Excel, CSV and HTML tables bring in the same plan as the text form does."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from tracker.domain.cadence import Cadence, Rule
from tracker.errors import UnreadableFile
from tracker.plans.model import Measure, Plan, PlanWarning
from tracker.plans.reader import read_plan

COVER = ("สำนักงานเขตสมมุติ", "แผนประจำปีงบประมาณ พ.ศ. ๒๕๗๐")
HEADING = ("ข้อ", "ประเด็นการประเมิน", "คะแนน", "จุดอ่อน", "มาตรการ", "การกำกับติดตาม", "ระยะเวลา", "ผู้รับผิดชอบ")
ROWS = (
    (
        "I1",
        "ป้าย",
        "88.50",
        "- ซีด",
        "- ทาสี\n- ขัด",
        "- รายงานทุกเดือน",
        "ต.ค. 69 - มี.ค. 70",
        "ฝ่ายโยธา (เจ้าภาพหลัก)",
    ),
    ("O24", "แผนผัง", "0", "- ไม่มี", "- ทำผัง", "- ภายในวันที่ 31 มกราคม 2570", "ตลอดปีงบประมาณ", "ฝ่ายปกครอง"),
)
FORM = ("หัวข้อการประเมิน", "การวิเคราะห์", "จุดอ่อน", "มาตรการ", "แนวทางและระยะเวลาในการกำกับติดตาม", "ผู้รับผิดชอบ")


def _xlsx(path: Path, *sheets: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    for reference in merged:
        book.worksheets[0].merge_cells(reference)
    book.save(path)
    return path


def _cover_rows() -> list[tuple[str, ...]]:
    return [(line,) for line in COVER]


def _html(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<td>{cell.replace(chr(10), '<br>')}" for cell in row) for row in rows)
    return (
        "".join(f"<p>{line}</p>" for line in COVER)
        + f"<table>{''.join(f'<tr>{row}' for row in cells)}</table>"
    )


def _summary(plan: Plan) -> list[tuple[object, ...]]:
    return [
        (
            each.code,
            each.title,
            each.score,
            each.actions,
            each.timeline,
            each.starts_on,
            each.lead,
            each.rules,
        )
        for each in plan.measures
    ]


@pytest.fixture
def expected() -> list[tuple[object, ...]]:
    monthly = Rule(Cadence.MONTHLY, phrase="ทุกเดือน")
    once = Rule(Cadence.ON, dt.date(2027, 1, 31), "ภายในวันที่ 31 มกราคม 2570")
    first = dt.date(2026, 10, 1)
    return [
        ("I1", "ป้าย", 88.5, ("ทาสี", "ขัด"), "ต.ค. 69 - มี.ค. 70", first, "ฝ่ายโยธา", (monthly,)),
        ("O24", "แผนผัง", 0.0, ("ทำผัง",), "ตลอดปีงบประมาณ", first, "ฝ่ายปกครอง", (once,)),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_csv_in_every_dress(
    tmp_path: Path, mark: str, encoding: str, expected: list[tuple[object, ...]]
) -> None:
    lines = [[line] for line in COVER] + [list(HEADING)] + [[f'"{cell}"' for cell in row] for row in ROWS]
    path = tmp_path / "plan.csv"
    path.write_bytes("\r\n".join(mark.join(line) for line in lines).encode(encoding))

    plan = read_plan(path)

    assert _summary(plan) == expected
    assert [each.source_lines for each in plan.measures] == [
        (4, 4),
        (6, 6),
    ]  # the first has a cell of two lines
    assert (plan.agency, plan.fiscal_year) == ("สำนักงานเขตสมมุติ", 2570)


def test_html_tables(tmp_path: Path, expected: list[tuple[object, ...]]) -> None:
    path = tmp_path / "plan.html"
    path.write_text(_html([HEADING, *ROWS]), encoding="utf-8")

    assert _summary(read_plan(path)) == expected


def test_html_spans_lists_and_nested_tables(tmp_path: Path) -> None:
    path = tmp_path / "plan.htm"
    path.write_text(
        f"""<h1>{COVER[0]}</h1><p>{COVER[1]}<table>
        <tr><th rowspan=2>ข้อ<th rowspan=2>ประเด็นการประเมิน<th rowspan=2>มาตรการ<th colspan=2>ผู้รับผิดชอบ
        <tr><th>หลัก<th>สนับสนุน
        <tr><td>I1<td>ป้าย &amp; ธง<td><ul><li>ทาสี - ขาว<li>ขัด</ul>
        <td rowspan=2>ฝ่ายโยธา<td>ฝ่ายทะเบียน, ฝ่ายปกครอง
        <tr><td>I2<td>ประตู<td><table><tr><td>ซ่อม<td>ประตู</table><td>-
        </table>""",
        encoding="utf-8",
    )

    first, second = read_plan(path).measures

    assert (first.title, first.actions, first.lead) == ("ป้าย & ธง", ("ทาสี - ขาว", "ขัด"), "ฝ่ายโยธา")
    assert first.supporting == ("ฝ่ายทะเบียน", "ฝ่ายปกครอง")
    assert (second.code, second.actions, second.lead) == ("I2", ("ซ่อม ประตู",), "ฝ่ายโยธา")


def test_xlsx_with_the_heading_below_and_numbers_as_codes(
    tmp_path: Path, expected: list[tuple[object, ...]]
) -> None:
    first = [1, *ROWS[0][1:2], 88.5, *ROWS[0][3:]]
    second = [24, *ROWS[1][1:2], 0, *ROWS[1][3:]]
    iit = [*_cover_rows(), (), ("แบบวัด IIT",), HEADING, ("(1)", "(2)", "(3)", "(4)", "(5)"), first]
    oit = [("แบบวัด OIT",), HEADING, second]

    plan = read_plan(_xlsx(tmp_path / "plan.xlsx", iit, oit))

    assert _summary(plan) == expected
    assert [each.source_lines for each in plan.measures] == [(7, 7), (3, 3)]


def test_xlsx_cells_merged_over_rows(tmp_path: Path) -> None:
    rows = [*_cover_rows(), HEADING, *ROWS, ("", "", "", "", "- อีกเรื่อง")]
    rows[3], rows[4] = ("I1", *ROWS[0][1:]), ("I2", *ROWS[1][1:7], "")
    path = _xlsx(tmp_path / "plan.xlsx", rows, merged=["A1:H1", "H4:H5", "A5:A6"])

    first, second = read_plan(path).measures

    assert (first.lead, second.lead) == ("ฝ่ายโยธา", "ฝ่ายโยธา")
    assert (second.actions, second.source_lines) == (("ทำผัง", "อีกเรื่อง"), (5, 6))


def test_xlsx_buddhist_years_typed_as_dates(tmp_path: Path) -> None:
    heading = (*HEADING[:6], "วันที่เริ่ม", "วันสิ้นสุด", "ผู้รับผิดชอบ")
    row = (*ROWS[0][:6], dt.date(2569, 11, 1), dt.date(2027, 3, 31), "ฝ่ายโยธา")
    path = _xlsx(tmp_path / "plan.xlsx", [*_cover_rows(), heading, row])

    plan = read_plan(path)

    assert (plan.measures[0].starts_on, plan.measures[0].ends_on) == (
        dt.date(2026, 11, 1),
        dt.date(2027, 3, 31),
    )
    said = "sheet S1, row 4: The cell G4 holds the year 2569 as a date; 2026-11-01 is taken."
    assert [each.text for each in plan.warnings if each.code == "date-era"] == [said]


def test_columns_of_their_own_are_taken_from_there(tmp_path: Path) -> None:
    heading = ("code", "title", "actions", "follow_up", "starts_on", "ends_on", "lead", "supporting", "rules")
    row = (
        "O1",
        "ผัง",
        "ทำ",
        "ทุกไตรมาส",
        "2026-11-01",
        "ธ.ค. 69",
        "ฝ่ายโยธา",
        "ทุกฝ่าย",
        "monthly; on 2027-01-31",
    )
    measure = _only(_xlsx(tmp_path / "plan.xlsx", [*_cover_rows(), heading, row]))

    assert (measure.starts_on, measure.ends_on) == (dt.date(2026, 11, 1), dt.date(2026, 12, 31))
    assert (measure.lead, measure.supporting) == ("ฝ่ายโยธา", "all")
    assert [(rule.cadence, rule.on) for rule in measure.rules] == [
        (Cadence.MONTHLY, None),
        (Cadence.ON, dt.date(2027, 1, 31)),
    ]


@pytest.mark.parametrize(
    ("column", "printed", "code"),
    [
        ("คะแนน", "120", "score-unreadable"),
        ("วันที่เริ่ม", "31 เมษายน 2570", "span-unreadable"),
        ("รอบการติดตาม", "บางครั้ง", "rule-unreadable"),
        ("แปลก", "ข้อความ", "text-not-placed"),
        ("หมายเหตุ", "ข้อความ", "column-not-kept"),
    ],
)
def test_what_cannot_be_read_is_a_warning_with_its_place(
    tmp_path: Path, column: str, printed: str, code: str
) -> None:
    heading, row = ("ข้อ", "เรื่อง", "มาตรการ", "ผู้รับผิดชอบ", column), ("O1", "ผัง", "ทำ", "ฝ่าย ก", printed)
    plan = read_plan(_xlsx(tmp_path / "plan.xlsx", [*_cover_rows(), heading, row]))

    found: list[PlanWarning] = [each for each in plan.warnings if each.code == code]
    assert len(found) == 1
    assert found[0].text.startswith("sheet S1, row ")


def test_docx_as_offices_make_it(tmp_path: Path) -> None:
    document = docx.Document()
    for line in (*COVER, "หัวข้อ : การรับรู้ (IIT)"):
        document.add_paragraph(line)
    table = document.add_table(rows=4, cols=6)
    row = (
        "I1 ป้าย\nคะแนนเฉลี่ย ๘๘.๕๐ คะแนน",
        "ดี",
        "ซีด",
        "",
        "ต.ค. 69 - มี.ค. 70\n- ทุกเดือน",
        "ฝ่ายโยธา (เจ้าภาพหลัก)",
    )
    more = ("I2 ธง\nคะแนนเฉลี่ย ๗๐ คะแนน", "ดี", "ขาด", "- เย็บ", "ต.ค. 69 - มี.ค. 70\n- ทุกเดือน", "")
    for line, texts in zip(table.rows, (FORM, row, more, FORM), strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    cell = table.cell(1, 3)
    cell.paragraphs[0].text = "เปลี่ยนป้าย"
    cell.paragraphs[0].style = document.styles["List Bullet"]
    cell.add_paragraph("เตรียมสี", style="List Bullet")
    cell.add_paragraph("สีขาว", style="List Number")
    cell.add_table(rows=1, cols=2).rows[0].cells[0].text = "สีดำ"
    table.cell(1, 5).merge(table.cell(2, 5))
    deleted = parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>ลบ</w:delText></w:r></w:del>")
    table.cell(1, 2).paragraphs[0]._p.append(deleted)
    document.add_paragraph("๑๒")
    document.add_table(rows=1, cols=6).rows[0].cells[2].text = "และสกปรก"
    path = tmp_path / "plan.docx"
    document.save(str(path))

    first, second = read_plan(path).measures

    assert (first.code, first.score, first.weaknesses) == ("I1", 88.5, ("ซีด",))
    assert first.actions == ("เปลี่ยนป้าย", "เตรียมสี 1. สีขาว สีดำ")
    assert (first.timeline, first.follow_up) == ("ต.ค. 69 - มี.ค. 70", ("ทุกเดือน",))
    assert (second.lead, second.weaknesses) == ("ฝ่ายโยธา", ("ขาดและสกปรก",))


def test_a_table_with_unknown_columns_is_read_when_they_are_named(tmp_path: Path) -> None:
    heading = ("รหัสข้อ", "เรื่อง", "สิ่งที่จะทำ", "ผู้รับผิดชอบ")
    path = _xlsx(tmp_path / "plan.xlsx", [*_cover_rows(), heading, ("O1", "ผัง", "ทำผัง", "ฝ่าย ก")])

    with pytest.raises(
        UnreadableFile, match=r"Found: รหัสข้อ \| เรื่อง \| สิ่งที่จะทำ \| ผู้รับผิดชอบ\. Missing: the measure"
    ):
        read_plan(path)
    assert read_plan(path, columns={"measure": "สิ่งที่จะทำ"}).measures[0].actions == ("ทำผัง",)


def test_a_text_with_tabs_in_another_form_is_read_too(tmp_path: Path) -> None:
    heading = "รหัสข้อ\tเรื่อง\tสิ่งที่จะทำ\tผู้รับผิดชอบ"
    path = tmp_path / "plan.txt"
    path.write_text("\n".join([*COVER, heading, "O1\tผัง\tทำผัง\tฝ่าย ก"]), encoding="utf-8")

    plan = read_plan(path, columns={"measure": "สิ่งที่จะทำ"})

    assert [(each.code, each.actions, each.lead) for each in plan.measures] == [("O1", ("ทำผัง",), "ฝ่ายก")]


def test_progress_is_told(tmp_path: Path) -> None:
    rows = [*_cover_rows(), HEADING, *((f"O{n}", *ROWS[1][1:]) for n in range(1, 301))]
    told: list[tuple[int, int]] = []

    plan = read_plan(
        _xlsx(tmp_path / "plan.xlsx", rows), progress=lambda done, total: told.append((done, total))
    )

    assert [each.code for each in plan.measures] == [f"O{n}" for n in range(1, 301)]
    assert told == [(100, 303), (200, 303), (300, 303), (303, 303)]


def _only(path: Path) -> Measure:
    (measure,) = read_plan(path).measures
    return measure
