"""The polled feeds: Atom of the alerts with their CAP documents, GeoJSON of what holds now."""

from channels.feed.channel import SPEC, FeedChannel, FeedContact
from channels.feed.routes import routes

__all__ = ["SPEC", "FeedChannel", "FeedContact", "routes"]
