"""J-Alert from its receiver: by JMAソケット (TCP) or by the receiver's index over HTTP."""

from receivers.jalert.index import Index
from receivers.jalert.line import Line
from receivers.jalert.receiver import JAlert
from receivers.jalert.settings import Settings

__all__ = ["Index", "JAlert", "Line", "Settings"]
