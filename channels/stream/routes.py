"""The two doors of the stream: ``/stream`` (Server-Sent Events) and ``/ws`` (WebSocket)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Final

import msgspec
from aiohttp import HttpVersion11, WSMsgType, web

from broker.core.holder import Holder, Role
from broker.core.matcher import Leaves
from broker.core.problem import Problem
from broker.core.subscription import Subscription
from broker.web.access import holder_of
from channels.stream.audience import FindSubscription, wish_of
from channels.stream.channel import SPEC
from channels.stream.connection import Connection, Wish
from channels.stream.frame import Frame, Wire
from channels.stream.hub import Hub
from channels.stream.query import cursor_of, filter_of

FindHolder = Callable[[web.Request], Holder | None]
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold an alert back until its buffer is full
    "Access-Control-Allow-Origin": "*",  # what is public may be shown by any page
}
KEY_CHECK_S: Final = 15.0  # how long a revoked key may still read along
_MESSAGE_BYTES_MAX: Final = 4_096  # readers of the WebSocket have nothing to say


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks of the stream."""

    wish: Wish
    subscription_id: str | None
    cursor: int | None
    epoch: str | None
    keyed: bool  # what it sees depends on a key


def visitor_of(request: web.Request) -> Holder | None:
    """Return whose key came with the request, None for a visitor without one. Raises Problem ``key-unknown``."""
    return holder_of(request) if "Authorization" in request.headers else None


def routes(
    hub: Hub, leaves: Leaves, find_subscription: FindSubscription, find_holder: FindHolder = visitor_of
) -> list[web.RouteDef]:
    """Return the routes. Query of both: ``areas``, ``events``, ``min_severity``, ``statuses``, ``languages``,
    ``after``, ``epoch``, ``subscription``. Problems: ``filter-invalid``, ``area-unknown``, ``cursor-invalid``,
    ``subscription-unknown``, ``stream-full``.
    """

    def visit(request: web.Request) -> Visit:
        holder = find_holder(request)
        subscription = named_subscription(request, holder, find_subscription)
        wish = Wish(**msgspec.structs.asdict(filter_of(request, leaves)), restricted=holder is not None)
        return Visit(
            wish=wish if subscription is None else wish_of(subscription),
            subscription_id=None if subscription is None else subscription.id,
            cursor=cursor_of(request),
            epoch=request.query.get("epoch"),
            keyed=holder is not None,
        )

    async def stream(request: web.Request) -> web.StreamResponse:
        """Server-Sent Events (HTML standard, section 9.2)."""
        asked = visit(request)
        number = hub.admit()
        try:
            response = web.StreamResponse(headers=HEADERS)
            response.content_type = "text/event-stream"
            response.charset = "utf-8"
            await response.prepare(request)
            if request.transport is not None:
                wire = Wire.SSE_CHUNKED if request.version >= HttpVersion11 else Wire.SSE
                connection = Connection(number, request.transport, wire, asked.wish, asked.subscription_id)
                with hub.audience.holding(connection):
                    if await bring_up(hub, connection, asked, lambda frame: response.write(frame.sse)):
                        await hold(connection, asked, lambda: find_holder(request))
        finally:
            hub.leave()
        return response

    async def socket(request: web.Request) -> web.StreamResponse:
        """WebSocket (RFC 6455): the same payloads, one text message each."""
        asked = visit(request)
        number = hub.admit()
        try:
            response = web.WebSocketResponse(compress=False, max_msg_size=_MESSAGE_BYTES_MAX)
            response.headers.update(HEADERS)
            await response.prepare(request)
            if request.transport is not None:
                connection = Connection(number, request.transport, Wire.WEBSOCKET, asked.wish, asked.subscription_id)
                write = partial(send_text, response)
                with hub.audience.holding(connection):
                    if await bring_up(hub, connection, asked, write):
                        await read_out(response, hold(connection, asked, lambda: find_holder(request)))
        finally:
            hub.leave()
        return response

    return [web.get("/stream", stream, allow_head=False), web.get("/ws", socket, allow_head=False)]


async def send_text(response: web.WebSocketResponse, frame: Frame) -> None:
    """Write a frame and wait until it is on its way."""
    await response.send_frame(frame.json, WSMsgType.TEXT)


async def read_out(response: web.WebSocketResponse, holding: Coroutine[None, None, None]) -> None:
    """Read the WebSocket to its end, so that pings and the close are answered; what is said is passed over."""
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(holding, name="stream-hold")
        async for _ in response:
            pass
        watch.cancel()


async def bring_up(hub: Hub, connection: Connection, asked: Visit, write: Callable[[Frame], Awaitable[None]]) -> bool:
    """Greet the reader, write what it missed at its own pace, and make it live; False where it left meanwhile, or was
    cut off because it did not take a single event for as long as a live reader may stand still.
    """
    begin, greeting = hub.greeting(asked.cursor, asked.epoch)
    try:
        async with asyncio.timeout(hub.patience_s):
            await write(greeting)
        async with contextlib.aclosing(hub.catch_up(asked.wish, begin)) as missed:
            async for frame in missed:
                async with asyncio.timeout(hub.patience_s):
                    await write(frame)
                connection.note(frame)
        hub.join(connection)  # no await since the last look at the hub's position: no gap, nothing twice
    except ConnectionError:
        return False
    except TimeoutError:
        connection.cut()
        return False
    return True


async def hold(connection: Connection, asked: Visit, find_holder: Callable[[], Holder | None]) -> None:
    """Return when the connection has ended; a key that is revoked meanwhile ends it."""
    while asked.keyed and not connection.ended.done():
        await asyncio.wait([connection.ended], timeout=KEY_CHECK_S)
        try:
            known = find_holder() is not None
        except Problem:
            known = False
        if not known:
            connection.end()
    await asyncio.wait([connection.ended])  # unlike await, it leaves the future alone when this is cancelled


def named_subscription(
    request: web.Request, holder: Holder | None, find_subscription: FindSubscription
) -> Subscription | None:
    """Return the subscription that the reader comes as, None where it names none.

    Raises Problem ``subscription-unknown`` for one that is missing, of another channel, or of another key.
    """
    subscription_id = request.query.get("subscription")
    if subscription_id is None:
        return None
    found = find_subscription(subscription_id)
    allowed = found is not None and holder is not None and (holder.role is Role.OPERATOR or found.owner == holder.name)
    if found is None or not allowed or found.channel != SPEC.name:
        raise Problem(
            "subscription-unknown",
            "There is no subscription of the channel stream with that id for this key; send the key that made it.",
            status=404,
            path="subscription",
        )
    return found
