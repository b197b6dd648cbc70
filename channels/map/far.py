"""How far away something is and in which direction, in words."""

from typing import Final

from broker.views.ground import Point, bearing, distance_km

COMPASS: Final = (
    ("北", "north"),
    ("北東", "north-east"),
    ("東", "east"),
    ("南東", "south-east"),
    ("南", "south"),
    ("南西", "south-west"),
    ("西", "west"),
    ("北西", "north-west"),
)
FINEST_M: Final = 100  # the visitor's own place is known no finer


def far(here: Point, there: Point) -> tuple[str, str]:
    """Say how far it is and in which direction, in both languages."""
    metres = round(distance_km(here, there) * 1000 / FINEST_M) * FINEST_M
    if metres < FINEST_M:
        return "100 m以内", "within 100 m"
    ja, en = COMPASS[round(bearing(here, there) / 45) % 8]
    long = f"{metres} m" if metres < 1000 else f"{metres / 1000:.1f} km"  # noqa: PLR2004 - metres in a kilometre
    return f"{ja}へ約{long}", f"about {long} {en}"
