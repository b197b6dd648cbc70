"""Whether a request comes from a centre: WS-Security UsernameToken with a password digest, each taken once.

Source: OASIS WSS UsernameToken Profile 1.1, 3.1; the digest is Base64(SHA-1(nonce + created + password)). It says
nothing of the message, so that TLS is what keeps a token from those who would send another message with it; which ones
were used is remembered (``Used``) as long as their time would let them in.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from cap_formats.xml import XmlElement
from receivers.lalert.envelope import WSSE, Fault
from receivers.lalert.used import Used

WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST: Final = "#PasswordDigest"  # the end of the Type; the rest is the profile's version
NONCE_BYTES_MAX: Final = 256  # senders write 8 to 20

FAILED: Final = "wsse:FailedAuthentication"
INVALID: Final = "wsse:InvalidSecurity"
UNSUPPORTED: Final = "wsse:UnsupportedSecurityToken"
EXPIRED: Final = "wsse:MessageExpired"


class Token(NamedTuple):
    """A UsernameToken as it was sent; ``created`` stays text, because the digest is made of it."""

    username: str
    digest: str
    nonce: bytes
    created: str


class Secret(NamedTuple):
    """Who signs in with a username, and the password."""

    name: str
    password: str


class StaleFault(Fault):
    """The password is right and the time is not: of ``centre``, whose token was made at ``created``."""

    def __init__(self, sentence: str, centre: str, created: datetime) -> None:
        super().__init__(EXPIRED, sentence)
        self.centre = centre
        self.created = created


class Guard:
    """Lets in whoever knows a password, each token once. One for each path."""

    def __init__(self, secrets: Mapping[str, Secret], window: timedelta, used: Used, path: str = "") -> None:
        """Know the ``secrets`` by username; a token's time may be off by ``window``, either way. ``used`` may be shared
        with the guards of other paths.
        """
        self._secrets = secrets
        self._window = window
        self._used = used
        self._path = path

    def check(self, security: XmlElement | None, now: datetime) -> str:
        """Return the name of who signed in. Raises Fault, with the faultcodes of WS-Security 1.1, 12."""
        token = read_token(security)
        secret = self._secrets.get(token.username)
        right = hmac.compare_digest(_digest(token, secret.password if secret else ""), token.digest.encode())
        if secret is None or not right:
            raise Fault(FAILED, "Username or password is wrong.")
        created = _read_time(token.created)
        if abs(created - now) > self._window:
            off = (now - created).total_seconds()
            sentence = f"The token was made {abs(off):.0f} s {'ago' if off >= 0 else 'from now'} by the clock here; "
            sentence += f"at most {self._window.total_seconds():.0f} s are allowed. Set the clock."
            raise StaleFault(sentence, secret.name, created)
        if not self._used.take((self._path, token.username, token.nonce), created, now - self._window):
            raise Fault(
                FAILED, "This token was used before; make a new one, with a nonce of its own, for each request."
            )
        return secret.name


def read_token(security: XmlElement | None) -> Token:
    """Read the token of a Security header. Raises Fault where there is none of the kind that is taken."""
    found = None if security is None else security.find(f"{{{WSSE}}}UsernameToken")
    if found is None:
        raise Fault(INVALID, "Sign in with a wsse:Security header that holds a UsernameToken.")
    password = found.find(f"{{{WSSE}}}Password")
    if password is None or not (password.get("Type") or "").endswith(DIGEST):
        raise Fault(UNSUPPORTED, "The Password must be of Type PasswordDigest.")
    username, nonce, created = (
        (found.findtext(name) or "").strip()
        for name in (f"{{{WSSE}}}Username", f"{{{WSSE}}}Nonce", f"{{{WSU}}}Created")
    )
    if not username or not nonce or not created:
        raise Fault(INVALID, "The UsernameToken must have Username, Nonce and Created, for its digest is made of them.")
    try:
        raw = base64.b64decode("".join(nonce.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Fault(INVALID, "The Nonce is not Base64.") from error
    if len(raw) > NONCE_BYTES_MAX:
        raise Fault(INVALID, f"The Nonce has {len(raw)} bytes; at most {NONCE_BYTES_MAX} are taken.")
    return Token(username, "".join((password.text or "").split()), raw, created)


def _digest(token: Token, password: str) -> bytes:
    whole = token.nonce + token.created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(whole).digest())  # noqa: S324 - the standard has no other


def _read_time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(INVALID, "Created is no time; write it as 2026-07-01T03:00:00Z.") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
