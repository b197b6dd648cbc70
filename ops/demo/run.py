"""``noroshi demo``: serve, with a drill town, far ends that answer, and a scenario that plays."""

import asyncio
import contextlib
import logging
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import aiohttp
import msgspec
import typer
from rich.cells import set_cell_size
from rich.console import Console
from rich.table import Table

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from cap_formats.alert import Status
from channels.mqtt_broker import MqttAddress
from ops.demo.account import Account, account
from ops.demo.ends import FarEnds
from ops.demo.play import Played, play
from ops.demo.scenario import Who
from ops.demo.town import CODE, NAME, subscriptions
from ops.log import set_up_log
from ops.settings import PORT_MAX, Http, Mqtt, Settings
from ops.wiring import House

_DRILLS: Final = (Status.EXERCISE, Status.TEST)
_STATIONS_USER: Final = "stations"
_NAME_CELLS: Final = 32  # a full-width letter takes two
HOLDERS: Final[Mapping[str, Holder]] = {
    Who.JMA: Holder(name="demo-jma", role=Role.ISSUER, statuses=_DRILLS),
    Who.TOWN: Holder(name="demo-kurashiki", role=Role.ISSUER, areas=(CODE,), statuses=_DRILLS),
    Who.LALERT: Holder(name="demo-lalert", role=Role.ISSUER, areas=(CODE,), statuses=_DRILLS),
    "operator": Holder(name="demo-operator", role=Role.OPERATOR),
    "visitor": Holder(name="demo-visitor", role=Role.ISSUER, areas=(CODE,), statuses=(Status.EXERCISE,)),
}


def demo(
    data: Annotated[Path | None, typer.Option(help="The data folder (default: one that is thrown away).")] = None,
    port: Annotated[int, typer.Option(min=0, max=PORT_MAX, help="Port of the web; 0 takes a free one.")] = 8080,
    far_ends: Annotated[Path | None, typer.Option(help="Keep what each far end got in this folder.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Play once, check that everybody got it, and end.")] = False,  # noqa: FBT002  # typer's way
    speed: Annotated[float, typer.Option(min=0.1, max=20.0, help="2 plays in half the time.")] = 1.0,
) -> None:
    """Play the heavy rain of July 2018 in a drill town. With --once, exit code 0 says that everybody got everything."""
    set_up_log(logging.WARNING)  # the screen belongs to the play
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="noroshi-demo-")))
        try:
            _make(far_ends)
            troubles = asyncio.run(_run(folder, port, far_ends, stays=data is not None, once=once, speed=speed))
        except asyncio.CancelledError:
            return
        except Problem as problem:
            typer.echo(f"noroshi: {problem}", err=True)
            raise typer.Exit(1) from problem
    if troubles:
        raise typer.Exit(1)


async def _run(folder: Path, port: int, kept: Path | None, *, stays: bool, once: bool, speed: float) -> int:
    """Serve, play and report; returns how many troubles the last play had."""
    _end_on_signals()
    screen = Console(highlight=False, soft_wrap=True)
    word = secrets.token_urlsafe(16)
    settings = Settings(data=folder, http=Http(port=port), mqtt=Mqtt(port=0, stations={_STATIONS_USER: word}))
    async with _serving(settings) as house:
        keys = _keys(house)
        mqtt = house.mqtt.address
        stations = MqttAddress(host=mqtt.host, port=mqtt.port, username=_STATIONS_USER, password=word)
        async with FarEnds(stations, kept) as ends:
            await _subscribe(house.url, keys["operator"], ends)
            _say_addresses(screen, house.url, keys)
            _say_folders(screen, folder, kept, stays=stays)
            while True:
                report = await _play_once(screen, house.url, keys, ends, speed)
                if once or not await _wants_again(screen):
                    return len(report.troubles)


def _make(folder: Path | None) -> None:
    """Make the folder that was asked for. Raises Problem ``far-ends-not-writable``."""
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("far-ends-not-writable", f"{folder} cannot be written: {error.strerror}.") from error


