"""The HTTP client that channels share, and the one place where its troubles become outcomes.

Knows nothing of any body. A far end's answer is a value (Answer); what could not be had is a Deferred.
"""

import asyncio
import ipaddress
import math
import socket
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from broker.core.delivery import Deferred
from broker.core.limit import IN_FLIGHT_MAX

USER_AGENT: Final = "Noroshi/0.1"
CONNECTIONS_MAX: Final = sum(IN_FLIGHT_MAX.values())  # every attempt that the core may have in flight has its own
KEEPALIVE_S: Final = 60.0  # between two messages of one event a connection stays warm
ANSWER_BYTES_MAX: Final = 4096  # a far end's answer is read this far, for its reason; nobody streams to us
ANSWER_REST_S: Final = 1.0  # a far end that said its status and then stalls has still answered
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
HOST_BYTES_MAX: Final = 253  # RFC 1035, 2.3.4
BYTES_AT_ONCE: Final = 1 << 20  # aiohttp wants larger bodies as a file


_TROUBLES: Final = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError)  # the last: a host that is no name


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a far end answered. ``first_byte_s``: seconds from the start of the attempt to its status line."""

    status: int
    reason: str
    headers: Mapping[str, str]
    text: str
    first_byte_s: float

    @property
    def line(self) -> str:
        """The status line, which is the evidence: ``200 OK``."""
        return f"{self.status} {self.reason}".strip()

    @property
    def is_success(self) -> bool:
        """Whether the far end says that it took the message: any 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class AddressError(OSError):
    """The address is one that this installation does not send to."""


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, so that a name cannot lead into the network behind us."""

    def __init__(self) -> None:
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve; raises AddressError where nothing public is left."""
        found = await self._inner.resolve(host, port, family)
        public = [entry for entry in found if is_public(entry["host"])]
        if not public:
            raise AddressError(f"{host} is not a public address")
        return public

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._inner.close()


class HttpClient:
    """One session for all far ends of a channel: connections are kept alive, cookies and redirects are not followed.

    ``allow_private``: whether far ends may lie on private, loopback or link-local addresses. They usually do in a
    municipality's own network, so it is allowed by default; a broker that takes subscriptions from the open internet
    switches it off.
    """

    def __init__(self, *, allow_private: bool = True) -> None:
        self._allow_private = allow_private
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer | Deferred:
        """Send once and wait for the answer; what went wrong on the way there is a Deferred with its reason."""
        clock = asyncio.get_running_loop().time
        ends = clock() + timeout_s
        try:
            try:
                return await self._request(method, url, headers, body, timeout_s)
            except aiohttp.ServerDisconnectedError:
                # A kept connection that the far end closed meanwhile: not its refusal, so ask again at once, within the
                # same time. The id in the message makes a second copy harmless.
                left_s = ends - clock()
                if left_s <= 0:
                    raise
                return await self._request(method, url, headers, body, left_s)
        except _TROUBLES as error:
            return deferred(error)

    async def close(self) -> None:
        """Close every connection; may be called twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer:
        if not self._allow_private:
            _require_public(url)
        clock = asyncio.get_running_loop().time
        start = clock()
        async with self._open().request(
            method,
            url,
            data=body if len(body) < BYTES_AT_ONCE else BytesIO(body),
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout_s, ceil_threshold=math.inf),  # else up to 1 s more
        ) as response:
            first_byte_s = clock() - start
            return Answer(
                status=response.status,
                reason=response.reason or "",
                headers=response.headers,
                text=await _rest(response),
                first_byte_s=first_byte_s,
            )

    def _open(self) -> aiohttp.ClientSession:
        """Return the session; made at first use, inside the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS_MAX,
                    keepalive_timeout=KEEPALIVE_S,
                    resolver=None if self._allow_private else PublicResolver(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT},
                skip_auto_headers=("Accept-Encoding",),
            )
        return self._session


async def _rest(response: aiohttp.ClientResponse) -> str:
    """Read the answer's body as far as it is of use, and never let it decide whether the message was taken.

    What came with the status line, as nearly always, is read without a timer of its own; all of it has to be read for
    the connection to be kept.
    """
    content = response.content
    if content.is_eof():
        return content.read_nowait(ANSWER_BYTES_MAX).decode("utf-8", "replace")
    try:
        async with asyncio.timeout(ANSWER_REST_S):
            return (await content.read(ANSWER_BYTES_MAX)).decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ""


def is_public(address: str) -> bool:
    """Whether an IP address, IPv4 or IPv6, lies in the open internet; judged by the IPv4 address where one is within.

    Raises ValueError for what is no address.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        else:
            found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


def _require_public(url: str) -> None:
    """Raise AddressError for an address literal that is not public; names are checked as they are resolved.

    The host is read as the client will read it: other scripts' digits and dots folded, and IPv4 in each form that
    inet_aton takes (``2130706433``, ``0177.0.0.1``, ``127.1``), since such literals pass the resolver by.
    """
    host = URL(url).raw_host or ""
    try:
        public = is_public(host if ":" in host else socket.inet_ntoa(socket.inet_aton(host)))
    except (ValueError, OSError):
        return
    if not public:
        raise AddressError(f"{host} is not a public address")


def require_http_url(url: str) -> None:
    """Raise ValueError for what is not an absolute http or https URL without credentials in it, or whose host no
    resolver could look up: a name has at most 63 bytes between two dots (RFC 1035, 2.3.4), as written in ASCII.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"url must begin with http:// or https:// and name a host, not {url[:80]!r}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("url must not carry a user name or password; sign with a secret instead")
    try:
        host = URL(url).raw_host or ""
        long = len(host.encode("idna")) > HOST_BYTES_MAX
    except ValueError:  # UnicodeError is one
        long = True
    if long:
        raise ValueError("the host of url is no name that can be looked up: no dots together, 63 bytes at most between")


# Most specific first: aiohttp's errors are subclasses of one another.
_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (AddressError, "address not allowed"),
    (UnicodeError, "name not resolved"),
    (aiohttp.ConnectionTimeoutError, "timeout while connecting"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientConnectorDNSError, "name not resolved"),
    (aiohttp.ClientConnectorCertificateError, "certificate not trusted"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorError, "connection refused"),
    (aiohttp.ServerDisconnectedError, "connection closed before the answer"),
    (aiohttp.ClientPayloadError, "answer broken off"),
    (aiohttp.ClientResponseError, "not an HTTP answer"),
    (ConnectionError, "connection lost"),
)


def deferred(error: BaseException) -> Deferred:
    """Translate what the client raised; the reason begins with fixed words, so that it can be counted."""
    cause = error.__cause__ if isinstance(error.__cause__, AddressError) else error
    words = next((words for kind, words in _REASONS if isinstance(cause, kind)), "connection failed")
    detail = str(cause).strip()
    return Deferred(reason=f"{words}: {detail}" if detail else words)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the far end asks for (RFC 9110, 10.2.3: seconds or a date); None where it asks for nothing."""
    wish = headers.get("Retry-After", "").strip()
    if wish.isascii() and wish.isdigit():
        return float(wish)
    try:
        return max(0.0, (parsedate_to_datetime(wish) - now).total_seconds())
    except (ValueError, TypeError):
        return None
