"""What every channel would say, for the officer's page: each channel's own truth shown before sending."""

from collections.abc import Mapping, Sequence
from typing import Final

from broker.core.event import AlertAccepted
from broker.core.protocol import Channel

LABELS: Final[dict[str, str]] = {
    "carrier": "緊急速報メール",
    "radio": "防災行政無線",
    "map": "地図（公開ページ）",
    "webhook": "報道・事業者（Webhook）",
    "stream": "ライブ配信（SSE・WebSocket）",
    "feed": "フィード（Atom・GeoJSON）",
}


def previews(channels: Mapping[str, Channel], accepted: AlertAccepted) -> Sequence[tuple[str, str]]:
    """Return (label, words) of every channel that can say; those that speak to the public first."""
    said = []
    for name, label in LABELS.items():
        preview = getattr(channels.get(name), "preview", None)
        if preview is not None:
            said.append((label, preview(accepted)))
    return said
