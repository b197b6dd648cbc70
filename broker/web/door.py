"""The way into a page that is not for everybody: a form for a key, the one role that may pass, and the way out."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from broker.core.holder import Role
from broker.core.problem import Problem
from broker.web.page import Pages
from broker.web.sentence import JA
from broker.web.session import Session, Sessions
from cap_formats.alert import Status

LOOK_ON: Final = {"": Status.SYSTEM}  # the one mode of a page that issues nothing
Carried = Sequence[tuple[str, str]]  # fields of a form that was sent by one who was signed out, as they were
_TO: Final = "to"  # where that form was sent
_OWN: Final = ("key", "mode")
_ENDED: Final = (
    "サインアウトしています。もう一度入ると、書いたものが戻ります。何も送っていません。 "
    "You are signed out. Sign in, and what you wrote comes back. Nothing was sent."
)
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

    def show(
        self, request: web.Request, problem: str = "", *, status: int = 200, carried: Carried = ()
    ) -> web.Response:
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
            carried=carried,
        )
        self._sessions.keep_door(request, response, token)
        return response

    def show_again(self, request: web.Request, fields: Mapping[str, Sequence[str]]) -> web.Response:
        """Answer with the form to one whose session ended while he wrote. It carries what he wrote, and whoever signs
        in is led on to where that was sent, with all of it; that is a form of no session, so nothing is done by it.
        """
        return self.show(request, _ENDED, status=403, carried=[(_TO, request.path), *_pairs(fields)])

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Open a session in the mode chosen and lead to the page, or show the form again with what is wrong."""
        fields = await self._sessions.knock(request)
        mode, carried = self._modes.get(fields.get("mode", [""])[0]), _pairs(fields)
        if mode is None:
            return self.show(request, _NO_MODE, carried=carried)
        try:
            token, _ = self._sessions.sign_in(fields.get("key", [""])[0], mode, role=self._role)
        except Problem as problem:
            return self.show(request, problem.code, status=problem.status, carried=carried)
        to = fields.get(_TO, [""])[0]
        response: web.HTTPException = (
            web.HTTPTemporaryRedirect(to) if to.startswith(f"{self._home}/") else web.HTTPSeeOther(self._home)
        )
        self._sessions.remember(request, response, token)
        raise response

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End the session and lead to the form."""
        await self._sessions.form(request)
        response = web.HTTPSeeOther(self._home)
        self._sessions.sign_out(request, response)
        raise response


def _pairs(fields: Mapping[str, Sequence[str]]) -> Carried:
    return [(name, value) for name, values in fields.items() if name not in _OWN for value in values]
