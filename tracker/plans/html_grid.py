"""An HTML page to its tables and the text between them; spans, nested tables and unclosed tags are usual."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tracker.errors import InputError
from tracker.plans.grid import MOST_CELLS, MOST_COLUMNS, Row, Table
from tracker.plans.printed import BULLET
from tracker.plans.spans import Span, spread

_BREAKING = frozenset({"p", "div", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "center"})
_SILENT = frozenset({"script", "style", "title", "head", "template"})
_MOST_SPAN = 1000


@dataclass(slots=True)
class _Open:
    """A table that is being read, and the cell in it, if one is open."""

    rows: list[list[Span]] = field(default_factory=list)
    cell: Span | None = None
    lists: list[int | None] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[_Open] = []
        self._text: list[str] = []
        self._silent = 0
        self._cells = 0
        self._named = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._begin_table()
        elif tag == "tr" and self._open:
            self._open[-1].rows.append([])
            self._open[-1].cell = None
        elif tag in ("td", "th") and self._open:
            self._begin_cell(dict(attrs))
        elif tag in ("ul", "ol") and self._open:
            self._open[-1].lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()
        elif tag in _BREAKING:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._open:
            self._end_table()
        elif tag in ("td", "th") and self._open:
            self._open[-1].cell = None
        elif tag in ("ul", "ol") and self._open and self._open[-1].lists:
            self._open[-1].lists.pop()
            self._add("\n")
        elif tag in _BREAKING:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(" ".join(data.replace("\xa0", " ").split("\n")))

    def close(self) -> None:
        """End the tables that the page leaves open."""
        super().close()
        while self._open:
            self._end_table()
        self._end_text()

    def _add(self, text: str) -> None:
        if not self._open:
            self._text.append(text)
        elif self._open[-1].cell is not None:
            self._open[-1].cell.text += text

    def _begin_table(self) -> None:
        if not self._open:
            self._end_text()
        self._open.append(_Open())

    def _begin_cell(self, attrs: dict[str, str | None]) -> None:
        table = self._open[-1]
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise InputError(f"it has more than {MOST_CELLS:,} cells, which no plan has.")
        if not table.rows:
            table.rows.append([])
        table.cell = Span("", down=_span(attrs.get("rowspan")), across=_span(attrs.get("colspan")))
        table.lists = []
        table.rows[-1].append(table.cell)

    def _begin_item(self) -> None:
        lists = self._open[-1].lists if self._open else []
        if lists and lists[-1] is not None:
            lists[-1] += 1
            self._add(f"\n{lists[-1]}. ")
        else:
            self._add(f"\n{BULLET} ")

    def _end_table(self) -> None:
        """Close the innermost table; one inside a cell is a part of that cell's text."""
        table = self._open.pop()
        if self._open:
            for row in table.rows:
                self._add("\n" + " ".join(_clean(cell.text) for cell in row))
            return
        self._named += 1
        self.tables.append(Table(f"table {self._named}", spread(_cleaned(table.rows)), may_go_on=True))

    def _end_text(self) -> None:
        lines = [line.strip() for line in "".join(self._text).split("\n") if line.strip()]
        self._text = []
        rows = [Row(number, [line]) for number, line in enumerate(lines, start=1)]
        self.tables.append(Table("text between the tables", rows, is_text=True))


def html_tables(text: str) -> list[Table]:
    """The page's tables in order, with the text around them."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.tables


def _span(value: str | None) -> int:
    return (
        min(max(int(value), 1), _MOST_SPAN) if value and value.strip().isascii() and value.isdecimal() else 1
    )


def _cleaned(rows: list[list[Span]]) -> list[list[Span]]:
    for row in rows:
        if sum(cell.across for cell in row) > MOST_COLUMNS and len(row) > MOST_COLUMNS:
            raise InputError(f"a row of it has {len(row):,} cells, which no plan table has.")
        for cell in row:
            cell.text = _clean(cell.text)
    return rows


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line and line != BULLET)
