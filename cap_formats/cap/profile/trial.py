"""Codes that say "this is a test" inside a message whose status may well be Actual: such a message never goes out live.

Emergency systems of North America send their periodic tests and administrative messages with status Actual, so status
alone does not tell a drill there. These rules hold for every message, whatever profile it claims.
"""

import re
from collections.abc import Iterator
from typing import Final

from cap_formats.alert import Alert, Status
from cap_formats.cap.profile.profile import Breach, Profile, ProfileRule, each_info, each_parameter
from cap_formats.cap.rule import Fault

# SAME event codes (47 CFR 11.31(e), and NWS Instruction 10-1712 for the last two) that alert nobody.
SAME_TESTS: Final = {
    "RMT": "Required Monthly Test",
    "RWT": "Required Weekly Test",
    "NPT": "National Periodic Test",
    "DMO": "Practice/Demo Warning",
    "ADR": "Administrative Message",
    "NMN": "Network Message Notification",
    "NIC": "National Information Center",
    "NAT": "National Audible Test",
    "NST": "National Silent Test",
}
# CAP-CP's own event list names tests so; UNCONFIRMED beyond that list.
CANADIAN_TESTS: Final = ("testMessage", "test")

_TEST_NAMES: Final = {name.lower() for name in SAME_TESTS.values()}
_TESTS: Final = {code.lower() for code in (*SAME_TESTS, *CANADIAN_TESTS)}
_EVENT_LIST_CP: Final = "profile:CAP-CP:Event"
_VTEC_TEST: Final = re.compile(r"/T\.[A-Z]{3}\.")  # P-VTEC's first field: O operational, T test (NWSI 10-1703)


def _event_codes(alert: Alert) -> Iterator[Fault]:
    if alert.status is not Status.ACTUAL:
        return
    for steps, info in each_info(alert):
        for number, one in enumerate(info.event_codes, 1):
            name, value = one.value_name.strip(), one.value.strip()
            if (name == "SAME" or name.startswith(_EVENT_LIST_CP)) and value.lower() in _TESTS:
                said = SAME_TESTS.get(value.upper(), "a test")
                yield Fault((*steps, ("eventCode", number)), f"status is Actual and {name} {value} is {said}")


def _events(alert: Alert) -> Iterator[Fault]:
    """Look for the code, or its name, where the event stands: the United Kingdom's RMT."""
    if alert.status is not Status.ACTUAL:
        return
    for steps, info in each_info(alert):
        event = info.event.strip()
        if event in SAME_TESTS or event.lower() in _TEST_NAMES:
            yield Fault((*steps, ("event", 0)), f"status is Actual and the event is {event}")


def _vtec(alert: Alert) -> Iterator[Fault]:
    if alert.status is Status.ACTUAL:
        for steps, value in each_parameter(alert, "VTEC"):
            if _VTEC_TEST.search(value):
                yield Fault(steps, "status is Actual and VTEC says that the product is a test")


def _handling(alert: Alert) -> Iterator[Fault]:
    if alert.status is Status.ACTUAL:
        for steps, value in each_parameter(alert, "WEAHandling"):
            if "test" in value.lower():
                yield Fault(steps, f"status is Actual and WEAHandling is {value}")


_SENTENCE: Final = "A test or an administrative message is not for the public; nothing goes out until a person decides"

TEST_CODES: Final = Profile(
    "test codes",
    "47 CFR 11.31(e)",
    lambda _: True,
    (
        ProfileRule("event-code-test", _SENTENCE, _event_codes, Breach.HELD),
        ProfileRule("event-code-test", _SENTENCE, _events, Breach.HELD),
        ProfileRule("event-code-test", _SENTENCE, _vtec, Breach.HELD),
        ProfileRule("event-code-test", _SENTENCE, _handling, Breach.HELD),
    ),
)
