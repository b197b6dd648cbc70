"""What waits to be handed in has bounds, and they never cost a message that somebody acknowledges."""

import asyncio

import aiomqtt
import pytest

from receivers.mqtt.waiting import LOOSE_BYTES_MAX, LOOSE_MAX, Waiting


def message(qos: int, payload: bytes = b"-") -> aiomqtt.Message:
    return aiomqtt.Message(topic="a", payload=payload, qos=qos, retain=False, mid=1, properties=None)


def test_what_is_acknowledged_finds_room_behind_a_flood(capsys: pytest.CaptureFixture[str]):
    waiting = Waiting(maxsize=0)
    for _ in range(LOOSE_MAX):
        waiting.put_nowait(message(0))
    for _ in range(3):
        with pytest.raises(asyncio.QueueFull):
            waiting.put_nowait(message(0))
    assert capsys.readouterr().out.count("are let go") == 1
    waiting.put_nowait(message(1))
    assert [waiting.get_nowait().qos for _ in range(LOOSE_MAX + 1)] == [0] * LOOSE_MAX + [1]
    waiting.put_nowait(message(0))  # there is room again


def test_a_few_large_ones_do_not_fill_the_memory():
    waiting = Waiting(maxsize=0)
    half = bytes(LOOSE_BYTES_MAX // 2)
    waiting.put_nowait(message(0, half))
    waiting.put_nowait(message(0, half))
    with pytest.raises(asyncio.QueueFull):
        waiting.put_nowait(message(0))
    waiting.put_nowait(message(1, half))
    waiting.get_nowait()
    waiting.put_nowait(message(0))
