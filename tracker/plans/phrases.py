"""The words of plan documents: headings, labels, marks of role, and what sets a rule of follow-up.

All Thai wording that the readers look for stands here, as data and as regular expressions. Unless a comment
says otherwise a pattern is applied to repaired text with Arabic digits.
"""

import re

from tracker.domain.cadence import Cadence
from tracker.plans.model import Instrument
from tracker.thai.months import MONTH_NAME
from tracker.thai.years import YEAR

# Words of which the headings of a plan have several; ``columns`` says which heading means what.
WORDS_OF_HEADINGS = (
    *("รับผิดชอบ", "เจ้าภาพ", "ติดตาม", "ระยะเวลา", "มาตรการ", "กิจกรรม", "แนวทาง", "ข้อบกพร่อง", "จุดอ่อน"),
    *("พัฒนา", "วิเคราะห์", "ประเมิน", "ตัวชี้วัด", "ข้อคำถาม", "คะแนน", "หัวข้อ", "สนับสนุน", "งบประมาณ"),
)
ORDINAL_HEADINGS = ("ลำดับ", "ลำดับที่", "ที่", "no")
SCORE_HEADINGS = ("คะแนน",)
NOT_IN_HEADINGS = re.compile(r"^\s*(?:[-–—•]|[IEO]\s?\d|\d{2})|\d[.]\d\d|\d\s*คะแนน")
FULL_SCORE_HEADINGS = ("เต็ม",)
SCORE_TITLE_HEADINGS = ("ประเด็น", "ข้อคำถาม", "คำถาม", "รายละเอียด", "รายการ", "หัวข้อ")
INDICATOR_HEADINGS = ("ตัวชี้วัด",)

INSTRUMENT_NAMES = {
    Instrument.IIT: "ผู้มีส่วนได้ส่วนเสียภายใน",
    Instrument.EIT: "ผู้มีส่วนได้ส่วนเสียภายนอก",
    Instrument.OIT: "การเปิดเผยข้อมูลสาธารณะ",
}
"""What a section is called where the three letters of the instrument are missing."""

INSTRUMENTS_OF_INDICATORS = (
    *((number, Instrument.IIT) for number in range(1, 6)),
    *((number, Instrument.EIT) for number in range(6, 9)),
    *((number, Instrument.OIT) for number in (9, 10)),
)
"""The part of the assessment that an indicator's number belongs to, where nothing else tells."""

GROUP = re.compile(r"\s*(?:หมวด|มิติ|ด้าน|ส่วน|กลุ่ม|ตอน)\s*ที่\s*\d")
"""How a row begins that heads a group of rows."""

PAGE_NUMBER = re.compile(
    r"[\s\-–|/.]*(?:หน้า(?:ที่)?|page)?[\s\-–|/.]*\d{0,4}(?:\s*(?:จาก|/|of)\s*\d{1,4})?[\s\-–|/.]*", re.I
)

GLUED_BULLET = re.compile(rf"(?<=[^\s(<>])[-–—•][ \t]+(?=[^\s\d])(?!{MONTH_NAME})", re.IGNORECASE)
"""A dash in a list, glued to the bullet before it."""

REPEAT_MARKS = "ๆฯ"
"""Signs after which a space is printed."""

CONTINUED = re.compile(r"\(\s*ต่อ\s*\)")

INDICATOR = re.compile(r"[\s\-–—•]*ตัวชี้วัดที่\s*(?P<number>\d{1,2})(?!\s*[.]\d)[\s.:]*")
ITEM_WORD = re.compile(r"[\s\-–—•]*(?:(?:ข้อ|หัวข้อ)(?:ที่)?\s*(?=[\dA-Za-z]))?")
ITEM_TOKEN = re.compile(
    r"(?:(?:IIT|EIT|OIT)\s?[-–]?\s?\d{1,3}|[IEOQ][.\-–]\d{1,2}|[IEOQ]\s?[\dOolI|!]{1,3}|[|!l€\d][\dOolI|!]{0,3}|[IEO][a-z]?)"
    r"(?=[\s.:)]|[\u0e01-\u0e4e]|$)"
)
"""What stands where a code should."""

