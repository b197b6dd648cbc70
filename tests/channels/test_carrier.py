"""The carrier channel beyond the common suite: ids, replacing, taking back, surviving a crash."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from contracts.channel_carrier import CarrierHarness
from contracts.channel_case import delivery_of, order, reference_to
from contracts.channel_harness import until
from corpus import ROOT

from broker.core.delivery import Deferred, Delivered, Refused
from broker.core.event import AlertAccepted
from broker.core.unanswered import may_have_gone_out
from cap_formats.alert import Category, MsgType, Status
from channels.carrier import Carrier, Contact
from channels.carrier.message_id import ETWS_TEST, ETWS_TSUNAMI, IDS, CarrierName
from ops.far_ends.media import Behaviour


@pytest.fixture
async def far() -> AsyncIterator[CarrierHarness]:
    async with CarrierHarness() as harness:
        yield harness


async def send(far: CarrierHarness, alert: AlertAccepted, seq: int, contact: Contact | None = None, attempt: int = 1):
    delivery = delivery_of(alert, "carrier", seq=seq, attempt=attempt)
    return await far.channel.send(delivery, alert, contact or far.contact)


async def test_an_update_goes_on_the_air_before_the_old_one_is_taken_off(far: CarrierHarness) -> None:
    first = order(3)
    await send(far, first, 1)
    (old,) = far.centre.on_air
    await send(far, order(4, number=2, msg_type=MsgType.UPDATE, references=(reference_to(first),)), 2)
    assert far.centre.deleted == [old]
    assert len(far.centre.on_air) == 1
    assert [words.split("\n")[0] for words in far.centre.shown] == ["警戒レベル3高齢者等避難", "警戒レベル4避難指示"]


async def test_a_cancel_takes_the_old_one_off_and_says_so(far: CarrierHarness) -> None:
    first = order(4)
    await send(far, first, 1)
    (old,) = far.centre.on_air
    await send(far, order(4, number=2, msg_type=MsgType.CANCEL, references=(reference_to(first),)), 2)
    assert far.centre.deleted == [old]
    assert far.centre.shown[-1].startswith("取消のお知らせ")


async def test_an_update_with_the_same_words_still_sounds(far: CarrierHarness) -> None:
    first = order(4)
    await send(far, first, 1)
    await send(far, order(4, number=2, msg_type=MsgType.UPDATE, references=(reference_to(first),)), 2)
    assert len(far.centre.shown) == 2


async def test_two_chains_never_share_an_id(far: CarrierHarness) -> None:
    for seq in range(1, 6):
        alert = order(4, number=seq, areas=(f"第{seq}地区",))
        delivery = delivery_of(alert, "carrier", seq=seq)
        other = type(delivery)(
            **{name: getattr(delivery, name) for name in delivery.__struct_fields__} | {"chain": f"c{seq}"}
        )
        assert isinstance(await far.channel.send(other, alert, far.contact), Delivered)
    assert len(far.centre.on_air) == 5
    low, high = IDS[CarrierName.DOCOMO].live[0]
    assert all(low <= number <= high for number in far.centre.on_air)


async def test_an_id_that_someone_else_holds_is_left_alone(far: CarrierHarness) -> None:
    first_id = IDS[CarrierName.DOCOMO].live[0][0]
    far.centre.on_air[first_id] = object()  # type: ignore[assignment]  # another sender's message
    alert = order()
    outcome = await send(far, alert, 1)
    assert isinstance(outcome, Deferred)
    assert "taken" in outcome.reason
    assert isinstance(await send(far, alert, 1, attempt=2), Delivered)
    assert set(far.centre.on_air) == {first_id, first_id + 1}
    assert far.centre.deleted == []


async def test_a_crash_between_the_request_and_the_answer_is_no_proof(far: CarrierHarness) -> None:
    far.centre.behaviour = Behaviour.HANGS
    alert = order()
    delivery = delivery_of(alert, "carrier", within_s=0.3)
    assert isinstance(await far.channel.send(delivery, alert, far.contact), Deferred)
    (row,) = far.rows()
    # The centre had taken it before the process died.
    far.centre.behaviour = Behaviour.GOOD
    far.centre.on_air[row.message_id] = object()  # type: ignore[assignment]  # what it took
    await far.channel.close()
    far.channel = Carrier(far.ledger)
    outcome = await send(far, alert, 1, attempt=2)
    assert isinstance(outcome, Deferred), "a taken id is no proof that it is ours"
    outcome = await send(far, alert, 1, attempt=3)
    assert isinstance(outcome, Delivered)
    assert list(far.centre.on_air) == [row.message_id, row.message_id + 1]
    assert far.rows()[-1].mail == row.mail


async def test_an_attempt_that_never_reached_the_centre_proves_nothing(far: CarrierHarness) -> None:
    await far.down()
    alert = order()
    assert isinstance(await send(far, alert, 1), Deferred)
    first_id = IDS[CarrierName.DOCOMO].live[0][0]
    far.centre.on_air[first_id] = object()  # type: ignore[assignment]  # another sender's message, taken meanwhile
    await far.up()
    assert isinstance(await send(far, alert, 1, attempt=2), Deferred)
    assert isinstance(await send(far, alert, 1, attempt=3), Delivered)
    assert set(far.centre.on_air) == {first_id, first_id + 1}
    assert [words.count("報）") for words in far.centre.shown] == [0], "the first words that anybody sees"


async def test_what_never_reached_the_centre_is_not_taken_off_the_air_there(far: CarrierHarness) -> None:
    await far.down()
    first = order()
    assert isinstance(await send(far, first, 1), Deferred)
    first_id = far.rows()[0].message_id
    far.centre.on_air[first_id] = object()  # type: ignore[assignment]  # another sender's message, taken meanwhile
    await far.up()
    cancel = order(number=2, msg_type=MsgType.CANCEL, references=(reference_to(first),))
    assert isinstance(await send(far, cancel, 2), Delivered)
    assert far.centre.deleted == []


async def test_what_was_on_the_air_before_a_restart_is_taken_off_after_it(far: CarrierHarness) -> None:
    first = order(4)
    await send(far, first, 1)
    (old,) = far.centre.on_air
    await far.channel.close()
    far.channel = Carrier(far.ledger)
    await send(far, order(4, number=2, msg_type=MsgType.CANCEL, references=(reference_to(first),)), 2)
    assert far.centre.deleted == [old]


async def test_a_replacement_that_could_not_be_finished_is_finished_later(far: CarrierHarness) -> None:
    first = order(3)
    await send(far, first, 1)
    (old,) = far.centre.on_air
    delete, far.centre.delete = far.centre.delete, refuse_delete
    await far.down()
    await far.up()
    update = order(4, number=2, msg_type=MsgType.UPDATE, references=(reference_to(first),))
    outcome = await send(far, update, 2)
    assert isinstance(outcome, Deferred)
    assert "could not be taken off" in outcome.reason
    assert may_have_gone_out(outcome.reason), "the update is on the air"
    assert len(far.centre.on_air) == 2
    far.centre.delete = delete
    await far.down()
    await far.up()
    assert isinstance(await send(far, update, 2, attempt=2), Delivered)
    assert old not in far.centre.on_air
    assert len(far.centre.keep.messages) == 2


async def refuse_delete(_request: web.Request) -> web.Response:
    return web.Response(status=500)


async def test_all_the_steps_of_a_replacement_share_one_time(far: CarrierHarness) -> None:
    first = order(3)
    await send(far, first, 1)

    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(0.4)
        return web.Response(status=500 if _request.method == "DELETE" else 201)

    far.centre.post = far.centre.delete = slow  # type: ignore[method-assign]  # the far end's network, not our code
    await far.down()
    await far.up()
    update = order(4, number=2, msg_type=MsgType.UPDATE, references=(reference_to(first),))
    began = asyncio.get_running_loop().time()
    outcome = await far.channel.send(delivery_of(update, "carrier", seq=2, within_s=0.6), update, far.contact)
    assert asyncio.get_running_loop().time() - began < 0.7
    assert isinstance(outcome, Deferred)
    assert may_have_gone_out(outcome.reason)


async def test_a_locked_ledger_is_a_reason_to_come_back(far: CarrierHarness) -> None:
    holder = sqlite3.connect(far.ledger, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    alert = order()
    began = asyncio.get_running_loop().time()
    outcome = await send(far, alert, 1)
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("ledger not available")
    assert asyncio.get_running_loop().time() - began < 1, "the whole broker stands still meanwhile"
    assert far.centre.shown == []
    holder.execute("ROLLBACK")
    assert isinstance(await send(far, alert, 1, attempt=2), Delivered)

    post = far.centre.post

    async def locks_before_it_answers(request: web.Request) -> web.Response:
        response = await post(request)
        holder.execute("BEGIN IMMEDIATE")
        return response

    far.centre.post = locks_before_it_answers  # type: ignore[method-assign]  # the far end's network, not our code
    await far.down()
    await far.up()
    update = order(5, number=2, msg_type=MsgType.UPDATE, references=())
    outcome = await send(far, update, 2)
    assert isinstance(outcome, Deferred)
    assert may_have_gone_out(outcome.reason), "it is on the air, and the old one could not be noted as taken off"
    holder.execute("ROLLBACK")
    holder.close()


async def test_a_live_centre_gets_no_drill_and_a_drill_centre_nothing_live(far: CarrierHarness) -> None:
    assert isinstance(await send(far, order(status=Status.EXERCISE), 1), Refused)
    assert isinstance(await send(far, order(), 2, far.drill_contact), Refused)
    assert far.centre.keep.messages == []


async def test_a_tsunami_has_its_own_id_and_its_drill_the_test_id(far: CarrierHarness) -> None:
    quake = {"event": "津波警報", "category": (Category.GEO,)}
    await send(far, order(5, **quake), 1)
    assert list(far.centre.on_air) == [ETWS_TSUNAMI]
    (message,) = far.centre.on_air.values()
    assert message.smscb_message.serial_nr.serial_nr_decoded.msg_code & 0x300 == 0x300
    await send(far, order(5, status=Status.EXERCISE, **quake), 2, far.drill_contact)
    assert ETWS_TEST in far.centre.on_air


async def test_an_update_under_the_one_tsunami_id_replaces_the_old_one(far: CarrierHarness) -> None:
    quake = {"event": "津波警報", "category": (Category.GEO,)}
    first = order(5, **quake)
    await send(far, first, 1)
    await send(far, order(5, number=2, msg_type=MsgType.UPDATE, references=(reference_to(first),), **quake), 2)
    assert far.centre.deleted == [ETWS_TSUNAMI]
    assert list(far.centre.on_air) == [ETWS_TSUNAMI]
    codes = {
        json.loads(m.text)["smscb_message"]["serial_nr"]["serial_nr_decoded"]["msg_code"]
        for m in far.centre.keep.messages
    }
    assert len(codes) == 2


async def test_the_officer_sees_the_words_or_why_there_are_none(far: CarrierHarness) -> None:
    assert far.channel.preview(order(4)).startswith("警戒レベル4避難指示\n\n7月6日22時00分 倉敷市\n")
    assert "cannot be sent" in far.channel.preview(order(4, language="en-US"))


SENDER = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/tests"]
from contracts.channel_case import delivery_of, order
from channels.carrier import Carrier, Contact

async def main():
    alert = order()
    contact = Contact(url=sys.argv[3], carrier="docomo")
    await Carrier(Path(sys.argv[2])).send(delivery_of(alert, "carrier"), alert, contact)

asyncio.run(main())
"""


async def test_a_process_killed_before_it_saw_the_answer_shows_nothing_twice(far: CarrierHarness) -> None:
    post = far.centre.post

    async def answer_too_late(request: web.Request) -> web.Response:
        response = await post(request)
        await asyncio.sleep(3600)
        return response

    far.centre.post = answer_too_late  # type: ignore[method-assign]  # the far end's network, not our code
    await far.down()
    await far.up()
    await far.channel.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SENDER, str(ROOT), str(far.ledger), far.contact.url, cwd=ROOT
    )
    await until(lambda: bool(far.centre.on_air), within_s=15)
    process.kill()
    await process.wait()

    far.centre.post = post  # type: ignore[method-assign]  # and back
    await far.down()
    await far.up()
    far.channel = Carrier(far.ledger)
    assert isinstance(await send(far, order(), 1, attempt=2), Deferred)
    assert isinstance(await send(far, order(), 1, attempt=3), Delivered)
    assert len(far.centre.on_air) == 2
    assert len(far.centre.shown) == 1
