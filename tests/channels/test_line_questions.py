"""What the LINE channel can be asked without sending: quota, people, addresses, the account."""

import pytest

from tests.channels.examples import GROUP, ROOM, USER
from tracker.channels.base import ChannelDown, Checking, Metered, Quota
from tracker.errors import DeliveryError

QUOTA = "/v2/bot/message/quota"
STRANGER = "U" + "9" * 32


@pytest.mark.parametrize("limit", [None, 300])
def test_line_quota(line_server, line, limit):
    server = line_server(limit=limit)
    server.used = 12

    assert line(server).quota() == Quota(limit, 12)


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"limited"}',
        b'{"type":"limited","value":"many"}',
        b'{"type":"limited","value":Infinity}',
        b'{"type":"limited","value":NaN}',
        b'{"type":"limited","value":-5}',
        b'{"type":"limited","value":1000000000000000000000}',
        b"{}",
        b"nonsense",
    ],
)
def test_line_quota_that_cannot_be_read_is_a_sentence(line_server, line, body):
    server = line_server()
    server.fail_next("status", status=200, path=QUOTA, body=body)

    with pytest.raises(DeliveryError, match="no usable answer"):
        line(server).quota()


@pytest.mark.parametrize("kind", ["cut-before", "error-before", "garbage"])
def test_line_question_without_answer_leaves_no_doubt(line_server, line, kind):
    server = line_server()
    server.fail_next(kind, path=QUOTA)

    with pytest.raises(DeliveryError) as caught:
        line(server).quota()

    assert type(caught.value) is DeliveryError


@pytest.mark.parametrize(("address", "people"), [(USER, 1), (GROUP, 5), (ROOM, 3)])
def test_line_people_of_an_address(line_server, line, address, people):
    server = line_server(groups={GROUP: 5, ROOM: 3})

    assert line(server).people(address) == people


def test_line_people_of_a_group_not_joined_is_a_sentence(line_server, line):
    with pytest.raises(DeliveryError, match="no usable answer to a question: LINE answered 404"):
        line(line_server()).people(GROUP)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (USER, ""),
        (GROUP, ""),
        (ROOM, "is no chat that the account is a member of"),
        (STRANGER, "is not a friend of the account, or has blocked it"),
        ("someone@office.go.th", "'someone@office.go.th' is no LINE id (U, C or R and 32 of 0-9, a-f)"),
    ],
)
def test_line_address_is_looked_up_without_sending(line_server, line, address, sentence):
    server = line_server(users={USER}, groups={GROUP: 5})

    assert line(server).check_address(address) == sentence
    assert server.delivered == []


def test_line_blocked_account_is_noticed_when_the_address_is_looked_up(line_server, line):
    server = line_server()
    server.blocked.add(USER)

    assert line(server).check_address(USER) == "is not a friend of the account, or has blocked it"


@pytest.mark.parametrize("kind", ["error-before", "page", "cut-before"])
def test_line_address_that_could_not_be_looked_up_is_not_called_bad(line_server, line, kind):
    server = line_server()
    server.fail_next(kind, path=f"/v2/bot/profile/{USER}", status=404)

    with pytest.raises(DeliveryError) as caught:
        line(server).check_address(USER)

    assert caught.value.permanent is False


def test_line_is_metered_and_looks_addresses_up(line_server, line):
    channel = line(line_server())

    assert isinstance(channel, Metered)
    assert isinstance(channel, Checking)


def test_line_probe_names_the_account_and_says_which_token_it_accepts(line_server, line):
    server = line_server()
    channel_id, secret = server.channel
    stateless = line(server, token="", channel_id=channel_id, channel_secret=secret)

    assert line(server).probe() == "ติดตามแผน ITA (@216ruxyv) accepts the access token"
    assert stateless.probe() == "ติดตามแผน ITA (@216ruxyv) accepts a token made from the channel secret"


def test_line_probe_with_a_wrong_token_says_so(line_server, line):
    with pytest.raises(ChannelDown, match="does not accept the access token"):
        line(line_server(), token="expired").probe()
