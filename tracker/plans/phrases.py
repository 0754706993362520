"""The words of plan documents: headings, labels, marks of role, and what sets a rule of follow-up.

All Thai wording that the readers look for stands here, as data and as regular expressions. Unless a comment
says otherwise a pattern is applied to repaired text with Arabic digits.
"""

import re

from tracker.domain.cadence import Cadence
from tracker.plans.model import Instrument
from tracker.thai.months import MONTH_NAME
from tracker.thai.years import YEAR

# Headings of columns, tried in this order on the folded heading: follow-up is about guidelines too.
RESPONSIBLE_HEADINGS = ("ผู้รับผิดชอบ", "หน่วยงานที่รับผิดชอบ", "หน่วยงานรับผิดชอบ", "ส่วนราชการที่รับผิดชอบ", "เจ้าภาพ")
FOLLOW_UP_HEADINGS = ("กำกับติดตาม", "การติดตาม", "กำกับ ติดตาม")
TIMELINE_HEADINGS = ("ระยะเวลา",)
ACTIONS_HEADINGS = ("มาตรการ", "กิจกรรมใน", "แนวทางการปฏิบัติ", "แนวทางปฏิบัติ", "แนวทางการพัฒนา")
WEAKNESSES_HEADINGS = ("ข้อบกพร่อง", "จุดอ่อน", "ประเด็นที่ต้องพัฒนา", "ประเด็นที่จะต้องพัฒนา")
ANALYSIS_HEADINGS = ("การวิเคราะห์", "ประเด็นการวิเคราะห์")
ITEM_HEADINGS = ("หัวข้อการประเมิน", "หัวข้อประเมิน", "ตัวชี้วัด", "ข้อคำถาม", "ประเด็นการประเมิน")
SCORE_HEADINGS = ("คะแนนที่ได้", "คะแนน", "ค่าคะแนน")
SCORE_TITLE_HEADINGS = ("ประเด็นการประเมิน", "ข้อคำถาม", "รายละเอียด")

INSTRUMENT_NAMES = {
    Instrument.IIT: "ผู้มีส่วนได้ส่วนเสียภายใน",
    Instrument.EIT: "ผู้มีส่วนได้ส่วนเสียภายนอก",
    Instrument.OIT: "การเปิดเผยข้อมูลสาธารณะ",
}
"""What a section is called where the three letters of the instrument are missing."""

REPEAT_MARKS = "ๆฯ"
"""Signs after which a space is printed."""

CONTINUED = re.compile(r"\(\s*ต่อ\s*\)")

INDICATOR = re.compile(r"[\s\-–—•]*ตัวชี้วัดที่\s*(?P<number>\d{1,2})(?!\s*[.]\d)[\s.:]*")
ITEM_WORD = re.compile(r"[\s\-–—•]*(?:(?:ข้อ|หัวข้อ)\s*(?=[\dA-Za-z]))?")

SCORE_LABEL = "คะแนนเฉลี่ย"
SCORE_UNIT = "คะแนน"
EXACT_SCORE_LABEL = re.compile(r"คะแนน\s*(?:เฉลี่ย|ที่ได้|รวม)?[\s:=\-–]*$")
FIRST_OF_SCORE_LABEL = "ค"
MISREAD_LETTERS = str.maketrans({**{chr(code): chr(code - 0x80) for code in range(0xE81, 0xECE)}, "ຍ": "ย"})
"""Lao letters, which a machine reads for the Thai ones they resemble, to the Thai letters."""

LEAD_ROLE = re.compile(r"เจ้าภาพ(?!ร่วม|รอง)|หน่วยงานหลัก|ผู้รับผิดชอบหลัก|^\s*หลัก\s*$")
SUPPORTING_ROLE = re.compile(r"สนับสนุน|ร่วม|รอง|เกี่ยวข้อง|^\s*ช่วย")
ROLE_WORDS = re.compile(r"(?:เจ้าภาพ(?:หลัก|ร่วม|รอง)?|(?:หน่วยงาน|ผู้รับผิดชอบ|ฝ่าย)?(?:หลัก|สนับสนุน|ร่วม))\s*[:：]")
ALL_DIVISIONS = re.compile(r"ทุก\s*(?:ๆ\s*)?(?:ส่วนราชการ|ฝ่าย|หน่วยงาน|กลุ่มงาน|กอง|สำนัก|ส่วน|งาน)")
UNIT_WORDS = r"(?:ฝ่าย|กลุ่มงาน|กลุ่ม|กอง|ศูนย์|สำนัก|โรงเรียน|สถานศึกษา|หน่วย|งาน|ส่วน|ทุก)"
BETWEEN_UNITS = re.compile(rf"\s*(?:[,،;/\n]|และ(?=\s*{UNIT_WORDS})|(?<=\s)(?={UNIT_WORDS}))\s*")
IN_THE_OFFICE = re.compile(r"(?:ใน|ของ)?\s*สังกัด\s*$|ของ\s*$")

