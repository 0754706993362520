"""Building what a message has to say, from the state of things just before its first attempt.

What is done, waived, moved, reassigned or departed by then falls out: its reminder is marked with the reason
and the message carries the rest, or is not needed any more.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Agency, Contact, ContactDivision, ContactRole, FollowUp, Message, Plan, Reminder
from tracker.domain.contacts import DIRECTOR, Role
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import OWNER_KINDS, Kind, ReminderRules
from tracker.reports.digest import (
    CoordinatorPart,
    Digest,
    OwnerPart,
    PlanDigest,
    SupervisorPart,
    SupportPart,
)
from tracker.services import digest_parts as parts

ROLE_OF = dict.fromkeys(OWNER_KINDS, Role.OWNER) | {
    Kind.SUMMARY: Role.SUPERVISOR,
    Kind.ESCALATION: Role.SUPERVISOR,
    Kind.COORDINATOR: Role.COORDINATOR,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When a digest is built, and by which calendar."""

    now: dt.datetime
    office: OfficeTime
    rules: ReminderRules

    @property
    def today(self) -> dt.date:
        """The office's day."""
        return self.office.today(self.now)

    @property
    def soon(self) -> dt.date:
        """The last due date that is told of as near."""
        return self.office.working.after(self.today, self.rules.due_soon_days)


def build_digest(session: Session, message: Message, moment: Moment) -> Digest | None:
    """What the message says; None when nothing of it is owed any more.

    Reminders that fell out are marked with the reason.
    """
    people = _People(session, message, moment)
    by_plan: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in session.scalars(select(Reminder).where(Reminder.message_id == message.id)):
        reminder.dropped = reminder.dropped or people.objection(reminder)
        if not reminder.dropped:
            by_plan[reminder.plan_id].append(reminder)
    each_plan = [
        _plan_digest(session, plan_id, reminders, people, moment)
        for plan_id, reminders in sorted(by_plan.items())
    ]
    plans = tuple(plan for plan in each_plan if plan)
    if not plans:
        return None
    carrier = session.get_one(Contact, message.contact_id)
    everything = [reminder for reminders in by_plan.values() for reminder in reminders]
    kinds = frozenset(reminder.kind for reminder in everything if not reminder.dropped)
    return Digest(carrier.name, carrier.language, moment.today, kinds, plans)


def items_of(digest: Digest) -> list[int]:
    """The follow-ups that a digest names, each once."""
    lists = (
        items
        for plan in digest.plans
        for items in (
            *(
                (plan.owner.overdue, plan.owner.to_report, plan.owner.due_soon, plan.owner.closing)
                if plan.owner
                else ()
            ),
            *((plan.coordinator.waiting,) if plan.coordinator else ()),
        )
    )
    return list(dict.fromkeys(item.follow_up_id for items in lists for item in items))


class _People:
    """The contacts behind a message: whether they are in office, their roles and their divisions."""

    def __init__(self, session: Session, message: Message, moment: Moment) -> None:
        self._session, self._moment = session, moment
        of_message = select(Reminder.contact_id).where(Reminder.message_id == message.id)
        self._in_office = set(
            session.scalars(
                select(Contact.id).where(Contact.id.in_(of_message), queries.is_valid(moment.today))
            )
        )
        self._roles = {
            (row.contact_id, row.role): row.rank
            for row in session.scalars(select(ContactRole).where(ContactRole.contact_id.in_(of_message)))
        }
        self._divisions: dict[int, set[int]] = defaultdict(set)
        for link in session.scalars(
            select(ContactDivision).where(ContactDivision.contact_id.in_(of_message))
        ):
            self._divisions[link.contact_id].add(link.division_id)

    def objection(self, reminder: Reminder) -> str:
        """Why a reminder is not owed any more; "" when it is."""
        if reminder.useful_until <= self._moment.now:
            return "past its use"
        if reminder.contact_id not in self._in_office:
            return "the contact is not in office"
        if (reminder.contact_id, ROLE_OF[reminder.kind]) not in self._roles:
            return "the contact has another role now"
        if reminder.follow_up_id is None:
            return ""
        return self._objection_of_follow_up(reminder)

    def _objection_of_follow_up(self, reminder: Reminder) -> str:
        follow_up = self._session.get_one(FollowUp, reminder.follow_up_id)
        if follow_up.status is not Status.OPEN:
            return f"it is {follow_up.status} by now"
        if follow_up.series != reminder.series:
            return "its due date was moved"
        own = self._divisions[reminder.contact_id]
        if own and follow_up.lead_division_id not in own:
            return "another division leads it now"
        return ""

    def divisions(self, reminders: Sequence[Reminder]) -> list[int]:
        """The divisions these reminders are for; none when one of the contacts has the whole agency."""
        each = [self._divisions[contact_id] for contact_id in {reminder.contact_id for reminder in reminders}]
        return sorted(set().union(*each)) if all(each) else []

    def oversees_all(self, reminders: Sequence[Reminder]) -> bool:
        """Whether one of the supervisors sees the whole agency."""
        contacts = {reminder.contact_id for reminder in reminders}
        return any(
            self._roles[(each, Role.SUPERVISOR)] == DIRECTOR or not self._divisions[each] for each in contacts
        )


