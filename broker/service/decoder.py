"""Bytes -> parts, and what their signatures are worth: small messages at once, large ones aside.

A large message would hold up the loop, and 8 MB of tiny elements take 200 MB while they are read. So large ones have
a thread of their own, one after the other: several at once would multiply that memory, and each thread's share of the
heap would keep it for good. What calls itself a drill has another, so that no drill keeps a live one waiting.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar

from cap_formats.decode import decode_parts
from cap_formats.part import Part
from cap_formats.problem import FormatError
from cap_formats.signature.signature import Policy, Signature
from cap_formats.signature.verify import verify_signatures

ASIDE_BYTES: Final = 256 << 10  # 4 MB take 0.1 s and more
_HEAD_BYTES: Final = 4 << 10  # where every format has its status
_DRILL: Final = re.compile(rb"[Ss]tatus\W{1,4}(?:Exercise|Test|" + "訓練|試験".encode() + rb")")

_Result = TypeVar("_Result")


class Decoder:
    """Reads what comes in."""

    def __init__(self) -> None:
        """Begin; a thread starts with the first large message and ends with the decoder."""
        self._live = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._drills = ThreadPoolExecutor(1, thread_name_prefix="decode-drill")

    async def parts(self, raw: bytes, received_at: datetime) -> Sequence[Part]:
        """Open a message, as ``decode_parts``; raises what that raises."""
        return await self._read(raw, lambda: decode_parts(raw, received_at))

    async def signatures(self, raw: bytes, policy: Policy, at: datetime) -> tuple[Signature, ...]:
        """Judge the signatures of a CAP message, as ``verify_signatures``."""
        return await self._read(raw, lambda: verify_signatures(raw, policy, at))

    async def _read(self, raw: bytes, work: Callable[[], _Result]) -> _Result:
        try:
            if len(raw) <= ASIDE_BYTES:
                return work()
            thread = self._drills if _DRILL.search(raw[:_HEAD_BYTES]) else self._live
            return await asyncio.get_running_loop().run_in_executor(thread, work)
        except FormatError as error:
            # Whoever raises it further ties it to his own frame, and its traceback would hold the whole document, of
            # which the collector sees no more than a few objects.
            error.__context__ = None
            raise error.with_traceback(None) from None
