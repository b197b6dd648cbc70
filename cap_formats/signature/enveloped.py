"""The XML of an enveloped signature: where it stands, what it may look like, and the document without it.

Only one form is taken: the signature is a child of the root, refers to the whole document (``URI=""``) and leaves
itself out. Every other form could cover something else than what is read (signature wrapping), so it counts as broken.
"""

import copy
from typing import Final, NamedTuple

from lxml import etree

from cap_formats.xml import XmlElement

NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE: Final = f"{{{NAMESPACE}}}Signature"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
CANONICAL: Final = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
)
# What stands in a Signature by the standard and is looked at; the rest (Object) is covered by no reference taken here.
_PARTS: Final = ("SignedInfo", "SignatureValue", "KeyInfo")


class Form(NamedTuple):
    """What a signature says of itself; ``fault`` says why it is none that is taken."""

    algorithm: str
    digest: str
    fault: str | None


def parse(raw: bytes) -> XmlElement:
    """Parse a document that was read before, now with all that a signature covers: comments and instructions too."""
    return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def signatures_of(root: XmlElement) -> list[XmlElement]:
    """Return the signatures of a document, in order."""
    return root.findall(SIGNATURE)


def form_of(signature: XmlElement) -> Form:
    """Read what a signature says of itself."""
    info = signature.find(_ds("SignedInfo"))
    method = None if info is None else info.find(_ds("SignatureMethod"))
    digest = None if info is None else info.find(f"{_ds('Reference')}/{_ds('DigestMethod')}")
    algorithm = "" if method is None else method.get("Algorithm", "")
    return Form(algorithm, "" if digest is None else digest.get("Algorithm", ""), _fault(signature, info))


def _fault(signature: XmlElement, info: XmlElement | None) -> str | None:
    """Say what keeps a signature from being one over the whole document."""
    counts = {name: len(signature.findall(_ds(name))) for name in _PARTS}
    if info is None or counts["SignedInfo"] != 1 or counts["SignatureValue"] != 1 or counts["KeyInfo"] > 1:
        return "It does not have one SignedInfo and one SignatureValue."
    references = info.findall(_ds("Reference"))
    if len(references) != 1 or references[0].get("URI") != "":
        return "It does not refer to the whole message."
    transforms = [one.get("Algorithm") for one in references[0].iterfind(f"{_ds('Transforms')}/{_ds('Transform')}")]
    if ENVELOPED not in transforms or any(one not in (ENVELOPED, *CANONICAL) for one in transforms):
        return "It changes the message before it signs it."
    return None


def prepared(root: XmlElement, keep: int, *, alone: bool) -> XmlElement:
    """Return a copy of the document whose signature number ``keep`` holds only what is looked at.

    ``alone``: without the other signatures, as several systems that sign one after the other each sign the bare alert.
    Text around what is taken out stays.
    """
    copied = copy.deepcopy(root.getroottree()).getroot()
    for number, signature in enumerate(signatures_of(copied)):
        if number == keep:
            for child in list(signature):
                if child.tag not in [_ds(name) for name in _PARTS]:
                    _take_out(child)
        elif alone:
            _take_out(signature)
    return copied


def bare(root: XmlElement) -> bytes:
    """Return what a document says, without signatures and comments, in canonical form."""
    copied = copy.deepcopy(root)
    for signature in signatures_of(copied):
        _take_out(signature)
    return etree.tostring(copied, method="c14n", exclusive=True, with_comments=False)


def _take_out(element: XmlElement) -> None:
    """Take an element out and leave the text behind it where it is."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def _ds(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
