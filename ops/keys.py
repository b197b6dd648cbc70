"""``noroshi keys``: make, list and revoke API keys, and make keys that sign."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from broker.core.event import ALERTS, SubscriptionPut, SubscriptionRemoved, decode_event
from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.core.subscription import Subscription
from broker.journal.journal import JournalError
from broker.journal.sqlite import SqliteJournal
from broker.journal.verify import PAGE_RECORDS
from broker.service import checkpoint
from broker.web.keys import KeyStore
from cap_formats.alert import Status
from ops.folder import CHECKPOINT

app = typer.Typer(no_args_is_help=True, help="Keys: who may issue, subscribe and operate, and who signs.")

Data = Annotated[Path, typer.Option("--data", help="The data folder of the broker.")]
_DATA = Path("noroshi-data")
_NAME_MAX = 100  # characters; it stands on every page beside what was issued
_BOUNDS = {  # what bounds a key of each role
    Role.ISSUER: frozenset({"--areas", "--events", "--statuses", "--proxy-for", "--senders"}),
    Role.SUBSCRIBER: frozenset({"--statuses"}),
    Role.OPERATOR: frozenset[str](),
}
_UNBOUND = {  # why others do not, for who gives one all the same and would believe that it holds
    Role.SUBSCRIBER: "a subscriber chooses its areas and events itself, by its filter",
    Role.OPERATOR: "an operator sees and decides everything",
}
_STATUSES = (Status.ACTUAL, Status.EXERCISE, Status.TEST)  # of a key for which nobody says otherwise
_KINDS = {kind.__name__ for kind in (SubscriptionPut, SubscriptionRemoved)}


def key_file(data: Path) -> Path:
    """Return where a broker's keys lie."""
    return data / "keys.db"


