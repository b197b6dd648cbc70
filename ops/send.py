"""``noroshi send FILE --to URL --key K``: hand a message to a running broker."""

import asyncio
import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Final

import typer

_TIMEOUT_S: Final = 10.0
_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)  # between attempts while the broker does not answer, or answers 5xx


class Exit(IntEnum):
    """What the exit code says."""

    TAKEN = 0  # accepted now or before: 200 or 202
    REFUSED = 1  # 4xx: the message or the key is at fault, and sending it again would not help
    UNREADABLE = 2  # the file cannot be read, or the address is none: nothing was sent
    UNANSWERED = 3  # no answer, or 5xx: not known to be taken; the same bytes may be sent again without harm


def send(
    file: Annotated[
        Path,
        typer.Argument(
            help="a message of any format that is read here (CAP, JMA, L-Alert, lifelines ...); - is standard input"
        ),
    ],
    to: Annotated[str, typer.Option(help="address of the broker, http://host:8080")],
    key: Annotated[str, typer.Option(envvar="NOROSHI_KEY", help="an issuer's key")],
) -> None:
    """Hand a message to a running broker and print its answer.

    Exit code 0 if it took the message, 1 if it refused, 2 if nothing could be sent, 3 if it gave no answer.
    """
    from ops.decode import read  # noqa: PLC0415 - every command of the program pays for imports at the top

    if not to.startswith(("http://", "https://")):
        sys.stderr.write(f"--to {to} is no address of a broker; write it as http://host:8080. Nothing was sent.\n")
        raise typer.Exit(Exit.UNREADABLE)
    try:
        data = read(file)
    except OSError as error:
        sys.stderr.write(f"{file}: {error.strerror}\n")
        raise typer.Exit(Exit.UNREADABLE) from error
    raise typer.Exit(asyncio.run(hand_over(data, to, key)))


async def hand_over(data: bytes, to: str, key: str) -> Exit:
    """POST the message until it is answered; a refusal is never repeated."""
    import aiohttp  # noqa: PLC0415 - every command of the program pays for imports at the top

    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml"}
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    trouble = ""
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as client:
        for pause_s in (*_PAUSES_S, None):
            try:
                async with client.post(alerts_url(to), data=data, allow_redirects=False) as response:
                    text = await response.text()
                    if response.status < 500:  # noqa: PLR2004 - RFC 9110, 15.6: from here on it is the server's fault
                        sys.stdout.write(text.rstrip("\n") + "\n")
                        return Exit.TAKEN if response.ok and response.status in (200, 202) else Exit.REFUSED
                    trouble = f"{response.status} {response.reason} {text[:500]}".rstrip()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                trouble = str(error) or type(error).__name__
            if pause_s is not None:
                await asyncio.sleep(pause_s)
    sys.stderr.write(f"送れませんでした。受理されたかは分かりません / not known to be taken: {trouble}\n")
    return Exit.UNANSWERED


def alerts_url(to: str) -> str:
    """Return where messages are posted; ``to`` may name the broker or that very place."""
    base = to.rstrip("/")
    return base if base.endswith("/api/v1/alerts") else base + "/api/v1/alerts"
