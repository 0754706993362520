"""One simulated year: the loop over instants, and what each accident does to the machine and its clock.

The machine looks at each instant at which something can become owed or can be sent: midnight and nine
o'clock, the opening hour when something waits, a next try, the end of a lease, the full hour after a change.
Where, by the oracle, a look would find nothing at all, most are left out, and some are not.
"""

import datetime as dt
import random
from collections import deque
from collections.abc import Collection, Iterator

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.fakes.channel import Crash
from tests.scenarios.oracle import Facts, Key, owed, read_facts
from tests.scenarios.simulator_accidents import KINDS, Happening
from tests.scenarios.simulator_broken import promise
from tests.scenarios.simulator_channels import Arrival, MeteredChannel, SeededChannel
from tests.scenarios.simulator_lock import Lock
from tests.scenarios.simulator_machine import Armed, Machine
from tests.scenarios.simulator_office import GROUP, LAST, Office, circumstances, found
from tests.scenarios.simulator_played import Played
from tests.scenarios.simulator_promises import Promises
from tests.scenarios.simulator_record import Record
from tracker.channels.base import Outgoing
from tracker.db.models import Message, MessageState, Reminder
from tracker.db.session import reading, writing
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.services.recovery import recover

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
LOOK_EVERY = 15 * MINUTE
NOT_SKIPPED = 0.05
"""How many of the looks that would find nothing are made all the same."""
AT_NIGHT = 0.05
"""How many looks are made outside the hours of sending: a machine that is off then is as good."""
TEMPTED = 0.5
"""How many of those where a message is queued, or to be tried again: it must be left alone."""

READY = Message.state.in_([MessageState.QUEUED, MessageState.RETRY])
NEXT_ATTEMPT = select(func.min(Message.next_attempt_at)).where(READY)
END_OF_LEASE = select(func.min(Message.lease_until)).where(Message.state == MessageState.SENDING)


