"""/health/live and /health/ready. Ready means that an append to the journal succeeds."""

from aiohttp import web

from broker.journal.journal import JournalError
from broker.service.broker import Broker
from broker.web.body import json_response


def routes(broker: Broker) -> list[web.RouteDef]:
    """Return both routes."""

    async def live(_: web.Request) -> web.Response:
        """Answer as long as the process turns its loop."""
        return json_response({"status": "live"})

    async def ready(_: web.Request) -> web.Response:
        """Answer 200 where a message sent now would be journaled."""
        try:
            await broker.prove_append()
        except JournalError as error:
            return json_response({"status": "not ready", "reason": str(error)}, status=503)
        return json_response({"status": "ready"})

    return [web.get("/health/live", live), web.get("/health/ready", ready)]
