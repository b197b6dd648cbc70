"""JSON in and out of the API, by msgspec structs."""

from typing import Any, TypeVar

import msgspec
from aiohttp import web

from broker.core.problem import Problem

T = TypeVar("T")


async def read_json(request: web.Request, kind: type[T]) -> T:
    """Read the body of a request. Raises Problem ``json-invalid`` with the path at fault."""
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at ")
        raise Problem("json-invalid", f"{sentence}.", status=422, path=path.strip("`").lstrip("$.") or None) from error
    except RecursionError as error:
        raise Problem("json-invalid", "The body is nested deeper than is read.") from error
    except msgspec.DecodeError as error:
        raise Problem("json-invalid", f"The body is not JSON: {error}.") from error


def json_response(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with a struct, or lists and dicts of them."""
    body = msgspec.json.encode(value)
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)