SCORE_LABEL = "คะแนนเฉลี่ย"
SCORE_UNIT = "คะแนน"
EXACT_SCORE_LABEL = re.compile(r"คะแนน\s*(?:เฉลี่ย|ที่ได้|รวม)?[\s:=\-–]*$")
FULL_SCORE = re.compile(r"(?:เต็ม|จาก)\s*(?:คะแนน\s*)?(?:เต็ม\s*)?$")
"""What stands before a number that is the most an item can get."""
OUT_OF = re.compile(
    r"\s*(?:\(\s*)?(?:จาก|เต็ม)\s*(?:คะแนน)?\s*(?:เต็ม)?\s*100(?:\.00?)?\s*(?:คะแนน)?(?:\s*\))?"
)
BARE_SCORE = re.compile(r"(?<=\s)\(\s*(?P<score>\d{1,3}(?:[.,]\d{1,2})?)\s*%?\s*\)\s*$")
"""A score that neither label nor unit marks: alone in brackets at the end of the cell."""
FIRST_OF_SCORE_LABEL = "ค"
MISREAD_LETTERS = str.maketrans({**{chr(code): chr(code - 0x80) for code in range(0xE81, 0xECE)}, "ຍ": "ย"})
"""Lao letters, which a machine reads for the Thai ones they resemble, to the Thai letters."""

LEAD_ROLE = re.compile(r"เจ้าภาพ(?!ร่วม|รอง|สนับสนุน)|(?:หน่วยงาน|รับผิดชอบ|ฝ่าย)หลัก|^\s*หลัก\s*$")
SUPPORTING_ROLE = re.compile(r"สนับสนุน|ร่วม|รอง|เกี่ยวข้อง|^\s*ช่วย")
_ROLE = r"(?:เจ้าภาพ(?:หลัก|ร่วม|รอง)?|(?:หน่วยงาน|ผู้รับผิดชอบ|ฝ่าย)?(?:หลัก|สนับสนุน|ร่วม))"
UNIT_WORDS = (
    r"(?:ฝ่าย|กลุ่มงาน|กลุ่ม|กอง|ศูนย์|สำนัก|โรงเรียน|สถานศึกษา|หน่วย|งาน|ส่วน|ทุก|แผนก|คณะ|สถาบัน|วิทยาลัย|ภาควิชา|"
    r"หัวหน้า|ผู้อำนวยการ|ปลัด|รองปลัด|นิติกร|นัก|เจ้าพนักงาน)"
)
ROLE_WORDS = re.compile(rf"{_ROLE}\s*[:：]|(?<![^\s,;]){_ROLE}\s+(?={UNIT_WORDS})")
LEAD_MARK, SUPPORTING_MARK = " (เจ้าภาพหลัก)", " (สนับสนุน)"
ALL_DIVISIONS = re.compile(
    r"ทุก\s*(?:ๆ\s*)?(?:ส่วนราชการ|ฝ่าย|หน่วยงาน|กลุ่มงาน|กอง|สำนัก|ส่วน|งาน|คณะ)|"
    r"(?:ส่วนราชการ|หน่วยงาน)\s*ทุก\s*(?:ส่วน|หน่วย|แห่ง)"
)
VAGUE_UNITS = re.compile(r"ที่\s*เกี่ยวข้อง|ผู้เกี่ยวข้อง")
STARTS_WITH_UNIT = re.compile(rf"[\s\-–—•\d.)]*{UNIT_WORDS}")
BETWEEN_UNITS = re.compile(
    rf"\s*(?:[,،;/+&\n]|(?<!\S)\d{{1,2}}[.)]|(?:และ|ร่วมกับ|รวมทั้ง|พร้อมด้วย)(?=\s*{UNIT_WORDS})|(?<=\s)(?={UNIT_WORDS}))\s*"
)
IN_THE_OFFICE = re.compile(r"(?:ใน|ของ)?\s*สังกัด\s*$|ของ\s*$")
ABBREVIATED_OFFICE = re.compile(r"(?:อบต|อบจ|ทต|ทม|ทน)\.$")
TELEPHONE = re.compile(r"(?:โทร(?:ศัพท์|สาร)?\s*\.?|เบอร์|tel\.?)\s*:?\s*[\d\s\-–,ต่อ]*\d", re.IGNORECASE)

