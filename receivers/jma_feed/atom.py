"""JMA's Atom feeds (RFC 4287; FORMATS 3.7), read as far as they are needed: which telegrams there are, and where."""

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree

from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import XmlElement, read_xml

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_FILE: Final = re.compile(r"/([0-9]{14})_[^/]*_(V[A-Z]{3}[0-9]{2})_[^/]*\.xml$")
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
URL_MAX: Final = 500  # characters; JMA's have 90
ENTRIES_MAX: Final = 50_000  # of one feed; the long ones hold some thousands


class FeedError(Exception):
    """What came is no feed."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One telegram that a feed names. ``raw`` is the entry itself, for a person to see where its telegram is not to be
    had; ``code`` (VXSE53) stands in the name of the file alone.
    """

    url: str
    updated: datetime
    code: str
    title: str
    raw: bytes

    @property
    def order(self) -> tuple[datetime, str]:
        """Sorts entries as they were published."""
        return self.updated, self.url


def read_feed(data: bytes, base_url: str) -> list[Entry]:
    """Return the entries of a feed, oldest first; one that names no file is left out. Raises FeedError."""
    try:
        root = read_xml(data)
    except MessageSyntaxError as error:
        raise FeedError(f"the answer is no feed: {error.sentence}") from error
    if root.tag != f"{_ATOM}feed":
        raise FeedError(f"the answer is no feed: its root is {root.tag}")
    found = [entry for element in root.findall(f"{_ATOM}entry")[:ENTRIES_MAX] if (entry := _entry(element, base_url))]
    return sorted(found, key=lambda entry: entry.order)


def is_telegram(data: bytes) -> bool:
    """Tell whether the bytes are one telegram, from its beginning to its end; error pages and torn files are not."""
    return b"<Report" in data[: 1 << 10] and data.rstrip().endswith(b"</Report>")


def has_same_origin(url: str, base_url: str) -> bool:
    """Tell whether a link leads to the server of the feed: nobody else's address is followed."""
    one, other = urlsplit(url), urlsplit(base_url)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


def _entry(element: XmlElement, base_url: str) -> Entry | None:
    links = element.findall(f"{_ATOM}link")
    href = next((link.get("href") for link in links if link.get("rel", "alternate") == "alternate"), None)
    named = href or element.findtext(f"{_ATOM}id") or ""
    try:
        url = urljoin(base_url, named.strip())
        urlsplit(url)
    except ValueError:
        return None
    if not named.strip() or len(url) > URL_MAX:
        return None
    file = _FILE.search(url)
    return Entry(
        url=url,
        updated=_time(element.findtext(f"{_ATOM}updated"), file),
        code=file[2] if file else "",
        title=(element.findtext(f"{_ATOM}title") or "").strip()[:100],
        raw=etree.tostring(element, encoding="utf-8", with_tail=False),
    )


def _time(updated: str | None, file: re.Match[str] | None) -> datetime:
    """Return when the entry was published, UTC: by ``updated``, else by the name of the file."""
    try:
        time = datetime.fromisoformat((updated or "").strip())
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return datetime.strptime(file[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if file else _NEVER
    except ValueError:
        return _NEVER
