"""/openapi.json: the API described from its own routes, docstrings and structs (OpenAPI 3.1)."""

import inspect
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from aiohttp import web

from broker.core.held_wish import HeldWish
from broker.service.intake import Acceptance
from broker.service.settling import Decided
from broker.service.subscriptions import Wish
from broker.views.deliveries import DeliveryRow, ReceiptRow
from broker.views.held import HeldRow, Waiting
from broker.views.history import AlertRow, TroubleRow
from broker.views.in_force import Ended, Holding
from broker.views.situations import DamageRow, HeadquartersRow, ShelterRow
from broker.web.api.held import HeldMessage
from broker.web.api.receipts import Receipts
from broker.web.body import json_response
from cap_formats.alert import Alert

PREFIXES: Final = ("/api/v1/", "/feeds/", "/stream", "/ws", "/health", "/metrics")  # what machines read; pages are not

# (method, path) -> struct of the JSON body
BODIES: Final[dict[tuple[str, str], type]] = {
    ("POST", "/api/v1/subscriptions"): Wish,
    ("PUT", "/api/v1/subscriptions/{id}"): Wish,
    ("POST", "/api/v1/receipts"): Receipts,
    ("POST", "/api/v1/held/{seq}"): HeldWish,
}
XML_BODIES: Final = {("POST", "/api/v1/alerts")}
STREAM: Final = (
    "areas",
    "events",
    "min_severity",
    "statuses",
    "languages",
    "after",
    "epoch",
    "subscription",
)
# path -> names of the query
QUERIES: Final[dict[str, tuple[str, ...]]] = {
    "/api/v1/alerts": ("status", "chain", "before", "limit"),
    "/api/v1/deliveries": ("alert", "state", "limit"),
    "/api/v1/held": ("state", "kind", "before", "limit"),
    "/api/v1/in-force": ("lat", "lon", "code", "status"),
    "/api/v1/shelters": ("area", "lat", "lon", "radius_km", "status"),
    "/api/v1/headquarters": ("area", "status"),
    "/api/v1/damage": ("area", "status"),
    "/api/v1/troubles": ("result", "limit"),
    "/feeds/alerts.atom": ("area", "status"),
    "/feeds/alerts.geojson": ("area", "status"),
    "/stream": STREAM,
    "/ws": STREAM,
}
SCHEMAS: Final = (
    Alert,
    Acceptance,
    Wish,
    Receipts,
    AlertRow,
    TroubleRow,
    HeldRow,
    Waiting,
    HeldMessage,
    HeldWish,
    Decided,
    DeliveryRow,
    ReceiptRow,
    Holding,
    Ended,
    ShelterRow,
    HeadquartersRow,
    DamageRow,
)
PROBLEM: Final = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string", "description": "/errors/ and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; it never changes its meaning"},
        "detail": {"type": "string", "description": "what is wrong and what to do"},
        "line": {"type": "integer", "description": "line of the message at fault"},
        "path": {"type": "string", "description": "element or field at fault"},
        "result": {"enum": ["rejected", "held"]},
        "record": {"type": "integer", "description": "where the bytes are kept"},
        "waivable": {"type": "boolean", "description": "of a decision: whether the trouble may be named in waives"},
    },
    "required": ["type", "title", "status", "code", "detail"],
}


def describe(routes: Iterable[web.AbstractRoute]) -> dict[str, Any]:
    """Describe the routes that machines read; meaning comes from their handlers' docstrings."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        resource = route.resource
        if resource is None or route.method == "HEAD" or not resource.canonical.startswith(PREFIXES):
            continue
        paths.setdefault(resource.canonical, {})[route.method.lower()] = _operation(route, resource.canonical)
    _, components = msgspec.json.schema_components(SCHEMAS, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Noroshi", "version": "1", "description": "An open disaster-alert broker."},
        "security": [{"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components | {"Problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "an API key"}},
        },
    }


def _operation(route: web.AbstractRoute, path: str) -> dict[str, Any]:
    words = inspect.getdoc(route.handler) or ""
    summary, _, rest = words.partition("\n")
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {
        "operationId": getattr(route.handler, "__name__", path),
        "summary": re.sub(r"^[A-Z]+( /\{[a-z]+\}(/\w+)?| /api/\S+)?:? ?", "", summary).strip() or summary,
        "parameters": _parameters(route.method, path),
        "responses": {"2XX": {"description": "done"}, "4XX": {"description": "refused", "content": problem}},
    }
    if rest.strip():
        found["description"] = rest.strip()
    if (body := BODIES.get((route.method, path))) is not None:
        schema = {"$ref": f"#/components/schemas/{body.__name__}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if (route.method, path) in XML_BODIES:
        found["requestBody"] = {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}
    return found


def _parameters(method: str, path: str) -> list[dict[str, Any]]:
    text = {"type": "string"}
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"\{(\w+)\}", path)
    ]
    names = QUERIES.get(path, ()) if method == "GET" else ()
    return in_path + [{"name": name, "in": "query", "required": False, "schema": text} for name in names]


def routes() -> list[web.RouteDef]:
    """Return the route of /openapi.json."""
    described: dict[str, Any] = {}

    async def show(request: web.Request) -> web.Response:
        """Describe once, when first asked: by then every route is there."""
        described.update(described or describe(request.app.router.routes()))
        return json_response(described, headers={"Access-Control-Allow-Origin": "*"})

    return [web.get("/openapi.json", show)]
