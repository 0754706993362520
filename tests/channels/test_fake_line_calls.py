"""The stand-in's calls: who is reached, what is counted, which keys and tokens count, what is looked up."""

import datetime as dt

import pytest
import requests

from tests.channels.examples import GROUP, KEY, OTHER_KEY, USER
from tests.fakes.line import LINE_RATES

NOW = dt.datetime(2022, 2, 28, 17, 30, tzinfo=dt.UTC)  # 1 March in Bangkok and Tokyo
AUTHORISED = {"Authorization": "Bearer long-lived-token"}
OTHER = "U" + "f" * 32
ROOM = "R" + "e" * 32
TEXT = [{"type": "text", "text": "ก"}]


def ask(server, method: str, path: str, body: object = None, **headers) -> requests.Response:
    url = f"{server.url}{path}"
    return requests.request(method, url, json=body, headers=AUTHORISED | headers, timeout=5)


def send(server, kind: str, body: dict | None = None, key: str = "") -> requests.Response:
    headers = {"X-Line-Retry-Key": key} if key else {}
    return ask(server, "POST", f"/v2/bot/message/{kind}", {"messages": TEXT, **(body or {})}, **headers)


def test_multicast_reaches_each_user_once_and_not_those_who_blocked(line_server):
    server = line_server(limit=10)
    server.blocked.add(OTHER)

    answer = send(server, "multicast", {"to": [USER, OTHER, USER]})

    assert (answer.status_code, answer.json()) == (200, {})
    assert [(one.to, one.kind) for one in server.delivered] == [(USER, "multicast")]
    assert server.used == 1


@pytest.mark.parametrize(
    ("to", "named"), [([], "'to'"), ([USER] * 501, "'to'"), (USER, "'to'"), ([USER, GROUP], "to[1]")]
)
def test_multicast_goes_to_1_to_500_users_only(line_server, to, named):
    server = line_server(limit=None, groups={GROUP: 5})

    answer = send(server, "multicast", {"to": to})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"The property, {named}, in the request body is invalid")
    assert server.delivered == []
    assert send(server, "multicast", {"to": [f"U{n:032x}" for n in range(500)]}).status_code == 200


def test_one_unknown_user_stops_the_whole_multicast(line_server):
    server = line_server(users={USER})

    answer = send(server, "multicast", {"to": [USER, OTHER]})

    assert (answer.status_code, answer.json()["message"]) == (400, "Failed to send messages")
    assert server.delivered == []


def test_broadcast_and_narrowcast_reach_the_friends(line_server):
    server = line_server(users={USER, OTHER})
    server.blocked.add(OTHER)

    assert send(server, "broadcast").status_code == 200
    narrow = send(server, "narrowcast")
    path = "/v2/bot/message/progress/narrowcast?requestId="
    progress = ask(server, "GET", path + narrow.headers["x-line-request-id"])

    assert (narrow.status_code, narrow.json()) == (202, {})
    assert [(one.to, one.kind) for one in server.delivered] == [(USER, "broadcast"), (USER, "narrowcast")]
    assert (progress.json()["phase"], progress.json()["successCount"]) == ("succeeded", 1)
    assert ask(server, "GET", path + "another").status_code == 404


def test_reply_is_free_and_its_token_serves_once(line_server):
    server = line_server(limit=0, groups={GROUP: 5})
    body = {"replyToken": server.issue_reply_token(GROUP)}

    first, second = send(server, "reply", body), send(server, "reply", body)

    assert first.status_code == 200
    assert len(first.json()["sentMessages"]) == 1
    assert (second.status_code, second.json()["message"]) == (400, "Invalid reply token")
    assert [(one.to, one.people, one.kind) for one in server.delivered] == [(GROUP, 5, "reply")]
    assert server.used == 0