def _plan_digest(
    session: Session, plan_id: int, reminders: Sequence[Reminder], people: _People, moment: Moment
) -> PlanDigest | None:
    """What the message says of one plan; reminders with nothing behind them any more are marked."""
    plan, agency = session.execute(
        select(Plan, Agency).join(Agency, Agency.id == Plan.agency_id).where(Plan.id == plan_id)
    ).one()
    said = _Parts()
    by_role: dict[Role, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        by_role[ROLE_OF[reminder.kind]].append(reminder)
    if of_owner := by_role[Role.OWNER]:
        divisions, kinds = people.divisions(of_owner), {each.kind for each in of_owner}
        said.owner = parts.owner_part(
            session, plan, divisions, kinds, today=moment.today, soon=moment.soon, office=moment.office
        )
        if Kind.QUARTERLY in kinds:
            said.support = parts.support_part(session, plan, divisions)
    if of_supervisor := by_role[Role.SUPERVISOR]:
        divisions = [] if people.oversees_all(of_supervisor) else people.divisions(of_supervisor)
        said.supervisor = parts.supervisor_part(
            session, plan, divisions, today=moment.today, office=moment.office
        )
    if by_role[Role.COORDINATOR]:
        said.coordinator = parts.coordinator_part(session, plan, today=moment.today)
    if not said.keep(reminders):
        return None
    ask = parts.coordinators(session, plan.agency_id, moment.today)
    return PlanDigest(
        agency.name, plan.fiscal_year, said.owner, said.support, said.supervisor, said.coordinator, ask
    )


@dataclass(slots=True)
class _Parts:
    """The parts of a plan's digest, and which reminders still have something behind them."""

    owner: OwnerPart | None = None
    support: SupportPart | None = None
    supervisor: SupervisorPart | None = None
    coordinator: CoordinatorPart | None = None

    def keep(self, reminders: Sequence[Reminder]) -> bool:
        """Whether anything is left to say. The owner's list goes only where one of its reasons is left."""
        for reminder in reminders:
            if not self._has(reminder.kind):
                reminder.dropped = "nothing left to report"
        left = {reminder.kind for reminder in reminders if not reminder.dropped}
        if self.owner and not (left & OWNER_KINDS - {Kind.QUARTERLY} or self.owner.closing):
            self.owner = None
        return bool(left)

    def _has(self, kind: Kind) -> bool:
        owner = self.owner
        match kind:
            case Kind.MONTHLY:
                return bool(owner and (owner.to_report or owner.overdue or owner.year_total))
            case Kind.QUARTERLY:
                return bool(self.support or (owner and owner.closing))
            case Kind.DUE_SOON | Kind.OVERDUE:  # each was looked at by itself before
                return owner is not None
            case Kind.COORDINATOR:
                return self.coordinator is not None
        return self.supervisor is not None
