"""A newsroom's webhook: verifies signatures, keeps what it got, and behaves as it is told.

``python -m ops.far_ends.media --port 9101 --behave fails-first --secret whsec_... --keep DIR``
"""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from aiohttp import web
from standardwebhooks.webhooks import WebhookVerificationError

from channels.webhook.signature import Signer
from ops.far_ends.keep import Keep
from ops.far_ends.serve import serve

SLOW_S: Final = 1.5
FAILS_FIRST: Final = 2  # answers of 503 before a message is taken
TOLERANCE_S: Final = 300  # Standard Webhooks 1.0.0: a timestamp further off is refused
BODY_MAX: Final = 9 << 20


class Behaviour(StrEnum):
    """How this far end behaves."""

    GOOD = "good"
    SLOW = "slow"  # answers after 1.5 s
    FAILS_FIRST = "fails-first"  # 503 with Retry-After twice, then takes it
    REFUSES = "refuses"  # 422: it reads the message and cannot take it
    HANGS = "hangs"  # takes the connection and never answers


class Media:
    """The far end; ``behaviour`` may be changed while it runs."""

    def __init__(
        self, *, behaviour: Behaviour = Behaviour.GOOD, secret: str | None = None, folder: Path | None = None
    ) -> None:
        """Verify signatures where a secret is given."""
        self.behaviour = behaviour
        self.keep = Keep(folder)
        self._signer = Signer(secret) if secret else None
        self._failed: dict[str, int] = {}

    def app(self) -> web.Application:
        """``POST /`` takes a message, ``GET /kept`` lists what was taken."""
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_post("/", self.take)
        app.router.add_get("/kept", self.kept)
        return app

    async def take(self, request: web.Request) -> web.Response:
        """Take one message, or not, as the behaviour says."""
        body = await request.read()
        message_id = request.headers.get("webhook-id", "")
        if not self._signed(request, body):
            return web.Response(status=401, text="webhook-signature does not fit")
        match self.behaviour:
            case Behaviour.HANGS:
                await asyncio.sleep(3600)
            case Behaviour.SLOW:
                await asyncio.sleep(SLOW_S)
            case Behaviour.REFUSES:
                return web.Response(status=422, text="no desk here takes this")
            case Behaviour.FAILS_FIRST if self._failed.get(message_id, 0) < FAILS_FIRST:
                self._failed[message_id] = self._failed.get(message_id, 0) + 1
                return web.Response(status=503, headers={"Retry-After": "0"}, text="the desk restarts")
            case _:
                pass
        self.keep.add(
            id=message_id,
            at=datetime.now(UTC).isoformat(),
            status=request.headers.get("Noroshi-Status", ""),
            content=body,
            suffix="json" if request.content_type == "application/json" else "xml",
        )
        return web.Response(text="taken")

    async def kept(self, _request: web.Request) -> web.Response:
        """List what was taken."""
        return web.Response(body=msgspec.json.encode(self.keep.messages), content_type="application/json")

    def _signed(self, request: web.Request, body: bytes) -> bool:
        """Check the signature over the bytes, as Standard Webhooks asks of a receiver."""
        if self._signer is None:
            return True
        try:
            timestamp_s = int(request.headers["webhook-timestamp"])
            expected = self._signer.signature(request.headers["webhook-id"], timestamp_s, body)
            if abs(datetime.now(UTC).timestamp() - timestamp_s) > TOLERANCE_S:
                return False
            return expected in request.headers["webhook-signature"].split(" ")
        except (KeyError, ValueError, WebhookVerificationError):
            return False


def main(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 0,
    behave: Annotated[Behaviour, typer.Option(help="How to behave.")] = Behaviour.GOOD,
    secret: Annotated[str, typer.Option(help="whsec_...; without it signatures are not checked.")] = "",
    keep: Annotated[Path | None, typer.Option(help="Folder for what arrives.")] = None,
) -> None:
    """Run a newsroom's webhook."""
    serve(Media(behaviour=behave, secret=secret or None, folder=keep).app(), port)


if __name__ == "__main__":
    typer.run(main)
