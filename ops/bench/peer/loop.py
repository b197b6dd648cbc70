"""A bare aiohttp client loop: ``URL COUNT CONNECTIONS FILE`` posts a file COUNT times and keeps no books.

Prints ``ready: `` with its figure, posts a second, in place of an address.
"""

import asyncio
import sys
import time
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from ops.bench.peer.listen import run


async def main(url: str, count: int, connections: int, body: bytes) -> None:
    """Post and print."""
    left = iter(range(count))
    headers = {"Content-Type": "application/json"}
    async with ClientSession(connector=TCPConnector(limit=connections), headers=headers) as client:

        async def post() -> None:
            for _ in left:
                async with client.post(url, data=body) as response:
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(connections)))
        sys.stdout.write(f"ready: {count / (time.perf_counter() - began)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]).read_bytes()))
