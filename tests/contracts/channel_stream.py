"""The stream channel with a subscriber's reader of Server-Sent Events, over a real journal and on a real socket."""

import asyncio
import contextlib
import socket
import tempfile
from pathlib import Path
from typing import Any, Self

import msgspec
from contracts.channel_case import order
from contracts.channel_harness import Got, until
from contracts.places import places
from stream.reader import events
from stream.serving import Stream

from broker.core.event import AlertAccepted
from broker.core.subscription import Filter, Subscription
from broker.journal.sqlite import SqliteJournal
from cap_formats.alert import Status
from channels.stream.channel import StreamContact

SUBSCRIPTION = "sub-1"
KEY = {"Authorization": "Bearer one"}
EVERYTHING = Filter(statuses=(Status.ACTUAL, Status.EXERCISE, Status.TEST))
MORE_THAN_A_SOCKET_TAKES = "川から離れてください。" * 20_000


class StreamHarness:
    name = "stream"
    cannot = {  # noqa: RUF012  # nobody writes to it
        "test_what_can_never_be_taken_is_refused_with_a_reason": "a reader of the stream takes every alert",
        "test_an_expired_alert_is_not_sent": "the hub writes an alert as it is journaled, when it is not expired yet",
    }

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.contact = self.drill_contact = StreamContact()
        self.events: list[dict[str, Any]] = []
        self._stack = contextlib.AsyncExitStack()
        self._reading: asyncio.Task[None] | None = None
        self._slow: socket.socket | None = None

    async def __aenter__(self) -> Self:
        self.journal = SqliteJournal(Path(self.folder.name, "journal.db"))
        self.stream = Stream(self.journal, places())
        self.stream.subscriptions[SUBSCRIPTION] = Subscription(
            id=SUBSCRIPTION, channel="stream", owner="one", filter=EVERYTHING
        )
        await self._stack.enter_async_context(self.stream.served())
        self.channel = self.stream.channel
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()
        await self._stack.aclose()
        await self.journal.close()
        self.folder.cleanup()

    async def accept(self, alert: AlertAccepted) -> tuple[int, AlertAccepted]:
        [seq] = await self.stream.say(alert)
        return seq, alert

    async def up(self) -> None:
        connected = asyncio.Event()
        self._reading = asyncio.create_task(self._read(connected))
        await asyncio.wait_for(connected.wait(), 5)
        await until(lambda: len(self.stream.live()) == 1)

    async def down(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._slow is not None:
            self._slow.close()
        await until(lambda: not any(connection.open for connection in self.stream.live()))

    async def hang(self) -> None:
        """Come as a reader whose machine takes little and whose program reads nothing, with much to take."""
        await self.down()
        self._slow = slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.setblocking(False)
        host, port = self.stream.url.removeprefix("http://").split(":")
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, (host, int(port)))
        asking = f"GET /stream?subscription={SUBSCRIPTION} HTTP/1.0\r\nAuthorization: {KEY['Authorization']}\r\n\r\n"
        await loop.sock_sendall(slow, asking.encode())
        await until(lambda: any(connection.open for connection in self.stream.live()))
        await self.accept(order(number=99, description=MORE_THAN_A_SOCKET_TAKES))

    async def got(self, count: int) -> list[Got]:
        """Return a message for each delivery that was told; its words are those of the alert that came before it."""
        await until(lambda: len(self._of("delivery")) >= count)
        alerts = {data["seq"]: data["alert"] for data in self._of("alert")}
        return [
            Got(told["delivery_id"], msgspec.json.encode(alerts[told["seq"]]), str(alerts[told["seq"]]["infos"]))
            for told in self._of("delivery")
        ]

    def _of(self, event: str) -> list[dict[str, Any]]:
        return [one["data"] for one in self.events if one["event"] == event]

    async def _read(self, connected: asyncio.Event) -> None:
        url = f"{self.stream.url}/stream?subscription={SUBSCRIPTION}"
        async with self.stream.client.get(url, headers=KEY) as response:
            assert response.status == 200, await response.text()
            async for event in events(response):
                connected.set()
                self.events.append(event)
