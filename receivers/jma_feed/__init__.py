"""The Atom feeds by which 気象庁 publishes its telegrams (PULL): short ones each minute, long ones after a gap."""

from receivers.jma_feed.receiver import JmaFeed
from receivers.jma_feed.settings import Settings

__all__ = ["JmaFeed", "Settings"]
