"""Reading the query of a request. Raises Problem ``query-invalid`` or ``query-unknown`` with the name of the parameter
at fault.
"""

from aiohttp import web

from broker.core.problem import Problem
from cap_formats.alert import Status
from geo.registry import Registry, UnknownAreaError

_DIGITS_MAX = 18


def only(request: web.Request, *names: str) -> None:
    """Refuse names that this address does not know: ``?area=`` where ``?areas=`` is meant would give everything."""
    if unknown := sorted(set(request.query) - set(names)):
        known = f"; it knows {', '.join(names)}" if names else ""
        raise Problem("query-unknown", f"This address knows no {unknown[0][:100]!r}{known}.", path=unknown[0][:100])


def number(request: web.Request, name: str, *, top: int) -> int | None:
    """Return a whole number from 0 to ``top``, or None where the query has none."""
    text = request.query.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > _DIGITS_MAX or int(text) > top:
        raise Problem("query-invalid", f"{name} is a whole number from 0 to {top}.", path=name)
    return int(text)


def degrees(request: web.Request, name: str, top: float) -> float:
    """Return degrees of latitude or longitude, WGS 84."""
    try:
        value = float(request.query[name])
    except (KeyError, ValueError) as error:
        raise Problem("query-invalid", f"{name} is degrees as a decimal number.", path=name) from error
    if not -top <= value <= top:
        raise Problem("query-invalid", f"{name} lies between -{top:g} and {top:g} degrees.", path=name)
    return value


def statuses(request: web.Request) -> tuple[Status, ...]:
    """Return the statuses asked for (``?status=``, repeated or with commas), each once; Actual alone by default."""
    asked = dict.fromkeys(part for text in request.query.getall("status", []) for part in text.split(","))
    try:
        return tuple(Status(text) for text in asked) or (Status.ACTUAL,)
    except ValueError as error:
        raise Problem("query-invalid", f"status is one of {', '.join(Status)}.", path="status") from error


def place(request: web.Request, registry: Registry) -> tuple[str, ...] | None:
    """Return the municipalities that ``?code`` or ``?lat&lon`` name; None where the query names no place.

    A point that lies in no municipality gives an empty tuple: "not covered" is not "nothing in force".
    """
    if (code := request.query.get("code")) is not None:
        try:
            return tuple(sorted(registry.leaves(code)))
        except UnknownAreaError as error:
            raise Problem("area-unknown", f"There is no area {code}.", status=404, path="code") from error
    if "lat" not in request.query and "lon" not in request.query:
        return None
    found = registry.at(degrees(request, "lat", 90), degrees(request, "lon", 180))
    return () if found is None else (found.code,)
