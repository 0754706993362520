"""tracker show: everything about one measure."""

import pytest

from tests.cli.conftest import Tracker


def test_show_tells_the_whole_story(office: Tracker) -> None:
    office.says("tick", "--now", "2027-02-01T09:05+07:00")
    office.says("postpone", "E3", "--until", "2027-02-05", "--reason", "รอพัสดุ")
    office.says("done", "E3", "--note", "ตีเส้นแล้ว", "--evidence", "https://example.go.th/e3", "--by", "คุณเทศ")

    assert office.says("show", "e3") == (
        "E3  ที่จอดรถจักรยาน\n"
        "EIT, score 66; 2569-10-01 to 2570-09-30 (ตลอดปีงบประมาณ (ต.ค. ๖๙ - ก.ย. ๗๐))\n"
        "Lead ฝ่ายเทศกิจ, supported by nobody\n"
        "\n"
        "Analysis:\n"
        "  - ที่จอดไม่พอ\n"
        "Weaknesses:\n"
        "  - พื้นที่แคบ\n"
        "Actions:\n"
        "  - ตีเส้นใหม่\n"
        "Follow-up:\n"
        "  - เผยแพร่ภายใน วันที่ ๓๑ มกราคม ๒๕๗๐\n"
        "Followed up on 2570-01-31\n"
        "\n"
        "Code  Period      Due         Status  Late  Lead      Measure\n"
        "----  ----------  ----------  ------  ----  --------  ------------\n"
        "E3    2570-01-31  2570-02-05  done          ฝ่ายเทศกิจ  ที่จอดรถจักรยาน\n"
        "1 follow-up, 0 overdue.\n"
        "Evidence of 2570-01-31: https://example.go.th/e3\n"
        "\n"
        "When              Who     What                 Said\n"
        "----------------  ------  -------------------  -------\n"
        "2570-02-10 10:00  ผู้ทดสอบ  postpone 2570-01-31  รอพัสดุ\n"
        "2570-02-10 10:00  คุณเทศ   done 2570-01-31      ตีเส้นแล้ว\n"
    )


def test_show_names_the_messages_that_carried_it(office: Tracker) -> None:
    office.says("tick", "--now", "2027-02-01T09:05+07:00")

    lines = office.says("show", "I1").splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("Message ")]

    assert lines[place].split() == ["Message", "Day", "Kind", "To", "By", "Status"]
    assert lines[place + 2].split() == ["1", "2570-02-01", "overdue", "หัวหน้าฝ่ายทะเบียน", "file", "sent"]


def test_show_as_json_has_stable_keys(office: Tracker) -> None:
    office.says("tick", "--now", "2027-02-01T09:05+07:00")
    office.says("done", "I1", "--period", "2569-10", "--note", "แล้ว")

    facts = office.json("show", "I1")

    assert set(facts) >= {"measure", "follow_ups", "messages", "history"}
    assert facts["measure"] == office.json("plan", "show")["measures"][0]
    assert facts["follow_ups"] == office.json("list", "--code", "I1")
    assert facts["messages"] == [
        {
            "id": 1,
            "on": "2027-02-01",
            "kind": "overdue",
            "channel": "file",
            "status": "sent",
            "contact": "หัวหน้าฝ่ายทะเบียน",
        },
        {
            "id": 4,
            "on": "2027-02-01",
            "kind": "escalation",
            "channel": "file",
            "status": "sent",
            "contact": "ผู้อำนวยการเขต",
        },
    ]
    (event,) = facts["history"]
    assert (event["at"], event["by"], event["what"], event["period"]) == (
        "2027-02-10T03:00:00+00:00", "ผู้ทดสอบ", "done", "2569-10"
    )  # fmt: skip
    assert (event["before"]["status"], event["after"]["status"], event["after"]["note"]) == (
        "open",
        "done",
        "แล้ว",
    )


def test_show_of_an_unknown_code_names_the_nearest(office: Tracker) -> None:
    assert "Did you mean O3" in office.refuses("show", "O31")


@pytest.mark.parametrize("code", ["o3", "O๓", "03", "OIT3", " O3 "])
def test_show_reads_a_code_in_every_form(office: Tracker, code: str) -> None:
    assert office.json("show", code)["measure"]["code"] == "O3"
