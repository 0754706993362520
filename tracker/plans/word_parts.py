"""The parts of a Word document that plans are printed with: paragraphs, lists, and tables that cross pages.

Thai is a complex script to Word: font, size, bold and language are set a second time for it, or Word takes
its own. The elements are made directly; through python-docx a table takes time by the square of its cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Emu

from tracker.plans.printed import clean

FONT, HALF_POINTS = "TH SarabunPSK", 32
_LIST = 90
_INDENT = 227
_CELL_MARGIN = 85
_SHADE = "DDE7F0"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a cell or of the page. ``in_list`` gives it the dash of a list."""

    text: str
    bold: bool = False
    in_list: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells, each its lines; a heading is repeated on every page, and no row below begins alone."""

    cells: Sequence[Sequence[Line]]
    is_heading: bool = False
    may_split: bool = False


def new_document(*, title: str, author: str) -> WordDocument:
    """An empty landscape A4 document in Thai, with page numbers in Thai digits."""
    document = Document()
    document.core_properties.title = clean(title)[:255]
    document.core_properties.author = clean(author)[:255]
    document.core_properties.comments = ""
    document.core_properties.language = "th-TH"
    _set_up_page(document)
    _set_up_text(document)
    _add_list(document)
    return document


def add_line(document: WordDocument, line: Line, *, new_page: bool = False, space: int = 0) -> None:
    """Add a paragraph at the end; ``space`` after it is in twentieths of a point."""
    made = _paragraph(line)
    properties = made.find(qn("w:pPr"))
    if new_page:
        properties.insert(0, _element("w:pageBreakBefore"))
    properties.insert(0, _element("w:keepNext"))
    properties.append(_element("w:spacing", before="0", after=str(space)))
    _put_in_order(properties)
    _append(document, made)


def add_table(document: WordDocument, widths: Sequence[int], rows: Iterable[Row]) -> None:
    """Add a table with lines around its cells, and a small paragraph that ends it."""
    table = _element("w:tbl")
    properties = _child(table, "w:tblPr")
    _child(properties, "w:tblW", w=str(sum(widths)), type="dxa")
    borders = _child(properties, "w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _child(borders, f"w:{side}", val="single", sz="4", space="0", color="auto")
    _child(properties, "w:tblLayout", type="fixed")
    margins = _child(properties, "w:tblCellMar")
    for side in ("left", "right"):
        _child(margins, f"w:{side}", w=str(_CELL_MARGIN), type="dxa")
    grid = _child(table, "w:tblGrid")
    for width in widths:
        _child(grid, "w:gridCol", w=str(width))
    for row in rows:
        table.append(_row(row, widths))
    _append(document, table)
    _append(document, _element("w:p"))


def _row(row: Row, widths: Sequence[int]) -> Any:
    made = _element("w:tr")
    properties = _child(made, "w:trPr")
    if not row.may_split:
        _child(properties, "w:cantSplit")
    if row.is_heading:
        _child(properties, "w:tblHeader")
    for lines, width in zip(row.cells, widths, strict=True):
        cell = _child(made, "w:tc")
        about = _child(cell, "w:tcPr")
        _child(about, "w:tcW", w=str(width), type="dxa")
        if row.is_heading:
            _child(about, "w:shd", val="clear", color="auto", fill=_SHADE)
            _child(about, "w:vAlign", val="center")
        for line in lines or [Line("")]:
            cell.append(_paragraph(line))
    return made


def _paragraph(line: Line) -> Any:
    made = _element("w:p")
    properties = _child(made, "w:pPr")
    if line.in_list:
        numbering = _child(properties, "w:numPr")
        _child(numbering, "w:ilvl", val="0")
        _child(numbering, "w:numId", val=str(_LIST))
    if line.centred:
        _child(properties, "w:jc", val="center")
    if line.text:
        run = _child(made, "w:r")
        if line.bold:
            about = _child(run, "w:rPr")
            _child(about, "w:b")
            _child(about, "w:bCs")
        _fill(run, clean(line.text))
    return made


def _fill(run: Any, text: str) -> None:
    """The text into a run, its line breaks and tabs as Word has them."""
    for at, part in enumerate(text.split("\n")):
        if at:
            _child(run, "w:br")
        for tabs, piece in enumerate(part.split("\t")):
            if tabs:
                _child(run, "w:tab")
            if piece:
                held = _child(run, "w:t")
                held.text = piece
                held.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


_ORDER = ["w:keepNext", "w:pageBreakBefore", "w:numPr", "w:spacing", "w:jc"]


def _put_in_order(properties: Any) -> None:
    """Word refuses a file whose paragraph properties stand in another order."""
    order = [qn(name) for name in _ORDER]
    properties[:] = sorted(properties, key=lambda each: order.index(each.tag))


def _set_up_page(document: WordDocument) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    section.header_distance = section.footer_distance = Emu(Cm(0.8))
    properties = document.element.body.sectPr
    properties.insert_element_before(_element("w:pgNumType", fmt="thaiNumbers"), "w:cols", "w:docGrid")
    footer = section.footer.paragraphs[0]
    footer.alignment = 1
    run = _child(footer._p, "w:fldSimple", instr="PAGE")
    _fill(_child(run, "w:r"), "๑")


def _set_up_text(document: WordDocument) -> None:
    """The font of Latin letters and of Thai, the size of both, and the language, for the whole document."""
    style = document.styles["Normal"]
    about = style.element.get_or_add_rPr()
    about[:] = [
        _element("w:rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT),
        _element("w:sz", val=str(HALF_POINTS)),
        _element("w:szCs", val=str(HALF_POINTS)),
        _element("w:lang", val="en-US", eastAsia="en-US", bidi="th-TH"),
    ]
    style.paragraph_format.space_after = Emu(0)
    style.paragraph_format.line_spacing = 1.0


def _add_list(document: WordDocument) -> None:
    """One kind of list: a dash, and the text hanging beside it."""
    numbering = document.part.numbering_part.element
    kind = _element("w:abstractNum", abstractNumId=str(_LIST))
    _child(kind, "w:multiLevelType", val="hybridMultilevel")
    level = _child(kind, "w:lvl", ilvl="0")
    _child(level, "w:start", val="1")
    _child(level, "w:numFmt", val="bullet")
    _child(level, "w:lvlText", val="-")
    _child(level, "w:lvlJc", val="left")
    _child(_child(level, "w:pPr"), "w:ind", left=str(_INDENT), hanging=str(_INDENT))
    _child(_child(level, "w:rPr"), "w:rFonts", ascii=FONT, hAnsi=FONT, cs=FONT)
    numbering.insert(0, kind)
    used = _child(numbering, "w:num", numId=str(_LIST))
    _child(used, "w:abstractNumId", val=str(_LIST))


def _append(document: WordDocument, made: Any) -> None:
    document.element.body.sectPr.addprevious(made)


def _element(tag: str, **attributes: str) -> Any:
    return OxmlElement(tag, attrs={qn(f"w:{name}"): value for name, value in attributes.items()})


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    made = _element(tag, **attributes)
    parent.append(made)
    return made
