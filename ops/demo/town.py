"""The town of the drill: districts, outdoor stations and who listens. Facts only; starts nothing.

Positions are those of real schools and halls (国土地理院 指定緊急避難場所データ); the outlines of the districts are
drawn for the drill along 小田川 and follow no official border.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ops.far_ends.stations import Health

CODE: Final = "33202"  # JIS X 0402, 5 digits
CODE_6: Final = "332020"
NAME: Final = "倉敷市"
NAME_EN: Final = "Kurashiki City"
PREFECTURE: Final = "33"
FORMATS: Final = {"新聞社": "cap"}  # as received; the others take the canonical JSON
ORDERS: Final = ("高齢者等避難", "避難指示", "緊急安全確保")


class District(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the town. ``outline`` is (lat, lon), closed by its reader; ``group`` the stations that call there."""

    name: str
    name_en: str
    group: str
    outline: tuple[tuple[float, float], ...]

    @property
    def polygon(self) -> str:
        """The outline as CAP writes it: "lat,lon lat,lon ...", first equal to last."""
        return " ".join(f"{lat},{lon}" for lat, lon in (*self.outline, self.outline[0]))


NORTH: Final = District(
    name="真備町（小田川北側）",
    name_en="Mabi, north of the Oda River",
    group="mabi-north",
    outline=(
        (34.650, 133.672),
        (34.657, 133.690),
        (34.654, 133.712),
        (34.645, 133.722),
        (34.634, 133.722),
        (34.630, 133.705),
        (34.627, 133.690),
        (34.628, 133.668),
    ),
)
SOUTH: Final = District(
    name="真備町（小田川南側）",
    name_en="Mabi, south of the Oda River",
    group="mabi-south",
    outline=(
        (34.626, 133.668),
        (34.625, 133.690),
        (34.628, 133.707),
        (34.622, 133.718),
        (34.607, 133.710),
        (34.606, 133.695),
        (34.613, 133.672),
    ),
)
KOJIMA: Final = District(
    name="児島下の町",
    name_en="Kojima-Shimonocho",
    group="kojima",
    outline=((34.480, 133.810), (34.488, 133.832), (34.473, 133.832), (34.471, 133.815)),
)
DISTRICTS: Final = (NORTH, SOUTH, KOJIMA)


class TownStation(msgspec.Struct, frozen=True, kw_only=True):
    """An outdoor station, where it stands, and how it is."""

    id: str
    name: str
    group: str
    lat: float
    lon: float
    health: Health = Health.GOOD


STATIONS: Final = (
    TownStation(id="R-01", name="岡田小学校", group="mabi-north", lat=34.645637, lon=133.70472),
    TownStation(id="R-02", name="薗小学校", group="mabi-north", lat=34.648146, lon=133.692834),
    TownStation(id="R-03", name="川辺小学校", group="mabi-north", lat=34.639571, lon=133.722028),
    TownStation(id="R-04", name="真備東中学校", group="mabi-north", lat=34.642866, lon=133.711615),
    TownStation(id="R-05", name="真備総合公園", group="mabi-north", lat=34.642548, lon=133.685152, health=Health.FLAT),
    TownStation(id="R-06", name="真備公民館", group="mabi-north", lat=34.632067, lon=133.689094, health=Health.SILENT),
    TownStation(id="R-07", name="箭田小学校", group="mabi-south", lat=34.626986, lon=133.685772),
    TownStation(id="R-08", name="まびふれあい公園", group="mabi-south", lat=34.622639, lon=133.691071),
    TownStation(id="R-09", name="服部分館", group="mabi-south", lat=34.618645, lon=133.673556, health=Health.BROKEN),
    TownStation(id="R-10", name="二万小学校", group="mabi-south", lat=34.604581, lon=133.708375),
    TownStation(id="R-11", name="児島下の町一丁目", group="kojima", lat=34.471, lon=133.816778),
    TownStation(id="R-12", name="児島下の町九丁目", group="kojima", lat=34.47368, lon=133.831388),
)


def radio_contact() -> dict[str, Any]:
    """Return the contact of the town's disaster radio."""
    return {
        "town": CODE,
        "callsign": NAME,
        "groups": {"*": "all"} | {district.name: district.group for district in DISTRICTS},
        "stations": [{"id": station.id, "group": station.group} for station in STATIONS],
    }


def subscriptions(media: Mapping[str, tuple[str, str]], centres: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return who listens: ``media`` are (address, secret) by name, ``centres`` addresses by carrier.

    Newsrooms want everything about the prefecture; the carriers and the radio speak to the public, so they get what
    the town orders.
    """
    drills = {"statuses": ["Exercise"]}
    wanted = [
        {
            "channel": "webhook",
            "label": name,
            "filter": drills | {"areas": [PREFECTURE]},
            "contact": {"url": url, "secret": secret, "format": FORMATS.get(name, "json")},
        }
        for name, (url, secret) in media.items()
    ]
    orders = drills | {"areas": [CODE], "events": list(ORDERS)}
    wanted += [
        {
            "channel": "carrier",
            "label": f"緊急速報メール {carrier}",
            "filter": orders,
            "contact": {"url": url, "carrier": carrier, "drill": True},
        }
        for carrier, url in centres.items()
    ]
    wanted.append({"channel": "radio", "label": f"{NAME} 防災行政無線", "filter": orders, "contact": radio_contact()})
    return wanted
