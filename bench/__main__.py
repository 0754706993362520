"""python -m bench SUBJECT...: measure, print a table, and write all samples as JSON if asked."""

import argparse
import json
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlalchemy

from bench import (
    claiming,
    counting,
    delivering,
    done,
    making,
    memory,
    morning,
    planning,
    postgres,
    reading,
    startup,
)
from bench.measure import Figure, heading
from bench.office import Office, build, build_file


class Run:
    """One run: its folder, and the offices that its subjects need, each built once."""

    def __init__(self, asked: argparse.Namespace, folder: Path) -> None:
        self.asked, self.folder = asked, folder

    @cached_property
    def large(self) -> Office:
        """The office with as many follow-ups as asked for."""
        return build_file(self.folder / "large", self.asked.size)

    @cached_property
    def small(self) -> Office:
        """The office to compare memory with."""
        return build_file(self.folder / "small", memory.FEW)

    def startup(self) -> list[Figure]:
        return startup.run(self.folder, repeat=self.asked.repeat)

    def reading(self) -> list[Figure]:
        return reading.run(self.large, repeat=self.asked.repeat)

    def done(self) -> list[Figure]:
        return done.run(self.large, repeat=self.asked.repeat)

    def counting(self) -> list[Figure]:
        figures = counting.run(self.large, repeat=self.asked.repeat)
        with self._postgres() as url:
            office = Office(url, self.asked.size)
            build(office)
            return figures + counting.run(office, repeat=self.asked.repeat)

    def memory(self) -> list[Figure]:
        return memory.run(self.small, self.large, repeat=max(self.asked.repeat // 5, 1))

    def making(self) -> list[Figure]:
        repeat = max(self.asked.repeat // 3, 1)
        figures = making.run(Office(str(self.folder / "making.db"), self.asked.size), repeat=repeat)
        with self._postgres() as url:
            return figures + making.run(Office(url, self.asked.size), repeat=repeat)

    def planning(self) -> list[Figure]:
        repeat = max(self.asked.repeat // 3, 1)
        path = self.folder / "planning.db"
        figures = planning.run(str(path), agencies=planning.AGENCIES, repeat=repeat)
        with self._postgres() as url:
            return figures + planning.run(url, agencies=planning.AGENCIES, repeat=repeat)

    def morning(self) -> list[Figure]:
        with self._postgres() as url:
            return morning.run(url, repeat=max(self.asked.repeat // 5, 1))

    def claiming(self) -> list[Figure]:
        with self._postgres() as url:
            return claiming.run(url, repeat=max(self.asked.repeat // 3, 1))

    def delivering(self) -> list[Figure]:
        repeat = max(self.asked.repeat // 3, 1)
        figures = delivering.run(str(self.folder / "delivering.db"), repeat=repeat)
        with self._postgres() as url:
            return figures + delivering.run(url, repeat=repeat)

    @contextmanager
    def _postgres(self) -> Iterator[str]:
        with postgres.database(self.asked.postgres, self.folder) as url:
            yield url


SUBJECTS: dict[str, Callable[[Run], list[Figure]]] = {
    "startup": Run.startup,
    "reading": Run.reading,
    "done": Run.done,
    "counting": Run.counting,
    "memory": Run.memory,
    "making": Run.making,
    "planning": Run.planning,
    "morning": Run.morning,
    "claiming": Run.claiming,
    "delivering": Run.delivering,
}


def main() -> None:
    """Measure what the command line asks for."""
    asked = _arguments()
    folder = Path(asked.keep or tempfile.mkdtemp(prefix="tracker-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(_machine(), heading(), sep="\n")
    try:
        run = Run(asked, folder)
        chosen = SUBJECTS if "all" in asked.subjects else asked.subjects
        figures = [figure for name in chosen for figure in SUBJECTS[name](run)]
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        found = {"machine": _machine(), "size": asked.size, "figures": [each.as_json() for each in figures]}
        Path(asked.json).write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the program against floors."
    )
    parser.add_argument("subjects", nargs="+", choices=[*SUBJECTS, "all"])
    parser.add_argument("--size", type=int, default=1_000_000, help="follow-ups stored (%(default)s)")
    parser.add_argument("--repeat", type=int, default=15, help="runs of floor and program (%(default)s)")
    parser.add_argument("--postgres", metavar="URL", help="a server to use instead of starting one")
    parser.add_argument("--keep", metavar="FOLDER", help="an empty folder to build in, and leave as it is")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    return parser.parse_args()


def _machine() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{python}, SQLAlchemy {sqlalchemy.__version__}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )


main()