OFFICE = (
    r"(?:สำนักงานเขต|สำนักงานเทศบาล|เทศบาล(?:นคร|เมือง|ตำบล)|องค์การบริหารส่วน(?:จังหวัด|ตำบล)|อบ[ตจ]\.|"
    r"เมืองพัทยา|ที่ว่าการอำเภอ|สำนักงาน|มหาวิทยาลัย|โรงพยาบาล|สถาบัน|กรม|จังหวัด|อำเภอ|สำนัก)"
)
KIND_OF_OFFICE = re.compile(
    OFFICE + r"|สำนักงานเขตกรุงเทพมหานคร|สำนักงาน(?:คณะกรรมการ)?ป(?:้องกัน|\.ป\.ช)\S*|สำนักงานคณะกรรมการป้องกัน\S*"
)
"""What names a kind of office, or the one that assesses them all, and so never the plan's own."""
_NAME_OF_OFFICE = rf"{OFFICE}\s*[^\s()\d]{{2,50}}"
OFFICE_LINE = re.compile(rf"({_NAME_OF_OFFICE})(?:\s+(?:ตำบล|แขวง|อำเภอ|เขต|จังหวัด)\s*[^\s()\d]+)*")
OFFICE_IN_TEXT = re.compile(rf"(?:ของ|ในสังกัด|สังกัด)\s*({OFFICE}[^\s()\d/,]{{2,50}})")
_ERA = r"(?:พ\s*\.?\s*ศ\s*\.?)?"
BUDGET_YEAR = re.compile(rf"ปี\s*งบ\s*ประมาณ\s*{_ERA}\s*(\d{{4}}|\d{{2}})(?!\d|\s*[/.]\s*\d)")
YEAR_IN_TEXT = re.compile(rf"(?:ประจำ\s*ปี|ปี)\s*{_ERA}\s*(\d{{4}})(?!\d)")

_YEAR_UNNAMED = YEAR.replace("?P<era>", "?:").replace("?P<year>", "?:")
_WORD_PAIRS = (
    ("ชื่อ", "(?:นาม)?สกุล"),
    ("ก่อน", "หลัง"),
    ("ไม่ให้", "ไม่รับ"),
    ("รับ", "(?:ส่ง|จ่าย|คืน)"),
    ("เข้า", "ออก"),
    ("จันทร์", "(?:วัน)?(?:ศุกร์|เสาร์|อาทิตย์)"),
    ("ถาม", "ตอบ"),
    ("ยืม", "คืน"),
    ("ไป", "กลับ"),
    ("เปิด", "ปิด"),
    ("ซื้อ", "ขาย"),
    ("ไทย", "อังกฤษ"),
)
_DASH = r"\s*[-–—]\s*"
PAIRS = re.compile(
    "|".join(rf"{first}[ \t\f]*[-–][ \t\f]*{second}" for first, second in _WORD_PAIRS)
    + r"|[-–][ \t\f]*(?:ว่าง|ไม่มี)[ \t\f]*[-–]"
    + rf"|{MONTH_NAME}\s*(?:{_YEAR_UNNAMED})?{_DASH}(?:\d{{1,2}}\s*)?{MONTH_NAME}"
    + rf"|\d\s*น\.{_DASH}(?!\d{{1,2}}[.)]\s*[^\d\s])\d"
    + rf"|[IEO]\d{{1,2}}{_DASH}[IEO]\d"
    + r"|(?P<same>(?:ชั้น|ข้อ|ครั้ง|ไตรมาส|ระดับ|กลุ่ม|รุ่น|หน้า|ตอน|เล่ม))(?:ที่)?\s*\d{1,3}"
    + rf"{_DASH}(?P=same)(?:ที่)?\s*\d",
    re.IGNORECASE,
)
"""Words that a dash holds together: it begins no bullet."""

