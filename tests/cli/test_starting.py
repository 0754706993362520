"""The program as a process: what it loads, which encoding it speaks, and how it ends."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, Tracker
from tests.cli.program import START, environment, run

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and devices of Unix")
SLOW = {
    "alembic", "apscheduler", "docx", "holidays", "jinja2", "openpyxl", "requests", "rich", "smtplib",
    "urllib3",
}  # fmt: skip
TAKE_TERMINAL = (
    "import fcntl, signal, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
)
"""A process in a session of its own makes its standard input the terminal that sends it Ctrl-C.

It heeds that also where the tests were started in the background, whose processes are told to ignore it.
"""

CTRL_C = b"\x03"
LOADED = (
    "import atexit, json, sys\n"
    "atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))\n" + START
)


def loaded(words: list[str], folder: Path) -> set[str]:
    done = run(words, folder, code=LOADED, TRACKER_NOW=NOW)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(json.loads(done.stderr))


@pytest.mark.parametrize(
    "words",
    [["list"], ["list", "--json", "--due", "2570-02"], ["overdue", "--as-of", "2027-02-01"], ["done", "E3"]],
    ids=" ".join,
)
def test_everyday_commands_load_nothing_slow(office: Tracker, words: list[str]) -> None:
    assert loaded(words, office.folder) & SLOW == set()


def test_help_loads_neither_the_database_nor_the_commands(tmp_path: Path) -> None:
    modules = loaded(["--help"], tmp_path)

    assert modules & {*SLOW, "sqlalchemy", "sqlite3", "psycopg", "tracker.app", "tracker.config"} == set()
    assert {name for name in modules if name.startswith("tracker.cli.")} == {"tracker.cli.group"}


@pytest.mark.parametrize(
    "own",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "cp874"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["c", "thai_windows", "ascii", "no_utf8_mode"],
)
def test_output_is_utf8_whatever_the_console_says(office: Tracker, own: dict[str, str]) -> None:
    done = run(["list", "--code", "E3", "--json"], office.folder, TRACKER_NOW=NOW, **own)

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))[0]["title"] == "ที่จอดรถจักรยาน"


@pytest.mark.parametrize("own", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "cp874"}], ids=["c", "thai_windows"])
def test_errors_and_arguments_are_utf8_too(office: Tracker, own: dict[str, str]) -> None:
    done = run(["list", "--division", "โยทา"], office.folder, TRACKER_NOW=NOW, **own)

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode("utf-8").startswith("Error: No division 'โยทา'. Did you mean ")


def test_table_into_a_pipe_is_not_shortened(office: Tracker) -> None:
    done = run(["plan", "show"], office.folder, COLUMNS="20", TRACKER_NOW=NOW)

    assert "ฝ่ายทะเบียน, ฝ่ายสิ่งแวดล้อมและสุขาภิบาล" in done.stdout.decode("utf-8")


@UNIX
@pytest.mark.parametrize("words", ["list", "list --json", "plan export -", "plan show", "--help"])
def test_reader_that_leaves_early_gets_no_traceback(office: Tracker, words: str) -> None:
    pipe = f'{{ "{sys.executable}" -c "{START}" {words}; echo "status $?" >&2; }} | head -n 1'

    done = subprocess.run(
        ["/bin/sh", "-c", pipe],
        cwd=office.folder,
        env=environment({"TRACKER_NOW": NOW}),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.count(b"\n") == 1
    assert done.stderr in (b"status 0\n", b"status 1\n")


@UNIX
@pytest.mark.parametrize("words", ["list", "list --json", "plan export -", "--help", "list --help"])
def test_full_disk_behind_standard_output_is_one_sentence(office: Tracker, words: str) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123  a device
        done = subprocess.run(
            [sys.executable, "-c", START, *words.split()],
            cwd=office.folder,
            env=environment({"TRACKER_NOW": NOW}),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, b"Error: The system refused: No space left on device.\n")


@UNIX
def test_closed_standard_streams_do_no_harm(office: Tracker) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "{START}" done E3 <&- >&-'],
        cwd=office.folder,
        env=environment({"TRACKER_NOW": NOW}),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert office.periods("E3", "done") == ["2570-01-31"]


@UNIX
def test_text_that_is_no_utf8_is_refused_and_nothing_changed(office: Tracker) -> None:
    before = office.rows()

    done = subprocess.run(
        [sys.executable.encode(), b"-c", START.encode(), b"done", b"E3", b"--note", "เสร็จ".encode("cp874")],
        cwd=office.folder,
        env=environment({"TRACKER_NOW": NOW}),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == (
        b"Error: A text is not readable as UTF-8, so it cannot be kept. Nothing was changed; "
        b"check the encoding of the terminal or of the file.\n"
    )
    assert office.rows() == before


@UNIX
def test_person_at_a_terminal_is_asked_for_the_period(office: Tracker) -> None:
    status, said = _at_a_terminal(["done", "I1"], office.folder, typed=b"2570-05\n2569-11\n")

    assert "I1: which period (2569-10, 2569-11, 2569-12, 2570-01, 2570-02) [2569-10]: " in said
    assert "Error: '2570-05' is not one of '2569-10', " in said
    assert "I1 2569-11: done. การตอบจดหมายให้ตรงเวลา" in said
    assert (status, office.periods("I1", "done")) == (0, ["2569-11"])


@UNIX
def test_person_who_presses_ctrl_c_changes_nothing(office: Tracker) -> None:
    before = office.rows()

    status, said = _at_a_terminal(["done", "I1"], office.folder, typed=CTRL_C)

    assert "Traceback" not in said
    assert said.rstrip().endswith("Aborted!")
    assert status == 1
    assert office.rows() == before


def _at_a_terminal(words: list[str], folder: Path, *, typed: bytes) -> tuple[int, str]:
    """The exit status, and all that the terminal shows, when somebody types after the first question."""
    import pty  # noqa: PLC0415  not on Windows

    own, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL + START, *words],
        cwd=folder,
        env=environment({"TRACKER_NOW": NOW}),
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    shown = b""
    while piece := _piece(own, again=CTRL_C if typed == CTRL_C and b"]: " in shown else b""):
        shown += piece
        if typed != CTRL_C and b"]: " in shown:
            os.write(own, typed)
            typed = b""
    os.close(own)
    return process.wait(timeout=30), shown.decode("utf-8", "replace")


def _piece(terminal: int, *, again: bytes) -> bytes:
    """What comes next from the program, nothing at its end; while it waits, ``again`` is typed.

    Pressed between a question and the reading of its answer, Ctrl-C waits for the next key.
    """
    for _ in range(120):
        if select.select([terminal], [], [], 0.5)[0]:
            break
        if again:
            os.write(terminal, again)
    else:
        raise AssertionError("the program neither says anything nor ends")
    try:
        return os.read(terminal, 4096)
    except OSError:  # so Linux says that a terminal was left
        return b""
