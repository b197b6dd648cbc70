"""Problems at the web's edge: RFC 9457 problem+json, with a stable code, a sentence and the line or path at fault."""

import json
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from broker.core.problem import Problem
from broker.journal.journal import JournalError

_log = structlog.get_logger("noroshi.web")


def document(problem: Problem) -> dict[str, Any]:
    """Write a problem as the members of an RFC 9457 document. ``type`` is a relative reference, stable for ever."""
    body: dict[str, Any] = {
        "type": f"/errors/{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.sentence,
    }
    body |= {k: v for k, v in (("line", problem.line), ("path", problem.path)) if v is not None}
    return body | problem.extra


def problem_response(problem: Problem) -> web.Response:
    """Write a problem as the answer to a request."""
    text = json.dumps(document(problem), ensure_ascii=False).encode(errors="replace").decode()
    response = web.Response(text=text, status=problem.status, content_type="application/problem+json")
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="noroshi"'
    return response


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every Problem, and every refusal of aiohttp's own, into problem+json. Our own faults become 500 or 503."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except JournalError as error:
        _log.critical("journal failed", error=str(error))
        sentence = "The journal cannot be written, so nothing is taken in; send it again, here or to another node."
        return problem_response(Problem("journal-failed", sentence, status=503))
    except web.HTTPRequestEntityTooLarge as error:
        sentence = f"The message is larger than is read ({error.text}); send less."
        return problem_response(Problem("message-too-large", sentence, status=413))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        code = HTTPStatus(error.status).phrase.lower().replace(" ", "-")
        return problem_response(Problem(code, f"{request.method} {request.path}: {error.reason}.", status=error.status))
    except Exception as error:  # noqa: BLE001 - the edge of the house: nothing of ours may leave it as a stack trace
        return problem_response(_unexpected(request, error))


def _unexpected(request: web.Request, error: Exception) -> Problem:
    """Say what nobody expected; bytes that are not UTF-8 come from outside, as lone surrogates, and so do bodies that
    aiohttp cannot unpack.
    """
    if isinstance(error, UnicodeEncodeError):
        return Problem("not-utf-8", "The request has bytes that are not UTF-8; send UTF-8.")
    if isinstance(error, web.RequestPayloadError):
        return Problem("body-unreadable", "The body is not in the encoding that its headers name, or was cut off.")
    _log.error("request failed", method=request.method, path=request.path, exc_info=error)
    sentence = "Something broke here; it has been written to the log. Nothing was taken in."
    return Problem("internal", sentence, status=500)
