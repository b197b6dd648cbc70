"""A bare aiohttp handler that appends what it is sent to a file and answers after fsync."""

import os
import sys
from pathlib import Path

from aiohttp import web

from ops.bench.peer.listen import run, serve


def application(path: Path) -> web.Application:
    """Return the application that appends to ``path``."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def take(request: web.Request) -> web.Response:
        os.write(file, await request.read())
        os.fsync(file)
        return web.Response(status=202, text="{}")

    app = web.Application(client_max_size=16 << 20)
    app.add_routes([web.post("/api/v1/alerts", take)])
    return app


if __name__ == "__main__":
    run(serve(application(Path(sys.argv[1]))))
