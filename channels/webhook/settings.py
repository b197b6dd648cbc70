"""What an installation sets, and what a subscriber says of itself."""

from enum import StrEnum

import msgspec

from channels.http import require_http_url
from channels.webhook.signature import Signer


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``allow_private``: send to private and loopback addresses too. Municipal networks are private, so yes by default;
    a broker that takes subscriptions from the open internet says no.
    """

    allow_private: bool = True


class Format(StrEnum):
    """What the subscriber wants to be sent."""

    CAP = "cap"  # the bytes as the broker received them, so that their own signature stays checkable
    JSON = "json"  # the canonical alert, whatever it came as


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, how signed, and in which form.

    ``url``: http or https. ``second_url``: tried at once where the first fails. ``secret``: ``whsec_`` and base64, the
    key of ``webhook-signature``; without one the message goes unsigned.
    """

    url: str
    secret: str | None = None
    format: Format = Format.JSON
    second_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse addresses and secrets that could never work."""
        require_http_url(self.url)
        if self.second_url is not None:
            require_http_url(self.second_url)
        if self.secret is not None:
            Signer(self.secret)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses in the order in which they are tried."""
        return (self.url,) if self.second_url is None else (self.url, self.second_url)
