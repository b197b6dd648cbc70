"""How a receiver without an answer to give hands in one message: whatever becomes of it, the receiver goes on.

A message on which our own code fails must neither end the house nor come again for ever: its bytes are held.
"""

from typing import Final

import structlog

from broker.core.holder import Holder
from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.intake import Acceptance, Intake
from cap_formats.alert import Status

FAULT: Final = "fault-of-ours"
_LOG: Final = structlog.get_logger("receivers")


async def hand_in(
    intake: Intake, raw: bytes, *, holder: Holder, via: str, transport: Status | None = None
) -> list[Acceptance | Problem]:
    """Say of each alert in the message what became of it; the bytes are kept by then. Raises JournalError alone."""
    try:
        return await intake.accept_parts(raw, holder=holder, via=via, transport=transport)
    except Problem as problem:
        return [problem]
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        _LOG.exception("a message was met by a fault of ours; it is held", via=via, issuer=holder.name)
        sentence = (
            f"The message met a fault of this program ({type(error).__name__}); nothing is known to have gone out."
        )
        return [await intake.hold(raw, code=FAULT, sentence=sentence, holder=holder, via=via)]
