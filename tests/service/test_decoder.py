"""Large messages: what they take while they are read, and that nothing of them stays."""

import asyncio
import gc
import threading
from datetime import UTC, datetime

import pytest
from lxml import etree

from broker.service.decoder import ASIDE_BYTES, Decoder
from cap_formats.problem import FormatError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
LARGE = f'<alert xmlns="{CAP}"><info>{"<area/>" * 40_000}</info></alert>'.encode()
SMALL = f'<alert xmlns="{CAP}"><info/></alert>'.encode()


def elements_alive() -> int:
    return sum(isinstance(one, etree._Element) for one in gc.get_objects())


@pytest.mark.parametrize("raw", [SMALL, LARGE])
async def test_a_refused_message_leaves_no_element_in_memory(raw: bytes) -> None:
    decoder = Decoder()
    gc.collect()
    gc.disable()  # what only the collector would find keeps hundreds of megabytes until it comes
    try:
        before = elements_alive()
        with pytest.raises(FormatError) as refused:
            await decoder.parts(raw, NOW)
        assert elements_alive() == before
        assert refused.value.sentence
    finally:
        gc.enable()


async def test_large_messages_are_read_one_after_the_other() -> None:
    assert len(LARGE) > ASIDE_BYTES
    before = set(threading.enumerate())
    decoder = Decoder()
    await asyncio.gather(*(decoder.parts(LARGE, NOW) for _ in range(8)), return_exceptions=True)
    assert len(set(threading.enumerate()) - before) == 1


async def test_a_large_live_message_does_not_wait_for_drills() -> None:
    decoder = Decoder()
    drill = LARGE.replace(b"<info>", b"<status>Exercise</status><info>", 1)
    ended: list[str] = []

    async def read(name: str, raw: bytes) -> None:
        with pytest.raises(FormatError):
            await decoder.parts(raw, NOW)
        ended.append(name)

    await asyncio.gather(*(read("drill", drill) for _ in range(8)), read("live", LARGE))
    assert ended[-1] == "drill"
