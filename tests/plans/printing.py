"""Random plans printed as offices publish them, with page breaks, tags, misread codes and other noise.

What is printed is what a careful clerk can read back: where a code is misread, a title or the order tells it.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from hypothesis import strategies as st

from tracker.domain.cadence import Cadence, Rule
from tracker.domain.fiscal import FiscalYear
from tracker.plans.codes import LETTERS
from tracker.plans.model import AbsentItem, Indicator, Instrument, Measure, Plan, Source
from tracker.thai.dates import DateStyle, format_date
from tracker.thai.digits import Digits, to_thai

AGENCIES = {
    "สำนักงานเขตสมมุติ": ("ฝ่ายปกครอง", "ฝ่ายทะเบียน", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", "ฝ่ายการคลัง", "ฝ่ายโยธา"),
    "เทศบาลเมืองสมมุติ": ("สำนักปลัดเทศบาล", "กองคลัง", "กองช่าง", "กองสาธารณสุขและสิ่งแวดล้อม"),
    "องค์การบริหารส่วนตำบลสมมุติ": ("สำนักปลัด", "กองคลัง", "กองช่าง", "กองการศึกษาศาสนาและวัฒนธรรม"),
    "กรมสมมุติ": ("สำนักงานเลขานุการกรม", "กองการเจ้าหน้าที่", "กลุ่มตรวจสอบภายใน", "ศูนย์เทคโนโลยีสารสนเทศ"),
    "มหาวิทยาลัยสมมุติ": ("สำนักงานอธิการบดี", "กองคลัง", "คณะวิทยาศาสตร์", "ศูนย์คอมพิวเตอร์"),
}
ITEMS = {Instrument.IIT: 30, Instrument.EIT: 15, Instrument.OIT: 43}
SECTIONS = {
    Instrument.IIT: ("หัวข้อ : การรับรู้ของผู้มีส่วนได้ส่วนเสียภายใน (IIT)", "แบบวัด IIT", "ผู้มีส่วนได้ส่วนเสียภายใน"),
    Instrument.EIT: ("หัวข้อ : การรับรู้ของผู้มีส่วนได้ส่วนเสียภายนอก (EIT)", "แบบวัด EIT"),
    Instrument.OIT: ("การเปิดเผยข้อมูลสาธารณะ", "๓. แบบตรวจ OIT"),
}
HEADINGS = (
    ("หัวข้อการประเมิน", "หัวข้อ การประเมิน", "ข้อ/ตัวชี้วัด (คะแนน)", "หัวข้อประเมิน (๑)", "<p>หัวข้อการ</p> <p>ประเมิน</p>"),
    ("การวิเคราะห์การดำเนินงาน", "ประเด็นการวิเคราะห์", "การวิเคราะห์ (๒)"),
    ("จุดเด่น ข้อบกพร่อง หรือ จุดอ่อนที่จะต้องแก้ไข", "ข้อบกพร่อง/จุดอ่อน", "จุดอ่อน"),
    ("มาตรการ/กิจกรรมในการพัฒนาและปรับปรุง ในปีงบประมาณ พ.ศ.{year}", "มาตรการ ปีงบประมาณ {year}"),
    ("แนวทางและระยะเวลาในการกำกับติดตาม", "แนวทาง และระยะเวลา ในการกำกับติดตาม", "การกำกับ ติดตาม (๕)"),
    ("ผู้รับผิดชอบ", "ผู้รับ ผิดชอบ", "หน่วยงานที่รับผิดชอบ"),
)
FIRST_WORDS = ("จัดทำ", "ทบทวน", "เผยแพร่", "ตรวจนับ", "ประชุม", "อบรม", "แจ้งเวียน", "ปรับปรุง", "สำรวจ", "คัดเลือก")
THINGS = ("สมุดคุม", "คู่มือ", "ร่มส่วนกลาง", "กุญแจห้อง", "ป้ายบอกทาง", "น้ำดื่ม", "ถังขยะ", "โต๊ะเก้าอี้", "ต้นไม้", "แผนผัง")
PLACES = ("หน้าอาคาร", "ชั้นล่าง", "ห้องประชุม", "ลานจอดรถ", "ศาลาพักร้อน", "โรงอาหาร", "ทางเดิน", "ดาดฟ้า", "ห้องสมุด")
TRAPS = (
    *(
        "ชื่อ - สกุล",
        "ชื่อ-นามสกุล",
        "- ว่าง -",
        "๙๑๐๐ - ๓",
        "ก่อน-หลัง",
        "โทร. ๐ ๒๑๒๓ ๔๕๖๐ - ๓",
        "(ข้อ ๐๔๒)",
        "E-Service",
    ),
    *(
        "วันจันทร์ - วันศุกร์",
        "เวลา ๐๘.๓๐ - ๑๖.๓๐ น.",
        "๑. ชั้นบน ๒. ชั้นล่าง",
        "(ชั้นบน - ชั้นล่าง)",
        "A &amp; B",
        "ถาม - ตอบ",
    ),
    *("ประจำปี", "เป็นระยะ", "อย่างต่อเนื่อง", "ทุกครั้ง", "ทุกฝ่าย", "ทุกวันนี้", "แผนระยะ ๒๐ ปี", "ไม่ให้-ไม่รับ", "ข้อ ๑ - ๕"),
)
CADENCES = {
    Cadence.MONTHLY: ("ทุกเดือน", "ทุกวัน", "เดือนละ ๑ ครั้ง", "ทุก ๑๕ วัน", "ทุก สิ้นเดือน", "อย่างน้อยเดือนละ 1 ครั้ง"),
    Cadence.QUARTERLY: ("ทุกไตรมาส", "รายไตรมาส", "ทุก ๓ เดือน", "ไตรมาสละ ๑ ครั้ง"),
    Cadence.HALF_YEARLY: ("ทุก ๖ เดือน", "รอบ ๖ เดือน", "ระยะครึ่งปี"),
    Cadence.YEARLY: ("ปีละ ๑ ครั้ง", "ในรอบปี", "เป็นรายปี"),
}
SCORES = (
    *("คะแนนเฉลี่ย {} คะแนน", "- คะแนนเฉลี่ย {} คะแนน", "<p>- คะแนนเฉลี่ย</p> <p>{} คะแนน</p>", "คะแนน {}"),
    *("คະແນນເລີຍ {} คະແນວ", "คณะเนนเฉลี่ย {} คะแนน", "({} คะแนน)", "คะแนนเฉลี่ย - {} คะแนน", "<p>{} คะแนน</p>"),
)
SHORT = DateStyle.SHORT
Words = list[str]


@dataclass(frozen=True)
class Printed:
    """A plan and the text it was printed as."""

    plan: Plan
    text: str


@st.composite
def printed_plans(draw: st.DrawFn) -> Printed:
    """A random plan with its printed form."""
    chance = draw(st.randoms(use_true_random=False))
    agency = draw(st.sampled_from(sorted(AGENCIES)))
    year = FiscalYear(draw(st.integers(2560, 2580)))
    numbers = {each: sorted(draw(st.sets(st.integers(1, last), max_size=5))) for each, last in ITEMS.items()}
    if not any(numbers.values()):
        numbers[Instrument.EIT] = [5]
    plan, cells = _plan(agency, year, numbers, chance)
    return Printed(plan, Printer(plan, cells, chance).text())


@dataclass
class RowCells:
    """The bullets of a row's four columns as words, between which a page may break."""

    columns: list[list[Words]]
    indicator: Indicator | None


