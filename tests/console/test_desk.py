"""What an officer sees of the town's own orders, whatever else the country says."""

from typing import Any

from console.desk_house import DeskHouse, Officer

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role
from broker.views.history import alerts
from cap_formats.alert import MsgType, ResponseType, Status
from receivers.console.desk import ISSUED_MAX, LOOKED_AT_MAX

JMA = Holder(name="jma", role=Role.ISSUER)
WHOLE_4 = {"at-whole": "4"}


async def said(house: DeskHouse, count: int, *, by: str | None = None, status: Status = Status.ACTUAL) -> None:
    """Take in messages like the first order's, under identifiers of their own; by another sender, for another event."""
    first = await house.broker.archive.accepted(1)
    raw = first.raw.replace("避難指示".encode(), "竜巻注意情報".encode()) if by else first.raw
    raw = raw.replace(f"<status>{first.alert.status}".encode(), f"<status>{status}".encode())
    raw = raw.replace(first.alert.identifier.encode(), b"IDENTIFIER")
    raw = raw.replace(first.alert.sender.encode(), (by or first.alert.sender).encode())
    for number in range(count):
        each = raw.replace(b"IDENTIFIER", f"{by}-{status}-{number}".encode())
        [taken] = await house.broker.accept(each, holder=JMA, via="test")
        assert not taken.duplicate
    await house.broker.projector.reached(ALERTS, taken.seq)


async def test_five_hundred_messages_of_others_do_not_push_a_standing_order_off_the_desk(
    house: DeskHouse, officer: Officer
):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    order = officer.path
    await said(house, LOOKED_AT_MAX + 1, by="jma.example.jp")
    assert order in await officer.get("/console?code=11229")


async def test_an_older_standing_order_stays_beside_many_newer_ones_of_the_town(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    order = officer.path
    await said(house, ISSUED_MAX + 2)
    assert f"{order}?" in await officer.get("/console?code=11229")


async def test_alerts_of_several_statuses_come_newest_first_within_one_limit(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    await said(house, 3, by="drill", status=Status.EXERCISE)
    await said(house, 2, by="other.example.jp")
    reader = house.broker.projector.reader
    both = (Status.EXERCISE, Status.ACTUAL, Status.EXERCISE)

    def found(**wish: Any) -> list[str]:
        return [row.identifier.removeprefix("other.example.jp-") for row in alerts(reader, **wish)]

    assert found(status=both, limit=4) == ["Actual-1", "Actual-0", "drill-Exercise-2", "drill-Exercise-1"]
    assert found(status=both, sender="other.example.jp") == ["Actual-1", "Actual-0"]
    newest = alerts(reader, status=Status.EXERCISE, limit=1)[0].seq
    assert found(status=Status.EXERCISE, before=newest) == ["drill-Exercise-1", "drill-Exercise-0"]
    assert found(status=()) == []


async def by_api(house: DeskHouse, identifier: str, *, key: str = "town") -> int:
    """Send the first order of the console again, as a machine of the town would: another sender, no sender_name."""
    first = await house.broker.archive.accepted(1)
    raw = first.raw.replace(first.alert.identifier.encode(), identifier.encode())
    raw = raw.replace(first.alert.sender.encode(), b"bousai@city.example.jp")
    raw = raw.replace("<senderName>和光市</senderName>".encode(), b"").replace("和光市全域".encode(), "和光市".encode())
    assert b"senderName" not in raw
    holder = Holder(name=key, role=Role.ISSUER, areas=("11229",))
    [taken] = await house.broker.accept(raw, holder=holder, via="http")
    await house.broker.projector.reached(ALERTS, taken.seq)
    return taken.seq


async def test_what_this_key_sent_by_api_is_lifted_at_the_console(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    seq = await by_api(house, "api-1")
    assert f"/console/orders/{seq}?" in await officer.get("/console?code=11229")
    await officer.post(f"/console/orders/{seq}/lift", code="11229")
    await officer.issue(officer.path, "0")
    assert officer.status == 200
    lift = await house.newest()
    assert (lift.msg_type, lift.references[0].identifier) == (MsgType.UPDATE, "api-1")
    assert lift.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert house.holding() == [("避難指示", 4)]
    assert [row.lifted for row in alerts(house.broker.projector.reader, limit=2)] == [True, False]


async def test_what_this_key_sent_by_api_is_taken_back_at_the_console(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    seq = await by_api(house, "api-1")
    await officer.get(f"/console/orders/{seq}?code=11229")
    await officer.post(f"/console/orders/{seq}/cancel", code="11229", reason="誤って発信しました。", meant="yes")
    assert officer.status == 200
    assert (await house.newest()).msg_type is MsgType.CANCEL
    assert house.holding() == [("避難指示", 4)]


async def test_what_others_sent_is_not_this_desk_s(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    seq = await by_api(house, "api-1", key="neighbour")
    assert f"/console/orders/{seq}?" not in await officer.get("/console?code=11229")
    await officer.get(f"/console/orders/{seq}?code=11229")
    assert officer.status == 404
