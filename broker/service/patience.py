"""What a loop does while the journal cannot be written: it waits, tries again, and says so; it does not lose its place.

A sender is told no meanwhile (503), /health/ready says so, and what needs no writing, such as the public page, goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from broker.journal.journal import JournalError

T = TypeVar("T")

_AGAIN_S: Final = 1.0  # a disk that is full stays so for a while; a person frees it

_log = structlog.get_logger("noroshi.journal")


async def patiently(write: Callable[[], Awaitable[Sequence[T]]]) -> Sequence[T]:
    """Return what ``write`` returns, as soon as it can."""
    while True:
        try:
            return await write()
        except JournalError as error:
            _log.critical("the journal cannot be written; trying again", reason=str(error))
            await asyncio.sleep(_AGAIN_S)