def _plan(
    agency: str, year: FiscalYear, numbers: dict[Instrument, list[int]], chance: Random
) -> tuple[Plan, list[RowCells]]:
    count = sum(map(len, numbers.values()))
    titles = _titles(count + 6, chance)
    measures: list[Measure] = []
    cells: list[RowCells] = []
    indicators: dict[int, Indicator] = {}
    for instrument, chosen in numbers.items():
        for number in chosen:
            indicator = _indicator(instrument, number, chance)
            row = RowCells([_bullets(chance) for _ in range(4)], None)
            if indicator and indicator.number not in indicators:
                indicators[indicator.number] = row.indicator = indicator
            cells.append(row)
            measures.append(
                _measure(f"{LETTERS[instrument]}{number}", titles.pop(), row, indicator, agency, year, chance)
            )
    absent = tuple(
        AbsentItem(f"{LETTERS[each]}{number}", titles.pop(), _score(chance))
        for each in ITEMS
        for number in chance.sample(range(1, ITEMS[each] + 1), 2)
        if numbers[each] and number not in numbers[each]
    )
    absent = tuple(sorted(absent, key=lambda item: ("IEO".index(item.code[0]), int(item.code[1:]))))
    return (
        Plan(
            *(agency, year.year, year.year - 1, year.starts_on, year.ends_on, Source("random.txt", "0" * 64)),
            *(tuple(indicators.values()), tuple(measures), absent, ()),
        ),
        cells,
    )


