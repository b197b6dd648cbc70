"""緊急速報メール・エリアメール: an alert as short plain text, sent to a carrier's cell broadcast centre."""

from channels.carrier.channel import SPEC, Carrier
from channels.carrier.region import Regions
from channels.carrier.settings import Contact, Settings

__all__ = ["SPEC", "Carrier", "Contact", "Regions", "Settings"]
