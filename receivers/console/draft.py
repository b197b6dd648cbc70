"""What an officer has written and not yet sent. Saving a draft sends nothing; only issuing it does.

Drafts live in memory, apart for each key and mode: a drill's draft can never become a real order.
"""

import secrets
from datetime import datetime
from typing import Final

import msgspec

from broker.core.problem import Problem
from broker.web.session import Session
from receivers.console.order import Order

DRAFTS_MAX: Final = 50  # per key and mode; beyond it the oldest is dropped


class Draft(msgspec.Struct, kw_only=True):
    """One order to be. ``basis`` is the seq of the message that it updates, None for a first one.

    ``raw`` is what was last handed to the broker: pressed again, it is the same bytes and so the same alert.
    ``issued_seq`` is set once the broker has taken it; until then nothing was sent.
    """

    id: str
    order: Order
    basis: int | None
    made_at: datetime
    raw: bytes | None = None
    issued_seq: int | None = None


class Drafts:
    """All drafts, by the name of the key and the mode."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], dict[str, Draft]] = {}

    def of(self, session: Session) -> dict[str, Draft]:
        """Return the drafts of a session's key in its mode, oldest first."""
        return self._all.setdefault((session.holder.name, session.status), {})

    def put(self, session: Session, order: Order, basis: int | None, at: datetime) -> Draft:
        """Keep a new draft."""
        mine = self.of(session)
        while len(mine) >= DRAFTS_MAX:
            del mine[next(iter(mine))]
        draft = Draft(id=secrets.token_hex(8), order=order, basis=basis, made_at=at)
        mine[draft.id] = draft
        return draft

    def get(self, session: Session, draft_id: str) -> Draft:
        """Return a draft. Raises Problem ``draft-unknown``."""
        try:
            return self.of(session)[draft_id]
        except KeyError as error:
            raise Problem("draft-unknown", "There is no such draft; it was issued or dropped.", status=404) from error

    def drop(self, session: Session, draft_id: str) -> None:
        """Forget a draft."""
        self.of(session).pop(draft_id, None)
