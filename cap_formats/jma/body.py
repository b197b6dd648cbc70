"""The Body of a telegram, looked through once: its areas and its sentences, wherever they stand."""

from typing import Final

import msgspec

from cap_formats.jma.element import METEOROLOGY, SEISMOLOGY, VOLCANOLOGY, namespace_of
from cap_formats.jma.prose import TEXTS
from cap_formats.xml import XmlElement


class Body(msgspec.Struct, frozen=True, gc=False):
    """``element`` is the Body itself, or None; ``areas`` are every Area and TargetArea of meteorology and volcanology
    (those of seismology stand in a tree of their own), ``texts`` what holds sentences.
    """

    element: XmlElement | None
    namespace: str
    areas: list[XmlElement]
    texts: list[XmlElement]


_WANTED: Final = {
    SEISMOLOGY: TEXTS[SEISMOLOGY],
    **{space: (f"{space}Area", f"{space}TargetArea", *TEXTS[space]) for space in (METEOROLOGY, VOLCANOLOGY)},
}


def read_body(body: XmlElement | None) -> Body:
    """Walk through a Body; one of another namespace holds nothing that is known."""
    namespace = namespace_of(body)
    wanted = _WANTED.get(namespace)
    if body is None or wanted is None:
        return Body(body, namespace, [], [])
    found = list(body.iter(*wanted))
    if namespace == SEISMOLOGY:
        return Body(body, namespace, [], found)
    areas: list[XmlElement] = []
    texts: list[XmlElement] = []
    in_texts = TEXTS[namespace]
    for one in found:
        # An area holds its name and its code, a text nothing but letters; one that holds more is a text all the same.
        (texts if not len(one) or one.tag in in_texts else areas).append(one)
    return Body(body, namespace, areas, texts)
