"""How a page is made: templates beside their owner, words in two languages, the headers that keep a page closed.

Owns the base template and the static kit. Knows no page. In a template ``t("日本語", "English")`` says it in the
reader's language; every page is Japanese first.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.web.sentence import JA

_log = structlog.get_logger("noroshi.web")

HERE: Final = Path(__file__).resolve().parent
KIT: Final = HERE / "static"
JST: Final = timezone(timedelta(hours=9), "JST")
LANGUAGES: Final = ("ja", "en")
LANGUAGE_COOKIE: Final = "noroshi_lang"
_DAYS: Final = (("%Y年%-m月%-d日", "%-d %b %Y"), ("%-m月%-d日", "%-d %b"))

# Nothing from elsewhere, nothing inline: a page on the day must not depend on a third party, nor obey one.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'{hashes}; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Pages:
    """Renders the templates of the given folders, each under its own prefix (``map/page.html``)."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        loader = jinja2.PrefixLoader(
            {name: jinja2.FileSystemLoader(folder) for name, folder in {**folders, "base": HERE / "templates"}.items()}
        )
        self._jinja = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters["jst"] = _jst
        self._jinja.filters["iso"] = iso
        self._jinja.filters["age"] = age

    def text(self, template: str, language: str, **values: Any) -> str:
        """Render a template to text."""
        return self._jinja.get_template(template).render(lang=language, t=Words(language), **values)

    def answer(
        self, request: web.Request, template: str, *, status: int = 200, inline: str = "", **values: Any
    ) -> web.Response:
        """Render a whole page as the answer to a request. ``inline`` is CSS to carry inside the page."""
        language = language_of(request)
        other = request.rel_url.update_query(lang="en" if language == "ja" else "ja")
        body = self.text(template, language, inline_style=inline, other_language=str(other), **values)
        response = web.Response(text=body, content_type="text/html", status=status)
        close(response, styles=(inline,) if inline else ())
        if request.query.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, language, path="/", samesite="Lax", max_age=31_536_000)
        response.enable_compression()
        return response

    def guarded(self, handler: Handler, home: str) -> Handler:
        """Wrap a handler so that a Problem, and any fault of ours, becomes a page that a person can read, with the way
        back to ``home``.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - a person at a page must be told whether something was sent
                problem = _as_problem(error, request)
                return self.answer(
                    request,
                    "base/problem.html",
                    status=problem.status,
                    problem=problem,
                    ja=JA.get(problem.code, ""),
                    home=home,
                )

        return guarded

    def fragment(self, request: web.Request, template: str, **values: Any) -> web.Response:
        """Render a part of a page, which live.js puts in the place of the old one; 304 where nothing changed."""
        body = self.text(template, language_of(request), **values)
        tag = hashlib.sha256(body.encode()).hexdigest()[:32]
        if any(seen.value == tag for seen in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            response = web.Response(text=body, content_type="text/html")
            response.enable_compression()
        response.etag = tag
        close(response)
        return response


def _as_problem(error: Exception, request: web.Request) -> Problem:
    """Say what stopped a page, and whether something may have been sent; what is our own fault is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, JournalError):
        _log.critical("journal failed", error=str(error))
        if request.method == "POST":
            sentence = "The journal cannot be written. Nothing was sent: send it again, or use the telephone."
            return Problem("journal-failed", sentence, status=503)
        return Problem("journal-unreadable", "The journal cannot be read, so this cannot be shown now.", status=503)
    _log.error("page failed", method=request.method, path=request.path, exc_info=error)
    sentence = "Something broke here. What the desk does not list was not sent: send it again, or use the telephone."
    return Problem("internal", sentence, status=500)


class Words:
    """Says a thing in the reader's language: ``t("発令中", "In force")``."""

    def __init__(self, language: str) -> None:
        self._at = LANGUAGES.index(language)

    def __call__(self, *words: str) -> str:
        """Return the one of the words, given in the order of LANGUAGES, that the reader understands."""
        return words[self._at]


def language_of(request: web.Request) -> str:
    """``?lang=``, or what was chosen before, or Japanese."""
    asked = request.query.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return asked if asked in LANGUAGES else LANGUAGES[0]


def close(response: web.StreamResponse, *, styles: Sequence[str] = ()) -> None:
    """Set the headers of a page: what it may load (itself alone), and that no copy of it is shown unasked."""
    hashes = "".join(f" '{_source_of(style)}'" for style in styles)
    response.headers["Content-Security-Policy"] = _POLICY.format(hashes=hashes)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"


@cache
def style(name: str) -> str:
    """Return a file of the static kit as text, to be carried inside a page whose first answer must suffice."""
    return (KIT / name).read_text(encoding="utf-8")


def static_routes(prefix: str, folder: Path) -> list[web.RouteDef]:
    """Serve the files of a folder, listed once, so that nothing else can be asked for; checked with their ETag.

    Where a file has its gzip beside it, that is sent.
    """
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}

    async def serve(request: web.Request) -> web.StreamResponse:
        path = files.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.FileResponse(path, headers=headers)

    return [web.get(prefix + "/{path:.+}", serve)]


def kit_routes() -> list[web.RouteDef]:
    """Serve the static kit that every page shares, at /static."""
    return static_routes("/static", KIT)


@cache
def _source_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def jst(at: datetime | None, form: str = "%-m月%-d日 %H:%M", language: str = "ja") -> str:
    """Write a time as clocks in Japan show it, the day as the reader writes it; nothing for None."""
    for japanese, english in _DAYS if language == "en" else ():
        form = form.replace(japanese, english)
    return at.astimezone(JST).strftime(form) if at else ""


@jinja2.pass_context
def _jst(context: jinja2.runtime.Context, at: datetime | None, form: str = "%-m月%-d日 %H:%M") -> str:
    """Say the time in the language of the page."""
    return jst(at, form, context.get("lang", LANGUAGES[0]))


def iso(at: datetime | None) -> str:
    """Write a time for machines, as <time datetime> wants it; nothing for None."""
    return at.astimezone(JST).isoformat(timespec="seconds") if at else ""


def age(seconds: float, language: str = "ja") -> str:
    """Write how old something is, in its largest unit: 45秒, 3分, 2時間, 5日."""
    for unit, ja, en in ((86_400, "日", "d"), (3_600, "時間", "h"), (60, "分", "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)}{ja}" if language == "ja" else f"{int(seconds // unit)} {en}"
    return f"{int(seconds)}秒" if language == "ja" else f"{int(seconds)} s"
