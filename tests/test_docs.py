"""The documentation is true: made pages are fresh, commands have help, the README can be followed."""

import contextlib
import re
import shlex
import shutil
from collections.abc import Container
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docs.pages import commands, pages
from tests.fakes.smtp import FakeSmtp
from tracker.cli import COMMANDS, root
from tracker.cli.group import LazyGroup

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
ALL = list(commands(root, ("tracker",)))


@pytest.mark.parametrize("name", sorted(pages()))
def test_made_page_is_fresh(name: str) -> None:
    written = (TOP / "docs" / name).read_text(encoding="utf-8")

    assert written == pages()[name], "run: python -m docs"


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_command_has_help_with_an_example(words: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert re.search(rf"Example: .*{' '.join(words)}", command.help)


def test_short_helps_of_the_tables_are_whole_sentences() -> None:
    tables = [COMMANDS, *(each.commands_table for each in _groups())]

    for table in tables:
        for name, (_, text) in table.items():
            assert text[0].isupper(), name
            assert text.endswith("."), name


def test_readme_is_short_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) <= 120
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (TOP / target).exists(), target


def test_readme_one_minute_shows_the_message_of_the_division(office_folder: Path) -> None:
    (office_folder / "try").mkdir()

    shown = _run_block("One minute", office_folder / "try")

    assert "me@example.go.th" in shown[-1]
    assert "เรียน หัวหน้าฝ่ายการคลัง" in shown[-1]
    assert "ภายในวันที่ 7 กุมภาพันธ์ 2565" in shown[-1]


def test_readme_commands_of_the_first_and_of_every_day_work(office_folder: Path) -> None:
    shutil.copy(office_folder / "config/plans/huai-khwang-2565.txt", office_folder / "plan.txt")
    shutil.copy(office_folder / "config/plans/demo-contacts.csv", office_folder / "contacts.csv")
    before = {"TRACKER_NOW": "2022-01-25T10:00:00+07:00"}

    first = _run_block("For real", office_folder, environ=before, leaving_out={"run"})
    daily = _run_block("Every day (", office_folder, environ=before)

    assert "80 measures" in first[2]
    assert daily[1].startswith("O24 2565-01-31: done.")
    assert "https://example.go.th/o24" in daily[4]


def test_readme_commands_of_the_first_e_mail_work(office_folder: Path) -> None:
    folder = office_folder / "try"
    folder.mkdir()
    _run_block("## One minute", folder)
    with FakeSmtp() as smtp:
        settings = (
            f'[email]\nhost = "{smtp.host}"\nport = {smtp.port}\nsecurity = "none"\nfrom = "ita@x.example"\n'
        )
        (folder / "config" / "tracker.toml").write_text(settings, encoding="utf-8")
        shown = _run_block("A greeting shows whether", folder, leaving_out={"doctor"})
        received = [each.recipients for each in smtp.messages]

    assert received == [("me@example.go.th",), ("me@example.go.th",)]
    assert shown[0].startswith("Greeted by email (me@example.go.th)")
    assert "sent" in shown[-1]


@pytest.fixture
def office_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder beside the checkout's config."""
    shutil.copytree(TOP / "config" / "plans", tmp_path / "config" / "plans")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run_block(
    heading: str, folder: Path, *, environ: dict[str, str] | None = None, leaving_out: Container[str] = ()
) -> list[str]:
    """Run the tracker commands of the first block after a heading, in a folder; what each printed."""
    block = README.split(heading, 1)[1].split("```sh\n", 1)[1].split("```", 1)[0]
    lines = [shlex.split(line) for line in block.splitlines() if line.startswith("tracker ")]
    shown = []
    for words in lines:
        if words[1] not in leaving_out:
            with contextlib.chdir(folder):
                result = CliRunner().invoke(root, words[1:], env=environ or {}, catch_exceptions=False)
            assert result.exit_code == 0, (words, result.output)
            shown.append(result.stdout)
    return shown


def _groups() -> list[LazyGroup]:
    found = (root.get_command(click.Context(root), name) for name in COMMANDS)
    return [each for each in found if isinstance(each, LazyGroup)]
