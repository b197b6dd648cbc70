"""Runs one web application as a process: prints its address on the first line, ends on SIGTERM or SIGINT."""

import asyncio
import signal
import sys

from aiohttp import web


def serve(app: web.Application, port: int, host: str = "127.0.0.1") -> None:
    """Serve until a signal; ``port`` 0 takes a free one."""
    asyncio.run(_serve(app, port, host))


async def _serve(app: web.Application, port: int, host: str) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    sys.stdout.write(f"http://{host}:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()
