"""Who is signed in at a page: kept in memory, named by a cookie, ended by time, by sign-out or with the key itself.

A session carries the one status that it may issue. That is how a drill desk can never speak for real: the mode is
chosen at the door, kept here and not in the page, and the holder that reaches the broker is narrowed to it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.http import HttpProcessingError
from yarl import URL

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from cap_formats.alert import Status

SESSION_FOR: Final = timedelta(hours=12)  # one watch at a desk
SESSIONS_MAX: Final = 2_000  # far more desks than one broker serves; beyond it the oldest session ends
CSRF_FIELD: Final = "csrf"

Verify = Callable[[str], Holder | None]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One person at one page. ``status`` is what may be issued here, ``until`` when it ends, UTC.

    ``csrf`` goes into every form of the session's pages.
    """

    holder: Holder
    status: Status
    csrf: str
    until: datetime
    key: str

    @property
    def speaker(self) -> Holder:
        """The holder, able to issue this session's status alone."""
        allowed = (self.status,) if self.status in self.holder.statuses and self.status is not Status.SYSTEM else ()
        return msgspec.structs.replace(self.holder, statuses=allowed)


class Sessions:
    """The sessions of one page. ``cookie`` is its cookie's name, ``path`` the part of the site that may see it."""

    def __init__(self, verify: Verify, clock: Callable[[], datetime], *, cookie: str, path: str) -> None:
        self._verify = verify
        self._clock = clock
        self._cookie = cookie
        self._door = f"{cookie}_door"
        self._path = path
        self._open: dict[bytes, Session] = {}

    def sign_in(self, key: str, status: Status = Status.SYSTEM, *, role: Role | None = None) -> tuple[str, Session]:
        """Open a session; returns its token and itself. One of status System looks on and issues nothing.

        Raises Problem ``key-unknown``, ``status-not-allowed`` where the key may not speak with that status, or
        ``role-not-allowed`` where it is not one of ``role``.
        """
        holder = self._verify(key.strip())
        if holder is None:
            raise Problem("key-unknown", "This key is not known here, or it was revoked.", status=403)
        if status is not Status.SYSTEM and status not in holder.statuses:
            raise Problem("status-not-allowed", f"This key may not be used for {status}.", status=403)
        if role is not None and holder.role is not role:
            raise Problem("role-not-allowed", f"This page is for a key of the role {role}.", status=403)
        token = secrets.token_urlsafe(32)
        session = Session(
            holder=holder,
            status=status,
            csrf=secrets.token_urlsafe(32),
            until=self._clock() + SESSION_FOR,
            key=key.strip(),
        )
        while len(self._open) >= SESSIONS_MAX:
            del self._open[next(iter(self._open))]
        self._open[_mark(token)] = session
        return token, session

    def find(self, request: web.Request) -> Session | None:
        """Return the session of a request, or None. A revoked key ends its sessions."""
        token = request.cookies.get(self._cookie)
        if token is None or (session := self._open.get(_mark(token))) is None:
            return None
        if self._clock() >= session.until or self._verify(session.key) is None:
            del self._open[_mark(token)]
            return None
        return session

    async def form(self, request: web.Request) -> tuple[Session, dict[str, list[str]]]:
        """Return session and fields of a POST.

        Raises Problem ``session-ended``, or ``csrf-mismatch`` where the form does not come from this session's page.
        """
        session = self.find(request)
        if session is None:
            raise Problem("session-ended", "You are signed out; sign in again. Nothing was sent.", status=403)
        return session, await _fields(request, session.csrf)

    async def brought(self, request: web.Request) -> tuple[Session | None, dict[str, list[str]], bool]:
        """Return what a POST brings even where its session has ended, for nothing that was written to be lost: the
        session that there is now, the fields, and whether the form is of that session's page.

        Only where it is may anything be done. Raises Problem ``csrf-mismatch`` where another site made the form.
        """
        session, fields = self.find(request), await _read(request)
        if _is_of(fields, session.csrf if session else ""):
            return session, fields, True
        if URL(request.headers.get("Origin", "")).authority != request.host:
            raise Problem("csrf-mismatch", "This form is not from your session; load the page again.", status=403)
        return session, fields, False

    def door_token(self, request: web.Request) -> str:
        """Return the token that the sign-in form of a browser that is not signed in must bring back."""
        token = request.cookies.get(self._door, "")
        return token if token and token.isascii() else secrets.token_urlsafe(32)

    def keep_door(self, request: web.Request, response: web.StreamResponse, token: str) -> None:
        """Give that token to the browser as well."""
        response.set_cookie(self._door, token, path=self._path, httponly=True, samesite="Strict", secure=request.secure)

    async def knock(self, request: web.Request) -> dict[str, list[str]]:
        """Return the fields of a sign-in form. Raises Problem ``csrf-mismatch`` where another site made it."""
        return await _fields(request, request.cookies.get(self._door, ""))

    def remember(self, request: web.Request, response: web.StreamResponse, token: str) -> None:
        """Give the browser its cookie: not readable by script, never sent from another site."""
        response.set_cookie(
            self._cookie,
            token,
            path=self._path,
            httponly=True,
            samesite="Strict",
            secure=request.secure,
            max_age=int(SESSION_FOR.total_seconds()),
        )

    def sign_out(self, request: web.Request, response: web.StreamResponse) -> None:
        """End the session of a request and take its cookie back."""
        self._open.pop(_mark(request.cookies.get(self._cookie, "")), None)
        response.del_cookie(self._cookie, path=self._path, httponly=True, samesite="Strict", secure=request.secure)


async def _fields(request: web.Request, csrf: str) -> dict[str, list[str]]:
    fields = await _read(request)
    if not _is_of(fields, csrf):
        raise Problem("csrf-mismatch", "This form is not from your session; load the page again.", status=403)
    return fields


async def _read(request: web.Request) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    try:
        posted = await request.post()
    except (ValueError, HttpProcessingError, web.RequestPayloadError) as error:
        raise Problem("form-unreadable", "The form cannot be read; load the page again. Nothing was sent.") from error
    for name, value in posted.items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


def _is_of(fields: dict[str, list[str]], csrf: str) -> bool:
    """Tell whether a form is of the page that was given that token, which is taken out."""
    sent = fields.pop(CSRF_FIELD, [""])[0]
    return bool(csrf) and hmac.compare_digest(_bytes(sent), _bytes(csrf))


def _mark(token: str) -> bytes:
    """Tokens are kept as their SHA-256: what memory holds cannot be used as a cookie."""
    return hashlib.sha256(_bytes(token)).digest()


def _bytes(text: str) -> bytes:
    """Headers that are not UTF-8 arrive as text with lone surrogates."""
    return text.encode(errors="surrogatepass")
