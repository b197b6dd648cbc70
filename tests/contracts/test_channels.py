"""What every channel must do, run on each with a real far end."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import msgspec
import pytest
from contracts import channel_case
from contracts.channel_carrier import CarrierHarness
from contracts.channel_case import delivery_of, reference_to
from contracts.channel_page import FeedHarness, MapHarness
from contracts.channel_radio import MosquittoHarness, RadioHarness
from contracts.channel_stream import StreamHarness
from contracts.channel_webhook import WebhookHarness

from broker.core.delivery import Deferred, Delivered, Delivery, Refused
from broker.core.event import AlertAccepted
from cap_formats.alert import MsgType, Status

HARNESSES = {
    "webhook": WebhookHarness,
    "carrier": CarrierHarness,
    "radio": RadioHarness,
    "radio-mosquitto": MosquittoHarness,
    "stream": StreamHarness,
    "feed": FeedHarness,
    "map": MapHarness,
}
JST = timezone(timedelta(hours=9))
order = partial(channel_case.order, sent=datetime.now(JST).replace(microsecond=0))  # pages show what holds now


@pytest.fixture(params=HARNESSES)
async def far(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    kind = HARNESSES[request.param]
    if (reason := kind.cannot.get(request.node.originalname)) is not None:
        pytest.skip(f"{request.param}: {reason}")
    async with kind() as harness:
        yield harness


async def owed(far: Any, alert: AlertAccepted, **words: Any) -> tuple[Delivery, AlertAccepted]:
    """Have the broker accept the alert; returns what it hands to the channel then."""
    seq, accepted = await far.accept(alert)
    return delivery_of(accepted, far.name, seq=seq, **words), accepted


async def test_delivers(far: Any) -> None:
    delivery, alert = await owed(far, order())
    outcome = await far.channel.send(delivery, alert, far.contact)
    assert isinstance(outcome, Delivered), outcome
    assert outcome.evidence
    (got, *_) = await far.got(1)
    assert got.delivery_id == delivery.id
    assert "真備町" in got.text
    assert "訓練" not in got.text


async def test_the_same_id_twice_carries_the_same_content(far: Any) -> None:
    delivery, alert = await owed(far, order())
    for attempt in (1, 2):
        again = msgspec.structs.replace(delivery, attempt=attempt)
        outcome = await far.channel.send(again, alert, far.contact)
        assert isinstance(outcome, Delivered), outcome
    got = await far.got(1)
    assert len({message.content for message in got}) == 1
    assert {message.delivery_id for message in got} == {delivery.id}


async def test_a_far_end_that_is_down_gets_it_when_it_is_back(far: Any) -> None:
    await far.down()
    delivery, alert = await owed(far, order(), within_s=2)
    outcome = await far.channel.send(delivery, alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert outcome.reason
    await far.up()
    outcome = await eventually_delivered(far, delivery, alert)
    assert isinstance(outcome, Delivered), outcome
    assert {message.delivery_id for message in await far.got(1)} == {delivery.id}


async def eventually_delivered(far: Any, delivery: Delivery, alert: AlertAccepted) -> Any:
    """Ask again as the core would, until the far end is back."""
    for attempt in range(2, 40):
        again = delivery_of(alert, far.name, seq=delivery.alert_seq, attempt=attempt)
        outcome = await far.channel.send(again, alert, far.contact)
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
    delivery, alert = await owed(far, order(), within_s=1)
    start = time.monotonic()
    outcome = await far.channel.send(delivery, alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert time.monotonic() - start < 2


async def test_an_expired_alert_is_not_sent(far: Any) -> None:
    delivery, alert = await owed(far, order(), within_s=-1)
    outcome = await far.channel.send(delivery, alert, far.contact)
    assert isinstance(outcome, Deferred), outcome
    assert await far.got(0) == []


async def test_a_cancel_arrives_as_a_message_of_its_own(far: Any) -> None:
    first = order()
    cancel = order(number=2, msg_type=MsgType.CANCEL, references=(reference_to(first),))
    for message in (first, cancel):
        delivery, alert = await owed(far, message)
        outcome = await far.channel.send(delivery, alert, far.contact)
        assert isinstance(outcome, Delivered), outcome
    got = await far.got(2)
    assert [message.delivery_id for message in got][-1] == delivery.id
    assert got[0].content != got[-1].content


@pytest.mark.parametrize(("status", "mark"), [(Status.EXERCISE, "【訓練】"), (Status.TEST, "【試験】")])
async def test_a_drill_says_so_in_its_words(far: Any, status: Status, mark: str) -> None:
    delivery, alert = await owed(far, order(status=status, headline="真備町に避難指示"))
    outcome = await far.channel.send(delivery, alert, far.drill_contact)
    assert isinstance(outcome, Delivered), outcome
    (got, *_) = await far.got(1)
    assert mark in got.text


async def test_many_at_once_each_arrive_once(far: Any) -> None:
    handed_over = [await owed(far, order(number=number)) for number in range(1, 13)]
    outcomes = await asyncio.gather(
        *(far.channel.send(delivery, alert, far.contact) for delivery, alert in handed_over)
    )
    assert all(isinstance(outcome, Delivered) for outcome in outcomes), outcomes
    expected = sorted(delivery.id for delivery, _ in handed_over)
    assert sorted(message.delivery_id for message in await far.got(12)) == expected


async def test_closing_twice_is_harmless(far: Any) -> None:
    await far.channel.close()
    await far.channel.close()
