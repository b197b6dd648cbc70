"""The rules of CAP 1.2 that its schema cannot say, one row each, and the house rule that a drill is never Actual.

Owns what an alert may say once it follows the schema. ``check_rules`` raises the first rule that is broken; the
documentation of the rules is made from the same table.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from cap_formats.alert import Alert, Area, Info, MsgType, Scope, Status
from cap_formats.cap.shape import circle_fault, polygon_fault
from cap_formats.cap.text import sent_of
from cap_formats.drill import calls_itself_drill
from cap_formats.parameter import TRAINING
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError
from cap_formats.xml import XmlElement, line_of, path_of


class Fault(NamedTuple):
    """Where a rule is broken and what was found there; steps are CAP names, numbered from 1 (0: it stands once)."""

    steps: tuple[tuple[str, int], ...]
    found: str


class Rule(NamedTuple):
    """One rule: stable code, clause of CAP 1.2, what it asks for, and the function that finds what breaks it."""

    code: str
    clause: str
    sentence: str
    check: Callable[[Alert], Iterator[Fault]]
    error: type[FormatError] = MessageRuleError


YEAR_MIN: Final = 2  # every offset can be applied to a time of these years
YEAR_MAX: Final = 9998

_FORBIDDEN: Final = re.compile(r"[\s,<&]")
_WITHOUT_TIME: Final = "cap10"  # its references are identifier/sender (CAP 1.0, references)
_FOLLOWING: Final = frozenset({MsgType.UPDATE, MsgType.CANCEL, MsgType.ACK, MsgType.ERROR})


def check_rules(alert: Alert, root: XmlElement | None = None) -> None:
    """Raise what the first broken rule of ``RULES`` raises; with ``root`` given, the error names its line.

    Raises MessageRuleError, or MessageHeldError ``status-contradiction``.
    """
    for rule in RULES:
        for fault in rule.check(alert):
            raise _error(rule, fault, root)


def _error(rule: Rule, fault: Fault, root: XmlElement | None) -> FormatError:
    path, line = located(fault, root)
    return rule.error(rule.code, f"{rule.sentence}; {fault.found}.", line=line, path=path)


def located(fault: Fault, root: XmlElement | None) -> tuple[str, int | None]:
    """Return path and line of the element at fault; of one that is missing, the line of what should hold it."""
    path, line, element = "/alert", None, root
    for name, number in fault.steps:
        path += f"/{name}[{number}]" if number else f"/{name}"
        if element is not None:
            line = line_of(element)
            found = element.findall(f"{{*}}{name}")
            element = found[max(number, 1) - 1] if len(found) >= max(number, 1) else None
    return (path, line) if element is None else (path_of(element), line_of(element))


def _each_info(alert: Alert) -> Iterator[tuple[tuple[str, int], Info]]:
    for number, info in enumerate(alert.infos, 1):
        yield ("info", number), info


def _each_area(alert: Alert) -> Iterator[tuple[tuple[tuple[str, int], ...], Area]]:
    for step, info in _each_info(alert):
        for number, area in enumerate(info.areas, 1):
            yield (step, ("area", number)), area


def _identifiers(alert: Alert) -> Iterator[Fault]:
    for name, text in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not text:
            yield Fault(((name, 0),), f"{name} is empty")
        elif _FORBIDDEN.search(text):
            yield Fault(((name, 0),), f"{name} is {text!r}")


def _times(alert: Alert) -> Iterator[Fault]:
    if not YEAR_MIN <= alert.sent.year <= YEAR_MAX:
        yield Fault((("sent", 0),), f"sent is in the year {alert.sent.year}")
    for step, info in _each_info(alert):
        times: tuple[tuple[str, datetime | None], ...] = (
            ("effective", info.effective),
            ("onset", info.onset),
            ("expires", info.expires),
        )
        for name, time in times:
            if time is not None and not YEAR_MIN <= time.year <= YEAR_MAX:
                yield Fault((step, (name, 0)), f"{name} is in the year {time.year}")


def _references_missing(alert: Alert) -> Iterator[Fault]:
    if alert.msg_type in _FOLLOWING and not alert.references:
        yield Fault((("references", 0),), f"this {alert.msg_type} has none")


def _references(alert: Alert) -> Iterator[Fault]:
    without_time = alert.source_format == _WITHOUT_TIME
    for one in alert.references:
        ids = (one.sender, one.identifier)
        timed = sent_of(one) is not None or (without_time and not one.sent)
        if not all(ids) or any(_FORBIDDEN.search(text) for text in ids) or not timed:
            found = ",".join(filter(None, (one.sender, one.identifier, one.sent)))
            yield Fault((("references", 0),), f"found {found!r}")


def _own_reference(alert: Alert) -> Iterator[Fault]:
    for one in alert.references:
        if (one.sender, one.identifier) == (alert.sender, alert.identifier) and sent_of(one) == alert.sent:
            yield Fault((("references", 0),), f"{one.identifier} is the message itself")


def _restriction(alert: Alert) -> Iterator[Fault]:
    if alert.scope is Scope.RESTRICTED and not (alert.restriction or "").strip():
        yield Fault((("restriction", 0),), "restriction is missing or empty")


def _addresses(alert: Alert) -> Iterator[Fault]:
    if alert.scope is Scope.PRIVATE and not any(alert.addresses):
        yield Fault((("addresses", 0),), "addresses is missing or empty")


def _events(alert: Alert) -> Iterator[Fault]:
    for step, info in _each_info(alert):
        if not info.event.strip():
            yield Fault((step, ("event", 0)), "event is empty")


def _expires(alert: Alert) -> Iterator[Fault]:
    for step, info in _each_info(alert):
        start = alert.sent if info.effective is None else max(alert.sent, info.effective)
        if info.expires is not None and info.expires < start:
            yield Fault((step, ("expires", 0)), f"{info.expires.isoformat()} is before {start.isoformat()}")


def _polygons(alert: Alert) -> Iterator[Fault]:
    for steps, area in _each_area(alert):
        for number, text in enumerate(area.polygons, 1):
            if found := polygon_fault(text):
                yield Fault((*steps, ("polygon", number)), found)


def _circles(alert: Alert) -> Iterator[Fault]:
    for steps, area in _each_area(alert):
        for number, text in enumerate(area.circles, 1):
            if found := circle_fault(text):
                yield Fault((*steps, ("circle", number)), found)


def _ceilings(alert: Alert) -> Iterator[Fault]:
    for steps, area in _each_area(alert):
        if area.ceiling is not None and area.altitude is None:
            yield Fault((*steps, ("ceiling", 0)), "this area has a ceiling alone")


def _statuses(alert: Alert) -> Iterator[Fault]:
    """Find the two statuses that disagree (DESIGN rule 6): the one of the message and the one of its words."""
    if alert.status is Status.ACTUAL and calls_itself_drill(alert.note):
        yield Fault((("note", 0),), "status is Actual and the note says otherwise")
    for step, info in _each_info(alert):
        if alert.status is Status.ACTUAL:
            words = {"event": info.event, "headline": info.headline, "description": info.description}
            for name, text in (words | {"instruction": info.instruction}).items():
                if text and calls_itself_drill(text):
                    said = text.lstrip()[:20]
                    yield Fault((step, (name, 0)), f"status is Actual and the {name} says that it is a drill: {said!r}")
        denied = {Status.ACTUAL: "true", Status.EXERCISE: "false"}.get(alert.status)
        for number, parameter in enumerate(info.parameters, 1):
            if parameter.value_name == TRAINING and parameter.value.strip().lower() == denied:
                yield Fault((step, ("parameter", number)), f"status is {alert.status} and {TRAINING} is {denied}")


RULES: Final = (
    Rule("cap-id", "3.2.1", "identifier and sender have no spaces, commas, < or &, and are not empty", _identifiers),
    Rule("cap-time-out-of-range", "3.2.1", f"times lie in the years {YEAR_MIN} to {YEAR_MAX}", _times),
    Rule(
        "cap-references-missing", "3.2.1", "Update, Cancel, Ack and Error name what they refer to", _references_missing
    ),
    Rule("cap-references-malformed", "3.2.1", "references are sender,identifier,sent with spaces between", _references),
    Rule("cap-references-itself", "3.2.1", "references name earlier messages", _own_reference),
    Rule("cap-restriction-missing", "3.2.1", "scope Restricted says its restriction", _restriction),
    Rule("cap-addresses-missing", "3.2.1", "scope Private names its addresses", _addresses),
    Rule("cap-event-empty", "3.2.2", "event says in words what it is, as 避難指示", _events),
    Rule("cap-expires-early", "3.2.2", "expires is not before sent nor before effective", _expires),
    Rule("cap-polygon", "3.2.4", "a polygon is four or more lat,lon pairs, the last equal to the first", _polygons),
    Rule("cap-circle", "3.2.4", "a circle is lat,lon and a radius in km", _circles),
    Rule("cap-ceiling", "3.2.4", "a ceiling stands together with an altitude", _ceilings),
    Rule(
        "status-contradiction",
        "3.2.1",
        "All that says whether this is a drill must agree",
        _statuses,
        MessageHeldError,
    ),
)
