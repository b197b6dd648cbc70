"""/ops: the board, renewed by itself, and the bytes of any message that went nowhere."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from broker.core.event import AlertAccepted, AlertHeld, AlertRejected
from broker.core.holder import Role
from broker.core.problem import Problem
from broker.core.settling import DOUBTS
from broker.service.broker import Broker
from broker.web.door import Door
from broker.web.keys import KeyStore
from broker.web.page import Pages
from broker.web.sentence import JA
from broker.web.session import Sessions
from cap_formats.signature.signature import State
from ops.dashboard.board import Board, Quantiles
from ops.dashboard.held import HeldPages
from ops.dashboard.lost import lost_words
from ops.preview import LABELS
from receivers.console.evidence import told

HERE: Final = Path(__file__).resolve().parent
HOME: Final = "/ops"
SIGNATURE_WORDS: Final = {
    State.TRUSTED: ("信頼できる署名", "Trusted signature"),
    State.UNTRUSTED: ("署名者が未確認", "Signature of someone not known here"),
    State.EXPIRED: ("証明書の期限外", "Signature whose certificate does not hold"),
    State.WEAK: ("弱い方式の署名", "Signature by a weak algorithm"),
    State.UNVERIFIABLE: ("検証できない署名", "Signature that could not be checked"),
    State.BROKEN: ("合わない署名", "Signature that does not fit"),
}
SHOWN_MAX: Final = 200_000  # bytes of a message shown on a page; the whole of it can be saved


class Dashboard:
    """Serves the operators of one broker."""

    def __init__(self, broker: Broker, keys: KeyStore, quantiles: Quantiles) -> None:
        self._broker = broker
        self._board = Board(broker, keys, quantiles)
        self._pages = Pages({"ops": HERE / "templates"})
        self._sessions = Sessions(keys.verify, broker.clock, cookie="noroshi_ops", path=HOME)
        self._door = Door(self._pages, self._sessions, role=Role.OPERATOR, home=HOME, heading="運用の画面 Operations")
        self._held = HeldPages(broker, self._pages, self._sessions, self._door)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        guarded = self._pages.guarded
        return [
            web.get(HOME, guarded(self.show, HOME)),
            web.get(f"{HOME}/board", guarded(self.show_board, HOME)),
            web.get(HOME + r"/messages/{seq:\d{1,18}}", guarded(self.show_message, HOME)),
            web.get(HOME + r"/messages/{seq:\d{1,18}}/raw", guarded(self.save_message, HOME)),
            web.post(f"{HOME}/sign-in", guarded(self._door.sign_in, HOME)),
            web.post(f"{HOME}/sign-out", guarded(self._door.sign_out, HOME)),
            *self._held.routes(),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer with the board, or with the door where nobody is signed in."""
        session = self._sessions.find(request)
        if session is None:
            return self._door.show(request)
        return self._pages.answer(request, "ops/ops.html", session=session, csrf=session.csrf, **self._values())

    async def show_board(self, request: web.Request) -> web.StreamResponse:
        """Answer with the part that renews itself."""
        self._door.session(request)
        return self._pages.fragment(request, "ops/board.html", **self._values())

    async def show_message(self, request: web.Request) -> web.StreamResponse:
        """Answer with one message as it was received, and what was wrong with it."""
        session = self._door.session(request)
        seq, event = await self._message(request)
        text = event.raw[:SHOWN_MAX].decode("utf-8", errors="backslashreplace")
        return self._pages.answer(
            request,
            "ops/message.html",
            session=session,
            csrf=session.csrf,
            seq=seq,
            event=event,
            wrong=None if isinstance(event, AlertAccepted) else event,
            text=text,
            cut=len(event.raw) > SHOWN_MAX,
            signature_words=SIGNATURE_WORDS,
        )

    async def save_message(self, request: web.Request) -> web.StreamResponse:
        """Answer with the bytes as received, to be saved and never to be run."""
        self._door.session(request)
        seq, event = await self._message(request)
        headers = {"Content-Disposition": f'attachment; filename="{seq}.bin"', "X-Content-Type-Options": "nosniff"}
        return web.Response(body=event.raw, content_type="application/octet-stream", headers=headers)

    def _values(self) -> dict[str, Any]:
        real, drills = self._board.alerts(drill=False), self._board.alerts(drill=True)
        stuck_count, stuck = self._board.stuck()
        return {
            "now": self._broker.clock(),
            "waiting": self._board.waiting(),
            "sentences": JA,
            "doubts": DOUBTS,
            "lanes": self._board.lanes(),
            "sources": self._broker.sources.lines(),
            "lost_words": lost_words,
            "stuck_count": stuck_count,
            "stuck": stuck,
            "told": told,
            "channels": LABELS,
            "alerts": real,
            "drills": drills,
            "newest": self._board.newest_held(),
            "stations": self._board.stations([*real, *drills]),
            "ownerless": self._board.ownerless(),
            "stages": self._board.stages(),
        }

    async def _message(self, request: web.Request) -> tuple[int, AlertAccepted | AlertHeld | AlertRejected]:
        seq = int(request.match_info["seq"])
        _, event = await self._broker.archive.event(seq)
        if not isinstance(event, AlertAccepted | AlertHeld | AlertRejected):
            raise Problem("alert-unknown", f"Record {seq} is no message.", status=404)
        return seq, event