def _end_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a terminal that is closed end the play once; ending is not interrupted."""
    task = asyncio.current_task()

    def end() -> None:
        if task is not None and not task.cancelling():
            task.cancel()

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, end)


@contextlib.asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[House]:
    """Run the broker beside the play; if one of its loops fails, its error ends the demo."""
    opening = asyncio.ensure_future(House.open(settings))
    try:
        house = await asyncio.shield(opening)
    except asyncio.CancelledError:
        await (await opening).close()  # nothing is left half open
        raise
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(house.serve(stop), name="house")
            try:
                yield house
            finally:
                stop.set()
    finally:
        await house.close()


def _keys(house: House) -> dict[str, str]:
    """Make the keys of this play; those of an earlier one in the same folder are taken back."""
    for holder in HOLDERS.values():
        with contextlib.suppress(Problem):
            house.keys.revoke(holder.name)
    return {name: house.keys.add(holder) for name, holder in HOLDERS.items()}


async def _subscribe(url: str, key: str, ends: FarEnds) -> None:
    """Ask for the alerts on behalf of every far end, over HTTP; what an earlier play asked for is taken away."""
    address = f"{url}/api/v1/subscriptions"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}, raise_for_status=True) as session:
        async with session.get(address) as response:
            old = [one["id"] for one in (await response.json())["subscriptions"] if one["owner"] == "demo-operator"]
        for subscription_id in old:
            await session.delete(f"{address}/{subscription_id}")
        for wish in subscriptions(ends.media, ends.centres):
            await session.post(address, data=msgspec.json.encode(wish))


def _say_addresses(screen: Console, url: str, keys: Mapping[str, str]) -> None:
    """Name what can be looked at, and the keys that open it."""
    screen.print(
        f"\n[bold]狼煙 Noroshi[/bold]  {NAME}の訓練 / a drill in {NAME} — すべて訓練です / all of it is a drill\n"
    )
    _say(screen, "地図 / map", f"{url}/map?status=Exercise")
    _say(screen, "配信の様子 / operations", f"{url}/ops")
    _say(screen, "  運用者の鍵 / operator's key", keys["operator"])
    _say(screen, "発令卓 / console", f"{url}/console")
    _say(screen, "  発令者の鍵 / issuer's key", f"{keys['visitor']}  （訓練のみ / drills only）")


def _say_folders(screen: Console, data: Path, kept: Path | None, *, stays: bool) -> None:
    """Name where things lie."""
    _say(screen, "データ / data", f"{data}" + ("" if stays else "  （終わると消えます / removed at the end）"))
    if kept is not None:
        _say(screen, "届いたもの / what arrived", str(kept))
    screen.print()


def _say(screen: Console, name: str, value: str) -> None:
    screen.print(f"  {set_cell_size(name, _NAME_CELLS)}{value}", markup=False)


async def _play_once(screen: Console, url: str, keys: dict[str, str], ends: FarEnds, speed: float) -> Account:
    def say(played: Played) -> None:
        ok = played.seq is not None
        mark = "[green]受理 accepted[/green]" if ok else f"[red]拒否 refused {played.trouble}[/red]"
        step = played.step
        screen.print(f"{step.offset_s:5.1f} s  {step.title} / {step.title_en}  {mark} {played.answer_s * 1000:.0f} ms")

    played = await play(url, {who: keys[who] for who in Who}, say, speed=speed)
    screen.print("届いたか確かめています… / checking who got it …")
    seqs = [one.seq for one in played if one.seq is not None]
    report = await account(url, keys["operator"], seqs, [address for address, _ in ends.media.values()])
    refused = tuple(f"{one.step.title}: {one.trouble}" for one in played if one.seq is None)
    report = msgspec.structs.replace(report, troubles=refused + report.troubles)
    screen.print(_table(report))
    for trouble in report.troubles:
        screen.print(f"[red]✗ {trouble}[/red]")
    if not report.troubles:
        screen.print("[green]✓ すべての配信の行方が確かめられました / every delivery is accounted for[/green]")
    return report


def _table(report: Account) -> Table:
    table = Table(title="配信 / deliveries")
    for name in ("経路 / channel", "状態 / state", "件 / count"):
        table.add_column(name)
    for (channel, state), count in sorted(report.states.items()):
        table.add_row(channel, state, str(count))
    table.add_row("子局の応答 / stations' answers", "", str(report.receipts))
    return table


async def _wants_again(screen: Console) -> bool:
    """Ask whether to play again; without a terminal, serve until stopped."""
    if not sys.stdin.isatty():
        await asyncio.Event().wait()
    screen.print("Enter でもう一度、Ctrl-C で終了 / Enter plays again, Ctrl-C ends")
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return bool(sys.stdin.readline())
