"""L-Alert's centres post here: SOAP 1.1 with WS-Security, one operation, ``publish``."""

from receivers.lalert.receiver import LAlert
from receivers.lalert.settings import Centre, Settings

__all__ = ["Centre", "LAlert", "Settings"]
