"""tracker demo: the whole story, with nothing leaving the machine."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.conftest import Tracker
from tracker.cli import root


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The story once: its folder and what was printed. No connection may be opened, whatever is set."""
    folder = tmp_path_factory.mktemp("demo") / "story"
    environ = {
        "TRACKER_SMTP_HOST": "127.0.0.1",
        "TRACKER_LINE_TOKEN": "not-to-be-used",
        "TRACKER_DB": "postgresql://nobody@127.0.0.1:1/not-to-be-used",
        "TRACKER_NOW": "1999-01-01T00:00+07:00",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(f"socket.socket.{name}", _no_connection)
        result = CliRunner().invoke(
            root, ["demo", "--folder", str(folder)], env=environ, catch_exceptions=False
        )
    return folder, result


def _no_connection(_socket: object, address: object) -> None:
    raise AssertionError(f"a connection to {address} was tried")


def test_demo_succeeds(told: tuple[Path, Result]) -> None:
    _, result = told

    assert (result.exit_code, result.stderr) == (0, "")


def test_demo_begins_with_the_plan(told: tuple[Path, Result]) -> None:
    folder, result = told

    first, second, *_ = result.stdout.splitlines()
    assert first == (
        f"1. The plan. {folder / 'huai-khwang-2565.txt'} is what an office publishes; it comes in as it is:"
    )
    assert second.startswith("   สำนักงานเขตห้วยขวาง, fiscal year 2565: 80 measures, ")


def test_demo_shows_the_monthly_message_in_line_and_by_email(told: tuple[Path, Result]) -> None:
    chapters = told[1].stdout.split("\n3")

    in_line, by_email = chapters[1], chapters[2].split("\n4. ")[0]
    assert in_line.startswith("a. What หัวหน้าฝ่ายการคลัง read on 2565-02-01 in LINE, on the telephone:\n")
    assert "I7, O24" in in_line
    assert sum(line.startswith("   │") for line in in_line.splitlines()) <= 10
    assert by_email.startswith("b. What เจ้าหน้าที่ฝ่ายการคลัง read on 2565-02-01 by e-mail:\n")
    assert "   │ เรียน เจ้าหน้าที่ฝ่ายการคลัง\n" in by_email
    assert "   │ - O24 รายงานผลการจัดซื้อจัดจ้างหรือการจัดหาพัสดุประจำปี\n" in by_email


def test_demo_names_o24_in_the_overdue_summary(told: tuple[Path, Result]) -> None:
    summary = told[1].stdout.split("4. The supervisors' summary on 2565-02-15:")[1]

    (line,) = [each for each in summary.splitlines() if each.startswith("O24 ")]
    assert line.split()[:5] == ["O24", "2565-01-31", "2565-01-31", "15", "ฝ่ายการคลัง"]


def test_demo_ends_with_the_folder_and_three_commands(told: tuple[Path, Result]) -> None:
    folder, result = told

    ending = result.stdout.split("\n5. ")[1].splitlines()
    assert ending[0] == f"Everything is in {folder}:"
    assert ending[-4] == f"   cd {folder}"
    for line, words in zip(ending[-3:], ("overdue", "show O24", "done O24 --note เผยแพร่แล้ว"), strict=True):
        program, _, rest = line.strip().partition(" ")
        assert rest == f"{words} --now 2022-02-15T10:00+07:00"
        assert program == "tracker" or Path(program).is_absolute()


def test_demo_leaves_no_blank_at_the_end_of_a_line(told: tuple[Path, Result]) -> None:
    assert [line for line in told[1].stdout.splitlines() if line != line.rstrip()] == []


def test_demo_sends_into_files_alone(told: tuple[Path, Result]) -> None:
    folder, result = told

    letters = list((folder / "outbox").glob("*.eml"))
    assert letters
    assert f"the office got {len(letters)}\n" in result.stdout
    tracker = Tracker(folder, None)
    assert {each["channel"] for each in tracker.json("outbox", "list")} == {"file"}


def test_demo_folder_takes_the_commands_it_names(told: tuple[Path, Result], tmp_path: Path) -> None:
    shutil.copytree(told[0], tmp_path / "story")
    tracker = Tracker(tmp_path / "story", "2022-02-15T10:00+07:00")

    assert "O24" in {each["code"] for each in tracker.json("overdue")}
    assert tracker.says("done", "O24", "--note", "เผยแพร่แล้ว").startswith("O24 2565-01-31: done.")
    assert "O24" not in {each["code"] for each in tracker.json("overdue")}
    assert tracker.json("show", "O24")["history"][-1]["after"]["note"] == "เผยแพร่แล้ว"


def test_demo_is_not_played_twice_in_one_folder(told: tuple[Path, Result]) -> None:
    folder, _ = told
    database = folder / "tracker.db"
    before = database.read_bytes()

    said = Tracker(folder.parent).refuses("demo", "--folder", folder)

    assert said == f"{folder} holds a tracker.db already; name an empty folder."
    assert database.read_bytes() == before


def test_demo_where_there_can_be_no_folder_is_refused(empty: Tracker) -> None:
    (empty.folder / "file").write_text("", encoding="utf-8")

    assert empty.refuses("demo", "--folder", "file/story").startswith("The system refused: ")


def test_demo_messages_are_kept_as_json_too(told: tuple[Path, Result]) -> None:
    facts = [json.loads(path.read_text(encoding="utf-8")) for path in (told[0] / "outbox").glob("*.json")]

    assert len(facts) == len(list((told[0] / "outbox").glob("*.eml")))
