"""A bare aiohttp server of Server-Sent Events: writes one event and holds the connection."""

import asyncio

from aiohttp import web

from ops.bench.peer.listen import run, serve


async def stream(request: web.Request) -> web.StreamResponse:
    """Hold the connection."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b"event: position\ndata: {}\n\n")
    await asyncio.get_running_loop().create_future()
    return response


def application() -> web.Application:
    """Return the application."""
    app = web.Application()
    app.add_routes([web.get("/stream", stream)])
    return app


if __name__ == "__main__":
    run(serve(application()))