def test_reply_token_survives_a_bad_message_and_dies_after_a_minute(line_server):
    server = line_server()
    bad, late = server.issue_reply_token(USER), server.issue_reply_token(USER)

    assert send(server, "reply", {"replyToken": bad, "messages": []}).status_code == 400
    assert send(server, "reply", {"replyToken": bad}).status_code == 200
    server.advance(seconds=61)
    assert send(server, "reply", {"replyToken": late}).status_code == 400
    assert send(server, "reply", {"replyToken": None}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"), [("push", {"to": USER}), ("multicast", {"to": [USER]}), ("broadcast", {})]
)
def test_retry_key_is_kept_for_24_hours(line_server, kind, body):
    server = line_server(users={USER})
    first = send(server, kind, body, KEY)

    server.advance(hours=23.9)
    repeat = send(server, kind, body, KEY)
    server.advance(hours=0.2)
    late = send(server, kind, body, KEY)

    assert repeat.status_code == 409
    assert repeat.json()["message"] == "The retry key is already accepted"
    assert repeat.json().get("sentMessages") == first.json().get("sentMessages")
    assert repeat.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert late.status_code == 200  # and the person has it a second time
    assert (len(server.delivered), server.used) == (2, 2)
    assert server.misuses == []


def test_retry_key_with_another_body_is_noted_as_a_misuse(line_server):
    server = line_server()
    send(server, "push", {"to": USER}, KEY)

    answer = send(server, "push", {"to": OTHER}, KEY)

    assert answer.status_code == 409
    assert [KEY in misuse for misuse in server.misuses] == [True]
    assert len(server.delivered) == 1


@pytest.mark.parametrize("refusal", ["quota", "body", "recipient"])
def test_refused_request_leaves_its_key_free(line_server, refusal):
    server = line_server(users={USER}, limit=0 if refusal == "quota" else 10)
    to = OTHER if refusal == "recipient" else USER
    messages = [] if refusal == "body" else TEXT

    refused = send(server, "push", {"to": to, "messages": messages}, KEY)
    server.limit = 10

    assert refused.status_code == (429 if refusal == "quota" else 400)
    assert send(server, "push", {"to": USER}, KEY).status_code == 200
    assert server.misuses == []


def test_retry_key_is_refused_where_none_is_allowed(line_server):
    server = line_server()
    body = {"replyToken": server.issue_reply_token(USER)}

    assert send(server, "reply", body, KEY).status_code == 400
    assert send(server, "validate/push", {}, KEY).status_code == 400
    assert send(server, "reply", body).status_code == 200


def test_quota_counts_people_and_refuses_the_whole(line_server):
    server = line_server(limit=8, groups={GROUP: 5, ROOM: 3})
    server.blocked.add(USER)

    assert send(server, "push", {"to": GROUP, "messages": TEXT * 5}).status_code == 200  # 5 people
    assert send(server, "push", {"to": USER}).status_code == 200  # blocked: nobody
    refused = send(server, "push", {"to": GROUP})  # 5 + 5 > 8
    assert send(server, "push", {"to": ROOM}).status_code == 200  # 5 + 3 = 8

    assert (refused.status_code, refused.json()) == (429, {"message": "You have reached your monthly limit."})
    assert [(one.to, one.people) for one in server.delivered] == [(GROUP, 5), (ROOM, 3)]
    assert ask(server, "GET", "/v2/bot/message/quota").json() == {"type": "limited", "value": 8}
    assert ask(server, "GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 8}

    server.limit = None

    assert ask(server, "GET", "/v2/bot/message/quota").json() == {"type": "none"}
    assert send(server, "push", {"to": GROUP}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"notificationDisabled": "yes"}, "notificationDisabled"),
        ({"customAggregationUnits": ["a", "b"]}, "customAggregationUnits"),
        ({"customAggregationUnits": ["ก"]}, "customAggregationUnits"),
    ],
)
def test_push_checks_its_options(line_server, wrong, named):
    server = line_server()

    answer = send(server, "push", {"to": USER, **wrong})

    assert (answer.status_code, answer.json()["details"][0]["property"]) == (400, named)
    right = {"notificationDisabled": True, "customAggregationUnits": ["month_3"]}
    assert send(server, "push", {"to": USER, **right}).status_code == 200


