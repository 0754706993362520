"""Reading off a played copy what was sent there, as facts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from tracker.db.models import (
    Contact,
    ContactDivision,
    Division,
    FollowUp,
    Measure,
    Message,
    MessageItem,
    Plan,
    Reminder,
)
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import WEIGHT, Kind
from tracker.reports.forecast import ForeseenMessage
from tracker.services.routing import LINE

ONE_PERSON = "U"
"""What the LINE id of a person begins with; a group's or a room's reaches as many as it holds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where to read, and how many people LINE's groups were known to hold, by address.

    ``diverted`` says that all messages go into files: each then counts for the channel it is meant for.
    """

    session: Session
    office: OfficeTime
    people: Mapping[str, int]
    diverted: bool

    def messages(
        self, sent: Mapping[str, dt.datetime], told_of: ColumnElement[bool]
    ) -> Iterator[ForeseenMessage]:
        """The messages that were ``sent`` (the instant by key) and tell of these plans, in that order."""
        kinds, names = self._reasons(told_of)
        items, divisions = self._items(told_of), self._divisions()
        rows = self.session.execute(
            select(Message, Contact.name).join(Contact, Contact.id == Message.contact_id).order_by(Message.id)
        )
        found = [(each, name) for each, name in rows if each.key in sent and each.id in kinds]
        for message, name in sorted(found, key=lambda each: sent[each[0].key]):
            by = message.intended_channel if self.diverted else message.channel
            cost = self._cost(message.address) if by == LINE else 0
            yield ForeseenMessage(
                at=sent[message.key],
                on=self.office.today(sent[message.key]),
                contact=name,
                also_for=tuple(sorted(names[message.id] - {name})),
                divisions=tuple(divisions[message.contact_id]),
                by=by,
                channel=message.channel,
                intended_channel=message.intended_channel,
                address=message.address,
                kinds=tuple(sorted(kinds[message.id], key=WEIGHT.__getitem__, reverse=True)),
                items=tuple(items[message.id]),
                cost=1 if cost is None else cost,
                cost_is_known=cost is not None,
                remark=message.error,
            )

    def _cost(self, address: str) -> int | None:
        return 1 if address.startswith(ONE_PERSON) else self.people.get(address)

    def _reasons(self, told_of: ColumnElement[bool]) -> tuple[dict[int, set[Kind]], dict[int, set[str]]]:
        """By message: the kinds that were said of these plans, and the contacts they were said to."""
        kinds: dict[int, set[Kind]] = defaultdict(set)
        names: dict[int, set[str]] = defaultdict(set)
        rows = self.session.execute(
            select(Reminder.message_id, Reminder.kind, Contact.name)
            .join(Contact, Contact.id == Reminder.contact_id)
            .join(Plan, Plan.id == Reminder.plan_id)
            .where(Reminder.message_id.is_not(None), Reminder.dropped == "", told_of)
            .distinct()
        )
        for row in rows:
            kinds[row.message_id].add(row.kind)
            names[row.message_id].add(row.name)
        return kinds, names

    def _items(self, told_of: ColumnElement[bool]) -> dict[int, list[str]]:
        """The codes that each message names, once each, in the plan's order."""
        found: dict[int, dict[str, None]] = defaultdict(dict)
        rows = self.session.execute(
            select(MessageItem.message_id, Measure.code)
            .join(FollowUp, FollowUp.id == MessageItem.follow_up_id)
            .join(Measure, Measure.id == FollowUp.measure_id)
            .join(Plan, Plan.id == Measure.plan_id)
            .where(told_of)
            .order_by(Plan.fiscal_year, Measure.position)
        )
        for row in rows:
            found[row.message_id][row.code] = None
        return defaultdict(list, {number: list(codes) for number, codes in found.items()})

    def _divisions(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        rows = self.session.execute(
            select(ContactDivision.contact_id, Division.name)
            .join(Division, Division.id == ContactDivision.division_id)
            .order_by(Division.id)
        )
        for row in rows:
            found[row.contact_id].append(row.name)
        return found
