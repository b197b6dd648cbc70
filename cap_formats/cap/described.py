"""An Alert's fields under their CAP names, as JSON values: for the formats that carry CAP's words without its XML."""

from typing import Any

from cap_formats.cap.element import LANGUAGE, NAMED_VALUE, WHOLE, WORDS, Element, Group


def described(struct: Any, elements: tuple[Element, ...], *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return what a struct says, by CAP element name; what is absent is left out.

    Times are CAP text. What repeats is a list; ``parameter``, ``eventCode`` and ``geocode`` are an object of lists
    (``{"SAME": ["006109"]}``), as public alert services already write them.
    """
    said: dict[str, Any] = {}
    for element in elements:
        value = getattr(struct, element.field)
        if element.name in without or value is None or value == ():
            continue
        if element.content is NAMED_VALUE:
            pairs: dict[str, list[str]] = {}
            for one in value:
                pairs.setdefault(one.value_name, []).append(one.value)
            said[element.name] = pairs
        elif isinstance(element.content, Group):
            inner = element.content.elements
            said[element.name] = [described(one, inner) for one in value]
        elif element.most is None or element.content is WORDS:
            said[element.name] = list(value)
        elif element.content in (WHOLE, LANGUAGE):
            said[element.name] = value
        else:
            said[element.name] = element.content.write(value)
    return said
