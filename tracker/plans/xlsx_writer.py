"""A plan as an Excel workbook that people like to edit, and that comes back as the same plan.

The first sheet holds the measures, the second the plan's facts, a hidden third the choices of the drop-downs.
Texts are written as texts whatever they begin with: nothing in the workbook is a formula.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tracker.errors import InputError
from tracker.plans.model import Instrument, Measure, Plan
from tracker.plans.printed import (
    CADENCE_WORDS,
    HEADINGS,
    NO_RULE,
    Value,
    clean,
    columns,
    is_run_by_sheets,
    print_bullets,
    print_rules,
    print_supporting,
)
from tracker.plans.printed_facts import (
    absent_table,
    doubts_table,
    facts_table,
    indicators_table,
)

MEASURES_SHEET, FACTS_SHEET, CHOICES_SHEET = "แผน", "ข้อมูลแผน", "ตัวเลือก"
BUDDHIST_DATE = "[$-107041E]d mmm yyyy"
MOST_CHARACTERS = 32_767
"""What a cell can hold."""

_FONT, _POINTS = "TH SarabunPSK", 16
_A3, _A4 = 8, 9
_LINE_POINTS, _TALLEST_POINTS = 22, 400
_CHARACTERS_PER_WIDTH = 0.95
"""How many characters of the font a column shows for each unit of its width, broken between words."""

_ROWS_TO_ADD = 200
"""So many empty rows below the plan have the drop-downs too."""

_WIDTHS = {
    **{"code": 7, "title": 36, "instrument": 10, "indicator": 13, "score": 13, "score_table_score": 15},
    **{"analysis": 42, "weaknesses": 42, "actions": 46, "follow_up": 46, "timeline": 25},
    **{"starts_on": 14, "ends_on": 14, "lead": 26, "supporting": 26, "rules": 26},
}
_CENTRED = {"code", "instrument", "indicator", "score", "score_table_score", "starts_on", "ends_on"}
_FACTS_WIDTHS = (30, 64, 18, 14)
_LINE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def xlsx_plan(plan: Plan, divisions: Sequence[str] = ()) -> bytes:
    """The bytes of the workbook; InputError names a measure with a text that no cell can hold."""
    book = Workbook()
    styles = _Styles.added_to(book)
    sheet: Worksheet = book.active  # type: ignore[assignment]  # a new workbook has one sheet
    sheet.title = MEASURES_SHEET
    _write_measures(sheet, plan, styles)
    _write_facts(book.create_sheet(FACTS_SHEET), plan, styles)
    _write_choices(book.create_sheet(CHOICES_SHEET), sheet, plan, divisions)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Styles:
    """The names of the workbook's styles."""

    heading: str
    text: str
    centred: str

    @classmethod
    def added_to(cls, book: Workbook) -> "_Styles":
        font = Font(name=_FONT, size=_POINTS)
        bold = Font(name=_FONT, size=_POINTS, bold=True)
        for name, used, across, fill in (
            ("plan_heading", bold, "center", PatternFill("solid", fgColor="DDE7F0")),
            ("plan_text", font, "left", PatternFill()),
            ("plan_centred", font, "center", PatternFill()),
        ):
            down = "center" if used is bold else "top"
            style = NamedStyle(name, font=used, fill=fill, border=_BORDER)
            style.alignment = Alignment(horizontal=across, vertical=down, wrap_text=True)
            book.add_named_style(style)
        return cls("plan_heading", "plan_text", "plan_centred")


def _write_measures(sheet: Worksheet, plan: Plan, styles: _Styles) -> None:
    for column, (name, heading) in enumerate(HEADINGS.items(), start=1):
        _write(sheet.cell(1, column), heading, styles.heading)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[name]
    for row, measure in enumerate(plan.measures, start=2):
        for column, (name, value) in enumerate(_values(measure).items(), start=1):
            style = styles.centred if name in _CENTRED else styles.text
            try:
                _write(sheet.cell(row, column), value, style)
            except InputError as problem:
                raise InputError(f"{measure.code}, {HEADINGS[name]}: {problem}") from problem
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    _fit_rows(sheet)
    _set_up_page(sheet, "landscape", _A3)


def _values(measure: Measure) -> dict[str, Value]:
    """The values of a row, in the order of ``HEADINGS``."""
    printed: dict[str, Value] = {
        "instrument": measure.instrument.value,
        "analysis": print_bullets(measure.analysis),
        "weaknesses": print_bullets(measure.weaknesses),
        "actions": print_bullets(measure.actions),
        "follow_up": print_bullets(measure.follow_up),
        "supporting": print_supporting(measure.supporting),
        "rules": print_rules(measure.rules),
    }
    return {name: printed[name] if name in printed else getattr(measure, name) for name in HEADINGS}


