"""What an installation asks of the signatures inside CAP messages, and the certificates that it names.

Judging is ``cap_formats.signature``'s and holding the intake's.
"""

from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography import x509

from broker.core.problem import Problem
from cap_formats.signature.signature import Policy


class Demand(StrEnum):
    """What is asked. A signature that does not fit its message is held under both."""

    NOTE = "note"
    REQUIRE_TRUSTED = "require-trusted"


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``policy``: note what a signature is worth and go on, as CAP says (1.2, 3.3.4.1), or hold every CAP message that
    has none which is trusted (those of the console are made here and need none), and every Alert in JSON, which can
    have none. Other formats (JMA, L-Alert, lifelines) have no such signature: what may come as these is bounded by the
    ``--events`` and ``--areas`` of each key. ``trusted``: PEM files with the certificates of signers, or of those who
    issue theirs. ``allow_sha1``: a signature by SHA-1 counts as any other.
    """

    policy: Demand = Demand.NOTE
    trusted: list[Path] = msgspec.field(default_factory=list)
    allow_sha1: bool = False


def read_policy(settings: Signature) -> Policy:
    """Read the certificates. Raises Problem ``settings-invalid`` for a file that is none."""
    trusted: list[x509.Certificate] = []
    for path in settings.trusted:
        try:
            trusted += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise Problem("settings-invalid", f"signature.trusted: {path} holds no readable certificate.") from error
    return Policy(settings.policy is Demand.REQUIRE_TRUSTED, tuple(trusted), settings.allow_sha1)
