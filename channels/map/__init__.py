"""The public page: what holds here now, and what to do. Works as bare HTML; a map is drawn where there is script."""

from channels.map.channel import SPEC, MapChannel, MapContact
from channels.map.page import MapPage

__all__ = ["SPEC", "MapChannel", "MapContact", "MapPage"]
