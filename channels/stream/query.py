"""What a reader writes in the address: the filter, the cursor, the subscription it comes as."""

from typing import Final

import msgspec
from aiohttp import web

from broker.core.matcher import Leaves
from broker.core.problem import Problem
from broker.core.subscription import Filter
from broker.web.api.query import only
from cap_formats.alert import Status
from geo.place import UnknownAreaError

_LISTS: Final = ("areas", "events", "statuses", "languages")
VALUES_MAX: Final = 64  # of one list: each is looked for in every alert, for every reader without a key
VALUE_MAX: Final = 100  # characters of one value; the longest name of an event has 20
_PUBLIC: Final = frozenset({Status.ACTUAL, Status.EXERCISE, Status.TEST})


def filter_of(request: web.Request, leaves: Leaves) -> Filter:
    """Read ``areas``, ``events``, ``statuses`` and ``languages`` (repeated, or separated by commas) and
    ``min_severity``. Raises Problem ``filter-invalid`` with the name of the parameter as its path, ``area-unknown``.
    """
    only(request, *_LISTS, "min_severity", "after", "epoch", "subscription")
    wish: dict[str, object] = {}
    for name in _LISTS:
        values = [value.strip() for text in request.query.getall(name, []) for value in text.split(",")]
        if len(values) > VALUES_MAX or any(len(value) > VALUE_MAX for value in values):
            raise Problem(
                "filter-invalid",
                f"At most {VALUES_MAX} values of {VALUE_MAX} characters; ask for less, or filter what you read.",
                path=name,
            )
        if any(values):
            wish[name] = [value for value in values if value]
    if severity := request.query.get("min_severity"):
        wish["min_severity"] = severity
    try:
        found = msgspec.convert(wish, Filter)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at ")
        raise Problem("filter-invalid", f"{sentence}.", path=path.strip("`").removeprefix("$.")) from error
    if not set(found.statuses) <= _PUBLIC:
        raise Problem(
            "filter-invalid", f"The stream carries {', '.join(sorted(_PUBLIC))}; ask for these.", path="statuses"
        )
    for code in found.areas:
        try:
            leaves(code)
        except UnknownAreaError as error:
            raise Problem("area-unknown", f"There is no area {code}.", status=404, path="areas") from error
    return found


def cursor_of(request: web.Request) -> int | None:
    """Read where the reader left off: the header ``Last-Event-ID``, which a browser sends by itself when it comes back,
    else ``?after=``. Raises Problem ``cursor-invalid``.
    """
    text = request.headers.get("Last-Event-ID") or request.query.get("after")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004 - what fits 63 bits for certain
        raise Problem(
            "cursor-invalid",
            "A cursor is the id of an event of this stream, a whole number; leave it out to begin at the head.",
            path="after",
        )
    return int(text)