OFFICE = (
    r"(?:สำนักงานเขต|สำนักงานเทศบาล|เทศบาล(?:นคร|เมือง|ตำบล)|องค์การบริหารส่วน(?:จังหวัด|ตำบล)|"
    r"เมืองพัทยา|ที่ว่าการอำเภอ|สำนักงาน|มหาวิทยาลัย|โรงพยาบาล|กรม|จังหวัด|อำเภอ|สำนัก)"
)
KIND_OF_OFFICE = re.compile(OFFICE)
OFFICE_LINE = re.compile(rf"{OFFICE}\s*[^\s()\d]{{2,50}}")
OFFICE_IN_TEXT = re.compile(rf"(?:ของ|ในสังกัด|สังกัด)\s*({OFFICE}[^\s()\d/,]{{2,50}})")
BUDGET_YEAR = re.compile(r"ปี\s*งบประมาณ\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*(\d{4})(?!\d)")

_YEAR_UNNAMED = YEAR.replace("?P<era>", "?:").replace("?P<year>", "?:")
_WORD_PAIRS = (
    ("ชื่อ", "(?:นาม)?สกุล"),
    ("ก่อน", "หลัง"),
    ("ไม่ให้", "ไม่รับ"),
    ("รับ", "(?:ส่ง|จ่าย)"),
    ("เข้า", "ออก"),
    ("จันทร์", "(?:วัน)?(?:ศุกร์|เสาร์|อาทิตย์)"),
)
PAIRS = re.compile(
    "|".join(rf"{first}[ \t\f]*[-–][ \t\f]*{second}" for first, second in _WORD_PAIRS)
    + r"|[-–][ \t\f]*(?:ว่าง|ไม่มี)[ \t\f]*[-–]"
    + rf"|{MONTH_NAME}\s*(?:{_YEAR_UNNAMED})?\s*[-–—]\s*{MONTH_NAME}",
    re.IGNORECASE,
)
"""Words that a dash holds together: it begins no bullet."""

_RANGE = (
    rf"(?:\d{{1,2}}\s*)?{MONTH_NAME}\s*(?:(?:พ\.?\s*ศ\.?\s*)?\d{{2,4}})?\s*(?:-|–|—|ถึง)\s*"
    rf"(?:\d{{1,2}}\s*)?(?:เดือน\s*)?{MONTH_NAME}\s*(?:(?:พ\.?\s*ศ\.?\s*)?\d{{2,4}})?"
)
_WHOLE_YEAR = r"(?:ตลอด|ทั้ง)(?:ทั้ง)?\s*ปี\s*(?:งบประมาณ)?\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*(?:\d{4})?"
_BUDGET_YEAR_ALONE = r"ปี\s*งบประมาณ\s*(?:พ\s*\.?\s*ศ\s*\.?)?\s*\d{4}"
TIMELINE = re.compile(
    rf"[\s\-–—•]*(?P<words>(?:(?:ระยะเวลา(?:ดำเนินการ)?|ระหว่าง|ตั้งแต่|ช่วง)\s*:?\s*(?:เดือน\s*)?)?"
    rf"(?:{_WHOLE_YEAR}|{_BUDGET_YEAR_ALONE}|(?:เดือน\s*)?{_RANGE}|\(\s*(?:เดือน\s*)?{_RANGE}\s*\))"
    rf"(?:\s*\(\s*(?:เดือน\s*)?{_RANGE}\s*\))?)\s*",
    re.IGNORECASE,
)
"""How long a measure runs, at the head of the follow-up cell; line ends count as spaces."""

