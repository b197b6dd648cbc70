"""Whoever holds the port of the embedded MQTT broker is not taken for it."""

import asyncio
import socket

import pytest

from ops.mqtt import Mqtt
from ops.settings import Mqtt as Wanted


async def test_radio_waits_while_another_holds_the_port(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ops.mqtt._AGAIN_S", 0.05)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        mqtt = Mqtt(Wanted(port=other.getsockname()[1]))
        await mqtt.start()
        assert not mqtt.ready.is_set()
        running = asyncio.create_task(mqtt.run())
        await asyncio.sleep(0.2)
        assert not mqtt.ready.is_set()
        other.close()
        await asyncio.wait_for(mqtt.ready.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await mqtt.stop()


async def test_anothers_broker_is_used_at_once():
    assert Mqtt(Wanted(embedded=False, host="mqtt.example", port=1884)).ready.is_set()
