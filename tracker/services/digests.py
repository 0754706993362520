"""Building what a message has to say, from the state of things just before its first attempt.

What is done, waived, moved, reassigned or departed by then falls out: its reminder is marked with the reason
and the message carries the rest, or is not needed any more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, select, update
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Agency, Contact, ContactDivision, ContactRole, FollowUp, Message, Plan, Reminder
from tracker.db.prepared import MESSAGE, PLAN, TODAY
from tracker.domain.contacts import DIRECTOR, Role
from tracker.domain.follow_up import Status
from tracker.domain.reminders import OWNER_KINDS, Kind
from tracker.reports.digest import (
    CoordinatorPart,
    Digest,
    EscalationPart,
    OwnerPart,
    PlanDigest,
    SupervisorPart,
    SupportPart,
)
from tracker.services import digest_parts as parts
from tracker.services.coordinator_part import coordinator_part
from tracker.services.ladder import is_asked
from tracker.services.moment import Moment
from tracker.services.routing import LINE, Addresses

ROLE_OF = dict.fromkeys(OWNER_KINDS, Role.OWNER) | {
    Kind.SUMMARY: Role.SUPERVISOR,
    Kind.ESCALATION: Role.SUPERVISOR,
    Kind.COORDINATOR: Role.COORDINATOR,
}


def build_digest(session: Session, message: Message, moment: Moment) -> Digest | None:
    """What the message says; None when nothing of it is owed any more.

    Reminders that fell out are marked with the reason; those of a paused plan or contact are taken out.
    """
    facts = {"of_message": message.id, "today": moment.today}
    session.execute(_let_wait(), facts)
    carried = session.scalars(_carried(), facts).all()
    people = _People(session, carried, moment, facts)
    by_plan: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in carried:
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
    everything = [reminder for reminders in by_plan.values() for reminder in reminders]
    kinds = frozenset(reminder.kind for reminder in everything if not reminder.dropped)
    reader = _reader(session, message, everything)
    alone = message.channel == LINE and not Addresses.usable(reader).email
    return Digest(reader.name, reader.language, moment.today, kinds, plans, lists_all=alone)


def _reader(session: Session, message: Message, reminders: Sequence[Reminder]) -> Contact:
    """Whom the message speaks to: its contact, or another at the address if nothing is left for that one."""
    told = {each.contact_id for each in reminders if not each.dropped}
    return session.get_one(Contact, message.contact_id if message.contact_id in told else min(told))


@cache
def _let_wait() -> Update:
    """What is for a paused contact, or of a paused plan, waits for a message after the pause."""
    rests = update(Reminder).where(Reminder.message_id == MESSAGE, queries.rests(TODAY))
    return rests.values(message_id=None).execution_options(synchronize_session=False)


@cache
def _carried() -> Select[Reminder]:
    return select(Reminder).where(Reminder.message_id == MESSAGE)


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
            *(([each.item for each in plan.escalation.items],) if plan.escalation else ()),
        )
    )
    return list(dict.fromkeys(item.follow_up_id for items in lists for item in items))


class _People:
    """The contacts behind a message: whether they are in office, their roles and their divisions."""

    def __init__(
        self, session: Session, carried: Sequence[Reminder], moment: Moment, facts: Mapping[str, Any]
    ) -> None:
        self._moment = moment
        self._in_office = set(session.scalars(_in_office(), facts))
        self._roles = {(row.contact_id, row.role): row.rank for row in session.execute(_roles(), facts)}
        self._divisions: dict[int, set[int]] = defaultdict(set)
        for link in session.execute(_links(), facts):
            self._divisions[link.contact_id].add(link.division_id)
        self._follow_ups = {row.id: row for row in session.execute(_told_of(), facts)}
        escalates = any(each.kind is Kind.ESCALATION for each in carried)
        self._asked = set(session.scalars(_still_asked(), facts)) if escalates else set()

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
        return self._objection_of(reminder, self._follow_ups[reminder.follow_up_id])

    def _objection_of(self, reminder: Reminder, follow_up: Any) -> str:
        if follow_up.status is not Status.OPEN:
            return f"it is {follow_up.status} by now"
        if follow_up.series != reminder.series:
            return "its due date was moved"
        if reminder.kind is Kind.ESCALATION:
            return "" if reminder.id in self._asked else "another supervisor is asked now"
        own = self._divisions[reminder.contact_id]
        if own and follow_up.lead_division_id not in own:
            return "another division leads it now"
        return ""

    def divisions(self, reminders: Sequence[Reminder]) -> list[int]:
        """The divisions these reminders are for; none when one of the contacts has the whole agency."""
        each = [self._divisions[contact_id] for contact_id in {reminder.contact_id for reminder in reminders}]
        return sorted(set().union(*each)) if all(each) else []

    def rank(self, reminders: Sequence[Reminder]) -> int:
        """The highest rank among the supervisors these reminders are for."""
        return max(self._roles[(each.contact_id, Role.SUPERVISOR)] or 0 for each in reminders)

    def overseen(self, reminders: Sequence[Reminder]) -> list[int]:
        """The divisions of these supervisors; none when one of them sees the whole agency."""
        contacts = {reminder.contact_id for reminder in reminders}
        everything = any(
            self._roles[(each, Role.SUPERVISOR)] == DIRECTOR or not self._divisions[each] for each in contacts
        )
        return [] if everything else self.divisions(reminders)


def _behind() -> Select[int]:
    """The contacts that a message carries something for."""
    return select(Reminder.contact_id).where(Reminder.message_id == MESSAGE)


@cache
def _in_office() -> Select[int]:
    return select(Contact.id).where(Contact.id.in_(_behind()), queries.is_valid(TODAY))


@cache
def _roles() -> Select[*tuple[Any, ...]]:
    columns = (ContactRole.contact_id, ContactRole.role, ContactRole.rank)
    return select(*columns).where(ContactRole.contact_id.in_(_behind()))


@cache
def _links() -> Select[*tuple[Any, ...]]:
    columns = (ContactDivision.contact_id, ContactDivision.division_id)
    return select(*columns).where(ContactDivision.contact_id.in_(_behind()))


@cache
def _told_of() -> Select[*tuple[Any, ...]]:
    """The follow-ups that a message's reminders are about."""
    columns = (FollowUp.id, FollowUp.status, FollowUp.series, FollowUp.lead_division_id)
    about = select(Reminder.follow_up_id).where(Reminder.message_id == MESSAGE)
    return select(*columns).where(FollowUp.id.in_(about))


