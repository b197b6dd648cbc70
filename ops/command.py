"""``noroshi``: the command line, whose words scripts outside rely on (DESIGN section 8).
Each command imports what it needs.

A command lives in the file of its own name; here they are only put together, so that ``noroshi decode`` does not load
the web.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

import typer

# command -> module that has a function of that name
COMMANDS: Final[dict[str, str]] = {
    "serve": "ops.serve",
    "demo": "ops.demo.run",
    "decode": "ops.decode",
    "encode": "ops.encode",
    "send": "ops.send",
    "sign": "ops.sign",
    "listen": "ops.listen",
    "verify": "ops.verify",
    "bench": "ops.bench.command",
}
# command -> module that has a typer application named ``app``
GROUPS: Final[dict[str, str]] = {"areas": "ops.areas", "keys": "ops.keys"}

INTERRUPTED: Final = 130  # 128 and SIGINT: what shells take for a program that Ctrl-C has ended


def main() -> None:
    """Run the command that the words name; Ctrl-C ends it without a trace, as a shell expects."""
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def run() -> None:
    """Load the command that is asked for, and no other, and run it."""
    app = typer.Typer(
        name="noroshi",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Noroshi (狼煙): an alert comes in once and reaches everyone who is owed it.",
    )
    app.callback()(_group)
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    for name, module in COMMANDS.items():
        _add_command(app, name, module, load=asked in (None, name))
    for name, module in GROUPS.items():
        if asked in (None, name):
            app.add_typer(import_module(module).app, name=name)
    app()


def _group() -> None:
    """Keep the command's name a word of its own, also while a single command is loaded."""


def _add_command(app: typer.Typer, name: str, module: str, *, load: bool) -> None:
    """Add a command; one that was not asked for is not imported."""
    if load:
        function: Callable[..., None] = getattr(import_module(module), name)
        app.command(name)(function)


if __name__ == "__main__":
    main()
