"""``noroshi listen URL``: follow the live stream in the terminal, across broken connections, without a gap."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    import aiohttp
    from rich.text import Text

_SILENCE_S: Final = 50.0  # three heartbeats and a little: then the connection is dead
_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)  # before coming back; the last repeats
_COLOURS: Final = {"Extreme": "bold white on dark_red", "Severe": "bold red", "Moderate": "yellow", "Minor": "cyan"}


class Refusal(Exception):  # noqa: N818
    """The broker will not serve this request; coming back would not help."""


def listen(
    url: Annotated[str, typer.Argument(help="address of the broker, http://host:8080")],
    *,
    key: Annotated[str | None, typer.Option(envvar="NOROSHI_KEY", help="a subscriber's key")] = None,
    after: Annotated[int | None, typer.Option(help="begin after this seq; 0 is everything")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Actual, Exercise, Test; repeat for several")] = None,
    area: Annotated[list[str] | None, typer.Option(help="code of a prefecture or municipality")] = None,
    min_severity: Annotated[str | None, typer.Option(help="Minor, Moderate, Severe or Extreme")] = None,
    subscription: Annotated[str | None, typer.Option(help="come as this subscription, with its owner's key")] = None,
    json: Annotated[bool, typer.Option("--json", help="print each event as one JSON line")] = False,
) -> None:
    """Follow the live stream: print each alert as it comes. Comes back by cursor after a break, and says so where
    something may be missing.
    """
    if not url.startswith(("http://", "https://")):
        sys.stderr.write(f"{url} is no address of a broker; write it as http://host:8080.\n")
        raise typer.Exit(2)
    query = [
        *(("statuses", value) for value in status or ()),
        *(("areas", value) for value in area or ()),
        *((("min_severity", min_severity),) if min_severity else ()),
        *((("subscription", subscription),) if subscription else ()),
    ]
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        asyncio.run(Listener(url, query, headers, after, as_json=json).run())
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise typer.Exit(1) from None


class Listener:
    """One reader that comes back: keeps the cursor and the journal's epoch between connections."""

    def __init__(
        self, url: str, query: list[tuple[str, str]], headers: dict[str, str], after: int | None, *, as_json: bool
    ) -> None:
        """Read ``url`` with that query, from ``after`` on, or from now where it is None."""
        from rich.console import Console  # noqa: PLC0415 - every command of the program pays for imports at the top

        self._url = url.rstrip("/") + "/stream"
        self._query = query
        self._headers = headers
        self._cursor = after
        self._epoch: str | None = None
        self._as_json = as_json
        self._screen = Console(highlight=False)
        self._aside = Console(stderr=True, style="dim")
        self._failures = 0

    async def run(self) -> None:
        """Listen until cancelled. Raises Refusal where the broker will not have us."""
        import aiohttp  # noqa: PLC0415 - every command of the program pays for imports at the top

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE_S)
        async with aiohttp.ClientSession(timeout=timeout) as client:
            while True:
                try:
                    await self._listen_once(client)
                    trouble = "the broker ended the stream"
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    trouble = str(error) or type(error).__name__
                pause_s = _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
                self._failures += 1
                self._aside.print(f"切れました。{pause_s:g} 秒後につなぎ直します / back in {pause_s:g} s: {trouble}")
                await asyncio.sleep(pause_s)

    async def _listen_once(self, client: "aiohttp.ClientSession") -> None:
        headers = dict(self._headers)
        query = list(self._query)
        if self._cursor is not None:
            headers["Last-Event-ID"] = str(self._cursor)
        if self._epoch:
            query.append(("epoch", self._epoch))
        async with client.get(self._url, params=query, headers=headers) as response:
            if 400 <= response.status < 500:  # noqa: PLR2004 - RFC 9110, 15.5: the request is at fault
                raise Refusal((await response.text()).strip())
            response.raise_for_status()
            async for event_id, data in events(response.content):
                self._failures = 0
                self._take(data)
                if event_id is not None:
                    self._cursor = event_id

    def _take(self, data: bytes) -> None:
        import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

        event = msgspec.json.decode(data)
        if event["type"] == "position":
            self._say_position(event)
        if self._as_json:
            sys.stdout.write(data.decode() + "\n")
            sys.stdout.flush()
        elif event["type"] == "alert":
            self._screen.print(line_of(event))

    def _say_position(self, event: dict[str, Any]) -> None:
        self._epoch = event["epoch"]
        if self._cursor is not None and not event["recovered"]:
            self._aside.print(
                f"欠落の可能性があります / gap: the broker could not continue after {self._cursor}; "
                f"the stream begins again at {event['seq']}",
                style="bold red",
            )
        else:
            self._aside.print(f"受信中 / listening, at {event['seq']}")


async def events(content: "aiohttp.StreamReader") -> AsyncIterator[tuple[int | None, bytes]]:
    """Yield (id, data) of an event stream (HTML standard, 9.2.6); lines may be of any length."""
    waiting = bytearray()
    async for block in content.iter_any():
        seen = max(len(waiting) - 1, 0)
        waiting += block
        while (end := waiting.find(b"\n\n", seen)) >= 0:
            lines = (line.partition(b":") for line in bytes(waiting[:end]).split(b"\n"))
            fields = {name: value.removeprefix(b" ") for name, _, value in lines}
            del waiting[: end + 2]
            seen = 0
            if b"data" in fields:
                yield int(fields[b"id"]) if b"id" in fields else None, fields[b"data"]


def line_of(event: dict[str, Any]) -> "Text":
    """Write an alert as one or two lines: when, what, how bad, where, by whom."""
    from rich.text import Text  # noqa: PLC0415 - every command of the program pays for imports at the top

    alert = event["alert"]
    info = alert["infos"][0] if alert["infos"] else {}
    areas = [area["area_desc"] for area in info.get("areas", ())]
    where = "、".join(areas[:3]) + (f" ほか{len(areas) - 3}" if len(areas) > 3 else "")  # noqa: PLR2004 - a line is short
    severity = info.get("severity", "Unknown")
    text = Text()
    text.append(f"{event['seq']:>7} {alert['sent']} ", style="dim")
    text.append(f"{alert['status']} {alert['msg_type']} " if event["drill"] else f"{alert['msg_type']} ")
    said = info.get("headline") or info.get("event") or alert["identifier"]
    text.append(plain(said), style=_COLOURS.get(severity, ""))
    text.append(plain(f"  {where}  {info.get('sender_name') or alert['sender']}"), style="dim")
    return text


def plain(text: str) -> str:
    """Return the text without what a terminal would obey rather than show."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
