"""The operator's page: what came in, where it got to, and what is stuck and why."""

from ops.dashboard.page import Dashboard

__all__ = ["Dashboard"]
