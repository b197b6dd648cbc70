"""Alerts pushed to an HTTP address of the subscriber's, signed by Standard Webhooks (specification 1.0.0)."""

from channels.webhook.channel import SPEC, Webhook
from channels.webhook.settings import Contact, Settings

__all__ = ["SPEC", "Contact", "Settings", "Webhook"]