def _write_facts(sheet: Worksheet, plan: Plan, styles: _Styles) -> None:
    row = 1
    for headings, rows in (facts_table(plan), indicators_table(plan), absent_table(plan), doubts_table(plan)):
        for values, style in ((headings, styles.heading), *((each, styles.text) for each in rows)):
            for column, value in enumerate(values, start=1):
                _write(sheet.cell(row, column), value, style)
            row += 1
        row += 1
    for column, width in enumerate(_FACTS_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _fit_rows(sheet)
    _set_up_page(sheet, "portrait", _A4)


class _FittedRow(RowDimension):
    """A row whose height is a first guess: it grows and shrinks with the text that people put in."""

    @property
    def customHeight(self) -> bool:  # noqa: N802  openpyxl's name
        return False


def _fit_rows(sheet: Worksheet) -> None:
    """Give each row the height its longest text needs; not every program does that when it opens a file."""
    widths = [sheet.column_dimensions[get_column_letter(at)].width for at in range(1, sheet.max_column + 1)]
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        lines = max(_lines(value, width) for value, width in zip(row, widths, strict=True))
        height = min(lines * _LINE_POINTS, _TALLEST_POINTS)
        sheet.row_dimensions[number] = _FittedRow(sheet, index=number, ht=height)


def _lines(value: object, width: float) -> int:
    if not isinstance(value, str):
        return 1
    return sum(max(1, ceil(columns(line) / (width * _CHARACTERS_PER_WIDTH))) for line in value.split("\n"))


def _write(cell: Cell | MergedCell, value: Value, style: str) -> None:
    """Put a value into a cell; a text is stored as one even where it looks like a formula or an error."""
    cell.style = style
    if isinstance(value, str):
        text = clean(value)
        if len(text) > MOST_CHARACTERS:
            raise InputError(
                f"a cell of a spreadsheet holds {MOST_CHARACTERS:,} characters, this text has {len(text):,}; "
                "export the plan as csv, docx or json."
            )
        cell.value = text or None
        if text:
            cell.data_type = "s"
        cell.quotePrefix = is_run_by_sheets(text)
    elif value is not None:
        cell.value = value
        cell.number_format = _number_format(value)


def _number_format(value: int | float | dt.date) -> str:
    if isinstance(value, dt.date):
        return BUDDHIST_DATE
    return "0.00" if isinstance(value, float) and round(value, 2) == value else "General"


def _write_choices(sheet: Worksheet, measures: Worksheet, plan: Plan, divisions: Sequence[str]) -> None:
    """The choices of the drop-downs; a cell may hold something else too, after a question."""
    named = [measure.lead for measure in plan.measures if measure.lead]
    named += [name for measure in plan.measures if measure.supporting != "all" for name in measure.supporting]
    choices = {
        "lead": list(dict.fromkeys(map(clean, (*divisions, *named)))),
        "rules": [*CADENCE_WORDS.values(), NO_RULE],
        "instrument": [each.value for each in Instrument],
    }
    last = measures.max_row + _ROWS_TO_ADD
    for column, (name, values) in enumerate(choices.items(), start=1):
        for row, value in enumerate([HEADINGS[name], *values], start=1):
            _write(sheet.cell(row, column), value, "plan_text")
        letter = get_column_letter(column)
        _offer(measures, name, f"'{CHOICES_SHEET}'!${letter}$2:${letter}${max(len(values), 1) + 1}", last)
    sheet.sheet_state = "hidden"


def _offer(sheet: Worksheet, name: str, choices: str, last_row: int) -> None:
    offer = DataValidation(
        "list", formula1=choices, allow_blank=True, errorStyle="warning", showErrorMessage=True
    )
    offer.errorTitle = HEADINGS[name]
    offer.error = "ไม่อยู่ในรายการ ใช้ค่านี้หรือไม่"
    letter = get_column_letter(list(HEADINGS).index(name) + 1)
    offer.add(f"{letter}2:{letter}{last_row}")
    sheet.add_data_validation(offer)


def _set_up_page(sheet: Worksheet, orientation: Literal["portrait", "landscape"], paper: int) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.oddFooter.center.text = "&P / &N"  # type: ignore[union-attr]  # every sheet has a footer