_RANGE = (
    rf"(?:\d{{1,2}}\s*)?{MONTH_NAME}\s*(?:(?:พ\.?\s*ศ\.?\s*)?\d{{2,4}})?\s*(?:-|–|—|ถึง)\s*"
    rf"(?:วันที่\s*)?(?:\d{{1,2}}\s*)?(?:เดือน\s*)?{MONTH_NAME}\s*(?:(?:พ\.?\s*ศ\.?\s*)?\d{{2,4}})?"
)
_OF_YEAR = rf"(?:\s*(?:/|ของ)?\s*(?:ปี)?\s*(?:งบประมาณ)?\s*{_ERA}\s*(?:\d{{4}}|\d{{2}})(?!\d))?"
_WHOLE_YEAR = rf"(?:ตลอด|ทั้ง)(?:ทั้ง)?\s*ปี\s*(?:งบประมาณ)?\s*{_ERA}\s*(?:\d{{4}})?"
_BUDGET_YEAR_ALONE = rf"ปี\s*งบประมาณ\s*{_ERA}\s*\d{{4}}"
_ONE_DAY = rf"\d{{1,2}}\s*{MONTH_NAME}(?:\s*,?\s*{_YEAR_UNNAMED})?|\d{{1,2}}\s*/\s*\d{{1,2}}\s*/\s*\d{{2,4}}"
_ONE_MONTH = rf"(?:สิ้น)?\s*(?:เดือน)?\s*{MONTH_NAME}(?:\s*,?\s*{_YEAR_UNNAMED})?"
_QUARTER = r"ไตรมาส\s*(?:ที่)?\s*[1-4](?:\s*(?:-|–|—|ถึง|และ|,)\s*(?:ไตรมาส)?\s*(?:ที่)?\s*[1-4]){0,3}"
_HALF = r"(?:(?:ใน)?รอบ\s*)?(?:(?:ระยะ\s*)?6\s*เดือน|ครึ่งปี(?:งบประมาณ)?)\s*(?:แรก|หลัง)|ครึ่ง(?:แรก|หลัง)"
_OPEN = r"(?:เป็นต้นไป|(?:(?:ดำเนินการ)?อย่าง)?ต่อเนื่อง|(?:-|–|—|ถึง)\s*(?:ปัจจุบัน|ต่อเนื่อง))"
_END_OF_WORDS = r"(?=[ \t]*(?:\n|\Z)|\s*[-–—•●▪◦*]\s*\S|\s*\Z)"
_DAY_OR_MONTH = rf"(?:วันที่\s*)?(?:{_ONE_DAY}|{_ONE_MONTH})"
_SURE = (
    rf"(?:{_WHOLE_YEAR}|{_BUDGET_YEAR_ALONE}|(?:เดือน\s*)?{_RANGE}|\(\s*(?:เดือน\s*)?{_RANGE}\s*\))"
    rf"(?:\s*\(\s*(?:เดือน\s*)?{_RANGE}\s*\))?"
)
_ALONE = (
    rf"(?:(?:ภายใน|ไม่เกิน|ก่อน)?\s*(?:{_QUARTER}|{_HALF}){_OF_YEAR}(?:\s*\(\s*(?:เดือน\s*)?{_RANGE}\s*\))?|"
    rf"(?:ภายใน|ไม่เกิน|ก่อน|ใน)?\s*{_DAY_OR_MONTH}(?:\s*{_OPEN})?|\d{{1,2}}\s*(?:-|–|ถึง)\s*(?:{_ONE_DAY})|"
    rf"(?:{_WHOLE_YEAR}\s*)?(?:ดำเนินการ|อย่าง)*ต่อเนื่อง(?:\s*ตลอด(?:ทั้ง)?ปี(?:งบประมาณ)?)?|(?:1|หนึ่ง)\s*ปี|12\s*เดือน)"
)
TIMELINE = re.compile(
    rf"[\s\-–—•]*(?P<words>(?:(?:ระยะเวลา(?:ดำเนินการ|การดำเนินการ|ดำเนินงาน)?|ระหว่าง|ตั้งแต่|ช่วง)\s*:?\s*(?:เดือน|วันที่)?\s*){{0,3}}"
    rf"(?:{_SURE}(?:\s*{_OPEN}{_END_OF_WORDS})?|{_ALONE}{_END_OF_WORDS}))\s*",
    re.IGNORECASE,
)
"""How long a measure runs, at the head of the follow-up cell; line ends count as spaces.

A quarter, a half, a day, a month or an open end is one only where a break or a bullet follows it.
"""

