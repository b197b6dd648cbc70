"""``noroshi serve``: all of it in one process."""

import asyncio
import contextlib
import resource
import signal
import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from broker.core.problem import Problem
from ops.log import set_up_log
from ops.settings import PORT_MAX, Settings, read_settings
from ops.wiring import House

SWITCH_S: Final = 0.0005  # a thread that writes or projects gives way to the loop ten times sooner than by default


def serve(
    config: Annotated[Path | None, typer.Option(help="noroshi.toml; nothing in it needs setting.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the journal lies (default: noroshi-data).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 is all (default: 127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=PORT_MAX, help="Port of the web; 0 takes a free one (default: 8080).")
    ] = None,
) -> None:
    """Serve until stopped. Prints one line with the address when ready; logs are JSON lines on standard error."""
    set_up_log()
    try:
        settings = with_options(read_settings(config), data, host, port)
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(run(settings))
    except Problem as problem:
        typer.echo(f"noroshi: {problem}", err=True)
        raise typer.Exit(1) from problem


def with_options(settings: Settings, data: Path | None, host: str | None, port: int | None) -> Settings:
    """Let the words of the command line win over the file."""
    http = msgspec.structs.replace(
        settings.http,
        host=settings.http.host if host is None else host,
        port=settings.http.port if port is None else port,
    )
    return msgspec.structs.replace(settings, http=http, data=settings.data if data is None else data)


async def run(settings: Settings) -> None:
    """Open the house, say so, and serve until SIGINT or SIGTERM; a loop that fails ends the process with its error."""
    sys.setswitchinterval(SWITCH_S)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # every reader of the stream is an open file
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if (house := await _opened(settings, stop)) is None:
        return
    try:
        sys.stdout.write(f"noroshi is ready: {house.url}\n")
        sys.stdout.flush()
        await house.serve(stop)
    finally:
        await house.close()


async def _opened(settings: Settings, stop: asyncio.Event) -> House | None:
    """Open the house; None where it is to stop before that: the journal of years takes a while to be read."""
    opening = asyncio.ensure_future(House.open(settings))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait([opening, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not opening.done():
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            return await opening
        return None
    return opening.result()


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
