"""The elements of CAP 1.2 in their order: the one table from which the schema, the decoder and the encoder are made.

Standard: OASIS Common Alerting Protocol 1.2 (2010), clauses 3.2.1 to 3.2.4 and the schema of clause 3.4.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Resource,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.cap.text import (
    read_references,
    read_time,
    read_whole_number,
    read_words,
    write_references,
    write_time,
    write_words,
)

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"


class Leaf(NamedTuple):
    """What an element without children holds: its XML Schema type, and how its text becomes a value and back."""

    schema_type: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    values: tuple[str, ...] = ()


class Group(NamedTuple):
    """What an element with children holds: the struct that it becomes and its own elements, in order."""

    struct: type[Any]
    elements: tuple["Element", ...]


class Element(NamedTuple):
    """One element: its name in CAP, the struct's field, what it holds, how often it may stand (None: any number)."""

    name: str
    field: str
    content: Leaf | Group
    least: int = 0
    most: int | None = 1


def one_of(values: type[StrEnum], *, without: Sequence[StrEnum] = ()) -> Leaf:
    """Return the leaf that holds one word of a closed list, or of what an older version had of it."""
    members = {member.value: member for member in values if member not in without}
    return Leaf("xs:string", members.__getitem__, str, tuple(members))


TEXT: Final = Leaf("xs:string")
URI: Final = Leaf("xs:anyURI", str.strip)
DECIMAL: Final = Leaf("xs:decimal", str.strip)
WHOLE: Final = Leaf("xs:integer", read_whole_number)
LANGUAGE: Final = Leaf("xs:language", str.strip)
TIME: Final[Leaf] = Leaf("xs:dateTime", read_time, write_time)
WORDS: Final = Leaf("xs:string", read_words, write_words)
REFERENCES: Final = Leaf("xs:string", read_references, write_references)

# valueName and value are global elements in the standard's schema, so they are here too.
NAMED_VALUE: Final = Group(
    NamedValue,
    (Element("valueName", "value_name", TEXT, 1), Element("value", "value", TEXT, 1)),
)

RESOURCE: Final = Group(
    Resource,
    (
        Element("resourceDesc", "resource_desc", TEXT, 1),
        Element("mimeType", "mime_type", TEXT, 1),
        Element("size", "size", WHOLE),
        Element("uri", "uri", URI),
        Element("derefUri", "deref_uri", TEXT),
        Element("digest", "digest", TEXT),
    ),
)

AREA: Final = Group(
    Area,
    (
        Element("areaDesc", "area_desc", TEXT, 1),
        Element("polygon", "polygons", TEXT, 0, None),
        Element("circle", "circles", TEXT, 0, None),
        Element("geocode", "geocodes", NAMED_VALUE, 0, None),
        Element("altitude", "altitude", DECIMAL),
        Element("ceiling", "ceiling", DECIMAL),
    ),
)

INFO: Final = Group(
    Info,
    (
        Element("language", "language", LANGUAGE),
        Element("category", "category", one_of(Category), 1, None),
        Element("event", "event", TEXT, 1),
        Element("responseType", "response_type", one_of(ResponseType), 0, None),
        Element("urgency", "urgency", one_of(Urgency), 1),
        Element("severity", "severity", one_of(Severity), 1),
        Element("certainty", "certainty", one_of(Certainty), 1),
        Element("audience", "audience", TEXT),
        Element("eventCode", "event_codes", NAMED_VALUE, 0, None),
        Element("effective", "effective", TIME),
        Element("onset", "onset", TIME),
        Element("expires", "expires", TIME),
        Element("senderName", "sender_name", TEXT),
        Element("headline", "headline", TEXT),
        Element("description", "description", TEXT),
        Element("instruction", "instruction", TEXT),
        Element("web", "web", URI),
        Element("contact", "contact", TEXT),
        Element("parameter", "parameters", NAMED_VALUE, 0, None),
        Element("resource", "resources", RESOURCE, 0, None),
        Element("area", "areas", AREA, 0, None),
    ),
)

ALERT: Final = Group(
    Alert,
    (
        Element("identifier", "identifier", TEXT, 1),
        Element("sender", "sender", TEXT, 1),
        Element("sent", "sent", TIME, 1),
        Element("status", "status", one_of(Status), 1),
        Element("msgType", "msg_type", one_of(MsgType), 1),
        Element("source", "source", TEXT),
        Element("scope", "scope", one_of(Scope), 1),
        Element("restriction", "restriction", TEXT),
        Element("addresses", "addresses", WORDS),
        Element("code", "codes", TEXT, 0, None),
        Element("note", "note", TEXT),
        Element("references", "references", REFERENCES),
        Element("incidents", "incidents", WORDS),
        Element("info", "infos", INFO, 0, None),
    ),
)
