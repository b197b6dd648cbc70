"""The /api/v1 of the broker itself: one noun a file. Ways in and out bring their own routes."""

from aiohttp import web

from broker.web.api import alerts, deliveries, held, in_force, receipts, situations, subscriptions


def routes() -> list[web.RouteDef]:
    """Return the routes of all files."""
    return [
        *alerts.routes(),
        *deliveries.routes(),
        *held.routes(),
        *in_force.routes(),
        *receipts.routes(),
        *situations.routes(),
        *subscriptions.routes(),
    ]