# From here on: applied to text without any space, see cadence_words and timeline.
_FEW = r"(?:\(?\d{1,3}\)?)?(?!\d|[.,]\d)(?!บาท|คน|ชั่วโมง|ล้าน|วัน)(?:ครั้ง|หน)?"
_THREE, _SIX, _TWELVE = "(?:3|สาม)", "(?:6|หก)", "(?:12|สิบสอง)"
_EVERY = r"ทุก(?:ๆ)?(?:รอบ)?(?:ระยะ)?"
_NOT_PAST = r"(?!ที่ผ่านมา|ที่แล้ว|ก่อนหน้า|ก่อน$)"
_LEAST = r"(?:อย่างน้อย)?"
CADENCES: tuple[tuple[re.Pattern[str], Cadence], ...] = tuple(
    (re.compile(words), cadence)
    for words, cadence in (
        (rf"(?:ภายใน)?(?:ใน)?ทุก(?:ๆ)?วันที่\d{{1,2}}(?!\d|{MONTH_NAME})(?:ของ(?:ทุก)?เดือน)?", Cadence.MONTHLY),
        (r"(?:ภายใน)?วันที่\d{1,2}(?:-\d{1,2})?ของ(?:ทุก(?:ๆ)?|แต่ละ)เดือน(?:ถัดไป)?", Cadence.MONTHLY),
        (r"ทุก(?:ๆ)?(?:วัน(?!นี้|หยุด|สำคัญ|เกิด|ที่)(?:ทำการ)?|สัปดาห์|อาทิตย์)", Cadence.MONTHLY),
        (r"(?<!จ้าง)(?<!ตอบแทน)ราย(?:วัน|สัปดาห์|ปักษ์)", Cadence.MONTHLY),
        (rf"{_EVERY}(?:15วัน|7วัน|30วัน|14วัน|[12]สัปดาห์|(?:สอง|หนึ่ง)สัปดาห์|สิบห้าวัน|ปักษ์)", Cadence.MONTHLY),
        (rf"{_LEAST}(?:สัปดาห์|อาทิตย์|วัน)ละ(?:\(?\d{{1,3}}\)?(?:-\d)?)?(?:ครั้ง|หน)", Cadence.MONTHLY),
        (
            rf"(?:ของ)?ทุก(?:ๆ)?(?:สิ้น|ต้น|กลาง|ปลาย)?(?:รอบ)?(?:1|หนึ่ง)?เดือน(?!{MONTH_NAME}){_NOT_PAST}",
            Cadence.MONTHLY,
        ),
        (r"(?<!จ้าง)(?<!ตอบแทน)(?:เป็น)?รายเดือน|(?:ใน)?แต่ละเดือน|ทุกสิ้นเดือน", Cadence.MONTHLY),
        (rf"{_LEAST}(?:เดือนละ|ใน1เดือน){_FEW}", Cadence.MONTHLY),
        (rf"{_LEAST}(?<!\d)\d{{1,2}}(?:ครั้ง|หน)(?:ต่อ|/)(?:วัน|สัปดาห์|อาทิตย์|เดือน)", Cadence.MONTHLY),
        (rf"(?:ทุก(?:ๆ)?(?:สิ้น|รอบ)?|(?:เป็น)?ราย|ในแต่ละ|แต่ละ)ไตรมาส{_NOT_PAST}", Cadence.QUARTERLY),
        (rf"{_LEAST}ไตรมาสละ{_FEW}", Cadence.QUARTERLY),
        (rf"{_LEAST}(?<!\d)\d{{1,2}}(?:ครั้ง|หน)(?:ต่อ|/)ไตรมาส", Cadence.QUARTERLY),
        (r"ไตรมาส(?:ที่)?1(?:-|–|ถึง)(?:ไตรมาส(?:ที่)?)?4", Cadence.QUARTERLY),
        (
            r"ไตรมาส(?:ที่)?1,(?:ไตรมาส(?:ที่)?)?2,(?:ไตรมาส(?:ที่)?)?3(?:,|และ)(?:ไตรมาส(?:ที่)?)?4",
            Cadence.QUARTERLY,
        ),
        (rf"(?:{_EVERY}|(?:ใน)?รอบ(?:ระยะ)?|ราย){_THREE}เดือน", Cadence.QUARTERLY),
        (rf"{_LEAST}(?:ปีละ4(?:ครั้ง|หน)|4(?:ครั้ง|หน)(?:ต่อ|/)ปี)", Cadence.QUARTERLY),
        (rf"(?:{_EVERY}|(?:ใน)?รอบ(?:ระยะ)?|ราย){_SIX}เดือน(?!แรก|หลัง)", Cadence.HALF_YEARLY),
        (r"(?:ระยะ|ราย|ทุก(?:ๆ)?|รอบ)?ครึ่งปี(?:งบประมาณ)?(?!แรก|หลัง)", Cadence.HALF_YEARLY),
        (
            rf"(?:(?:ใน)?รอบ)?(?:{_SIX}เดือน|ครึ่งปี)แรก(?:.{{0,40}}?(?:{_SIX}เดือน|ครึ่งปี)หลัง|(?:และ|,|/)(?:เดือน)?หลัง)"
            r"(?:(?:ของ)?ปีงบประมาณ(?:พ\.?ศ\.?)?\d{4})?",
            Cadence.HALF_YEARLY,
        ),
        (rf"{_LEAST}(?:ปีละ2(?:ครั้ง|หน)|2(?:ครั้ง|หน)(?:ต่อ|/)ปี|ปีละสองครั้ง)", Cadence.HALF_YEARLY),
        (
            rf"{_LEAST}ปีละ(?!(?:\(?(?:[2-9]|1\d)\)?|สอง|สาม|สี่)(?:ครั้ง|หน)){_FEW}|{_LEAST}1(?:ครั้ง|หน)(?:ต่อ|/)ปี",
            Cadence.YEARLY,
        ),
        (rf"{_LEAST}ปีละ12ครั้ง", Cadence.MONTHLY),
        (
            rf"(?:ใน|ทุก)?รอบ(?:1|หนึ่ง)?ปี{_NOT_PAST}|(?:เป็น)?รายปี|ทุก(?:ๆ)?(?:สิ้น)?ปี{_NOT_PAST}(?:งบประมาณ)?|สรุปทั้งปี",
            Cadence.YEARLY,
        ),
        (rf"(?:{_EVERY}|(?:ใน)?รอบ(?:ระยะ)?|(?<=6เดือน)(?:และ|,|/)){_TWELVE}เดือน", Cadence.YEARLY),
    )
)
UNKEPT_CADENCE = re.compile(
    rf"{_LEAST}ปีละ(?:[35-9]|1[01])(?:ครั้ง|หน)|ทุก(?:ๆ)?(?:ระยะ)?(?:[245789]|1[01]|สอง|สี่)เดือน|{_LEAST}[35-9](?:ครั้ง|หน)(?:ต่อ|/)ปี"
)
"""How often, in a way that no rule keeps."""

