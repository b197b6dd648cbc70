"""The MQTT broker inside the program (amqtt), for towns that run none of their own; Mosquitto or EMQX by address do the
same. Every client needs a name and a password, and only the broker's own user may call: a station may answer, nothing
more, so that nobody who holds a station's password can sound a siren.
"""

import asyncio
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

ANSWER: Final = "answer"  # the topic level under which stations may publish
_ANSWER_LEVELS: Final = 5  # root, town, tree, answer, station
_LISTENER: Final = "default"


class MqttAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where an MQTT broker is reached, and as whom."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None


class KnownUsers(BaseAuthPlugin):  # type: ignore[misc]  # amqtt is not typed
    """Lets in who knows a name and its password."""

    @dataclass
    class Config:
        """Passwords by user name."""

        users: dict[str, str] = field(default_factory=dict)

    async def authenticate(self, *, session: Session) -> bool:
        """Compare in constant time. A last will is forgotten: amqtt would publish it without asking ``AnswersOnly``."""
        session.will_flag = False
        known = self.config.users.get(session.username or "")
        return known is not None and hmac.compare_digest(known.encode(), (session.password or "").encode())


class AnswersOnly(BaseTopicPlugin):  # type: ignore[misc]  # likewise
    """Lets the caller publish anywhere and everybody else what ``may_answer`` allows."""

    @dataclass
    class Config:
        """Name of the user that may call, and the names of all."""

        caller: str = ""
        users: list[str] = field(default_factory=list)

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Judge one publication; subscriptions are free to all who were let in."""
        if action is not Action.PUBLISH or session is None or session.username == self.config.caller:
            return True
        return may_answer(session.username or "", topic or "", self.config.users)


def may_answer(user: str, topic: str, users: Collection[str]) -> bool:
    """Whether a user that is not the caller may publish on ``topic``: an answer of one station, nothing else.

    Stations may share a user; but nobody answers for a station whose name is another user's.
    """
    levels = topic.split("/")
    if len(levels) != _ANSWER_LEVELS or levels[_ANSWER_LEVELS - 2] != ANSWER:
        return False
    station = levels[-1]
    return station == user or station not in users


class EmbeddedBroker:
    """One amqtt broker on one port."""

    def __init__(self, users: Mapping[str, str], *, caller: str, host: str = "127.0.0.1", port: int = 0) -> None:
        """``users``: passwords by name; ``caller``: the one of them who may call stations. ``port`` 0: a free one."""
        self._users = dict(users)
        self._caller = caller
        self._host = host
        self._port = port
        self._broker: Broker | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> MqttAddress:
        """Where the caller connects; the port is known once it has started."""
        return MqttAddress(host=self._host, port=self._port, username=self._caller, password=self._users[self._caller])

    async def start(self) -> None:
        """Listen; raises OSError where the port is taken."""
        self._broker = Broker(
            BrokerConfig(
                listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
                plugins={
                    f"{__name__}.{KnownUsers.__name__}": {"users": self._users},
                    f"{__name__}.{AnswersOnly.__name__}": {"caller": self._caller, "users": list(self._users)},
                },
            )
        )
        await self._broker.start()
        # Our own listener, because amqtt does not say which port it was given.
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Let every client go; may be called twice."""
        server, self._server = self._server, None
        broker, self._broker = self._broker, None
        if server is not None:
            server.close()
        # amqtt forgets connections whose client left in the same moment, so ours are closed here.
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        if broker is not None:
            await broker.shutdown()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        broker = self._broker
        if broker is None or task is None:
            writer.close()
            return
        self._connections.add(task)
        try:
            await broker.external_connected(StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER)
        except asyncio.CancelledError:
            if self._broker is not None:  # not ours: nobody but stop() ends a connection
                raise
        finally:
            self._connections.discard(task)
            writer.close()


def obey_cancel() -> None:
    """Raise CancelledError where this task was cancelled and the library beneath swallowed it.

    aiomqtt waits by ``asyncio.wait_for``, which up to Python 3.11 forgets a cancel that comes together with the answer.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
