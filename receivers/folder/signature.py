"""Detached signatures of files: Ed25519 (RFC 8032) over the bytes of the message, in base64, in a file of its own.

A private key is a PEM file (PKCS 8) as openssl reads and writes it; a public one is its 32 bytes in base64.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

SUFFIX: Final = ".sig"
SIGNATURE_BYTES: Final = 64
SIGNATURE_FILE_MAX: Final = 1 << 10  # base64 with line ends has 90
_PUBLIC_BYTES: Final = 32


def make_key() -> tuple[bytes, str]:
    """Return a new private key as PEM, and its public key in base64."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(data: bytes, pem: bytes) -> bytes:
    """Return the content of the signature file. Raises ValueError where ``pem`` is no such key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the key is not of Ed25519")  # noqa: TRY004 - wrong content, not a wrong argument
    return base64.b64encode(key.sign(data)) + b"\n"


def public_key(text: str) -> Ed25519PublicKey:
    """Read a public key in base64. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a public key is 32 bytes in base64") from error
    if len(data) != _PUBLIC_BYTES:
        raise ValueError(f"a public key has {_PUBLIC_BYTES} bytes, this one {len(data)}")
    return Ed25519PublicKey.from_public_bytes(data)


def signer_of(data: bytes, signature_file: bytes, keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    """Return the name of the key that signed these bytes; None where none did. The signature may stand bare, too."""
    signature = signature_file
    if len(signature) != SIGNATURE_BYTES:
        try:
            signature = base64.b64decode(signature_file.strip(), validate=True)
        except binascii.Error:
            return None
    for name, key in keys.items():
        try:
            key.verify(signature, data)
        except InvalidSignature:
            continue
        return name
    return None
