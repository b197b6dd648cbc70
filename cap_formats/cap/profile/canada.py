"""CAP-CP 0.4, the Canadian profile: event and location lists, both languages, layers that ask for broadcast at once."""

from collections.abc import Iterator
from typing import Final

from cap_formats.alert import Alert
from cap_formats.cap.profile.profile import Profile, ProfileRule, each_area, each_info
from cap_formats.cap.rule import Fault

PREFIX: Final = "profile:CAP-CP:"
VERSION: Final = "0.4"
EVENT: Final = "profile:CAP-CP:Event:"
LOCATION: Final = "profile:CAP-CP:Location:"
LANGUAGES: Final = ("en", "fr")
# Layers that ask for interruption of broadcasts or phones at once; Yes or No.
IMMEDIATE: Final = ("layer:SOREM:1.0:Broadcast_Immediately", "layer:SOREM:2.0:WirelessImmediate")


def _version(alert: Alert) -> Iterator[Fault]:
    for number, code in enumerate(alert.codes, 1):
        if code.startswith(PREFIX) and code.strip() != PREFIX + VERSION:
            yield Fault((("code", number),), f"found {code!r}")


def _events(alert: Alert) -> Iterator[Fault]:
    for steps, info in each_info(alert):
        if not any(one.value_name.strip().startswith(EVENT) for one in info.event_codes):
            yield Fault((*steps, ("eventCode", 0)), "this info has none")


def _locations(alert: Alert) -> Iterator[Fault]:
    for steps, area in each_area(alert):
        if not any(one.value_name.strip().startswith(LOCATION) for one in area.geocodes):
            yield Fault((*steps, ("geocode", 0)), f"{area.area_desc!r} has none")


def _languages(alert: Alert) -> Iterator[Fault]:
    said = {info.language[:2].lower() for info in alert.infos}
    missing = [language for language in LANGUAGES if alert.infos and language not in said]
    if missing:
        yield Fault((("info", 1), ("language", 0)), f"there is no info in {missing[0]}")


def _immediate(alert: Alert) -> Iterator[Fault]:
    for steps, info in each_info(alert):
        for number, one in enumerate(info.parameters, 1):
            if one.value_name.strip() in IMMEDIATE and one.value.strip() not in {"Yes", "No"}:
                yield Fault((*steps, ("parameter", number)), f"{one.value_name} is {one.value!r}")


CAP_CP: Final = Profile(
    "CAP-CP",
    VERSION,
    lambda alert: any(code.startswith(PREFIX) for code in alert.codes),
    (
        ProfileRule("cap-cp-version", f"What is known here is {PREFIX}{VERSION}", _version),
        ProfileRule("cap-cp-event", f"Every info has an eventCode of {EVENT}0.4", _events),
        ProfileRule("cap-cp-location", f"Every area has a geocode of {LOCATION}0.3", _locations),
        ProfileRule("cap-cp-language", "A public alert speaks English and French", _languages),
        ProfileRule("cap-cp-immediate", "A layer that asks for broadcast at once says Yes or No", _immediate),
    ),
)
