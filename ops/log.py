"""Logging: one JSON object a line on standard error, with an ISO time, by structlog.

Of an error, the lines of code that it went through are told, never the values that stood in them: these are passwords,
keys and whole messages.
"""

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.tracebacks import ExceptionDictTransformer


def set_up_log(level: int = logging.INFO) -> None:
    """Make every logger of the process write JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format='{"logger": "%(name)s", "event": "%(message)s"}'
    )


def _json(event: Any, **_: Any) -> bytes:
    """Write one line; what JSON has no word for is written as its text."""
    return msgspec.json.encode(event, enc_hook=str)
