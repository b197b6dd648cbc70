"""The HTML subset of a Description (h2, br, ul, ol, dl, dt, dd, li, a) as text, and back (FORMATS 1.5).

Text without any of these tags stays as it is, line breaks included; "水位<5m" is text. A link keeps its address.
"""

import html
import re
from typing import Final

_TAG: Final = re.compile(r"<(/?)(h2|br|ul|ol|dl|dt|dd|li|a|p)(\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_HREF: Final = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what entities can name and XML cannot hold
_BREAK: Final = "\x1e"  # where a block begins or ends; several of them are one new line
_BLANK: Final = re.compile(r"\n{3,}")


def text_of(markup: str) -> str | None:
    """Return the text of a description, or None where there is none."""
    pieces: list[str] = []
    address = ""
    end = 0
    for tag in _TAG.finditer(markup):
        pieces.append(html.unescape(markup[end : tag.start()]))
        end = tag.end()
        closing, name, attributes = tag[1], tag[2].lower(), tag[3] or ""
        if name == "a":
            if closing and address:
                pieces.append(f"（{address}）")
            found = _HREF.search(attributes)
            address = "" if closing or found is None else html.unescape(found[1])
        elif name == "br":
            pieces.append("\n")
        else:
            pieces.append(_BREAK + ("・" if name == "li" and not closing else ""))
    pieces.append(html.unescape(markup[end:]))
    blocks = (block.strip() for block in "".join(pieces).replace("\r", "\n").split(_BREAK))
    text = "\n".join(block for block in blocks if block)
    lines = (line.strip() for line in _NOT_XML.sub("", text).split("\n"))
    return _BLANK.sub("\n\n", "\n".join(lines)).strip() or None


def markup_of(text: str) -> str:
    """Write text as a description: what means something in HTML is escaped, lines end with br."""
    return html.escape(text, quote=False).replace("\n", "<br/>")
