"""The picture of the country for a web map: outlines made coarse all at once, so that neighbours still meet.

For drawing only: what lies where is asked of the registry. GeoJSON by RFC 7946: longitude first, no ``crs``, outer
rings counter-clockwise, three decimals.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import shapely

from geo.outline import array_of
from geo.place import Place

TOLERANCE: Final = 0.01  # degrees; what the web map shows of a border at the scale of a prefecture
DECIMALS: Final = 3


def feature_collection(places: Iterable[tuple[Place, str, Any]]) -> bytes:
    """Return a FeatureCollection of (place, its name in English, its outline): the outlines, then where names go."""
    every = list(places)
    shapes = _coarse(array_of([outline for _, _, outline in every]))
    features = [
        _feature(place, english, msgspec.Raw(geometry.encode()))
        for (place, english, _), geometry in zip(every, shapely.to_geojson(shapes), strict=True)
    ]
    features += [  # where a name is written, once each, however many islands there are
        _feature(place, english, {"type": "Point", "coordinates": [round(place.lon, 3), round(place.lat, 3)]})
        for place, english, _ in every
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _coarse(shapes: Any) -> Any:
    simple = shapely.coverage_simplify(shapes, TOLERANCE)
    coarse = shapely.transform(simple, lambda xy: xy.round(DECIMALS))
    crossed = ~shapely.is_valid(coarse)  # rounding may fold a narrow neck over itself
    coarse[crossed] = shapely.set_precision(simple[crossed], 10**-DECIMALS)
    return shapely.orient_polygons(coarse)


def _feature(place: Place, english: str, geometry: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "id": place.code,
        "properties": {"code": place.code, "name": place.full_name, "name_en": english, "pref": place.code[:2]},
        "geometry": geometry,
    }
