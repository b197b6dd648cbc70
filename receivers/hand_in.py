"""How a receiver without an answer to give hands in one message: whatever becomes of it, the receiver goes on."""

from broker.core.holder import Holder
from broker.core.problem import Problem
from broker.service.intake import Acceptance, Intake
from cap_formats.alert import Status


async def hand_in(
    intake: Intake, raw: bytes, *, holder: Holder, via: str, transport: Status | None = None
) -> list[Acceptance | Problem]:
    """Say of each alert in the message what became of it; the bytes are kept by then. Raises JournalError alone."""
    try:
        return await intake.accept_parts(raw, holder=holder, via=via, transport=transport)
    except Problem as problem:
        return [problem]
