"""A carrier's cell broadcast centre with the ECBE REST interface, and the handsets in its network.

``python -m ops.far_ends.centre --port 9201 --behave fails-first --keep DIR``

As osmo-cbc: the message id alone is the key, a second message under one id is 409, DELETE of an unknown one 404. The
handsets show a message once: they compare its words with those that they showed before.
"""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from aiohttp import web

from ops.far_ends.keep import Keep
from ops.far_ends.media import FAILS_FIRST, SLOW_S, Behaviour
from ops.far_ends.serve import serve

PAGES_MAX: Final = 15
PAGE_OCTETS: Final = 82
SHOWN_MAX: Final = 1000  # words that a handset remembers


class SerialDecoded(msgspec.Struct, frozen=True):
    """The serial number, in words."""

    geo_scope: str
    msg_code: int
    update_nr: int


class Serial(msgspec.Struct, frozen=True):
    """serial_nr."""

    serial_nr_decoded: SerialDecoded


class Decoded(msgspec.Struct, frozen=True):
    """The text of a message."""

    character_set: str
    data_utf8: str
    language: str | None = None


class Payload(msgspec.Struct, frozen=True):
    """payload."""

    payload_decoded: Decoded


class Smscb(msgspec.Struct, frozen=True):
    """smscb_message."""

    message_id: int
    serial_nr: Serial
    payload: Payload


class Message(msgspec.Struct, frozen=True):
    """Body of ``POST /message``, as far as a text message needs it."""

    cbe_name: str
    repetition_period: int
    scope: dict[str, Any]
    smscb_message: Smscb
    num_of_bcast: int = 0
    category: str = "normal"

    def __post_init__(self) -> None:
        """Refuse what the centre cannot broadcast."""
        if "scope_plmn" not in self.scope:
            raise ValueError("CBCMSG only 'scope_plmn' supported")
        if self.category not in {"normal", "high_priority", "background"}:
            raise ValueError("CBCMSG 'category' unknown")
        decoded = self.smscb_message.payload.payload_decoded
        if decoded.character_set != "ucs2":
            raise ValueError("Invalid 'character_set'")
        if len(decoded.data_utf8.encode("utf-16-be")) > PAGES_MAX * PAGE_OCTETS:
            raise ValueError("payload does not fit 15 pages")


class Centre:
    """The centre; ``behaviour`` may be changed while it runs."""

    def __init__(self, *, behaviour: Behaviour = Behaviour.GOOD, folder: Path | None = None) -> None:
        """Hold nothing yet."""
        self.behaviour = behaviour
        self.keep = Keep(folder)
        self.on_air: dict[int, Message] = {}
        self.shown: list[str] = []  # what a handset in the network sounded for
        self.deleted: list[int] = []
        self._failed: Counter[str] = Counter()

    def app(self) -> web.Application:
        """Serve the ECBE interface, and ``GET /kept`` and ``GET /handset`` to look behind it."""
        app = web.Application()
        app.router.add_post("/api/ecbe/v1/message", self.post)
        app.router.add_delete("/api/ecbe/v1/message/{message_id}", self.delete)
        app.router.add_get("/kept", self.kept)
        app.router.add_get("/handset", self.handset)
        return app

    async def post(self, request: web.Request) -> web.Response:
        """Put a message on the air."""
        body = await request.read()
        if (early := await self._misbehave(body)) is not None:
            return early
        try:
            message = msgspec.json.decode(body, type=Message)
        except msgspec.MsgspecError as error:
            return web.Response(status=400, text=str(error))
        message_id = message.smscb_message.message_id
        if message_id in self.on_air:
            return web.Response(status=409, text="Could not allocate")
        self.on_air[message_id] = message
        words = message.smscb_message.payload.payload_decoded.data_utf8
        self.keep.add(
            id=f"{message_id}.{message.smscb_message.serial_nr.serial_nr_decoded.msg_code}",
            at=datetime.now(UTC).isoformat(),
            status="drill" if re.search("訓練|試験|テスト", words) else "live",
            content=body,
            suffix="json",
        )
        if words not in self.shown[-SHOWN_MAX:]:
            self.shown.append(words)
        return web.Response(status=201)

    async def delete(self, request: web.Request) -> web.Response:
        """Take a message off the air."""
        if self.behaviour is Behaviour.HANGS:
            await asyncio.sleep(3600)
        text = request.match_info["message_id"]
        if not text.isdecimal():
            return web.Response(status=400)
        message_id = int(text)
        if self.on_air.pop(message_id, None) is None:
            return web.Response(status=404)
        self.deleted.append(message_id)
        return web.Response(status=200)

    async def kept(self, _request: web.Request) -> web.Response:
        """List what was taken."""
        return web.Response(body=msgspec.json.encode(self.keep.messages), content_type="application/json")

    async def handset(self, _request: web.Request) -> web.Response:
        """List what a handset sounded for, and what is on the air."""
        state = {"shown": self.shown, "on_air": sorted(self.on_air)}
        return web.Response(body=msgspec.json.encode(state), content_type="application/json")

    async def _misbehave(self, body: bytes) -> web.Response | None:
        match self.behaviour:
            case Behaviour.HANGS:
                await asyncio.sleep(3600)
            case Behaviour.SLOW:
                await asyncio.sleep(SLOW_S)
            case Behaviour.REFUSES:
                return web.Response(status=400, text="CBCMSG refused by the network")
            case Behaviour.FAILS_FIRST if self._failed[body.decode()] < FAILS_FIRST:
                self._failed[body.decode()] += 1
                return web.Response(status=500, text="Error in it_queue")
            case _:
                pass
        return None


def main(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 0,
    behave: Annotated[Behaviour, typer.Option(help="How to behave.")] = Behaviour.GOOD,
    keep: Annotated[Path | None, typer.Option(help="Folder for what arrives.")] = None,
) -> None:
    """Run a carrier's cell broadcast centre."""
    serve(Centre(behaviour=behave, folder=keep).app(), port)


if __name__ == "__main__":
    typer.run(main)