@app.command()
def add(
    role: Annotated[Role, typer.Argument(help="issuer, subscriber or operator")],
    name: Annotated[str, typer.Argument(help="Whose key it is; it appears beside what it issued.")],
    areas: Annotated[
        str | None, typer.Option(help="Codes it may issue for, with commas: 33 or 33202; without it, everywhere.")
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="Words one of which the event must contain, with commas; without it, any.")
    ] = None,
    statuses: Annotated[
        str | None,
        typer.Option(help="What it may issue or subscribe to, with commas; without it, Actual,Exercise,Test."),
    ] = None,
    proxy_for: Annotated[
        str | None,
        typer.Option(help="代行: codes in whose place it may issue, with commas; a prefecture is all of its cities."),
    ] = None,
    senders: Annotated[
        str | None,
        typer.Option(
            help="alert/sender must be one of these, with commas; without it, any, but 気象庁 and J-Alert with --areas."
        ),
    ] = None,
    data: Data = _DATA,
) -> None:
    """Make a key and print it, alone and once."""
    given = {
        "--areas": areas,
        "--events": events,
        "--statuses": statuses,
        "--proxy-for": proxy_for,
        "--senders": senders,
    }
    try:
        said = {option: _words(option, text) if option in _BOUNDS[role] else () for option, text in given.items()}
        holder = Holder(
            name=_name(name),
            role=role,
            areas=said["--areas"],
            events=said["--events"],
            statuses=tuple(_status(word) for word in said["--statuses"]) or _STATUSES,
            proxy_for=said["--proxy-for"],
            senders=said["--senders"],
        )
        if codes := (*holder.areas, *holder.proxy_for):
            _check_areas(codes, data)
        key = KeyStore(key_file(data)).add(holder)
    except (Problem, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for option, text in given.items():
        if text is not None and option not in _BOUNDS[role]:
            typer.echo(f"noroshi: {option} does not bound a key of role {role}: {_UNBOUND[role]}.", err=True)
    typer.echo(key)


@app.command("list")
def list_keys(data: Data = _DATA) -> None:
    """List all keys without their secrets."""
    for row in KeyStore(key_file(data)).rows():
        state = f"revoked {row.revoked_at}" if row.revoked_at else "in force"
        areas = ",".join(row.holder.areas) or "everywhere"
        typer.echo(f"{row.id}  {row.holder.role:<10}  {row.holder.name:<24}  {areas:<20}  {state}{_bounds(row.holder)}")


@app.command()
def revoke(name: str, data: Data = _DATA) -> None:
    """Take a key back; a running broker sees it at once. What it subscribed to stays, and is told."""
    try:
        KeyStore(key_file(data)).revoke(name)
    except Problem as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    try:
        staying = asyncio.run(_subscriptions_of(name, data))
    except JournalError as error:
        typer.echo(f"The key is revoked; what it subscribed to cannot be listed now: {error}", err=True)
        return
    for one in staying:
        typer.echo(f"{one.id}  {one.channel:<10}  {one.label}")
    if staying:
        typer.echo("These subscriptions stay and are still sent to; an operator takes one away with")
        typer.echo("DELETE /api/v1/subscriptions/ID.")


@app.command()
def signing(
    name: Annotated[str, typer.Argument(help="Whose messages it signs; NAME.key is written here.")],
) -> None:
    """Make a key that signs messages for a watched folder, and print the setting that lets them in."""
    from ops.sign import write_private  # noqa: PLC0415 - cryptography takes its time
    from receivers.folder.signature import make_key  # noqa: PLC0415 - likewise

    pem, public = make_key()
    try:
        write_private(Path(f"{name}.key"), pem)
    except OSError as error:
        typer.echo(f"noroshi: {name}.key is not written: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f'"{name}" = {{ public_key = "{public}" }}  # under [folder.keys]')


def _bounds(holder: Holder) -> str:
    """Say what else a key is bound to, or may do beyond its areas."""
    said = (
        ("in the place of", holder.proxy_for),
        ("as sender", holder.senders),
        ("events", holder.events),
        (
            "statuses",
            holder.statuses if set(holder.statuses) != set(_STATUSES) else (),
        ),
    )
    return "".join(f"; {words} {','.join(names)}" for words, names in said if names)


async def _subscriptions_of(name: str, data: Path) -> list[Subscription]:
    """Return what the key of that name has subscribed to, as the journal says; from the checkpoint on where it can."""
    if not (data / "journal.db").exists():
        return []
    journal = SqliteJournal(data / "journal.db")
    try:
        state = await checkpoint.read(data / CHECKPOINT, journal, frozenset())
        found, seq = {one.id: one for one in state.subscriptions}, state.alerts_seq
        while page := await journal.read(ALERTS, seq, PAGE_RECORDS):
            for record in page:
                seq = record.seq
                if record.kind in _KINDS:
                    match decode_event(record.kind, record.body):
                        case SubscriptionPut(subscription=one):
                            found[one.id] = one
                        case SubscriptionRemoved(subscription_id=gone):
                            found.pop(gone, None)
    finally:
        await journal.close()
    return [one for one in found.values() if one.owner == name]


def _check_areas(codes: Sequence[str], data: Path) -> None:
    """Refuse a code that no place has, now and not at three in the morning."""
    from geo.registry import UnknownAreaError, open_registry  # noqa: PLC0415 - shapely takes its time

    data.mkdir(parents=True, exist_ok=True)
    registry = open_registry(data / "areas.db")
    for code in codes:
        try:
            registry.leaves(code)
        except UnknownAreaError as error:
            raise Problem(
                "area-unknown",
                f"There is no area {code}; give prefecture (2 digits) or municipality codes (5 or 6 digits). "
                "'noroshi areas find NAME' tells them.",
            ) from error


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError as error:
        raise Problem("status-unknown", f"There is no status {word}; there are: {', '.join(Status)}.") from error


def _words(option: str, text: str | None) -> tuple[str, ...]:
    """Return the words of an option, none where it was not given. Raises Problem ``option-empty`` where it was given
    and names nothing: a variable of a script that was never set would make a key for everywhere.
    """
    words = tuple(word.strip() for word in (text or "").split(",") if word.strip())
    if text is not None and not words:
        raise Problem("option-empty", f"{option} names nothing; give it words, or leave it out.")
    return words


def _name(text: str) -> str:
    """Return a name that can stand in a line. Raises Problem ``name-invalid``."""
    name = text.strip()
    if not name or len(name) > _NAME_MAX or not name.isprintable():
        raise Problem("name-invalid", f"A name has 1 to {_NAME_MAX} characters, all of which can be seen.")
    return name
