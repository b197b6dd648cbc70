"""What every channel must do, run on each with a real far end."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from contracts.channel_carrier import CarrierHarness
from contracts.channel_case import delivery_of, order, reference_to
from contracts.channel_radio import MosquittoHarness, RadioHarness
from contracts.channel_webhook import WebhookHarness

from broker.core.delivery import Deferred, Delivered, Refused
from cap_formats.alert import MsgType, Status

HARNESSES = {
    "webhook": WebhookHarness,
    "carrier": CarrierHarness,
    "radio": RadioHarness,
    "radio-mosquitto": MosquittoHarness,
}


@pytest.fixture(params=HARNESSES)
async def far(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with HARNESSES[request.param]() as harness:
        yield harness


async def test_delivers(far: Any) -> None:
    alert = order()
    outcome = await far.channel.send(delivery_of(alert, far.name), alert, far.contact)
    assert isinstance(outcome, Delivered), outcome
    assert outcome.evidence
    (got, *_) = await far.got(1)
    assert got.delivery_id == "1-sub-1"
    assert "真備町" in got.text
    assert "訓練" not in got.text


async def test_the_same_id_twice_carries_the_same_content(far: Any) -> None:
    alert = order()
    delivery = delivery_of(alert, far.name)
    for attempt in (1, 2):
        again = msgspec.structs.replace(delivery, attempt=attempt)
        outcome = await far.channel.send(again, alert, far.contact)
        assert isinstance(outcome, Delivered), outcome
    got = await far.got(1)
    assert len({message.content for message in got}) == 1
    assert {message.delivery_id for message in got} == {"1-sub-1"}


async def test_a_far_end_that_is_down_gets_it_when_it_is_back(far: Any) -> None:
    alert = order()
    await far.down()
    outcome = await far.channel.send(delivery_of(alert, far.name, within_s=2), alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert outcome.reason
    await far.up()
    outcome = await eventually_delivered(far, alert)
    assert isinstance(outcome, Delivered), outcome
    assert {message.delivery_id for message in await far.got(1)} == {"1-sub-1"}


async def eventually_delivered(far: Any, alert: Any) -> Any:
    """Ask again as the core would, until the far end is back."""
    for attempt in range(2, 40):
        outcome = await far.channel.send(delivery_of(alert, far.name, attempt=attempt), alert, far.contact)
        if not isinstance(outcome, Deferred):
            return outcome
        await asyncio.sleep(0.1)
    return outcome


async def test_what_can_never_be_taken_is_refused_with_a_reason(far: Any) -> None:
    outcome = await far.channel.send(*far.refused())
    assert isinstance(outcome, Refused), outcome
    assert outcome.reason


async def test_a_far_end_that_hangs_is_given_up_in_time(far: Any) -> None:
    await far.hang()
    alert = order()
    start = time.monotonic()
    outcome = await far.channel.send(delivery_of(alert, far.name, within_s=1), alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert time.monotonic() - start < 2


async def test_an_expired_alert_is_not_sent(far: Any) -> None:
    alert = order()
    outcome = await far.channel.send(delivery_of(alert, far.name, within_s=-1), alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert await far.got(0) == []


async def test_a_cancel_arrives_as_a_message_of_its_own(far: Any) -> None:
    first = order()
    cancel = order(number=2, msg_type=MsgType.CANCEL, references=(reference_to(first),))
    for seq, alert in enumerate((first, cancel), start=1):
        outcome = await far.channel.send(delivery_of(alert, far.name, seq=seq), alert, far.contact)
        assert isinstance(outcome, Delivered), outcome
    got = await far.got(2)
    assert [message.delivery_id for message in got][-1] == "2-sub-1"
    assert got[0].content != got[-1].content


@pytest.mark.parametrize(("status", "mark"), [(Status.EXERCISE, "【訓練】"), (Status.TEST, "【試験】")])
async def test_a_drill_says_so_in_its_words(far: Any, status: Status, mark: str) -> None:
    alert = order(status=status, headline="真備町に避難指示")
    outcome = await far.channel.send(delivery_of(alert, far.name), alert, far.drill_contact)
    assert isinstance(outcome, Delivered), outcome
    (got, *_) = await far.got(1)
    assert mark in got.text


async def test_many_at_once_each_arrive_once(far: Any) -> None:
    alerts = [order(number=number) for number in range(1, 13)]
    deliveries = [delivery_of(alert, far.name, seq=seq) for seq, alert in enumerate(alerts, start=1)]
    outcomes = await asyncio.gather(
        *(far.channel.send(delivery, alert, far.contact) for delivery, alert in zip(deliveries, alerts, strict=True))
    )
    assert all(isinstance(outcome, Delivered) for outcome in outcomes), outcomes
    assert sorted(message.delivery_id for message in await far.got(12)) == sorted(d.id for d in deliveries)


async def test_closing_twice_is_harmless(far: Any) -> None:
    await far.channel.close()
    await far.channel.close()
