"""What a request leaves in memory that broke before it was whole: nothing, even before the collector comes by."""

import asyncio
import gc
import tracemalloc

from aiohttp import web

from broker.web.message import read_message

BYTES, TIMES = 4 << 20, 8


async def test_a_request_that_breaks_leaves_nothing_in_memory():
    broken = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal broken
        try:
            await read_message(request)
        except ConnectionError:
            broken += 1
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = runner.addresses[0][:2]
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for number in range(1, TIMES + 1):
            _, writer = await asyncio.open_connection(*address)
            head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * BYTES}\r\n\r\n".encode()
            writer.write(head + bytes(BYTES))
            await writer.drain()
            writer.close()
            async with asyncio.timeout(10):
                while broken < number:
                    await asyncio.sleep(0.01)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
        await runner.cleanup()
    assert held < 2 * BYTES