_OF_EVERY_YEAR = r"(?:ของทุก(?:ๆ)?ปี)?"
HALF_ALONE = re.compile(
    rf"(?:(?:ใน)?รอบ)?(?:ระยะ)?(?:{_SIX}เดือน|ครึ่งปี(?:งบประมาณ)?|ครึ่ง)(?P<half>แรก|หลัง)"
    r"(?:(?:ของ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?(?P<year>\d{4}))?"
)
FIRST_OF_TWO = "แรก"
NINE_MONTHS = re.compile(r"(?:ใน)?รอบ(?:ระยะ)?(?:9|เก้า)เดือน")
_BY = r"(?:ภายใน|ไม่เกิน|ไม่ช้ากว่า|ก่อน|ไม่ล่าช้ากว่า|อย่างช้า)"
IN_QUARTER = re.compile(
    rf"{_BY}(?:สิ้น)?ไตรมาส(?:ที่)?(?P<quarter>[1-4])(?:(?:/|ของปีงบประมาณ|ปีงบประมาณ)(?:พ\.?ศ\.?)?(?P<year>\d{{4}}))?"
)
DEADLINE = re.compile(
    rf"{_BY}(?:ใน)?(?:วันที่)?"
    rf"(?P<date>\d{{1,2}}{MONTH_NAME}(?:,?{YEAR})?|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}){_OF_EVERY_YEAR}",
    re.IGNORECASE,
)
DATE_SPAN = re.compile(
    rf"\d{{1,2}}(?:{MONTH_NAME}(?:,?{_YEAR_UNNAMED})?)?(?:-|–|—|ถึง)(?:วันที่)?"
    rf"(?P<date>\d{{1,2}}{MONTH_NAME}(?:,?{YEAR})?)",
    re.IGNORECASE,
)
DEADLINE_MONTH = re.compile(
    rf"{_BY}(?:ใน)?(?:สิ้น)?(?:เดือน)?(?P<name>{MONTH_NAME})(?:,?{YEAR})?{_OF_EVERY_YEAR}", re.IGNORECASE
)
MONTH_SPAN = re.compile(
    rf"(?:ระหว่าง|ตั้งแต่|ช่วง)?(?:เดือน)?(?P<words>(?P<first_name>{MONTH_NAME})"
    rf"(?:{YEAR.replace('?P<', '?P<first_')})?(?:-|–|—|ถึง)(?:เดือน)?(?P<name>{MONTH_NAME})(?:{YEAR})?)",
    re.IGNORECASE,
)

