"""The way into a page that is not for everybody: a form for a key, the one role that may pass, and the way out."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from broker.core.holder import Role
from broker.core.problem import Problem
from broker.web.page import Pages
from broker.web.sentence import JA
from broker.web.session import Session, Sessions
from cap_formats.alert import Status

LOOK_ON: Final = {"": Status.SYSTEM}  # the one mode of a page that issues nothing
_NO_MODE: Final = "本番か訓練かを選んでください。 Choose real or drill."


class Door:
    """The door of one page, at ``home``. ``modes`` are the statuses to choose from, by the form's words for them."""

    def __init__(
        self,
        pages: Pages,
        sessions: Sessions,
        *,
        role: Role,
        home: str,
        heading: str,
        template: str = "base/sign_in.html",
        modes: Mapping[str, Status] = LOOK_ON,
    ) -> None:
        self._pages = pages
        self._sessions = sessions
        self._role = role
        self._home = home
        self._heading = heading
        self._template = template
        self._modes = modes

    def session(self, request: web.Request) -> Session:
        """Return who is signed in. Raises Problem ``session-ended`` where nobody is."""
        session = self._sessions.find(request)
        if session is None:
            raise Problem("session-ended", "You are signed out; sign in again.", status=403)
        return session

    def show(self, request: web.Request, problem: str = "", *, status: int = 200) -> web.Response:
        """Answer with the form. ``problem`` is the code of what was wrong, or words, or nothing."""
        token = self._sessions.door_token(request)
        response = self._pages.answer(
            request,
            self._template,
            status=status,
            problem=JA.get(problem, problem),
            csrf=token,
            heading=self._heading,
            action=self._home,
        )
        self._sessions.keep_door(request, response, token)
        return response

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Open a session in the mode chosen and lead to the page, or show the form again with what is wrong."""
        fields = await self._sessions.knock(request)
        mode = self._modes.get(fields.get("mode", [""])[0])
        if mode is None:
            return self.show(request, _NO_MODE)
        try:
            token, _ = self._sessions.sign_in(fields.get("key", [""])[0], mode, role=self._role)
        except Problem as problem:
            return self.show(request, problem.code, status=problem.status)
        response = web.HTTPSeeOther(self._home)
        self._sessions.remember(request, response, token)
        raise response

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End the session and lead to the form."""
        await self._sessions.form(request)
        response = web.HTTPSeeOther(self._home)
        self._sessions.sign_out(request, response)
        raise response