class Simulation:
    """One year; ``play`` raises Broken where a promise does not hold.

    ``accidents`` multiplies their number, of which only those of the ``kinds`` happen. With ``skips`` looks
    that would find nothing are left out; with ``every`` the machine looks at least so often.
    """

    def __init__(
        self,
        engine: Engine,
        seed: int,
        *,
        accidents: float = 1.0,
        kinds: Collection[str] = tuple(KINDS),
        skips: bool = True,
        every: dt.timedelta | None = None,
    ) -> None:
        self.sessions, self.reading = writing(engine), reading(engine)
        self.played = Played(seed)
        self.chance = random.Random(f"{seed} year")
        self.accidents, self.kinds, self.skips, self.every = accidents, kinds, skips, every
        self.at = circumstances(self.chance)
        self.office = Office()
        self.machine = Machine(self.sessions, self.at.imported_at, self.office.time)
        self._open_channels(seed)
        self.lock_of = Lock(engine)
        self.promises = Promises(self)
        self.record = Record(self.machine.channels)
        self.trail: deque[str] = deque(maxlen=14)
        self.deeds: list[tuple[str, int | None]] = [("plan imported", None)]
        self.left_out: list = []
        self.newcomers = 0
        self.off_until = self.at.imported_at
        self.look_soon, self.dirty = False, True
        self.skewed_looks = 0
        self.delivers_only = False
        self.called_off: set[str] = set()
        self.struck = ""
        self._since: set[Key] = set()
        self.blind_until = self.at.imported_at
        self._facts: Facts | None = None
        self._waiting, self._under_way = True, False

    def _open_channels(self, seed: int) -> None:
        facts = {"seed": str(seed), "rate": self.at.fault_rate, "truth": lambda: self.machine.truth}
        email, files = SeededChannel("email", **facts), SeededChannel("file", **facts)
        line = SeededChannel("line", **facts)
        if self.at.quota is not None:
            line = MeteredChannel(**facts, limit=self.at.quota)
            line.groups[GROUP] = 4
        self.machine.channels = {each.name: each for each in (line, email, files)}
        for each in self.machine.channels.values():
            each.before = self._sending
        delivery = self.machine.delivery
        object.__setattr__(delivery, "per_minute", self.at.per_minute)
        object.__setattr__(delivery, "reserve", self.at.reserve)
        self.machine.seconds_a_send = self.at.seconds_a_send

    # --- the year

    def play(self, last: dt.date = LAST) -> Played:
        end = self.office.time.at(last, dt.time(18))
        with self.sessions.begin() as session:
            found(session, self.office, self.chance, self.at)
        coming = self._happenings(end)
        at, name, number = next(coming)
        look = self.machine.truth
        while min(look, at) < end:
            if at <= look:
                self.machine.truth = max(at, self.machine.truth)
                self._happen(name, number)
                at, name, number = next(coming)
            else:
                self.machine.truth = max(look, self.machine.truth)
                self._look_or_skip()
            look = self._next_look()
            self.played.steps += 1
        self._end()
        return self.played

    def _happenings(self, end: dt.datetime) -> Iterator[tuple[dt.datetime, str, int]]:
        """All of the year's, in order; the last one never comes."""
        chance = random.Random(f"{self.played.seed} happenings")
        minutes = int((end - self.at.imported_at) / MINUTE)
        total = round(
            sum(weight for weight, _ in KINDS.values()) * self.accidents * minutes / (60 * 24 * 430)
        )
        instants = sorted(chance.randrange(minutes) for _ in range(total))
        weights = [weight for weight, _ in KINDS.values()]
        for number, minute in enumerate(instants):
            yield self.at.imported_at + minute * MINUTE, chance.choices(list(KINDS), weights)[0], number
        yield end + HOUR, "", 0

    def _happen(self, name: str, number: int) -> None:
        if name not in self.kinds:
            return
        happening = Happening(self, random.Random(f"{self.played.seed} {name} {number}"))
        with self.sessions.begin() as session:
            KINDS[name][1](happening, session)
            self._note(name)
            self.called_off |= set(
                session.scalars(select(Message.key).where(Message.error.startswith("Cancelled:")))
            )
        self.machine.office = self.office.time
        self.played.accidents[name] += 1
        self.dirty, self._facts = True, None
        with self.reading() as session:
            self.record.history(session, self.deeds)

    # --- looking

    def _next_look(self) -> dt.datetime:
        """The next instant at which something can happen, by the true time."""
        now, skew, office = self.machine.now, self.machine.skew, self.office.time
        today = office.today(now)
        tomorrow = today + dt.timedelta(days=1)
        nine = office.reminding(today)
        instants = [office.starts(tomorrow), nine if nine > now else office.reminding(tomorrow)]
        if self.every:
            instants.append(now + self.every - (now - dt.datetime.min.replace(tzinfo=dt.UTC)) % self.every)
        if self.look_soon:
            instants.append(now + SECOND)
        if self.dirty:
            instants.append((now + HOUR).replace(minute=0, second=0, microsecond=0))
        with self.reading() as session:
            sending = next_of_messages(session, now, office)
        self.delivers_only = min(sending, default=instants[0]) < min(instants)
        return max(min(instants + sending) - skew, self.machine.truth + SECOND, self.off_until)

    def _look_or_skip(self) -> None:
        skips = self.skips and not self.look_soon and self.chance.random() >= self._worth()
        self.dirty = self.look_soon = False
        if not skips:
            self._look("deliver" if self.delivers_only else self.chance.choices(["tick", "run"], [3, 1])[0])

    def _worth(self) -> float:
        """How likely this look is: seldom made where it could send nothing or would find nothing."""
        if not self.office.time.may_send(self.machine.now):
            return TEMPTED if self._under_way else AT_NIGHT
        new = not owed(self.facts(), self.machine.now, self.office.time) <= self.promises.expected
        return 1.0 if new or self._waiting else NOT_SKIPPED

    def _look(self, how: str) -> None:
        self.played.looks += 1
        self.struck = ""
        for channel in self.machine.channels.values():
            channel.took_nothing = False
        began = self.machine.now
        due, self._since = self._owed(began)
        ended = self._run(how)
        self._note(f"{how}: {'ended' if ended else 'did not end'} {self.struck}")
        self._facts = None
        clean = ended and not self.struck and how != "deliver"
        self._check(due, began, clean=clean)
        if clean:
            self.promises.looked(began)
        self._put_right()

    def _run(self, how: str) -> bool:
        """Whether the look ended well. After the end of the process it is started again some time later."""
        try:
            return self.machine.look(how)
        except Crash:
            self.struck = self.struck or "crash"
            rest = random.Random(f"{self.played.seed} rest {self.machine.truth}")
            self.off_until = self.machine.truth + MINUTE * rest.choice([1, 5, 20, 200])
            self.look_soon = True
            return False
        finally:
            self.machine.doors.open = 0
            self.lock_of.release()

    def _put_right(self) -> None:
        if self.machine.skew:
            self.skewed_looks -= 1
            if self.skewed_looks <= 0:
                self.machine.skew = dt.timedelta()

    def second(self, how: str) -> None:
        """Another process looks, in the middle of the first one's look."""
        due, by_nine = self._owed(self.machine.now)
        ended = self.machine.look(how)
        self._note(f"second {how}")
        with self.reading() as session:
            self.promises.reminders(session, due, clean=ended and self.struck == "double", since=by_nine)
            self._since |= owed(read_facts(session, self.office.time), self.machine.now, self.office.time)

    def _check(self, due: set, began: dt.datetime, *, clean: bool) -> None:
        now = self.machine.now
        with self.reading() as session:
            facts = self._facts = read_facts(session, self.office.time)
            self.promises.reminders(session, due, clean=clean, since=self._since)
            self.promises.made(session)
            self.promises.texts(session, facts, self.machine.texts)
            self.promises.arrivals(facts, self.called_off)
            self.promises.dropped(session, facts, now)
            if clean:
                down = {name for name, each in self.machine.channels.items() if each.took_nothing}
                self.promises.waiting(session, facts, began, now, down)
            self.promises.under_way(session)
            if not owed(facts, now, self.office.time) <= self.promises.expected:
                self.dirty = True  # an address refused in this look is told of at the next full hour
            if self.played.looks % 8 == 0:
                self.record.messages(session)
            waits = select(Reminder.id).where(Reminder.message_id.is_(None), Reminder.dropped == "").limit(1)
            busy = Message.state.in_([MessageState.QUEUED, MessageState.RETRY, MessageState.SENDING])
            self._under_way = session.scalar(select(Message.id).where(busy).limit(1)) is not None
            self._waiting = self._under_way or session.scalar(waits) is not None

    def _end(self) -> None:
        """The machine is well, and looks a last time."""
        self.machine.armed = None
        self.machine.skew = dt.timedelta()
        for _ in range(3):
            self._look("tick")
            self.machine.truth += 20 * MINUTE
        with self.reading() as session:
            self.record.messages(session)
            self.record.history(session, self.deeds)
            self.promises.the_end(session, self.machine.now)
            self.played.reminders = len(self.promises.expected)
        self.played.messages = sum(len(each.arrived) for each in self.machine.channels.values())

    def _owed(self, now: dt.datetime) -> tuple[set[Key], set[Key]]:
        """What a look must write, and what it may: made up for before nine, a day's messages look ahead."""
        facts, office = self._foreseen(), self.office.time
        due = owed(facts, now, office)
        nine = office.reminding(office.today(now))
        if now >= nine or not self.promises.catches_up(now):
            return due, due
        return due, due | owed(facts, nine, office)

    def _foreseen(self) -> Facts:
        """The tables as they are once a look has given up what is past its use, before it plans."""
        with self.sessions() as session:  # and is rolled back
            recover(session, self.machine.now)
            return read_facts(session, self.office.time)

    def facts(self) -> Facts:
        if self._facts is None:
            self._facts = read_facts_of(self)
        return self._facts

    # --- what happenings do to the year

    def expects(self, what: str, follow_up: int | None) -> None:
        """A line of the history that there must be."""
        self.deeds.append((what, follow_up))

    def arm(self, what: str, armed: Armed) -> None:
        strike = armed.strike

        def struck() -> None:
            self.struck = what
            strike()

        self.machine.armed = Armed(armed.points, struck, armed.between)
        self.look_soon = True

    def lock(self, waits: int) -> None:
        """The database is held by something else, until the program has waited so often."""
        self.lock_of.acquire()
        left = [waits]

        def waited() -> None:
            left[0] -= 1
            if left[0] <= 0:
                self.lock_of.release()

        self.machine.waited = waited

    def set_clock(self, skew: dt.timedelta, *, for_looks: int) -> None:
        self.machine.skew, self.skewed_looks, self.look_soon = skew, for_looks, True

    def note_quota(self) -> None:
        """The program cannot know of this before it asks again."""
        self.blind_until = self.machine.truth + 20 * MINUTE

    def check_purse(self, arrival: Arrival, kinds: frozenset[Kind]) -> None:
        """LINE's reserve is for escalations."""
        line = self.machine.channels["line"]
        if arrival.left is None or not isinstance(line, MeteredChannel):
            return
        sees = line.answers and arrival.at > self.blind_until and not self.machine.skew
        spares = Kind.ESCALATION in kinds or arrival.left >= self.at.reserve
        promise(spares or not sees, "the reserve was spent on another kind", sorted(kinds), arrival.left)

    def _sending(self, _letter: Outgoing, _now: dt.datetime) -> None:
        promise(self.machine.doors.open == 0, "a transaction is open while sending")
        self.machine.truth += self.machine.seconds_a_send * SECOND
        self.machine.point()

    def _note(self, what: str) -> None:
        skew = f" (clock {self.machine.skew})" if self.machine.skew else ""
        self.trail.append(f"{self.machine.truth + 7 * HOUR:%Y-%m-%d %H:%M:%S}{skew} {what}")


def read_facts_of(sim: Simulation) -> Facts:
    with sim.reading() as session:
        return read_facts(session, sim.office.time)


def next_of_messages(session: Session, now: dt.datetime, office: OfficeTime) -> list[dt.datetime]:
    """When a message can be sent, or its lease ends, next by the machine's clock."""
    attempt, lease = session.scalar(NEXT_ATTEMPT), session.scalar(END_OF_LEASE)
    instants = []
    if attempt is not None:
        instants.append(office.next_sending(attempt if attempt > now else now + LOOK_EVERY))
    if lease is not None:
        instants.append(max(lease + SECOND, now + LOOK_EVERY))
    return instants
