"""A watched folder, for networks that are joined by files alone: signed messages in, answers beside them."""

from receivers.folder.receiver import FolderReceiver
from receivers.folder.settings import Settings

__all__ = ["FolderReceiver", "Settings"]
