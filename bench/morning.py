"""One morning of fifty agencies on one PostgreSQL: the monthly check, then four processes that deliver.

The floor is the same with a single process. Messages go nowhere, as fast as they are given: what is measured
is planning, claiming, putting into words and recording.
"""

from sqlalchemy import Engine, text

from bench.city import MORNING, build, empty
from bench.measure import Figure, call, compare
from bench.planning import ROUTING
from bench.workers import together
from tracker.db.session import make_engine, parse_url, writing
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import ReminderRules
from tracker.services.reminders import plan_reminders

AGENCIES = 50
MEASURES = 80
WORKERS = 4
_NOT_ONE = """
    SELECT count(*) FROM contacts WHERE 1 <> (
        SELECT count(*) FROM messages WHERE contact_id = contacts.id AND state = 'sent' AND attempts = 1
    )
"""


def run(url: str, *, repeat: int) -> list[Figure]:
    """Milliseconds from the check to the last message's record; and says who did not get exactly one."""
    engine = make_engine(parse_url(url))
    build(engine, AGENCIES, measures=MEASURES, overseers=True)
    wrong: list[int] = []
    figure = compare(
        f"a morning of {AGENCIES} agencies, by {WORKERS} workers instead of one",
        lambda: _morning(engine, url, 1, wrong),
        lambda: _morning(engine, url, WORKERS, wrong),
        repeat=repeat,
    )
    with engine.connect() as connection:
        contacts = connection.execute(text("SELECT count(*) FROM contacts")).scalar_one()
    print(f"contacts with more or less than one message, of {contacts} on each morning: {max(wrong)}")
    engine.dispose()
    return [figure]


def _morning(engine: Engine, url: str, workers: int, wrong: list[int]) -> float:
    empty(engine)
    planning = call(lambda: _plan(engine))
    delivering, _ = together("deliver", url, workers)
    with engine.connect() as connection:
        wrong.append(connection.execute(text(_NOT_ONE)).scalar_one())
    return planning + delivering


def _plan(engine: Engine) -> None:
    with writing(engine).begin() as session:
        plan_reminders(session, now=MORNING, office=OfficeTime(), rules=ReminderRules(), routing=ROUTING)
