"""Which channel and address reach a contact."""

from dataclasses import replace

import pytest

from tests.factories import line_id
from tracker.domain.reminders import Kind
from tracker.services.routing import Addresses, Routing

BOTH = Addresses(1, "ก", "A@example.go.th", line_id(1))
MAIL = Addresses(2, "ข", "a@EXAMPLE.go.th", "")
LINE = Addresses(3, "ค", "", line_id(1))
NONE = Addresses(4, "ง", "", "")
ALL = Routing(configured=frozenset({"line", "email", "file"}))


@pytest.mark.parametrize(
    ("contact", "kind", "expected"),
    [
        (BOTH, Kind.MONTHLY, ("line", line_id(1))),
        (BOTH, Kind.ESCALATION, ("line", line_id(1))),
        (BOTH, Kind.OVERDUE, ("email", "A@example.go.th")),
        (BOTH, Kind.SUMMARY, ("email", "A@example.go.th")),
        (MAIL, Kind.MONTHLY, ("email", "a@EXAMPLE.go.th")),
        (LINE, Kind.OVERDUE, ("line", line_id(1))),
        (NONE, Kind.MONTHLY, ("file", "ง")),
    ],
    ids=[
        "monthly_by_line", "escalation_by_line", "the_rest_by_mail", "summary_by_mail", "mail_alone",
        "line_alone", "no_address",
    ],
)  # fmt: skip
def test_first_usable_channel_is_taken(contact: Addresses, kind: Kind, expected: tuple[str, str]) -> None:
    route = ALL.route(contact, {kind})

    assert route is not None
    assert (route.channel, route.address) == expected
    assert route.intended == route.channel


def test_one_kind_that_line_is_kept_for_takes_the_whole_message_there() -> None:
    route = ALL.route(BOTH, {Kind.OVERDUE, Kind.MONTHLY})

    assert route is not None
    assert route.channel == "line"


def test_channel_that_is_not_set_up_is_passed_over_and_named() -> None:
    route = Routing(configured=frozenset({"email", "file"})).route(BOTH, {Kind.MONTHLY})

    assert route is not None
    assert (route.channel, route.intended, route.address) == ("email", "line", "A@example.go.th")


@pytest.mark.parametrize(
    "routing", [Routing(), Routing(configured=ALL.configured, divert=True)], ids=["bare", "rehearsal"]
)
def test_file_takes_what_would_have_gone_elsewhere(routing: Routing) -> None:
    route = routing.route(MAIL, {Kind.MONTHLY})

    assert route is not None
    assert (route.channel, route.intended, route.address) == ("file", "email", "a@EXAMPLE.go.th")


def test_channel_left_out_makes_way_for_the_next() -> None:
    by_mail = ALL.route(BOTH, {Kind.MONTHLY}, without="line")
    by_file = ALL.route(MAIL, {Kind.MONTHLY}, without="email")

    assert by_mail is not None
    assert by_file is not None
    assert (by_mail.channel, by_file.channel) == ("email", "file")


def test_no_channel_left_is_none() -> None:
    only_mail = Routing(order=("email",), configured=frozenset({"email"}))

    assert only_mail.route(LINE, {Kind.MONTHLY}) is None
    assert only_mail.route(MAIL, {Kind.MONTHLY}, without="email") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Addresses(1, "ก", "A@x.th", ""), Addresses(2, "ข", "a@X.TH", ""), True),
        (Addresses(1, "ก", "a@x.th", ""), Addresses(2, "ข", "b@x.th", ""), False),
        (Addresses(1, "ก", "", ""), Addresses(2, "ก", "", ""), False),
        (Addresses(1, "ก", "a@x.th", line_id(1)), Addresses(2, "ข", "b@x.th", line_id(1)), True),
    ],
    ids=["same_mailbox", "two_mailboxes", "files_are_each_ones_own", "same_line_group"],
)
def test_contacts_with_the_same_address_are_one(one: Addresses, other: Addresses, same: bool) -> None:
    first, second = ALL.route(one, {Kind.MONTHLY}), ALL.route(other, {Kind.MONTHLY})

    assert first is not None
    assert second is not None
    assert (first.identity == second.identity) is same


@pytest.mark.parametrize(
    ("own", "kind", "without", "expected"),
    [
        (("email",), Kind.MONTHLY, (), "email"),
        (("email",), Kind.MONTHLY, ("email",), "line"),
        (("line",), Kind.OVERDUE, (), "email"),
        (("file",), Kind.MONTHLY, (), "file"),
        ((), Kind.MONTHLY, (), "line"),
    ],
    ids=["own", "then_the_offices", "line_costs_money", "a_file", "the_offices"],
)
def test_own_order_goes_before_the_offices(
    own: tuple[str, ...], kind: Kind, without: tuple[str, ...], expected: str
) -> None:
    route = ALL.route(replace(BOTH, channels=own), {kind}, without=without)

    assert route is not None
    assert route.channel == expected
