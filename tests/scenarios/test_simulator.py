"""A whole fiscal year through every accident: no promise is broken; and one that is broken is noticed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from tests.scenarios.simulator import new_database, play
from tests.scenarios.simulator_accidents import KINDS
from tests.scenarios.simulator_broken import Broken
from tests.scenarios.simulator_lock import impatient
from tests.scenarios.simulator_played import Played
from tests.scenarios.simulator_year import HOUR, Simulation
from tracker.domain.office_time import OfficeTime
from tracker.services import follow_ups, message_making, outbox, recording, reminders

NOT_BY_INSTANTS = {"crash", "failing job", "double start", "database locked", "clock forward", "clock back"}
"""Accidents that strike in the n-th look or statement: with more looks they would strike elsewhere."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Seeds 1 to N; on PostgreSQL a tenth of them, and two at least."""
    if "seed" in metafunc.fixturenames:
        number = metafunc.config.getoption("--seeds")
        on_a_server = "engine" in metafunc.fixturenames
        metafunc.parametrize(
            "seed", range(1, (min(number, max(2, number // 10)) if on_a_server else number) + 1)
        )


def test_a_fiscal_year(tmp_path: Path, seed: int) -> None:
    engine = new_database(tmp_path / "tracker.db")

    played = play(engine, seed)

    engine.dispose()
    check(played)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_fiscal_year_on_postgresql(engine: Engine, database: URL, seed: int) -> None:
    engine.dispose()  # its connections wait patiently

    played = play(impatient(engine), seed)

    check(played)


def check(played: Played) -> None:
    assert played.problem == "", played.trail
    assert played.reminders > 20
    assert played.messages > 10


MID_YEAR = 9
"""A seed whose plan comes in on a day in the middle of the year, when something is owed at once."""


def test_hour_by_hour_gives_the_same_messages(tmp_path: Path) -> None:
    by_instants = weeks(tmp_path / "instants.db", every=None)
    by_hours = weeks(tmp_path / "hours.db", every=HOUR)

    assert by_instants == by_hours
    assert len(by_instants) > 10


def weeks(path: Path, *, every: dt.timedelta | None) -> list[tuple[object, ...]]:
    """What arrived in the three weeks after the import: whom, when, by what, why, and about what."""
    kinds = [name for name in KINDS if name not in NOT_BY_INSTANTS]
    engine = new_database(path)
    sim = Simulation(engine, MID_YEAR, kinds=kinds, skips=False, every=every)
    sim.play(OfficeTime().today(sim.at.imported_at) + dt.timedelta(weeks=3))
    engine.dispose()
    found = []
    for channel in sim.machine.channels.values():
        for each in channel.arrived:
            text = sim.machine.text_of(each.letter.text)
            day = OfficeTime().today(each.by_the_machine)
            found.append(
                (day, channel.name, each.letter.address, sorted(text.digest.kinds), sorted(text.items))
            )
    return sorted(found)


FAULTY = 4
"""A seed whose channels fail so often that messages are still to be tried again when sending ends."""


def at_any_hour(*args: Any, **kwargs: Any) -> int:
    """Messages are made whenever somebody looks."""
    return message_making.make_messages(*args, **kwargs | {"gathers": True})


MUTANTS = [
    (OfficeTime, "may_gather", lambda office, now: True, "written without being owed"),
    (reminders, "make_messages", at_any_hour, "made at the wrong time"),
    (outbox, "_goes_on", lambda delivery, moment: True, "sent outside the hours"),
    (reminders, "owed", lambda *args: [], "owed and not written"),
    (follow_ups, "record", lambda *args, **kwargs: None, "history and deeds differ"),
    (recording, "remark_after", lambda before, now: "", "no reason beside it"),
]


@pytest.mark.parametrize(("where", "name", "wrong", "said"), MUTANTS, ids=[each[1] for each in MUTANTS])
def test_a_program_that_breaks_a_promise_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: object, name: str, wrong: object, said: str
) -> None:
    monkeypatch.setattr(where, name, wrong)
    engine = new_database(tmp_path / "tracker.db")

    with pytest.raises(Broken, match=said):
        Simulation(engine, FAULTY, accidents=2).play()
    engine.dispose()
