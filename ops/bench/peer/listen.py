"""How a peer says that it is ready, and the loop it runs on: the same as the broker's."""

import asyncio
import sys
from collections.abc import Coroutine

from aiohttp import web


def run(main: Coroutine[None, None, None]) -> None:
    """Run on uvloop where the broker would."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        asyncio.run(main)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)


def say_ready(port: int) -> None:
    """Print the line that the benchmark waits for."""
    sys.stdout.write(f"ready: http://127.0.0.1:{port}\n")
    sys.stdout.flush()


async def serve(app: web.Application) -> None:
    """Serve an application on a free port until the process is ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    say_ready(runner.addresses[0][1])
    await asyncio.Event().wait()
