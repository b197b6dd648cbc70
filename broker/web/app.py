"""The aiohttp application: one house for every receiver and channel that lives on the web."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from broker.core import limit
from broker.service.broker import Broker
from broker.web.access import KEYS
from broker.web.keys import KeyStore
from broker.web.problem import problems

BROKER: Final = web.AppKey("broker", Broker)


def make_app(broker: Broker, keys: KeyStore, routes: Iterable[web.AbstractRouteDef]) -> web.Application:
    """Assemble the application; what it serves is told by the routes."""
    app = web.Application(middlewares=[problems], client_max_size=limit.WEB_BODY_MAX)
    app[BROKER] = broker
    app[KEYS] = keys
    app.add_routes(routes)
    return app
