"""防災行政無線: text, chime and siren for outdoor stations by MQTT, with their answer-back."""

from channels.radio.channel import SPEC, Radio
from channels.radio.settings import Contact, Settings, Station
from channels.radio.siren import Siren

__all__ = ["SPEC", "Contact", "Radio", "Settings", "Siren", "Station"]
