"""Alert -> bytes, by the name of the format. One row a format."""

from collections.abc import Callable
from typing import Final

from cap_formats.alert import Alert
from cap_formats.atom import encode_atom
from cap_formats.cap.encode import encode_cap
from cap_formats.geojson import encode_geojson
from cap_formats.lalert.encode import encode_lalert

ENCODERS: Final[dict[str, Callable[[Alert], bytes]]] = {
    "cap": encode_cap,
    "lalert": encode_lalert,
    "geojson": encode_geojson,
    "atom": encode_atom,
}


def encode(alert: Alert, to: str) -> bytes:
    """Write one alert in the format named; raises KeyError for a name that is not in ``ENCODERS``."""
    return ENCODERS[to](alert)