# From here on: applied to text without any space, see cadence_words.
_FEW = r"(?:\(?\d+\)?ครั้ง)?"
CADENCES: tuple[tuple[re.Pattern[str], Cadence], ...] = tuple(
    (re.compile(words), cadence)
    for words, cadence in (
        (r"(?:ภายใน)?(?:ใน)?ทุก(?:ๆ)?วันที่\d{1,2}", Cadence.MONTHLY),
        (r"ทุก(?:ๆ)?(?:วัน|สัปดาห์|อาทิตย์)", Cadence.MONTHLY),
        (r"ราย(?:วัน|สัปดาห์|ปักษ์)", Cadence.MONTHLY),
        (r"ทุก(?:ๆ)?(?:ระยะ)?(?:15วัน|7วัน|30วัน|[12]สัปดาห์|ปักษ์)", Cadence.MONTHLY),
        (r"(?:อย่างน้อย)?(?:สัปดาห์|อาทิตย์|วัน)ละ\d+ครั้ง", Cadence.MONTHLY),
        (r"(?:ของ)?ทุก(?:ๆ)?(?:สิ้น|ต้น)?(?:1)?เดือน", Cadence.MONTHLY),
        (r"(?:เป็น)?รายเดือน", Cadence.MONTHLY),
        (rf"(?:อย่างน้อย)?(?:เดือนละ|ใน1เดือน){_FEW}", Cadence.MONTHLY),
        (r"(?:ทุก(?:ๆ)?(?:สิ้น)?|(?:เป็น)?ราย|ในแต่ละ|แต่ละ)ไตรมาส", Cadence.QUARTERLY),
        (rf"(?:อย่างน้อย)?ไตรมาสละ{_FEW}", Cadence.QUARTERLY),
        (r"(?:ทุก(?:ๆ)?(?:รอบ)?|(?:ใน)?รอบ(?:ระยะ)?)3เดือน", Cadence.QUARTERLY),
        (r"(?:อย่างน้อย)?ปีละ4ครั้ง", Cadence.QUARTERLY),
        (r"(?:ทุก(?:ๆ)?(?:รอบ)?|(?:ใน)?รอบ(?:ระยะ)?)6เดือน(?!แรก|หลัง)", Cadence.HALF_YEARLY),
        (r"(?:ระยะ|ราย|ทุก(?:ๆ)?|รอบ)?ครึ่งปี(?:งบประมาณ)?", Cadence.HALF_YEARLY),
        (
            r"(?:(?:ใน)?รอบ)?6เดือนแรก(?:.{0,40}?6เดือนหลัง|(?:และ|,|/)(?:เดือน)?หลัง)"
            r"(?:(?:ของ)?ปีงบประมาณ(?:พ\.?ศ\.?)?\d{4})?",
            Cadence.HALF_YEARLY,
        ),
        (r"(?:อย่างน้อย)?ปีละ2ครั้ง", Cadence.HALF_YEARLY),
        (r"(?:อย่างน้อย)?ปีละ(?!(?:[2-9]|1\d)ครั้ง)(?:\(?1\)?ครั้ง)?", Cadence.YEARLY),
        (r"(?:อย่างน้อย)?ปีละ(?:[35-9]|1[01])ครั้ง", Cadence.QUARTERLY),
        (r"(?:อย่างน้อย)?ปีละ12ครั้ง", Cadence.MONTHLY),
        (r"(?:ใน|ทุก)?รอบ(?:1)?ปี|(?:เป็น)?รายปี|ทุก(?:ๆ)?(?:สิ้น)?ปี|สรุปทั้งปี", Cadence.YEARLY),
        (r"(?:ทุก(?:ๆ)?(?:รอบ)?|(?:ใน)?รอบ(?:ระยะ)?)12เดือน", Cadence.YEARLY),
    )
)

HALF_ALONE = re.compile(
    r"(?:(?:ใน)?รอบ)?(?:ระยะ)?6เดือน(?P<half>แรก|หลัง)(?:(?:ของ)?ปี(?:งบประมาณ)?(?:พ\.?ศ\.?)?(?P<year>\d{4}))?"
)
FIRST_OF_TWO = "แรก"
DEADLINE = re.compile(
    r"(?:ภายใน|ไม่เกิน|ไม่ช้ากว่า|ก่อน|ไม่ล่าช้ากว่า)(?:ใน)?(?:วันที่)?"
    rf"(?P<date>\d{{1,2}}{MONTH_NAME}(?:,?{YEAR})?|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})",
    re.IGNORECASE,
)
DATE_SPAN = re.compile(
    rf"\d{{1,2}}{MONTH_NAME}(?:,?{_YEAR_UNNAMED})?(?:-|–|—|ถึง)(?:วันที่)?"
    rf"(?P<date>\d{{1,2}}{MONTH_NAME}(?:,?{YEAR})?)",
    re.IGNORECASE,
)
DEADLINE_MONTH = re.compile(
    rf"(?:ภายใน|ไม่เกิน|ไม่ช้ากว่า)(?:ใน)?(?:สิ้น)?(?:เดือน)?(?P<name>{MONTH_NAME})(?:,?{YEAR})?",
    re.IGNORECASE,
)
MONTH_SPAN = re.compile(
    rf"(?:ระหว่าง|ตั้งแต่|ช่วง)?(?:เดือน)?(?P<words>(?P<first_name>{MONTH_NAME})"
    rf"(?:{YEAR.replace('?P<', '?P<first_')})?(?:-|–|—|ถึง)(?:เดือน)?(?P<name>{MONTH_NAME})(?:{YEAR})?)",
    re.IGNORECASE,
)