# Only in timelines.
_DAY = rf"\d{{1,2}}(?:{MONTH_NAME}(?:,?{_YEAR_UNNAMED})?)|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}"
DAYS = re.compile(rf"(?P<first>{_DAY}|\d{{1,2}})(?:-|–|—|ถึง)(?:วันที่)?(?P<last>{_DAY})", re.IGNORECASE)
DAY = re.compile(rf"(?P<by>{_BY})?(?:ใน)?(?:วันที่)?(?<!\d)(?P<date>{_DAY})", re.IGNORECASE)
MONTH = re.compile(
    rf"(?<![\u0e01-\u0e4e])(?:ตั้งแต่|ระหว่าง|ช่วง)?(?P<by>{_BY})?(?:ใน)?(?:สิ้น)?(?:เดือน)?(?P<name>{MONTH_NAME})(?:,?{YEAR})?",
    re.IGNORECASE,
)
QUARTERS = re.compile(
    r"(?P<by>ภายใน|ไม่เกิน)?ไตรมาส(?:ที่)?(?P<first>[1-4])(?:(?:-|–|—|ถึง|และ|,)(?:ไตรมาส(?:ที่)?)?(?P<last>[1-4])(?!\d))*"
    r"(?:(?:/|ของ)?(?:ปี)?(?:งบประมาณ)?(?:พ\.?ศ\.?)?(?P<year>\d{4}|\d{2})(?!\d))?"
)
OPEN_END = re.compile(r"เป็นต้นไป|ต่อเนื่อง|(?:-|–|—|ถึง)ปัจจุบัน")
WHOLE_YEAR = re.compile(r"(?:ตลอด|ทั้ง)(?:ทั้ง)?ปี|ปีงบประมาณ|(?:1|หนึ่ง)ปี|12เดือน")
NAMED_YEAR = re.compile(r"ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?(?P<year>\d{4})")
IS_DEADLINE = re.compile(r"\s*(?:ภายใน|ไม่เกิน|ก่อน)")
