"""Locks by name, for as long as somebody holds or awaits them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager


class NameLocks:
    """Lets one task at a time touch a name. Names must be given sorted, so that two tasks never wait for each other."""

    def __init__(self) -> None:
        """Begin with no lock."""
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: Counter[str] = Counter()

    @asynccontextmanager
    async def held(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Hold the locks of all names."""
        self._wanted.update(names)
        try:
            async with AsyncExitStack() as stack:
                for name in names:
                    await stack.enter_async_context(self._locks.setdefault(name, asyncio.Lock()))
                yield
        finally:
            for name in names:
                self._wanted[name] -= 1
                if not self._wanted[name]:
                    del self._wanted[name], self._locks[name]
