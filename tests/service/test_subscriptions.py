"""What a subscription may hold, and what a change of it may and may not change."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from broker.core.event import SubscriptionPut
from broker.core.holder import Holder, Role
from broker.core.limit import SUBSCRIPTIONS_MAX
from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec
from broker.core.subscription import Subscription
from broker.journal.memory import MemoryJournal
from broker.service.contacts import Contacts
from broker.service.subscriptions import SUBSCRIPTIONS_PER_KEY_MAX, Subscriptions, Wish
from channels.stream.channel import StreamContact
from geo.registry import open_registry
from tests.service.serving import Serving

HOOK = {"url": "http://127.0.0.1:9/hook", "secret": "whsec_" + "c2VjcmV0" * 4}


@pytest.fixture(scope="module")
def keys(serving: Serving) -> dict[str, str]:
    return {
        name: serving.key(role, name)
        for role, name in (("subscriber", "owner"), ("subscriber", "stranger"), ("operator", "watch"))
    }


@pytest.fixture
def call(serving: Serving, keys: dict[str, str]) -> Any:
    async def call(who: str, method: str, path: str = "", **json: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {keys[who]}"}
        url = f"{serving.url}/api/v1/subscriptions{path}"
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.request(method, url, json=json or None) as answer,
        ):
            return answer.status, await answer.json(content_type=None)

    return call


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ({"filter": {"events": ["x"] * 65}}, "filter.events"),
        ({"filter": {"events": ["ok", "x" * 101]}}, "filter.events[1]"),
        ({"filter": {"areas": ["33202"] * 2_001}}, "filter.areas"),
        ({"filter": {"languages": ["ja"] * 33}}, "filter.languages"),
        ({"filter": {"statuses": ["Actual"] * 6}}, "filter.statuses"),
        ({"label": "x" * 201}, "label"),
        ({"contact": {"x": "y" * (64 << 10)}}, "contact"),
    ],
)
async def test_a_wish_has_bounds(call: Any, wish: dict[str, Any], path: str):
    status, problem = await call("owner", "POST", channel="stream", **wish)
    assert (status, problem["code"], problem["path"]) == (422, "subscription-too-large", path)


async def test_an_operator_who_pauses_does_not_take_it_from_its_owner(call: Any):
    _, made = await call("owner", "POST", channel="webhook", contact=HOOK)
    path = f"/{made['id']}"
    status, paused = await call("watch", "PUT", path, channel="webhook", paused=True)
    assert (status, paused["paused"], paused["owner"]) == (200, True, "owner")
    assert (await call("owner", "GET", path))[0] == 200
    assert (await call("stranger", "PUT", path, channel="webhook"))[0] == 404


async def test_pausing_needs_no_contact_again(call: Any, serving: Serving):
    _, made = await call("owner", "POST", channel="webhook", contact=HOOK)
    assert (await call("owner", "PUT", f"/{made['id']}", channel="webhook", paused=True))[0] == 200
    with contextlib.closing(sqlite3.connect(serving.data / "contacts.db")) as other:
        [[body]] = other.execute("SELECT body FROM contact WHERE subscription_id = ?", (made["id"],))
    assert HOOK["secret"].encode() in body
    status, problem = await call("owner", "POST", channel="webhook")
    assert (status, problem["code"]) == (400, "contact-invalid")


async def test_neither_channel_nor_form_of_content_may_change(call: Any):
    _, made = await call("owner", "POST", channel="webhook", contact=HOOK)
    path = f"/{made['id']}"
    status, problem = await call("owner", "PUT", path, channel="stream", contact={})
    assert (status, problem["code"], problem["path"]) == (409, "channel-fixed", "channel")
    status, problem = await call("owner", "PUT", path, channel="webhook", contact=HOOK | {"format": "cap"})
    assert (status, problem["code"], problem["path"]) == (409, "contact-form-fixed", "contact.format")
    moved = HOOK | {"url": "http://127.0.0.1:9/other", "format": "json"}
    assert (await call("owner", "PUT", path, channel="webhook", contact=moved))[0] == 200


@pytest.mark.parametrize(
    ("role", "most"), [(Role.SUBSCRIBER, SUBSCRIPTIONS_PER_KEY_MAX), (Role.OPERATOR, SUBSCRIPTIONS_MAX)]
)
async def test_there_is_room_for_so_many_and_no_more(tmp_path: Path, role: Role, most: int):
    channels = {"stream": ChannelSpec(name="stream", contact=StreamContact)}
    contacts = Contacts(tmp_path / "contacts.db", channels)
    registry = open_registry(tmp_path / "areas.sqlite")
    subscriptions = Subscriptions(
        MemoryJournal(), registry, contacts, channels, lambda: datetime(2026, 7, 1, tzinfo=UTC)
    )
    for number in range(most - 1):
        one = Subscription(id=f"sub_{number}", channel="stream", owner="who")
        subscriptions.apply(SubscriptionPut(subscription=one))
    holder = Holder(name="who", role=role)
    last, _ = await subscriptions.put(Wish(channel="stream"), holder)
    subscriptions.apply(SubscriptionPut(subscription=last))
    with pytest.raises(Problem) as caught:
        await subscriptions.put(Wish(channel="stream"), holder)
    assert caught.value.code == "subscriptions-too-many"
    await subscriptions.put(Wish(channel="stream", paused=True), holder, last.id)
    contacts.close()
