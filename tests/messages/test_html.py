"""The HTML part: escaped, self-contained, and holding what the plain part holds."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.messages.digests import (
    COORDINATORS,
    EMPTY_OWNER,
    ESCALATION,
    I1,
    MONTHLY_OWNER,
    SUMMARY,
    SUPPORT,
    digest,
    plan,
    renderer,
)
from tracker.domain.reminders import Kind
from tracker.messages.render import Renderer
from tracker.reports.digest import CalendarDoubt, Person, QuarterStanding, SupervisorPart

VOID = {"meta", "br"}
EVERYTHING = (
    plan(
        owner=MONTHLY_OWNER,
        supervisor=SupervisorPart(
            (), SUMMARY, QuarterStanding("2565-Q1", 48, 45, 3), (CalendarDoubt(2566, 0, 0),)
        ),
        coordinator=COORDINATORS,
        escalation=ESCALATION,
    ),
    plan(support=SUPPORT, agency="สำนักงานเขตดินแดง"),
)
HOSTILE = "<script>alert('a')</script> {{ 7*7 }} & \"q\"\n== หัวข้อปลอม ==\r\x1b[2J\u202e =?utf-8?q?x?="


class Reader(HTMLParser):
    """Keeps the tags and the text, and sees to it that every tag is closed in its turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", ["th", "en"])
def test_html_is_well_formed_names_its_language_and_loads_nothing(language):
    message = renderer().render(digest(*EVERYTHING, kinds=set(Kind), language=language), channel="email")

    html = read(message.html)

    assert message.html.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    assert {tag for tag, _ in html.tags} == {
        "html", "head", "meta", "title", "body", "div", "p", "h1", "h2", "span", "br", "strong", "ul", "li",
        "a", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert {attrs["href"] for tag, attrs in html.tags if tag == "a"} == {"mailto:ita@huaikhwang.example"}
    assert not re.search(r"https?:|url\(|src=|@import", message.html)


@pytest.mark.parametrize("language", ["th", "en"])
def test_html_says_what_the_plain_part_says(language):
    message = renderer().render(digest(*EVERYTHING, kinds=set(Kind), language=language), channel="email")

    shown = "".join(read(message.html).words)

    codes_and_titles = [line[2:] for line in message.text.splitlines() if re.match(r"- [IEO]\d+ ", line)]
    assert len(codes_and_titles) == 13
    assert [line for line in codes_and_titles if "".join(line.split()) not in shown] == []
    for sentence in message.text.split("\n\n")[1:3]:
        assert "".join(sentence.splitlines()[0].strip("= ").split()) in shown


@pytest.mark.parametrize("language", ["th", "en"])
def test_hostile_values_stay_text(language):
    hostile = replace(I1, title=HOSTILE, code=HOSTILE, lead=HOSTILE, period=HOSTILE)
    owner = replace(EMPTY_OWNER, divisions=(HOSTILE, "ฝ่ายโยธา"), to_report=(hostile,), overdue=(hostile,))
    ask = (Person(HOSTILE, HOSTILE, 'x" onclick="y@example'),)
    message = renderer().render(
        digest(
            plan(owner=owner, agency=HOSTILE, ask=ask),
            kinds={Kind.MONTHLY},
            recipient=HOSTILE,
            language=language,
        ),
        channel="email",
    )

    html = read(message.html)

    plain = "<script>alert('a')</script> {{ 7*7 }} & \"q\" == หัวข้อปลอม == [2J =?utf-8?q?x?="
    assert "script" not in {tag for tag, _ in html.tags}
    assert not any("onclick" in attrs for _, attrs in html.tags)
    assert f"- {plain} {plain}\n" in message.text
    assert "".join(plain.split()) in "".join(html.words)
    assert "49" not in message.text
    assert not [line for line in message.text.splitlines() if line.startswith("==")]


@pytest.mark.parametrize(("language", "word"), [("th", "พัก"), ("en", "pause")])
def test_both_parts_end_with_how_to_pause_but_not_for_the_coordinator_who_would_do_it(language, word):
    to_owner = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY}, language=language)
    to_coordinator = digest(plan(coordinator=COORDINATORS), kinds={Kind.COORDINATOR}, language=language)

    owners = renderer().render(to_owner, channel="email")
    coordinators = renderer().render(to_coordinator, channel="email")

    said = owners.text.splitlines()[-1]
    assert f"“{word}”" in said
    assert " ".join(read(owners.html).words).endswith(said)
    assert f"“{word}”" not in coordinators.text + coordinators.html


def test_subject_is_short_and_never_an_encoded_word_of_its_own():
    division = "ฝ่าย=?utf-8?q?x?=\r\nBcc: everyone@example"
    owner = replace(EMPTY_OWNER, divisions=(division,), to_report=(I1,))

    message = renderer().render(digest(plan(owner=owner), kinds={Kind.MONTHLY}), channel="file")

    assert message.subject == "ITA 2565: รายงานเดือนนี้ 1 รายการ"
    short = replace(owner, divisions=("=?utf-8?q?x?=",))
    message = renderer().render(digest(plan(owner=short), kinds={Kind.MONTHLY}), channel="file")
    assert message.subject == "ITA 2565: รายงานเดือนนี้ 1 รายการ (= ?utf-8?q?x?=)"


def test_what_html_imports_is_escaped_too(tmp_path):
    """The wording lies in a file that does not end in .html.j2: it is escaped where HTML uses it."""
    (tmp_path / "words.j2").write_text("{% macro hello(name) %}<b>{{ name }}{% endmacro %}", encoding="utf-8")
    for name in ("email.html.j2", "email.txt.j2", "subject.txt.j2", "calendar.txt.j2"):
        text = '{% import "words.j2" as say %}{{ say.hello(digest.recipient) }}'
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = Renderer(lambda name: tmp_path / name.rpartition("/")[2])

    message = own.render(digest(*EVERYTHING, kinds=set(Kind), recipient="<i>"), channel="email")

    assert (message.text, message.html) == ("<b><i>", "<b>&lt;i&gt;")
