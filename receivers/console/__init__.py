"""The officer's console: an order goes in by hand, through the same door as everyone's."""

from receivers.console.page import Console
from receivers.console.rehearsal import Previews

__all__ = ["Console", "Previews"]
