"""What an installation sets of JMA's feeds."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

Feed = Literal["eqvol", "extra", "regular", "other"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``enabled``: whether the feeds are polled at all. ``base_url``: the folder that they lie in. ``feeds``: which of
    them, the most urgent first. ``interval_s``: between two polls of one feed; JMA changes them once a minute and asks
    for no more (unconfirmed, as is the limit of 10 GB a day). ``heal_h``: how far back what was missed is fetched.
    ``contact``: whom JMA may write to, sent along as User-Agent. ``areas`` and ``events``: what is taken from it, as of
    a key; empty takes all.
    """

    enabled: bool = False
    base_url: str = "https://www.data.jma.go.jp/developer/xml/feed/"
    feeds: tuple[Feed, ...] = ("eqvol", "extra", "regular", "other")
    interval_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 60.0
    heal_h: Annotated[float, msgspec.Meta(ge=1, le=720)] = 72.0
    contact: str = ""
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no address of the web, and a contact that is no header."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("base_url must be an http or https address")
        if not self.contact.isprintable():
            raise ValueError("contact must be one line")
