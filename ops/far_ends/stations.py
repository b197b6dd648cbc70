"""Outdoor stations of a town's disaster radio: they listen on MQTT, sound, and answer back. Some are broken.

``python -m ops.far_ends.stations --port 1883 --town 33202 --station R-01=mabi --station R-02=mabi:silent --keep DIR``
"""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import aiomqtt
import msgspec
import typer

from channels.mqtt_broker import MqttAddress, obey_cancel
from channels.radio.answer import Answer, State
from channels.radio.call import Call
from channels.radio.topic import DRILL, LIVE, answer_topic, call_topic
from ops.far_ends.keep import Keep

RECONNECT_S: Final = 0.2
SOUND_S: Final = 0.3  # a siren of two minutes would hold up the play; the order of answers is what matters
ALL: Final = "all"


class Health(StrEnum):
    """How a station is."""

    GOOD = "good"
    SILENT = "silent"  # hears and sounds, and its answer-back is broken
    BROKEN = "broken"  # its speaker is broken
    FLAT = "flat"  # no mains, and the battery is low: it still sounds


FACTS: Final[dict[Health, tuple[State, float, bool, str]]] = {
    Health.GOOD: (State.SOUNDED, 13.2, True, "ok"),
    Health.SILENT: (State.SOUNDED, 13.1, True, "ok"),
    Health.BROKEN: (State.FAILED, 13.2, True, "open circuit"),
    Health.FLAT: (State.SOUNDED, 11.4, False, "ok"),
}


class Outdoor:
    """One station."""

    def __init__(
        self,
        name: str,
        group: str,
        *,
        town: str,
        health: Health = Health.GOOD,
        drills: bool = True,
        root: str = "radio",
        keep: Keep | None = None,
        sound_s: float = SOUND_S,
    ) -> None:
        """``drills``: whether it also listens to the drill tree; ``sound_s``: how long a call sounds."""
        self._sound_s = sound_s
        self.name = name
        self.health = health
        self.keep = keep or Keep()
        self.calls: list[Call] = []  # what it sounded, each delivery once
        self.listening = asyncio.Event()
        self._root = root
        self._town = town
        self._trees = (LIVE, DRILL) if drills else (LIVE,)
        self._groups = tuple(dict.fromkeys((group, ALL)))

    async def run(self, address: MqttAddress) -> None:
        """Listen until cancelled; a lost connection is made again."""
        while True:
            try:
                async with aiomqtt.Client(
                    address.host,
                    address.port,
                    username=address.username,
                    password=address.password,
                    identifier=f"station-{self._town}-{self.name}",
                    clean_session=False,
                    timeout=5,
                ) as client:
                    for tree in self._trees:
                        for group in self._groups:
                            await client.subscribe(call_topic(self._root, self._town, tree, group), qos=1)
                    obey_cancel()
                    self.listening.set()
                    async for message in client.messages:
                        await self._hear(client, message)
                        obey_cancel()
            except aiomqtt.MqttError:
                self.listening.clear()
                await asyncio.sleep(RECONNECT_S)

    async def _hear(self, client: aiomqtt.Client, message: aiomqtt.Message) -> None:
        body = bytes(message.payload)
        call = msgspec.json.decode(body, type=Call)
        now = datetime.now(UTC)
        self.keep.add(id=call.delivery_id, at=now.isoformat(), status=call.status, content=body, suffix="json")
        if call.expires <= now or any(known.delivery_id == call.delivery_id for known in self.calls):
            return
        self.calls.append(call)
        tree = message.topic.value.split("/")[2]
        if self.health is Health.SILENT:
            return
        await self._answer(client, tree, call, State.DELIVERED)
        await asyncio.sleep(self._sound_s)
        await self._answer(client, tree, call, FACTS[self.health][0])

    async def _answer(self, client: aiomqtt.Client, tree: str, call: Call, state: State) -> None:
        _, battery, ac, speaker = FACTS[self.health]
        answer = Answer(
            delivery_id=call.delivery_id,
            state=state,
            at=datetime.now(UTC),
            battery=battery,
            ac=ac,
            door="closed",
            speaker=speaker,
        )
        topic = answer_topic(self._root, self._town, tree, self.name)
        await client.publish(topic, msgspec.json.encode(answer), qos=1)


def parse(text: str) -> tuple[str, str, Health]:
    """Read ``NAME=GROUP`` or ``NAME=GROUP:HEALTH``; raises ValueError."""
    name, _, rest = text.partition("=")
    group, _, health = rest.partition(":")
    if not name or not group:
        raise ValueError(f"a station is NAME=GROUP or NAME=GROUP:HEALTH, not {text!r}")
    return name, group, Health(health or Health.GOOD)


async def _run(stations: list[Outdoor], address: MqttAddress) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(station.run(address), name=station.name) for station in stations]
        for station in stations:
            await station.listening.wait()
        sys.stdout.write(f"{len(stations)} stations are listening\n")
        sys.stdout.flush()
        await stop.wait()
        for task in tasks:
            task.cancel()


def main(
    station: Annotated[list[str], typer.Option(help="NAME=GROUP[:good|silent|broken|flat]; may be repeated.")],
    port: Annotated[int, typer.Option(help="Port of the MQTT broker.")],
    host: Annotated[str, typer.Option(help="Host of the MQTT broker.")] = "127.0.0.1",
    username: Annotated[str, typer.Option(help="User name at the MQTT broker.")] = "stations",
    password: Annotated[str, typer.Option(envvar="STATIONS_PASSWORD", help="And its password.")] = "",
    town: Annotated[str, typer.Option(help="Second level of the topics.")] = "33202",
    keep: Annotated[Path | None, typer.Option(help="Folder for what each station gets.")] = None,
) -> None:
    """Run outdoor stations."""
    stations = [
        Outdoor(name, group, town=town, health=health, keep=Keep(keep / name if keep else None))
        for name, group, health in map(parse, station)
    ]
    address = MqttAddress(host=host, port=port, username=username or None, password=password or None)
    asyncio.run(_run(stations, address))


if __name__ == "__main__":
    typer.run(main)
