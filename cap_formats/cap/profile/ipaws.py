"""IPAWS 1.0, the profile of the United States (OASIS CAP v1.2 IPAWS Profile 1.0): SAME codes, and marks by channel."""

import re
from collections.abc import Iterator
from typing import Final

from cap_formats.alert import Alert
from cap_formats.cap.profile.profile import Profile, ProfileRule, each_area, each_info, each_parameter, values_of
from cap_formats.cap.rule import Fault

CODE: Final = "IPAWSv1.0"
ORIGINATORS: Final = ("PEP", "CIV", "WXR", "EAS")  # 47 CFR 11.31(d)
CHANNELS: Final = ("CMAS", "EAS", "NWEM", "PUBLIC", "CAPEXCH")  # of BLOCKCHANNEL, as seen in real messages
HANDLING: Final = ("Presidential Alert", "National Alert", "Imminent Threat", "Public Safety", "Child Abduction")
SHORT_MAX: Final = 90  # characters of CMAMtext, 47 CFR 10.430
LONG_MAX: Final = 360  # and of CMAMlongtext

_EVENT: Final = re.compile(r"[A-Z0-9]{3}")
_PLACE: Final = re.compile(r"[0-9]{6}")


def _events(alert: Alert) -> Iterator[Fault]:
    for steps, info in each_info(alert):
        codes = values_of(info.event_codes, "SAME")
        if len(codes) != 1 or _EVENT.fullmatch(codes[0]) is None:
            yield Fault((*steps, ("eventCode", 0)), f"found {codes}")


def _expires(alert: Alert) -> Iterator[Fault]:
    for steps, info in each_info(alert):
        if info.expires is None:
            yield Fault((*steps, ("expires", 0)), "this info does not say when it ends")


def _places(alert: Alert) -> Iterator[Fault]:
    for steps, area in each_area(alert):
        codes = values_of(area.geocodes, "SAME")
        if not codes or any(_PLACE.fullmatch(code) is None for code in codes):
            yield Fault((*steps, ("geocode", 0)), f"{area.area_desc!r} has {codes}")


def _one_of(value_name: str, allowed: tuple[str, ...], alert: Alert) -> Iterator[Fault]:
    for steps, value in each_parameter(alert, value_name):
        if value not in allowed:
            yield Fault(steps, f"{value_name} is {value!r}")


def _texts(alert: Alert) -> Iterator[Fault]:
    for value_name, most in (("CMAMtext", SHORT_MAX), ("CMAMlongtext", LONG_MAX)):
        for steps, value in each_parameter(alert, value_name):
            if len(value) > most:
                yield Fault(steps, f"{value_name} has {len(value)} characters of {most}")


IPAWS: Final = Profile(
    "IPAWS",
    "1.0",
    lambda alert: any(code.strip().lower() == CODE.lower() for code in alert.codes),
    (
        ProfileRule("ipaws-event", "Every info has one eventCode SAME of three letters", _events),
        ProfileRule("ipaws-expires", "Every info says when it ends", _expires),
        ProfileRule("ipaws-location", "Every area has geocodes SAME of six digits", _places),
        ProfileRule(
            "ipaws-originator",
            f"EAS-ORG is one of {', '.join(ORIGINATORS)}",
            lambda alert: _one_of("EAS-ORG", ORIGINATORS, alert),
        ),
        ProfileRule(
            "ipaws-block-channel",
            f"BLOCKCHANNEL is one of {', '.join(CHANNELS)}",
            lambda alert: _one_of("BLOCKCHANNEL", CHANNELS, alert),
        ),
        ProfileRule(
            "ipaws-handling",
            f"WEAHandling is one of {', '.join(HANDLING)}",
            lambda alert: _one_of("WEAHandling", HANDLING, alert),
        ),
        ProfileRule("ipaws-text", "Texts for phones fit into their cells", _texts),
    ),
)