def test_deliveries_of_a_day_are_known_the_day_after(line_server):
    server = line_server(started_at=NOW, groups={GROUP: 5})
    send(server, "push", {"to": GROUP})
    send(server, "push", {"to": USER})

    def counted(day: str, kind: str = "push") -> requests.Response:
        return ask(server, "GET", f"/v2/bot/message/delivery/{kind}?date={day}")

    assert counted("20220301").json() == {"status": "unready"}
    server.advance(hours=24)
    assert counted("20220301").json() == {"status": "ready", "success": 6}
    assert counted("20220301", "reply").json() == {"status": "ready", "success": 0}
    assert counted("20220228").json() == {"status": "ready", "success": 0}
    assert counted("20180330").json() == {"status": "out_of_service"}
    assert counted("2022-03-01").status_code == 400


PROFILES = {"friend": (USER, 200), "stranger": (OTHER, 404), "malformed": ("U1", 400), "group": (GROUP, 400)}


@pytest.mark.parametrize(("user", "status"), PROFILES.values(), ids=PROFILES)
def test_profiles_are_those_of_friends(line_server, user, status):
    server = line_server(users={USER})
    server.names[USER] = "นางสาวสมหญิง"

    answer = ask(server, "GET", f"/v2/bot/profile/{user}")

    assert answer.status_code == status
    assert answer.json().get("displayName") == ("นางสาวสมหญิง" if status == 200 else None)


def test_profile_of_a_person_who_blocked_the_account_cannot_be_had(line_server):
    server = line_server()
    assert ask(server, "GET", f"/v2/bot/profile/{USER}").status_code == 200

    server.blocked.add(USER)

    assert ask(server, "GET", f"/v2/bot/profile/{USER}").status_code == 404


def test_chats_are_those_the_account_is_in(line_server):
    server = line_server(groups={GROUP: 5, ROOM: 3})
    elsewhere = "C" + "0" * 32

    assert ask(server, "GET", f"/v2/bot/group/{GROUP}/summary").json()["groupId"] == GROUP
    assert ask(server, "GET", f"/v2/bot/group/{GROUP}/members/count").json() == {"count": 5}
    assert ask(server, "GET", f"/v2/bot/room/{ROOM}/members/count").json() == {"count": 3}
    assert ask(server, "GET", f"/v2/bot/group/{GROUP}/member/{USER}").json()["userId"] == USER
    assert ask(server, "GET", f"/v2/bot/group/{elsewhere}/members/count").status_code == 404
    assert ask(server, "GET", f"/v2/bot/group/{ROOM}/members/count").status_code == 400
    assert ask(server, "POST", f"/v2/bot/group/{GROUP}/leave").json() == {}
    assert ask(server, "GET", f"/v2/bot/group/{GROUP}/summary").status_code == 404
    assert send(server, "push", {"to": GROUP}).status_code == 400


def test_other_calls_answer_as_for_a_plain_account(line_server):
    server = line_server()

    assert ask(server, "GET", "/v2/bot/info").json()["chatMode"] == "bot"
    assert ask(server, "GET", "/v2/bot/followers/ids").status_code == 403
    assert ask(server, "POST", f"/v2/bot/user/{USER}/linkToken").json()["linkToken"]
    assert ask(server, "DELETE", "/v2/bot/info").status_code == 405
    assert ask(server, "GET", "/v2/bot/message/push").status_code == 405
    assert ask(server, "GET", "/v2/bot//info").status_code == 404


def test_rate_limits_are_kept_if_asked_for(line_server):
    server = line_server(users={USER}, rates=LINE_RATES)

    answers = [send(server, "broadcast", key=OTHER_KEY).status_code for _ in range(61)]
    limited = send(server, "broadcast")

    assert answers == [200] + [409] * 59 + [429]  # repeats count too
    assert limited.json() == {"message": "The API rate limit has been exceeded. Try again later."}
    assert send(server, "push", {"to": USER}).status_code == 200  # each call has its own bucket
    server.advance(seconds=61)  # 60 an hour: one a minute
    assert [send(server, "broadcast").status_code for _ in range(2)] == [200, 429]