@cache
def _still_asked() -> Select[int]:
    """The escalations whose ladder still leads to their contact: ranks and holders of posts may change."""
    supervisors = queries.contacts_with(Role.SUPERVISOR, TODAY).subquery("supervisors")
    return (
        select(Reminder.id)
        .join(FollowUp, FollowUp.id == Reminder.follow_up_id)
        .join(supervisors, supervisors.c.contact_id == Reminder.contact_id)
        .where(Reminder.message_id == MESSAGE, Reminder.kind == Kind.ESCALATION)
        .where(is_asked(supervisors, Reminder.step, TODAY))
    )


@cache
def _plan_and_agency() -> Select[Plan, Agency]:
    return select(Plan, Agency).join(Agency, Agency.id == Plan.agency_id).where(Plan.id == PLAN)


def _plan_digest(
    session: Session, plan_id: int, reminders: Sequence[Reminder], people: _People, moment: Moment
) -> PlanDigest | None:
    """What the message says of one plan; reminders with nothing behind them any more are marked."""
    plan, agency = session.execute(_plan_and_agency(), {"of_plan": plan_id}).one()
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
    if escalated := [each for each in by_role[Role.SUPERVISOR] if each.kind is Kind.ESCALATION]:
        said.escalation = parts.escalation_part(
            session, plan, people.overseen(escalated), escalated, rank=people.rank(escalated),
            today=moment.today, days=moment.rules.escalation_days,
        )  # fmt: skip
    if of_summary := [each for each in by_role[Role.SUPERVISOR] if each.kind is Kind.SUMMARY]:
        said.supervisor = parts.supervisor_part(
            session, plan, people.overseen(of_summary), today=moment.today, office=moment.office,
            doubts=moment.doubts,
        )  # fmt: skip
    if by_role[Role.COORDINATOR]:
        said.coordinator = coordinator_part(session, plan, today=moment.today, office=moment.office)
    if not said.keep(reminders):
        return None
    ask = parts.coordinators(session, plan.agency_id, moment.today)
    return PlanDigest(
        agency.name, plan.fiscal_year, said.owner, said.support, said.supervisor, said.coordinator, ask,
        said.escalation,
    )  # fmt: skip


@dataclass(slots=True)
class _Parts:
    """The parts of a plan's digest, and which reminders still have something behind them."""

    owner: OwnerPart | None = None
    support: SupportPart | None = None
    supervisor: SupervisorPart | None = None
    coordinator: CoordinatorPart | None = None
    escalation: EscalationPart | None = None

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
            case Kind.ESCALATION:
                return self.escalation is not None
        return self.supervisor is not None