def _titles(count: int, chance: Random) -> list[str]:
    every = [f"{first}{thing}{place}" for first in FIRST_WORDS for thing in THINGS for place in PLACES]
    return chance.sample(every, count)


def _score(chance: Random) -> float:
    return chance.choice(
        [0.0, 100.0, round(chance.uniform(50, 99.99), 2), round(chance.uniform(50, 99.99), 2)]
    )


def _indicator(instrument: Instrument, number: int, chance: Random) -> Indicator | None:
    if instrument is Instrument.OIT:
        return None
    place = (number - 1) // 6 + 1 if instrument is Instrument.IIT else (number - 1) // 5 + 6
    return Indicator(place, THINGS[place] + PLACES[place - 1], instrument, round(60 + place * 3.13, 2))


def _bullets(chance: Random) -> list[Words]:
    return [_sentence(chance) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]


def _sentence(chance: Random) -> Words:
    words = [chance.choice(FIRST_WORDS)]
    for _ in range(chance.randrange(1, 5)):
        words.append(f" {chance.choice(TRAPS)} " if chance.random() < 0.3 else chance.choice(THINGS + PLACES))
    return [*words, chance.choice(PLACES)]


def _measure(
    code: str,
    title: str,
    row: RowCells,
    indicator: Indicator | None,
    agency: str,
    year: FiscalYear,
    chance: Random,
) -> Measure:
    rules = _add_rules(row.columns[3], year, chance)
    timeline, starts_on, ends_on = chance.choice(_timelines(year))
    lead, *others = chance.sample(AGENCIES[agency], len(AGENCIES[agency]))
    in_table = _score(chance)
    score = chance.choice([in_table, in_table, in_table, None, _score(chance)])
    texts = [tuple("".join(words).replace("&amp;", "&") for words in column) for column in row.columns]
    return Measure(
        *(code, title, Instrument[{"I": "IIT", "E": "EIT", "O": "OIT"}[code[0]]]),
        *(
            indicator.number if indicator else None,
            score,
            in_table,
            *texts,
            timeline,
            starts_on,
            ends_on,
            lead,
        ),
        *(chance.choice(["all", (), tuple(others[:1]), tuple(others[:3])]), rules, (0, 0)),
    )


def _add_rules(follow_up: list[Words], year: FiscalYear, chance: Random) -> tuple[Rule, ...]:
    """The rules of words that are put into some of the bullets, each once and in order."""
    rules: dict[tuple[Cadence, dt.date | None], Rule] = {}
    for words in follow_up:
        if chance.random() < 0.5:
            continue
        if chance.random() < 0.7:
            rule = Rule(chance.choice(list(CADENCES)))
            phrase = chance.choice(CADENCES[rule.cadence])
        else:
            rule = Rule(
                Cadence.ON, chance.choice([period.ends_on for period in year.periods(Cadence.MONTHLY)])
            )
            day = format_date(
                rule.on, style=chance.choice([SHORT, DateStyle.LONG]), digits=chance.choice(list(Digits))
            )
            phrase = f"ภายในวันที่ {day}"
        words.insert(chance.randrange(1, len(words) + 1), f" {phrase} ")
        rules.setdefault((rule.cadence, rule.on), rule)
    return tuple(rules.values())


def _timelines(year: FiscalYear) -> list[tuple[str, dt.date, dt.date]]:
    first, last = year.starts_on, year.ends_on
    before, after = year.year - 1, year.year
    march, december = dt.date(last.year, 3, 31), dt.date(first.year, 12, 31)
    january, june = dt.date(last.year, 1, 1), dt.date(last.year, 6, 30)
    return [
        (to_thai(f"ตลอดปีงบประมาณ (ต.ค. {before % 100} - ก.ย. {after % 100})"), first, last),
        (f"ตลอดปีงบประมาณ พ.ศ. {after}", first, last),
        (to_thai(f"ตุลาคม {before} – มีนาคม {after}"), first, march),
        (f"ต.ค.{before % 100}-มี.ค.{after % 100}", first, march),
        (to_thai(f"ต.ค. – มี.ค. {after % 100}"), first, march),
        (f"ไตรมาสที่ 1/{before + 1}", first, december),
        ("ไตรมาสที่ ๒ - ๓", january, june),
        ("รอบ ๖ เดือนแรก", first, march),
        (to_thai(f"ระหว่างวันที่ 1 ม.ค. {after % 100} - 30 มิ.ย. {after % 100}"), january, june),
        (f"เดือนมกราคม - มิถุนายน {after}", january, june),
    ]


