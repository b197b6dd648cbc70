"""SOAP 1.1 in and out: the envelope that a centre posts, and the answer or the fault that it gets.

Owns the names of the interface (FORMATS 1.6). Does not know who may sign in nor what the message says.
"""

import re
from typing import Final, NamedTuple, cast

from lxml import etree

from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import XmlElement, read_xml

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
TNS: Final = "http://soap.publiccommons.ne.jp/"
WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PREFIXES: Final = {"soap": SOAP, "wsse": WSSE}

CLIENT: Final = "soap:Client"
SERVER: Final = "soap:Server"

HEADER_BYTES_MAX: Final = 64 << 10  # a header has two kilobytes
_SECURITY: Final = re.compile(rb"<((?:[\w.-]{1,100}:)?)Security[\s>]")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


class Fault(Exception):  # noqa: N818 - SOAP's own word (SOAP 1.1, 4.4)
    """The request cannot be processed at all. ``code`` is a faultcode with its prefix (``wsse:FailedAuthentication``),
    ``status`` the HTTP status: 500 for every fault (SOAP 1.1, 6.2), but 413 where the body was not read.
    """

    def __init__(self, code: str, sentence: str, status: int = 500) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.status = status


class UnreadableFault(Fault):
    """The request is no XML that can be read as a whole: too large, of too many elements, or broken somewhere."""


class Envelope(NamedTuple):
    """One request: its wsse:Security header, None where there is none, and what stands in ``publish/message``: one
    document by the interface, and each of them where a sender puts in several, for none may be lost.
    """

    security: XmlElement | None
    messages: tuple[XmlElement, ...]


def read_envelope(data: bytes) -> Envelope:
    """Open a request. Raises Fault where it is no SOAP 1.1 call of ``publish``."""
    try:
        root = read_xml(data)
    except MessageSyntaxError as error:
        raise UnreadableFault(CLIENT, error.sentence) from error
    if root.tag == f"{{{SOAP_12}}}Envelope":
        raise Fault("soap:VersionMismatch", f"The envelope is of SOAP 1.2; send one of SOAP 1.1, namespace {SOAP}.")
    body = root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or body is None:
        raise Fault(CLIENT, f"The body is no SOAP 1.1 envelope with a Body (namespace {SOAP}).")
    publish = next(iter(body), None)
    if publish is None or publish.tag != f"{{{TNS}}}publish":
        raise Fault(CLIENT, f"The only operation here is publish of {TNS}.")
    # Senders write it qualified, as the interface has it; of JAX-WS some leave the namespace of inner elements out.
    calls = body.iterchildren(publish.tag)
    messages = [one for call in calls for one in call if etree.QName(one).localname == "message"]
    return Envelope(_security(root), tuple(document for message in messages for document in message))


def read_header(data: bytes) -> tuple[XmlElement, bytes] | None:
    """Open the beginning of a request that cannot be read as a whole; return its Security header, and the bytes without
    it: what is kept has no password in it, not even its digest. None where the beginning is none of a call.
    """
    start = _SECURITY.search(data, 0, HEADER_BYTES_MAX)
    if start is None or b"<!DOCTYPE" in data[: start.start()]:
        return None
    if not (end := _end(data, start)):
        return None
    parser = etree.XMLPullParser(("end",), tag=f"{{{WSSE}}}Security", resolve_entities=False, no_network=True)
    try:
        parser.feed(data[:end])
        security = next((cast("XmlElement", element) for _, element in parser.read_events()), None)
    except etree.XMLSyntaxError:
        return None
    return None if security is None else (security, _bare(data[:HEADER_BYTES_MAX]) + data[HEADER_BYTES_MAX:])


def write_bare(security: XmlElement) -> bytes:
    """Write the envelope of a Security header that was read, without any such header."""
    envelope = security.getroottree().getroot()
    for header in envelope.findall(f"{{{SOAP}}}Header"):
        for each in header.findall(f"{{{WSSE}}}Security"):
            header.remove(each)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def _end(data: bytes, start: re.Match[bytes]) -> int:
    """Return where an element ends whose first tag was found, 0 where that is not in the header."""
    close = data.find(b"</%bSecurity" % start[1], start.end(), HEADER_BYTES_MAX)
    return data.find(b">", close, HEADER_BYTES_MAX) + 1 if close >= 0 else 0


def _bare(head: bytes) -> bytes:
    """Return the beginning of a request without any sign-in; there may be several, each for another reader."""
    while (start := _SECURITY.search(head)) is not None and (end := _end(head, start)):
        head = head[: start.start()] + head[end:]
    return head


def _security(root: XmlElement) -> XmlElement | None:
    """Return the Security header. Raises Fault for another header that must be understood (SOAP 1.1, 4.2.3)."""
    security = None
    for header in root.iterfind(f"{{{SOAP}}}Header/*"):
        if header.tag == f"{{{WSSE}}}Security":
            security = header
        elif header.get(f"{{{SOAP}}}mustUnderstand") in {"1", "true"}:
            name = etree.QName(header).localname
            raise Fault("soap:MustUnderstand", f"The header {name[:100]} is not understood here; leave it out.")
    return security


def write_answer(code: int, result: str | None) -> bytes:
    """Write publishResponse/processResponse with its code; ``result`` says in a sentence what is wrong."""
    answer = etree.Element(f"{{{TNS}}}publishResponse", nsmap={"tns": TNS})
    process = etree.SubElement(answer, f"{{{TNS}}}processResponse")
    etree.SubElement(process, f"{{{TNS}}}code").text = str(code)
    if result is not None:
        etree.SubElement(process, f"{{{TNS}}}result").text = _writable(result)
    return _enveloped(answer)


def write_fault(fault: Fault) -> bytes:
    """Write a Fault (SOAP 1.1, 4.4)."""
    said = etree.Element(f"{{{SOAP}}}Fault", nsmap=PREFIXES)
    etree.SubElement(said, "faultcode").text = fault.code
    etree.SubElement(said, "faultstring").text = _writable(fault.sentence)
    return _enveloped(said)


def _enveloped(content: XmlElement) -> bytes:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=PREFIXES)
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _writable(text: str) -> str:
    """Leave out what XML cannot hold: a sentence may quote what was sent."""
    return _NOT_XML.sub("", text)
