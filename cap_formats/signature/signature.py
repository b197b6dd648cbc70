"""What was found out about a signature, and what a policy makes of it. Knows no XML and no clock."""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
from cryptography import x509


class State(StrEnum):
    """What a signature is worth."""

    TRUSTED = "trusted"  # it fits, and its certificate is one of those that are trusted, or signed by one
    UNTRUSTED = "untrusted"  # it fits, and nobody knows whose it is
    EXPIRED = "expired"  # it fits, and its certificate does not hold at this time
    WEAK = "weak"  # it fits, by an algorithm (SHA-1) with which another document could be made to fit
    UNVERIFIABLE = "unverifiable"  # an algorithm or a key that is not known here
    BROKEN = "broken"  # it does not fit: the document is not what was signed, or the signature is no signature


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One signature: its worth, a sentence that says why, the algorithm, and the subject of its certificate."""

    state: State
    sentence: str
    algorithm: str | None = None
    signer: str | None = None


class Policy(NamedTuple):
    """What is asked of signatures.

    ``require_trusted``: a CAP message without one that is trusted is held, unless it was made in the house; so is an
    Alert in JSON, which says the same and has none.
    ``trusted`` are certificates of signers, or of who issues theirs. ``allow_sha1``: SHA-1 is no weakness.
    """

    require_trusted: bool = False
    trusted: tuple[x509.Certificate, ...] = ()
    allow_sha1: bool = False


class SignatureTrouble(NamedTuple):
    """Why a message is held for its signature: a stable code and a sentence."""

    code: str
    sentence: str


_CODES: Final = {
    State.UNTRUSTED: "signature-untrusted",
    State.EXPIRED: "signature-expired",
    State.WEAK: "signature-weak",
    State.UNVERIFIABLE: "signature-unverifiable",
}
_HELD: Final = "nothing went out, and a person must look."


def trouble_of(signatures: tuple[Signature, ...], policy: Policy, *, own: bool = False) -> SignatureTrouble | None:
    """Return why a message with these signatures is held, or None. ``own``: it was made in the house.

    A broken signature is held under every policy: the document is not what its signer signed.
    """
    broken = next((one for one in signatures if one.state is State.BROKEN), None)
    if broken is not None:
        return SignatureTrouble("signature-broken", f"{broken.sentence} {_HELD.capitalize()}")
    if not policy.require_trusted or own or any(one.state is State.TRUSTED for one in signatures):
        return None
    if not signatures:
        return SignatureTrouble(
            "signature-missing", f"Here messages must be signed as CAP, and this one is not; {_HELD}"
        )
    first = signatures[0]
    return SignatureTrouble(_CODES[first.state], f"{first.sentence} {_HELD.capitalize()}")