class Printer:
    """Prints one plan in one way of the many."""

    def __init__(self, plan: Plan, cells: list[RowCells], chance: Random) -> None:
        self._plan, self._cells, self._chance = plan, cells, chance
        self._has_tables = chance.random() < 0.7
        self._has_sections = chance.random() < 0.8
        self._lines: list[str] = []

    def text(self) -> str:
        """The whole document."""
        self._cover()
        if self._has_tables:
            self._tables()
        before: Instrument | None = None
        for measure, cells in zip(self._plan.measures, self._cells, strict=True):
            if measure.instrument is not before:
                self._begin(measure.instrument)
            before = measure.instrument
            self._row(measure, cells)
        return "\n".join(self._lines)

    def _cover(self) -> None:
        plan = self._plan
        self._lines += [
            f"ผลการประเมินของ{plan.agency} ประจำปีงบประมาณ พ.ศ. {self._digits(str(plan.assessed_year))}",
            f"มาตรการ ประจำปีงบประมาณ พ.ศ. {self._digits(str(plan.fiscal_year))}",
            *("", plan.agency, "", "สารบัญ\t๑"),
        ]

    def _tables(self) -> None:
        for instrument in ITEMS:
            rows = [(each.code, each.title, each.score_table_score) for each in self._plan.measures]
            rows += [(each.code, each.title, each.score) for each in self._plan.absent]
            own = sorted(
                (int(code[1:]), title, score) for code, title, score in rows if code[0] == LETTERS[instrument]
            )
            if own:
                self._lines += ["", f"หัวข้อ การประเมิน\tประเด็นการประเมิน {instrument}\tคะแนนที่ได้"]
            for number, title, score in own:
                code = self._chance.choice(
                    {"I": ["I", "1"], "E": ["E"], "O": ["O", "0", "๐"]}[LETTERS[instrument]]
                )
                self._lines.append(f"{code}{to_thai(str(number))}\t{title}\t{self._digits(f'{score:.2f}')}")

    def _begin(self, instrument: Instrument) -> None:
        if self._has_sections:
            self._lines += ["", self._chance.choice(SECTIONS[instrument]), ""]
        self._heading()

    def _heading(self) -> None:
        year = self._digits(str(self._plan.fiscal_year))
        self._lines.append("\t".join(self._chance.choice(each).format(year=year) for each in HEADINGS))

    def _row(self, measure: Measure, cells: RowCells) -> None:
        pages = self._chance.choice([1, 1, 2, 2, 3])
        item = self._item(measure, cells.indicator, pages)
        columns = [self._column(column, pages) for column in cells.columns]
        columns[3][0] = self._with_timeline(measure.timeline, columns[3][0])
        columns.append(self._responsible(measure, pages))
        rows = [cells for cells in zip(item, *columns, strict=True) if any(cells)]
        for place, row in enumerate(rows):
            if place or self._chance.random() < 0.2:
                self._break_page()
            self._lines.append("\t".join(row))

    def _break_page(self) -> None:
        self._lines += self._chance.choice([[""], ["", "๑๒"], ["- 12 -", ""], ["", "หน้า ๓", ""]])
        self._heading()

    def _item(self, measure: Measure, indicator: Indicator | None, pages: int) -> list[str]:
        parts = [f"{self._code(measure)} ", measure.title[:10], measure.title[10:]]
        if measure.score is not None:
            label = self._chance.choice(SCORES)
            parts.append(f" {label.format(self._digits(f'{measure.score:.2f}'))}")
        parts[0] = self._chance.choice(["", "- ", "<p>- "]) + parts[0]
        if indicator is not None and indicator.score is not None:
            score = self._digits(f"{indicator.score:.2f}")
            form = self._chance.choice(
                [
                    "ตัวชี้วัดที่ {} {} คะแนนเฉลี่ย {} คะแนน - ",
                    "<p>ตัวชี้วัดที่ {}</p> <p>{}</p> <p>คะแนนเฉลี่ย</p> <p>{} คะแนน</p> ",
                ]
            )
            parts[0] = form.format(self._digits(str(indicator.number)), indicator.title, score) + parts[
                0
            ].removeprefix("- ")
        return self._over_pages(parts, pages, first_is_whole=2)

    def _over_pages(self, parts: list[str], pages: int, *, first_is_whole: int = 1) -> list[str]:
        cuts = sorted(self._chance.choices(range(first_is_whole, len(parts) + 1), k=pages - 1))
        return ["".join(parts[start:end]) for start, end in pairwise([0, *cuts, len(parts)])]

    def _code(self, measure: Measure) -> str:
        letter, number = measure.code[0], measure.code[1:]
        thai, chance = to_thai(number), self._chance
        if not (self._has_tables or self._has_sections):
            return f"{letter}{chance.choice([thai, number])}"
        if not self._has_tables:
            return chance.choice(
                [f"{letter}{thai}", f"{letter}{number}", f"{letter} {thai}", f"ข้อ {letter}{thai}"]
            )
        forms = {
            "I": [f"I{thai}", f"1{thai}", f"๑{thai}", f"l{thai}", f"1{number}", thai, f"IIT {number}"],
            "E": [f"E{thai}", f"E{number}", f"€{thai}", "Em", "Ea", thai],
            "O": [f"O{thai}", f"0{thai}", f"๐{thai}", f"๐{number}", f"O{number}", f"OIT{thai}"],
        }
        return chance.choice(forms[letter])

    def _column(self, bullets: list[Words], pages: int) -> list[str]:
        """The bullets cut at random words, each page with the tags of one style."""
        words = [(at == 0, word) for bullet in bullets for at, word in enumerate(bullet)]
        cuts = sorted(self._chance.choices(range(len(words) + 1), k=pages - 1))
        style = self._chance.choice(["p", "open p", "plain", "one p", "ul", "glued", "li", "open li"])
        return [self._page(words[start:end], style) for start, end in pairwise([0, *cuts, len(words)])]

    def _page(self, words: list[tuple[bool, str]], style: str) -> str:
        head = ""
        bullets: list[str] = []
        for begins, word in words:
            if begins:
                bullets.append(word)
            elif bullets:
                bullets[-1] += word
            else:
                head += word
        return _tagged(head, bullets, style)

    def _with_timeline(self, timeline: str, cell: str) -> str:
        if cell.startswith(("<p>", "<ul")) or not cell:
            return f"<p>{timeline}</p> {cell}"
        return f"{timeline} {cell}" if cell.startswith("- ") else f"<p>{timeline}</p><p>{cell}</p>"

    def _responsible(self, measure: Measure, pages: int) -> list[str]:
        agency, chance = self._plan.agency, self._chance
        lead = (
            measure.lead
            + chance.choice(["", f" {agency}", " "])
            + chance.choice(["(เจ้าภาพหลัก)", " (เจ้าภาพ\u200bหลัก)", "(หลัก)"])
        )
        if measure.supporting == ():
            helpers = []
        elif measure.supporting == "all":
            helpers = [
                chance.choice(
                    [
                        f"ทุกส่วนราชการในสังกัด{agency} (สนับสนุน)",
                        f"ทุกส่วนราชการ ในสังกัด {agency}(สนับสนุน)",
                        "ทุกฝ่าย (สนับสนุน)",
                    ]
                )
            ]
        else:
            between = chance.choice(["/", ", ", " ", " และ", "<br>"])
            helpers = [between.join(measure.supporting) + " (สนับสนุน)"]
        form = chance.choice(["{}", "<p>{}</p>", "<p>{}"])
        cuts = self._over_pages([form.format(part) + " " for part in [lead, *helpers]], pages)
        return [cell.strip() for cell in cuts]

    def _digits(self, text: str) -> str:
        kind = self._chance.choice(["thai", "arabic", "mixed"])
        if kind == "mixed":
            return "".join(to_thai(char) if self._chance.random() < 0.5 else char for char in text)
        return to_thai(text) if kind == "thai" else text


def _tagged(head: str, bullets: list[str], style: str) -> str:
    """One page of a cell: what goes on with the page before, then the bullets that begin on it."""
    if style in ("p", "open p"):
        end = "</p>" if style == "p" else ""
        return " ".join(
            f"<p>{text}{end}" for text in filter(None, [head, *(f"- {each}" for each in bullets)])
        )
    if style in ("plain", "one p"):
        text = " ".join(filter(None, [head, *(f"- {each}" for each in bullets)]))
        return f"<p>{text}</p>" if text and style == "one p" else text
    if not bullets:
        return head
    items = {
        "ul": " ".join(f"- {each}" for each in bullets),
        "glued": "".join(f"- {each.strip()}" for each in bullets),
        "li": "".join(f"<li>{each}</li>" for each in bullets) + "</ul>",
        "open li": "".join(f"<li>- {each}" for each in bullets),
    }
    return f'{head}<ul style="list-style-type: none;">{items[style]}'
