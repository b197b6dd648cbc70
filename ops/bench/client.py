"""What the benchmarks ask of a broker over its API."""

import json
import urllib.request
from typing import Any

from ops.bench.process import Broker


def hand_in(ours: Broker, data: bytes) -> None:
    """Hand a message in as the issuer; raises where it is not taken."""
    _ask(ours, "issuer", "/api/v1/alerts", data, "application/xml")


def subscribe(ours: Broker, url: str, statuses: tuple[str, ...] = ("Actual",)) -> str:
    """Subscribe a webhook to everything of these statuses; returns its id."""
    wish = {"channel": "webhook", "filter": {"statuses": statuses}, "contact": {"url": url}}
    made = _ask(ours, "subscriber", "/api/v1/subscriptions", json.dumps(wish).encode(), "application/json")
    return str(made["id"])


def _ask(ours: Broker, role: str, path: str, data: bytes, content_type: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {ours.keys[role]}", "Content-Type": content_type}
    request = urllib.request.Request(ours.url + path, data=data, headers=headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - likewise
        answer: dict[str, Any] = json.load(response)
    return answer
