"""``noroshi decode FILE...``: what is in a message, as one JSON object a line. Needs no broker and starts fast."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from cap_formats.part import Good
    from cap_formats.signature.signature import Policy

NOT_VERIFIED: Final = "A signature is present and was not verified; name the certificates that you trust with --trust."


def decode(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="A message of any format; - is standard input")
    ] = None,
    schema: Annotated[str | None, typer.Option(help="Print the JSON Schema of a format instead: lifeline.")] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option(
            help="Verify signatures of CAP by these certificates (PEM); exit code 1 without one that is trusted, which "
            "no other format has."
        ),
    ] = None,
) -> None:
    """Print one line for each Alert found, {"file": ..., "alert": {...}}, with "notes" where something is not as it
    should be, and "signatures" with what they are worth; or {"file": ..., "problem": {...}} for what is refused; exit
    code 1 if anything was.
    """
    if schema is not None:
        sys.stdout.buffer.write(schema_of(schema))
        return
    if not files:
        raise typer.BadParameter("name at least one file")
    refused = False
    policy = trusting(trust) if trust else None
    for file in files:
        lines, good = lines_of(file, policy)
        refused = refused or not good
        sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()
    if refused:
        raise typer.Exit(1)


def schema_of(name: str) -> bytes:
    """Return the JSON Schema of a format that has one."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats import lifeline  # noqa: PLC0415 - likewise

    if name != lifeline.MEMBER:
        raise typer.BadParameter(f"there is a schema of {lifeline.MEMBER} alone")
    return msgspec.json.format(msgspec.json.encode(lifeline.schema())) + b"\n"


def trusting(files: list[Path]) -> "Policy":
    """Return the policy that trusts the certificates in these files. Ends with exit code 2 where one has none."""
    from broker.core.problem import Problem  # noqa: PLC0415 - likewise
    from ops.signature import Signature, read_policy  # noqa: PLC0415 - likewise

    try:
        return read_policy(Signature(trusted=files))
    except Problem as problem:
        raise typer.BadParameter(problem.sentence, param_hint="--trust") from problem


def signatures_of(part: "Good", policy: "Policy | None") -> list[dict[str, Any]] | None:
    """Return what the signatures of a CAP message are worth; without a policy, that one is there and was not verified.
    None where nobody asked and none is there, and for formats that have no signatures.
    """
    from cap_formats.signature import enveloped  # noqa: PLC0415 - likewise

    if not part.alert.source_format.startswith("cap"):
        return None
    if policy is None:
        count = len(enveloped.signatures_of(enveloped.parse(part.raw)))
        return [{"state": "not-verified", "sentence": NOT_VERIFIED}] * count or None
    from cap_formats.signature.verify import verify_signatures  # noqa: PLC0415 - it costs 0.2 s

    found = verify_signatures(part.raw, policy, datetime.now(UTC))
    return [{name: getattr(one, name) for name in one.__struct_fields__} for one in found]


def lines_of(file: Path, policy: "Policy | None" = None) -> tuple[bytes, bool]:
    """Return the lines for one file, and whether all of it was understood and, with a policy, is trusted."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.decode import decode_parts  # noqa: PLC0415 - likewise
    from cap_formats.part import Bad, Part  # noqa: PLC0415 - likewise
    from cap_formats.problem import FormatError  # noqa: PLC0415 - likewise

    def line(**fields: Any) -> bytes:
        return msgspec.json.encode({"file": str(file), **fields}) + b"\n"

    def refusal(error: FormatError) -> bytes:
        return line(problem={"code": error.code, "sentence": error.sentence, "line": error.line, "path": error.path})

    def line_of(part: Part) -> tuple[bytes, bool]:
        if isinstance(part, Bad):
            return refusal(part.error), False
        signatures = signatures_of(part, policy)
        more = {"notes": part.notes or None, "signatures": signatures}
        is_trusted = policy is None or any(one["state"] == "trusted" for one in signatures or ())
        return line(alert=part.alert, **{name: said for name, said in more.items() if said is not None}), is_trusted

    try:
        parts = decode_parts(read(file), datetime.now(UTC))
    except FormatError as error:
        return refusal(error), False
    except OSError as error:
        sentence = f"The file cannot be read: {error.strerror}."
        return line(problem={"code": "file-unreadable", "sentence": sentence, "line": None, "path": None}), False
    said = [line_of(part) for part in parts]
    return b"".join(text for text, _ in said), all(good for _, good in said)


def read(file: Path) -> bytes:
    """Return the bytes of a file, of standard input for ``-``. Raises OSError."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
