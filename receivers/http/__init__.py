"""POST /api/v1/alerts: CAP and JMA over HTTP. The content is recognised, not asked."""

from receivers.http.receiver import routes

__all__ = ["routes"]
