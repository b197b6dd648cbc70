"""How long the texts of a document may be: what LGDIS, a municipal sender of version 1.3, lets an officer write
(FORMATS 1.4); no public schema says more. A text that is longer is cut, and the cut is seen; the name of a place is
refused, since a cut name is another place. Not asked of what came from L-Alert itself.
"""

from typing import Any, Final

import msgspec

from cap_formats.problem import MessageRuleError

AREA_NAME_MAX: Final = 100
HEADLINE_MAX: Final = 100
TEXT_MAX: Final = 4_000
_TEXTS: Final = {"note": TEXT_MAX, "description": TEXT_MAX, "title": HEADLINE_MAX}
_CUT: Final = "…"


def cut(text: str | None, most: int) -> str | None:
    """Return the text, or as much of it as there is room for, with … at its end."""
    return text if text is None or len(text) <= most else text[: most - len(_CUT)] + _CUT


def cut_texts(struct: Any) -> Any:
    """Return a body with its texts cut."""
    held = {name: cut(getattr(struct, name), most) for name, most in _TEXTS.items() if hasattr(struct, name)}
    return msgspec.structs.replace(struct, **held)


def check_name(name: str | None) -> str | None:
    """Return the name of an area. Raises MessageRuleError ``lalert-area-name-too-long``."""
    if name is not None and len(name) > AREA_NAME_MAX:
        raise MessageRuleError(
            "lalert-area-name-too-long",
            f"L-Alert takes {AREA_NAME_MAX} characters for the name of an area, and {name[:20]}... has {len(name)}; "
            "name the areas one by one.",
            path="/alert/info/area/areaDesc",
        )
    return name
