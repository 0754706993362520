"""An office's own templates: found, noticed when changed, and their faults told in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.messages.digests import MONTHLY_OWNER, digest, plan
from tracker.config import ConfigFiles
from tracker.domain.reminders import Kind
from tracker.errors import ConfigError
from tracker.messages.render import Renderer

MONTHLY = digest(plan(owner=MONTHLY_OWNER), kinds={Kind.MONTHLY})


def write(office: Path, name: str, text: str) -> Path:
    path = office / "templates" / "th" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_own_template_of_the_same_name_wins(tmp_path):
    write(tmp_path, "line.txt.j2", '{% import "words.j2" as say %}{{ say.prefix }}: {{ digest.recipient }}\n')

    message = Renderer(ConfigFiles(tmp_path).find).render(MONTHLY, channel="line")

    assert message.text == "ITA: หัวหน้าฝ่ายปกครอง"
    assert message.subject == "ITA 2565: รายงานเดือนนี้ 4 รายการ เกินกำหนด 2 (ฝ่ายปกครอง)"


def test_template_saved_by_notepad_with_bom_and_crlf_is_read(tmp_path):
    write(tmp_path, "line.txt.j2", "\ufeffเรียน\r\nทุกฝ่าย\r\n")

    message = Renderer(ConfigFiles(tmp_path).find).render(MONTHLY, channel="line")

    assert message.text == "เรียน\nทุกฝ่าย"


def test_changed_added_and_removed_template_is_noticed(tmp_path):
    renderer = Renderer(ConfigFiles(tmp_path).find)
    supplied = renderer.render(MONTHLY, channel="line").text

    own = write(tmp_path, "line.txt.j2", "one")
    added = renderer.render(MONTHLY, channel="line").text
    own.write_text("two", encoding="utf-8")
    os.utime(own, ns=(1, 1))
    changed = renderer.render(MONTHLY, channel="line").text
    own.unlink()
    removed = renderer.render(MONTHLY, channel="line").text

    assert (added, changed, removed) == ("one", "two", supplied)


@pytest.mark.parametrize(
    ("text", "line", "mistake"),
    [
        ("a\n{% if x %}\n", 2, "Unexpected end of template."),
        ("a\n\n{{ digest.recipent }}", 3, "has no attribute 'recipent'"),
        ("{{ nobody }}", 1, "'nobody' is undefined"),
        ("a\n{{ 1 / 0 }}", 2, "division by zero"),
        ("a\n{{ today | long_date('roman') }}", 2, "'roman' is not a valid Digits"),
        ("a\n{{ today | no_filter }}", 2, "No filter named 'no_filter'."),
    ],
    ids=["syntax", "attribute", "undefined", "arithmetic", "digits", "filter"],
)
def test_faulty_template_is_one_sentence_with_file_and_line(tmp_path, text, line, mistake):
    path = write(tmp_path, "line.txt.j2", text)

    with pytest.raises(ConfigError) as failure:
        Renderer(ConfigFiles(tmp_path).find).render(MONTHLY, channel="line")

    sentence = str(failure.value)
    assert sentence.startswith(f"The template {path}, line {line} has a mistake: ")
    assert mistake.rstrip(".") in sentence
    assert sentence.endswith("; mend it, or remove your copy to use the supplied one.")
    assert "\n" not in sentence


def test_fault_in_an_imported_template_names_that_one(tmp_path):
    path = write(tmp_path, "words.j2", "{% macro subject(g, today) %}\n{{ g.nothing }}{% endmacro %}")

    with pytest.raises(ConfigError, match=rf"^The template {path}, line 2 has a mistake: ") as failure:
        Renderer(ConfigFiles(tmp_path).find).render(MONTHLY, channel="line")

    assert "nothing" in str(failure.value)


def test_missing_template_is_named(tmp_path):
    write(tmp_path, "subject.txt.j2", "x")

    with pytest.raises(ConfigError) as failure:
        Renderer(lambda name: tmp_path / name).render(MONTHLY, channel="line")

    path = tmp_path / "templates/th/line.txt.j2"
    assert str(failure.value) == f"The template {path} does not exist; put a file there."


def test_template_in_another_encoding_is_named(tmp_path):
    path = write(tmp_path, "line.txt.j2", "")
    path.write_bytes("เรียน".encode("cp874"))

    with pytest.raises(ConfigError) as failure:
        Renderer(ConfigFiles(tmp_path).find).render(MONTHLY, channel="line")

    assert str(failure.value) == f"The template {path} cannot be read as UTF-8 (UnicodeDecodeError)."


def test_language_is_no_path():
    with pytest.raises(ConfigError, match="is no language code"):
        Renderer(Path).render(digest(plan(), kinds={Kind.MONTHLY}, language="../th"), channel="line")


def test_jinja_is_loaded_only_when_a_message_is_rendered():
    code = "import sys, tracker.messages.render; sys.exit('jinja2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
