"""Alerts that come over MQTT, from a broker of one's own or another's; acknowledged only when they are durable."""

from receivers.mqtt.receiver import MqttReceiver
from receivers.mqtt.settings import Settings

__all__ = ["MqttReceiver", "Settings"]
