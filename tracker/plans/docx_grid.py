"""A Word document to its tables and the text between them, as Word shows them.

Words that tracked changes have deleted are left out. The list marks that Word only draws stand in the text:
the mark of ``printed`` for bullets, numbers with a dot. python-docx opens the package; it would look its
cells up anew for every access, so the rows are walked as XML.
"""

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from tracker.errors import InputError
from tracker.plans.archives import DAMAGE
from tracker.plans.grid import MOST_CELLS, MOST_COLUMNS, Row, Table
from tracker.plans.printed import BULLET
from tracker.plans.word_lists import WordLists

_Element = Any  # lxml comes without types
_P, _TBL, _TR, _TC, _SDT, _CONTENT = map(qn, ("w:p", "w:tbl", "w:tr", "w:tc", "w:sdt", "w:sdtContent"))
_TEXT, _TAB, _BREAKS, _HYPHEN = qn("w:t"), qn("w:tab"), {qn("w:br"), qn("w:cr")}, qn("w:noBreakHyphen")
_WRAPPERS = {_SDT, _CONTENT, qn("w:customXml"), qn("w:ins"), qn("w:smartTag"), qn("w:moveTo")}
_SKIPPED = {qn("w:pPr"), qn("w:rPr"), qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), _TBL}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_VAL = qn("w:val")


def docx_tables(content: bytes) -> list[Table]:
    """The document's tables in order, with the text around them; the archive has been checked before."""
    try:
        document = docx.Document(io.BytesIO(content))
        lists = WordLists(_numbering(document), document.styles.element)
        return _Reader(lists).tables(document.element.body)
    except DAMAGE as problem:
        raise InputError(
            "is a Word document that is damaged; open it in Word, save it and import that."
        ) from problem


def _numbering(document: Any) -> _Element | None:
    try:
        return document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except KeyError:
        return None


class _Reader:
    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._cells = 0

    def tables(self, body: _Element) -> list[Table]:
        tables: list[Table] = []
        text: list[Row] = []
        paragraphs = named = 0
        for block in _children(body, {_P, _TBL}):
            if block.tag == _P:
                paragraphs += 1
                lines = self._paragraph(block).split("\n")
                text += [Row(paragraphs, [line]) for line in lines if line.strip()]
                continue
            named += 1
            tables.append(Table("text outside the tables", text, is_text=True))
            tables.append(Table(f"table {named}", list(self._rows(block)), may_go_on=True))
            text = []
        return [*tables, Table("text outside the tables", text, is_text=True)]

    def _rows(self, table: _Element) -> Iterator[Row]:
        """The rows by grid column; a cell merged over several rows reaches down until one begins anew."""
        reaching: dict[int, str] = {}
        for number, line in enumerate(_children(table, {_TR}), start=1):
            row, place = Row(number, []), _number_in(line, "w:trPr", "w:gridBefore", default=0)
            for cell in _children(line, {_TC}):
                width = _number_in(cell, "w:tcPr", "w:gridSpan", default=1)
                if place + width > MOST_COLUMNS:
                    raise InputError(f"a table of it has more than {MOST_COLUMNS} columns.")
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                begins = merged is None or merged.get(_VAL) == "restart"
                text = self._cell(cell) if begins else reaching.get(place, "")
                _put(row, place, width, text, begins=begins)
                for at in range(place, place + width):
                    reaching[at] = text if merged is not None else ""
                place += width
            yield row

    def _cell(self, cell: _Element) -> str:
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise InputError(f"it has more than {MOST_CELLS:,} cells, which no plan has.")
        lines = []
        for block in _children(cell, {_P, _TBL}):
            if block.tag == _P:
                lines.append(self._paragraph(block))
            else:
                lines += [" ".join(filter(None, row.cells)) for row in self._rows(block)]
        return "\n".join(line for line in lines if line.strip())

    def _paragraph(self, paragraph: _Element) -> str:
        text = "".join(_words(paragraph)).strip()
        mark = self._lists.mark(paragraph) if text else ""
        if mark == BULLET:
            return f"{mark} " + text.replace("\n", "\n  ")
        return f"{mark} {text}" if mark else text


def _put(row: Row, place: int, width: int, text: str, *, begins: bool) -> None:
    row.cells += [""] * (place + width - len(row.cells))
    if begins:
        row.cells[place] = text
        row.beside.update(dict.fromkeys(range(place + 1, place + width), text))
    else:
        row.above.update(dict.fromkeys(range(place, place + width), text))


def _children(element: _Element, wanted: set[str]) -> Iterator[_Element]:
    """The blocks of a kind inside an element, also where a content control or a tracked change holds them."""
    for child in element:
        if child.tag in wanted:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, wanted)


def _words(element: _Element) -> Iterator[str]:
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield "\n"
        elif child.tag == _TAB:
            yield " "
        elif child.tag == _HYPHEN:
            yield "-"
        elif child.tag not in _SKIPPED and child.tag != _FALLBACK:
            yield from _words(child)


def _number_in(element: _Element, properties: str, name: str, *, default: int) -> int:
    found = element.find(f"{qn(properties)}/{qn(name)}")
    value = found.get(_VAL, "") if found is not None else ""
    return min(int(value), MOST_COLUMNS + 1) if value.isdecimal() else default
