"""/health: how each source does. /health/live and /health/ready: for whoever restarts or routes.

Ready means that an append to the journal succeeds. A lost source makes the house no less ready: what still comes in
must still go out; so it is told apart, as "degraded".
"""

from aiohttp import web

from broker.journal.journal import JournalError
from broker.service.broker import Broker
from broker.service.source import SourceState
from broker.views.held import waiting
from broker.web.body import json_response


def routes(broker: Broker) -> list[web.RouteDef]:
    """Return the three routes."""

    async def health(_: web.Request) -> web.Response:
        """Answer with every source, and with what waits for a person (``held``).

        ``status`` is ready, degraded (a source is lost) or not ready (503).
        """
        lines = broker.sources.lines()
        held = waiting(broker.projector.reader)
        lost = [line for line in lines if line.state is SourceState.LOST]
        if (reason := await _not_ready()) is not None:
            return json_response({"status": "not ready", "reason": reason, "sources": lines, "held": held}, status=503)
        return json_response({"status": "degraded" if lost else "ready", "sources": lines, "held": held})

    async def live(_: web.Request) -> web.Response:
        """Answer as long as the process turns its loop."""
        return json_response({"status": "live"})

    async def ready(_: web.Request) -> web.Response:
        """Answer 200 where a message sent now would be journaled."""
        if (reason := await _not_ready()) is not None:
            return json_response({"status": "not ready", "reason": reason}, status=503)
        return json_response({"status": "ready"})

    async def _not_ready() -> str | None:
        try:
            await broker.prove_append()
        except JournalError as error:
            return str(error)
        return None

    return [web.get("/health", health), web.get("/health/live", live), web.get("/health/ready", ready)]
