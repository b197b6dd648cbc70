"""CAP 1.0 and 1.1 beside 1.2: each is the table of 1.2's elements with what differs, and only 1.2 is ever written.

Standards: CAP 1.0 (OASIS 200402), CAP 1.1 (OASIS 2005), CAP 1.2 (OASIS 2010), each with its schema.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from cap_formats.alert import Category, Certainty, NamedValue, ResponseType, Status
from cap_formats.cap.element import ALERT, AREA, INFO, NAMESPACE, RESOURCE, TEXT, TIME, Element, Group, Leaf, one_of
from cap_formats.cap.text import read_any_references, read_any_time, read_height, write_references, write_time


class Version(NamedTuple):
    """One version of CAP: its name, what ``Alert.source_format`` says of it, its namespace and its elements."""

    name: str
    source_format: str
    namespace: str
    alert: Group

    @property
    def root(self) -> str:
        """Qualified name of the root element."""
        return f"{{{self.namespace}}}alert"


def read_pair(text: str) -> NamedValue:
    """Read CAP 1.0's ``name=value``; where there is no name, it is empty."""
    name, sign, value = text.partition("=")
    return NamedValue(name.strip(), value.strip()) if sign else NamedValue("", text.strip())


# xs:dateTime lets in Z, fractions of a second and (which the reader refuses) times without an offset.
ANY_TIME: Final = Leaf("xs:dateTime", read_any_time, write_time)
PAIR: Final = Leaf("xs:string", read_pair)
HEIGHT: Final = Leaf("xs:string", read_height)
ANY_REFERENCES: Final = Leaf("xs:string", read_any_references, write_references)
VERY_LIKELY: Final = "Very Likely"  # CAP 1.1 and 1.2, 3.2.2, certainty: to be treated as Likely

_CERTAINTY_10: Final = Leaf(
    "xs:string",
    lambda text: Certainty.LIKELY if text == VERY_LIKELY else Certainty(text),
    str,
    (VERY_LIKELY, *(one.value for one in Certainty if one is not Certainty.OBSERVED)),
)
_TIMES: Final = ("effective", "onset", "expires")


def _altered(group: Group, changes: Mapping[str, Element | None]) -> Group:
    """Return a group with elements replaced by name; None takes one away."""
    elements = [changes.get(element.name, element) for element in group.elements]
    return group._replace(elements=tuple(element for element in elements if element is not None))


def _element(group: Group, name: str, **changes: Any) -> Element:
    """Return a group's element with something of it changed."""
    return next(element for element in group.elements if element.name == name)._replace(**changes)


def _group(group: Group, name: str) -> Group:
    """Return what an element of a group holds, where that is a group itself."""
    return cast("Group", _element(group, name).content)


def _info_11() -> Group:
    """Differences of 1.1: times, fewer response types, resources without a type, heights as text."""
    response_types = one_of(ResponseType, without=(ResponseType.AVOID, ResponseType.ALL_CLEAR))
    resource = _altered(RESOURCE, {"mimeType": _element(RESOURCE, "mimeType", least=0)})
    area = _altered(AREA, {name: _element(AREA, name, content=HEIGHT) for name in ("altitude", "ceiling")})
    return _altered(
        INFO,
        {
            **{name: _element(INFO, name, content=ANY_TIME) for name in _TIMES},
            "responseType": _element(INFO, "responseType", content=response_types),
            "resource": _element(INFO, "resource", content=resource),
            "area": _element(INFO, "area", content=area),
        },
    )


def _alert_11() -> Group:
    return _altered(
        ALERT,
        {
            "sent": _element(ALERT, "sent", content=ANY_TIME),
            "references": _element(ALERT, "references", content=ANY_REFERENCES),
            "info": _element(ALERT, "info", content=_info_11()),
        },
    )


def _info_10() -> Group:
    """Differences of 1.0 from 1.1: no response types, pairs as text, Very Likely and no Observed, no CBRNE."""
    older = _info_11()
    resource, area = _group(older, "resource"), _group(older, "area")
    area = _altered(area, {"geocode": _element(area, "geocode", content=PAIR)})
    return _altered(
        older,
        {
            "category": _element(older, "category", content=one_of(Category, without=(Category.CBRNE,)), least=0),
            "responseType": None,
            "certainty": _element(older, "certainty", content=_CERTAINTY_10),
            "eventCode": _element(older, "eventCode", content=PAIR),
            "parameter": _element(older, "parameter", content=PAIR),
            "resource": _element(older, "resource", content=_altered(resource, {"derefUri": None})),
            "area": _element(older, "area", content=area),
        },
    )


def _alert_10() -> Group:
    older = _alert_11()
    changed = _altered(
        older,
        {
            "status": _element(older, "status", content=one_of(Status, without=(Status.DRAFT,))),
            "scope": _element(older, "scope", least=0),
            "info": _element(older, "info", content=_info_10()),
        },
    )
    elements = list(changed.elements)
    names = [element.name for element in elements]
    elements.insert(names.index("msgType") + 1, Element("password", PASSWORD, TEXT))
    return changed._replace(elements=tuple(elements))


PASSWORD: Final = "password"  # noqa: S105 - the name of CAP 1.0's element; what it holds is never taken over

CAP_12: Final = Version("CAP 1.2", "cap12", NAMESPACE, ALERT)
CAP_11: Final = Version("CAP 1.1", "cap11", "urn:oasis:names:tc:emergency:cap:1.1", _alert_11())
CAP_10: Final = Version("CAP 1.0", "cap10", "http://www.incident.com/cap/1.0", _alert_10())
VERSIONS: Final = (CAP_12, CAP_11, CAP_10)

_BY_ROOT: Final = {version.root: version for version in VERSIONS}


def version_of(root: str) -> Version:
    """Return the version whose root element has this qualified name; 1.2 for any other."""
    return _BY_ROOT.get(root, CAP_12)


def is_strict_time(content: Leaf | Group) -> bool:
    """Tell whether the schema binds times of this type to the one form of CAP 1.2."""
    return content is TIME
