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
    for one in found:  # an area holds elements and no letters of its own, which is seen sooner than its name is read
        if len(one) and (not (letters := one.text) or letters.isspace()):
            areas.append(one)
        else:
            texts.append(one)
    return Body(body, namespace, areas, texts)
