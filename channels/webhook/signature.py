"""Standard Webhooks signatures over bytes.

The library signs text, which an alert need not be: a CAP message in ISO-8859-1 is signed as the bytes that it is.
"""

import base64
import binascii
from functools import lru_cache
from typing import Final

from standardwebhooks.webhooks import Webhook, hmac_data

KEY_BYTES_MIN: Final = 24  # Standard Webhooks 1.0.0, "Signature scheme": 24 to 64 bytes
KEY_BYTES_MAX: Final = 64
SIGNERS_MAX: Final = 10_000  # kept ready; more subscribers than that cost some microseconds each
_PREFIX: Final = "whsec_"


class Signer(Webhook):
    """Signs with one subscriber's secret; the library's own ``verify`` reads what it writes."""

    def __init__(self, secret: str) -> None:
        """Read ``whsec_`` and base64; raises ValueError for anything else."""
        encoded = secret.removeprefix(_PREFIX)
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except binascii.Error as error:
            raise ValueError("secret must be whsec_ followed by base64") from error
        if not secret.startswith(_PREFIX) or not KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX:
            raise ValueError(f"secret must be whsec_ followed by {KEY_BYTES_MIN} to {KEY_BYTES_MAX} bytes in base64")
        super().__init__(key)

    def signature(self, message_id: str, timestamp_s: int, body: bytes) -> str:
        """Return the value of ``webhook-signature`` for a body; ``timestamp_s`` is that of ``webhook-timestamp``."""
        digest = hmac_data(self._whsecret, f"{message_id}.{timestamp_s}.".encode() + body)
        return "v1," + base64.b64encode(digest).decode()


@lru_cache(maxsize=SIGNERS_MAX)
def signer_of(secret: str) -> Signer:
    """Return the signer of a secret; kept, because each subscriber gets many messages under one."""
    return Signer(secret)
