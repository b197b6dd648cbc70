"""What a profile is: the mark by which a message claims it, and its rules with what becomes of one that breaks them."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from cap_formats.alert import Alert, Area, Info, NamedValue
from cap_formats.cap.rule import Fault

Step = tuple[str, int]


class Breach(StrEnum):
    """What becomes of a message that breaks a rule of a profile that it claims."""

    HELD = "held"  # it may not mean what it seems to: a person must look, and nothing goes out
    NOTED = "noted"  # it means what it says; its reader is told


class ProfileRule(NamedTuple):
    """One rule: stable code, what it asks for, the function that finds what breaks it, and what becomes of that."""

    code: str
    sentence: str
    check: Callable[[Alert], Iterator[Fault]]
    breach: Breach = Breach.NOTED


class Profile(NamedTuple):
    """One profile in one version: its name, the alert/code by which it is claimed, and its rules."""

    name: str
    version: str
    claimed: Callable[[Alert], bool]
    rules: tuple[ProfileRule, ...]


def each_info(alert: Alert) -> Iterator[tuple[tuple[Step, ...], Info]]:
    """Walk through the infos with their steps from the alert."""
    for number, info in enumerate(alert.infos, 1):
        yield (("info", number),), info


def each_area(alert: Alert) -> Iterator[tuple[tuple[Step, ...], Area]]:
    """Walk through all areas with their steps from the alert."""
    for steps, info in each_info(alert):
        for number, area in enumerate(info.areas, 1):
            yield (*steps, ("area", number)), area


def each_parameter(alert: Alert, value_name: str) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Walk through the values of all parameters of that name, with their steps from the alert."""
    for steps, info in each_info(alert):
        for number, one in enumerate(info.parameters, 1):
            if one.value_name.strip() == value_name:
                yield (*steps, ("parameter", number)), one.value.strip()


def values_of(pairs: tuple[NamedValue, ...], value_name: str) -> list[str]:
    """Return the values of that name (eventCode, geocode), without white space around."""
    return [one.value.strip() for one in pairs if one.value_name.strip() == value_name]
