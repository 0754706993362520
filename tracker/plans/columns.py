"""What the columns of a plan table hold, known by their headings.

One recogniser serves text, Word, Excel, CSV and HTML. A heading is known by its meaning: in the spellings
listed here, as a part of a longer heading, or misspelt; a person can name it with ``--column``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from tracker.errors import InputError, UnknownName
from tracker.plans.cells import cell_text, flowing
from tracker.plans.likeness import Shape, shape_of, shared
from tracker.thai.digits import to_arabic
from tracker.thai.text import fit, folded_key


class Meaning(StrEnum):
    """What a column holds; the values are the names for ``--column`` and, in English, the headings."""

    CODE = "code"
    TITLE = "title"
    ITEM = "item"  # code, title and score in one cell, as in the published form
    INSTRUMENT = "instrument"
    INDICATOR = "indicator"
    SCORE = "score"
    SCORE_TABLE_SCORE = "score_table_score"
    ANALYSIS = "analysis"
    WEAKNESSES = "weaknesses"
    ACTIONS = "actions"
    FOLLOW_UP = "follow_up"
    TIMELINE = "timeline"
    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    LEAD = "lead"
    SUPPORTING = "supporting"
    RESPONSIBLE = "responsible"  # lead and supporting in one cell
    RULES = "rules"
    IGNORED = "ignored"


SPELLINGS: dict[Meaning, tuple[str, ...]] = {
    Meaning.CODE: (
        *("รหัสข้อ", "รหัสการประเมิน", "รหัส", "ข้อที่", "ข้อ", "เลขข้อ", "หมายเลขข้อ", "item code", "item no"),
        *("รหัสตัวชี้วัด", "รหัสมาตรการ", "รหัสประเด็น"),
    ),
    Meaning.TITLE: (
        *("ประเด็นการประเมิน", "ประเด็นประเมิน", "ประเด็นคำถาม", "ข้อคำถาม", "คำถาม", "ชื่อข้อ", "ชื่อประเด็น"),
        *("รายละเอียดข้อ", "รายการประเมิน", "เรื่อง", "หัวเรื่อง", "ชื่อเรื่อง", "ชื่อหัวข้อ", "item title"),
    ),
    Meaning.ITEM: (
        *("หัวข้อการประเมิน", "หัวข้อประเมิน", "ข้อ/ตัวชี้วัด", "ข้อ/ตัวชี้วัด(คะแนน)", "ตัวชี้วัด/ข้อ", "หัวข้อ"),
        *("ข้อ/ตัวชี้วัด/คะแนน", "ตัวชี้วัด/ประเด็นการประเมิน", "ตัวชี้วัด/ข้อคำถาม", "ข้อคำถาม/คะแนน"),
        *("ตัวชี้วัด(คะแนน)", "ตัวชี้วัดและคะแนน", "หัวข้อการประเมิน(คะแนน)", "รายการ", "assessment item"),
    ),
    Meaning.INSTRUMENT: ("แบบวัด", "แบบวัดการรับรู้", "เครื่องมือ", "เครื่องมือการประเมิน", "ส่วนที่ประเมิน"),
    Meaning.INDICATOR: ("ตัวชี้วัด", "ตัวชี้วัดที่", "ตัวชี้วัดการประเมิน", "ตัวขี้วัด", "ตัวชีวัด"),
    Meaning.SCORE: (
        *("คะแนน", "คะแนนที่ได้", "คะแนนที่ได้รับ", "คะแนนเฉลี่ย", "ค่าคะแนน", "ผลคะแนน", "คะเเนน", "คะแนนประเมิน"),
        *("คะแนนผลการประเมิน", "ผลการประเมิน", "คะแนนข้อ"),
    ),
    Meaning.SCORE_TABLE_SCORE: (
        *("คะแนนในตารางคะแนน", "คะแนนตามตาราง", "คะแนนในตาราง", "คะแนนจากตารางคะแนน", "คะแนนตารางสรุป"),
    ),
    Meaning.ANALYSIS: (
        *("การวิเคราะห์", "ประเด็นการวิเคราะห์", "ผลการวิเคราะห์", "การวิเคราะห์การดำเนินงาน", "วิเคราะห์"),
        *("การวิเคราะห์ผลการประเมิน", "การวิเคราะห์ข้อมูล", "ประเด็นวิเคราะห์", "การวิเคาระห์", "การวิเคราะ"),
    ),
    Meaning.WEAKNESSES: (
        *("ข้อบกพร่อง", "จุดอ่อน", "ประเด็นที่ต้องพัฒนา", "ประเด็นที่จะต้องพัฒนา", "ประเด็นที่ควรพัฒนา", "ปัญหา"),
        *("ข้อบกพร่อง/จุดอ่อน", "จุดเด่นข้อบกพร่องหรือจุดอ่อนที่จะต้องแก้ไข", "สิ่งที่ต้องปรับปรุง", "จุดที่ต้องพัฒนา"),
        *("ข้อบกพร่องหรือจุดอ่อน", "ข้อที่ควรปรับปรุง", "ประเด็นที่ต้องปรับปรุง", "ข้อบกพร่องที่ต้องแก้ไข", "ข้อบกพรอง"),
    ),
    Meaning.ACTIONS: (
        *("มาตรการ", "กิจกรรม", "แนวทางการปฏิบัติ", "แนวทางปฏิบัติ", "แนวทางการพัฒนา", "แนวทางการปรับปรุง"),
        *("มาตรการ/กิจกรรม", "มาตรการ/แนวทางการปฏิบัติ", "มาตรการ/กิจกรรมในการพัฒนาและปรับปรุง", "มาตรการ/แนวทาง"),
        *("แนวทางแก้ไข", "แนวทางการแก้ไข", "วิธีดำเนินการ", "แนวทางการดำเนินงาน", "ขั้นตอนการปฏิบัติ", "วิธีการดำเนินการ"),
        *("การดำเนินการ", "มาตราการ", "มาตรกา", "มาตการ", "measure", "measures", "action"),
    ),
    Meaning.FOLLOW_UP: (
        *("กำกับติดตาม", "การติดตาม", "การกำกับติดตาม", "แนวทางการติดตาม", "วิธีการติดตาม", "ติดตามผล", "การรายงานผล"),
        *("แนวทางและระยะเวลาในการกำกับติดตาม", "แนวทางการกำกับติดตาม", "การติดตามและรายงานผล", "กำกับและติดตาม"),
        *("การกำกับดูแล", "การติดตามประเมินผล", "แนวทางในการกำกับติดตาม", "กากับติดตาม", "follow up", "follow-up"),
    ),
    Meaning.TIMELINE: (
        *("ระยะเวลา", "ระยะเวลาดำเนินการ", "ระยะเวลาการดำเนินการ", "ระยะเวลาในการดำเนินการ", "ช่วงเวลา"),
        *("กำหนดเวลา", "ห้วงเวลา", "กรอบระยะเวลา", "ระยะเวลาดำเนินงาน", "ระยเวลา", "วันที่เริ่มต้น-สิ้นสุด", "period"),
    ),
    Meaning.STARTS_ON: (
        *("วันเริ่มต้น", "วันที่เริ่ม", "เริ่มต้น", "วันเริ่ม", "วันที่เริ่มต้น", "เริ่มดำเนินการ", "ตั้งแต่วันที่", "เริ่ม"),
        *("วันที่เริ่มดำเนินการ", "start", "start date", "starts", "begin", "from"),
    ),
    Meaning.ENDS_ON: (
        *("วันสิ้นสุด", "วันที่สิ้นสุด", "สิ้นสุด", "วันครบกำหนด", "กำหนดแล้วเสร็จ", "แล้วเสร็จ", "ถึงวันที่", "กำหนดส่ง"),
        *("วันที่แล้วเสร็จ", "ภายในวันที่", "end", "end date", "ends", "deadline", "until"),
    ),
    Meaning.LEAD: (
        *("เจ้าภาพหลัก", "หน่วยงานหลัก", "ผู้รับผิดชอบหลัก", "ฝ่ายเจ้าภาพหลัก", "หน่วยงานเจ้าภาพหลัก", "ส่วนราชการหลัก"),
        *("หน่วยงานรับผิดชอบหลัก", "ผู้รับผิดชอบ(เจ้าภาพหลัก)", "ผู้รับผิดชอบ(หลัก)", "ฝ่ายหลัก", "หลัก"),
        *("หน่วยงานที่รับผิดชอบหลัก", "lead division", "owner"),
    ),
    Meaning.SUPPORTING: (
        *("สนับสนุน", "หน่วยงานสนับสนุน", "ผู้สนับสนุน", "ฝ่ายสนับสนุน", "หน่วยงานร่วม", "เจ้าภาพร่วม", "ผู้รับผิดชอบร่วม"),
        *("ส่วนราชการสนับสนุน", "ผู้รับผิดชอบ(สนับสนุน)", "ผู้รับผิดชอบ(ร่วม)", "หน่วยงานที่เกี่ยวข้อง", "ร่วม"),
        *("ผู้เกี่ยวข้อง", "หน่วยงานรอง", "ผู้รับผิดชอบรอง", "supporting divisions", "support"),
    ),
    Meaning.RESPONSIBLE: (
        *("ผู้รับผิดชอบ", "หน่วยงานที่รับผิดชอบ", "หน่วยงานรับผิดชอบ", "ส่วนราชการที่รับผิดชอบ", "เจ้าภาพ", "ฝ่ายที่รับผิดชอบ"),
        *("ฝ่ายรับผิดชอบ", "ส่วนราชการรับผิดชอบ", "ผู้ดำเนินการ", "ผุ้รับผิดชอบ", "ผู้รับผิดขอบ", "ผู้รบผิดชอบ"),
    ),
    Meaning.RULES: (
        *("รอบการติดตาม", "รอบติดตาม", "รอบการรายงาน", "รอบรายงาน", "ความถี่", "ความถี่ในการติดตาม"),
        *("รอบการกำกับติดตาม", "ความถี่การรายงาน", "รอบการติดตามผล", "cadence", "frequency"),
    ),
    Meaning.IGNORED: (
        *("ลำดับ", "ลำดับที่", "ที่", "no", "no.", "#", "งบประมาณ", "งบประมาณ(บาท)", "ผลการใช้จ่าย", "หมายเหตุ"),
        *(
            "หน่วยนับ",
            "เป้าหมาย",
            "ผลการดำเนินการ",
            "ผลการดำเนินงาน",
            "สถานะ",
            "ร้อยละ",
            "ร้อยละความก้าวหน้า",
            "หลักฐาน",
        ),
        *("ปัญหา/อุปสรรค", "ปัญหาอุปสรรค", "ข้อเสนอแนะ", "เอกสารอ้างอิง", "source_lines", "note", "budget"),
    ),
}
"""How offices head their columns; the English name of each meaning is a spelling too."""

ALIASES = {"measure": Meaning.ACTIONS, "owner": Meaning.LEAD, "cadence": Meaning.RULES}
"""Further names for ``--column``."""

JOINED = frozenset(
    {Meaning.ANALYSIS, Meaning.WEAKNESSES, Meaning.ACTIONS, Meaning.FOLLOW_UP, Meaning.IGNORED}
)
"""What may stand in several columns; of everything else the likeliest column is taken."""

LEAD_MARK, SUPPORTING_MARK = "เจ้าภาพหลัก", "สนับสนุน"
"""The marks of role that a heading gives to the names below it."""

FORM_HEADING = "หัวข้อการประเมิน\tการวิเคราะห์\tข้อบกพร่อง\tมาตรการ\tการกำกับติดตาม\tระยะเวลา\tผู้รับผิดชอบ"
"""The heading under which a table goes through the readers of the text form."""

_FIRST_OF_A_ROW = frozenset({Meaning.ITEM, Meaning.CODE, Meaning.TITLE})
_CONTAINED_FIRST = (
    *(Meaning.LEAD, Meaning.SUPPORTING, Meaning.RESPONSIBLE, Meaning.FOLLOW_UP, Meaning.STARTS_ON),
    *(Meaning.ENDS_ON, Meaning.TIMELINE, Meaning.ACTIONS, Meaning.WEAKNESSES, Meaning.ANALYSIS, Meaning.ITEM),
    *(Meaning.SCORE_TABLE_SCORE, Meaning.CODE, Meaning.TITLE, Meaning.INDICATOR, Meaning.INSTRUMENT),
    *(Meaning.SCORE, Meaning.RULES, Meaning.IGNORED),
)
"""Which meaning wins in a heading that names several: a follow-up is about guidelines and times too."""
_TOGETHER = (
    ({Meaning.LEAD, Meaning.SUPPORTING}, Meaning.RESPONSIBLE),
    ({Meaning.STARTS_ON, Meaning.ENDS_ON}, Meaning.TIMELINE),
    ({Meaning.SCORE, Meaning.INDICATOR}, Meaning.ITEM),
    ({Meaning.SCORE, Meaning.TITLE}, Meaning.ITEM),
    ({Meaning.INDICATOR, Meaning.TITLE}, Meaning.ITEM),
)
_NAMED, _EXACT, _CONTAINED = 3.0, 2.0, 1.0
_ALIKE = 0.62
_SHORTEST_PART = 5
_LONGEST_HEADING, _LONGEST_CELL = 120, 400
_LONGEST_MISSPELT = 60
_FEWEST_COLUMNS = 3
_MOST_SHOWN = 12
_BRACKETED_NUMBER = r"[(\[]\s*\d{1,2}\s*[)\]]"
_MARK = re.compile(rf"^\s*\d{{1,2}}\s*[.)]\s*|\s*{_BRACKETED_NUMBER}\s*|[*†]+\s*$")
_YEAR = re.compile(r"(?:ใน|ประจำ)?ปี\s*(?:งบประมาณ)?\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*\d{4}")


def recognise(header_cells: Sequence[str], names: Mapping[str, str] | None = None) -> dict[int, Meaning]:
    """What the columns under these headings hold, by their places; an unknown heading has no entry.

    ``names`` maps names of meanings to headings as printed and goes before everything else.
    """
    given = meanings_named(names or {})
    keys = [heading_key(cell) for cell in header_cells]
    found: dict[int, tuple[Meaning, float]] = {}
    for place, key in enumerate(keys):
        if (
            named := given
            and key
            and (given.get(folded_key(cell_text(header_cells[place]))) or given.get(key))
        ):
            found[place] = named, _NAMED
        elif key and len(key) <= _LONGEST_HEADING and (best := _closest(key)):
            found[place] = best
    return _settled(found)


def is_plan_heading(columns: Mapping[int, Meaning]) -> bool:
    """Whether recognised columns make a plan table: an item, its measure, and something more."""
    held = set(columns.values()) - {Meaning.IGNORED}
    return bool(held & _FIRST_OF_A_ROW) and Meaning.ACTIONS in held and len(held) >= _FEWEST_COLUMNS


def meanings_named(names: Mapping[str, str]) -> dict[str, Meaning]:
    """The folded headings that a person named, each with its meaning; UnknownName for a wrong name."""
    named: dict[str, Meaning] = {}
    for name, heading in names.items():
        key = name.strip().casefold().replace("-", "_")
        if key not in {*Meaning, *ALIASES}:
            raise UnknownName("column", name, [*Meaning, *ALIASES])
        if not folded_key(heading):
            raise InputError(f"--column {name}= needs the heading as printed in the document.")
        named[folded_key(heading)] = ALIASES[key] if key in ALIASES else Meaning(key)
    return named


def refusal(header_cells: Iterable[str], columns: Mapping[int, Meaning]) -> str:
    """The sentence that tells why a table cannot be read, what was found, and how to name its columns."""
    cells = [flowing(cell_text(cell)) for cell in header_cells]
    shown = " | ".join(fit(cell, 40) for cell in cells[:_MOST_SHOWN] if cell) or "nothing"
    more = " | …" if len(cells) > _MOST_SHOWN else ""
    held = set(columns.values())
    lacking = [] if held & _FIRST_OF_A_ROW else ["the item or its code (item, code)"]
    lacking += [] if Meaning.ACTIONS in held else ["the measure (measure)"]
    lacking += [] if lacking else ["one more, such as responsible or follow_up"]
    missing = " and ".join(lacking)
    return (
        f"the columns of its table cannot be recognised. Found: {shown}{more}. Missing: {missing}. "
        'Name a column by its heading, as in --column measure="มาตรการ".'
    )


def heading_key(cell: str) -> str:
    """The folded heading without number marks, footnote signs and the year it is for."""
    if len(cell) > _LONGEST_CELL:
        return ""
    text = to_arabic(flowing(cell_text(cell)))
    return folded_key(_YEAR.sub("", _MARK.sub("", text))) or folded_key(text)


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[str, Meaning], ...]:
    """All spellings as folded keys, the longest first."""
    spelled = [(folded_key(text), each) for each, texts in SPELLINGS.items() for text in texts]
    english = [(folded_key(text), each) for each in Meaning for text in (each, each.replace("_", " "))]
    return tuple(sorted({*spelled, *english}, key=lambda pair: (-len(pair[0]), pair)))


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[Shape, Meaning], ...]:
    return tuple((shape_of(spelling), meaning) for spelling, meaning in _known())


@lru_cache(maxsize=4096)
def _closest(key: str) -> tuple[Meaning, float] | None:
    """The meaning nearest to a folded heading and how near: the same, containing a spelling, or alike."""
    for spelling, meaning in _known():
        if spelling == key:
            return meaning, _EXACT
    if contained := _contained(key):
        return contained, _CONTAINED
    if len(key) > _LONGEST_MISSPELT or any(char.isdecimal() for char in key):
        return None
    shape = shape_of(key)
    like, meaning = max((shared(each, shape), meaning) for each, meaning in _shapes())
    return (meaning, like) if like >= _ALIKE else None


def _contained(key: str) -> Meaning | None:
    """The meaning of a heading that contains spellings; two that belong together make a third."""
    held = {
        meaning
        for spelling, meaning in _known()
        if len(spelling) >= _SHORTEST_PART and not spelling.isascii() and spelling in key
    }
    for pair, both in _TOGETHER:
        if pair <= held:
            return both
    return next((meaning for meaning in _CONTAINED_FIRST if meaning in held), None)


def _settled(found: dict[int, tuple[Meaning, float]]) -> dict[int, Meaning]:
    """The meanings with each single one in one column, and the first columns told apart by one another."""
    held = {place: meaning for place, (meaning, near) in found.items() if near < _NAMED}
    fixed = {place: meaning for place, (meaning, near) in found.items() if near >= _NAMED}
    every = {*held.values(), *fixed.values()}
    turned = _first_columns(every)
    near_by_place = {place: near for place, (_, near) in found.items()}
    settled = {**{place: turned.get(meaning, meaning) for place, meaning in held.items()}, **fixed}
    best: dict[Meaning, int] = {}
    for place, meaning in settled.items():
        before = best.setdefault(meaning, place)
        if near_by_place[place] > near_by_place[before]:
            best[meaning] = place
    kept = (place for place in settled if settled[place] in JOINED or best[settled[place]] == place)
    return {place: settled[place] for place in sorted(kept)}


def _first_columns(held: set[Meaning]) -> dict[Meaning, Meaning]:
    """How to read the headings of the first columns, which offices use for one another.

    A lone "ข้อ", "ข้อคำถาม" or "ตัวชี้วัด" holds the whole item; beside a title an item column is its code.
    """
    code, title, item = (each in held for each in (Meaning.CODE, Meaning.TITLE, Meaning.ITEM))
    if item and title and not code:
        return {Meaning.ITEM: Meaning.CODE}
    if item and code and not title:
        return {Meaning.ITEM: Meaning.TITLE}
    if title and not code and not item:
        return {Meaning.TITLE: Meaning.ITEM}
    if code and not title and not item:
        return {Meaning.CODE: Meaning.ITEM}
    if Meaning.INDICATOR in held and not (code or title or item):
        return {Meaning.INDICATOR: Meaning.ITEM}
    return {}
