"""Where bytes come from: a serial line, a TCP server, or a file. Each is an asynchronous generator; OSError is its end.

Serial lines are set by pyserial and then read as the file descriptors that they are, so that no thread hangs in them.
"""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Final

import serial

from receivers.qzss.settings import AntennaSettings

READ_BYTES: Final = 1 << 10  # a second of a serial line; of noise no more than a loop can spare at once
CONNECT_S: Final = 5.0
LOOK_S: Final = 0.2  # how often a file is looked at for more


async def read(settings: AntennaSettings) -> AsyncGenerator[bytes, None]:
    """Yield what comes. Raises OSError where it cannot be opened, breaks or ends."""
    source = _serial(settings) if settings.device else _tcp(settings) if settings.host else _file(Path(settings.path))
    async with aclosing(source):
        async for data in source:
            yield data


async def _serial(settings: AntennaSettings) -> AsyncGenerator[bytes, None]:
    port = await asyncio.to_thread(serial.Serial, settings.device, settings.baud, timeout=0, exclusive=True)
    try:
        async for data in _descriptor(port.fileno()):
            yield data
    finally:
        port.close()


async def _tcp(settings: AntennaSettings) -> AsyncGenerator[bytes, None]:
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
    try:
        while data := await reader.read(READ_BYTES):
            yield data
    finally:
        writer.close()
    raise ConnectionError("the other side closed the connection")


async def _file(path: Path) -> AsyncGenerator[bytes, None]:
    """Follow a file from its present end, because times in it are relative to now; a FIFO from its beginning."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            async for data in _descriptor(descriptor):
                yield data
        else:
            async for data in _growing(path, descriptor):
                yield data
    finally:
        os.close(descriptor)


async def _growing(path: Path, descriptor: int) -> AsyncGenerator[bytes, None]:
    """Follow a file; one that was cut or replaced is read from its beginning."""
    at = os.lseek(descriptor, 0, os.SEEK_END)
    while True:
        if data := os.read(descriptor, READ_BYTES):
            at += len(data)
            yield data
            continue
        here, there = os.fstat(descriptor), os.stat(path)  # noqa: PTH116 - beside fstat, and as quick
        if (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino):
            fresh = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            os.dup2(fresh, descriptor)
            os.close(fresh)
            at = 0
        elif here.st_size < at:
            at = os.lseek(descriptor, 0, os.SEEK_SET)
        await asyncio.sleep(LOOK_S)


async def _descriptor(descriptor: int) -> AsyncGenerator[bytes, None]:
    """Read a descriptor whenever it has something; its end is an OSError."""
    loop = asyncio.get_running_loop()
    while True:
        ready = loop.create_future()
        loop.add_reader(descriptor, _settle, ready)
        try:
            await ready
        finally:
            loop.remove_reader(descriptor)
        with suppress(BlockingIOError):
            if not (data := os.read(descriptor, READ_BYTES)):
                raise OSError("the other side closed it")
            yield data


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
