"""A hand-made centre: envelopes written out letter by letter, so that attacks and slips can be written too."""

import base64
import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import requests
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TNS = "http://soap.publiccommons.ne.jp/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
PATH = "/commons/subscriber/soap/noroshi/"
PRIMARY = ("primary@example.jp", "p4ssw0rd-primary")
BACKUP = ("backup@example.jp", "p4ssw0rd-backup")
CONFIG = f"""
[mqtt]
port = 0

[lalert.centres.primary]
username = "{PRIMARY[0]}"
password = "{PRIMARY[1]}"

[lalert.centres.backup]
username = "{BACKUP[0]}"
password = "{BACKUP[1]}"
quiet_max_s = 3600.0
"""


class Answer(NamedTuple):
    status: int
    code: int | None
    result: str
    fault: str
    said: str


def security(
    who: tuple[str, str] = PRIMARY,
    *,
    nonce: bytes | None = None,
    created: str | None = None,
    minutes: float = 0,
    kind: str = "PasswordDigest",
) -> str:
    nonce = os.urandom(16) if nonce is None else nonce
    created = created or (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = nonce + created.encode() + who[1].encode()
    digest = base64.b64encode(hashlib.sha1(whole).digest()).decode()  # noqa: S324 - the standard has no other
    password = digest if kind == "PasswordDigest" else who[1]
    return f"""<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" S:mustUnderstand="1"><wsse:UsernameToken>
<wsse:Username>{who[0]}</wsse:Username><wsse:Password Type="{PROFILE}#{kind}">{password}</wsse:Password>
<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>
</wsse:UsernameToken></wsse:Security>"""


def envelope(
    message: bytes, header: str | None = None, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
) -> bytes:
    header = security() if header is None else header
    return b"".join(
        (
            f'{head}<S:Envelope xmlns:S="{SOAP}" xmlns:pcsoap="{TNS}"><S:Header>{header}</S:Header>'.encode(),
            b"<S:Body><pcsoap:publish><pcsoap:message>",
            message,
            b"</pcsoap:message></pcsoap:publish></S:Body></S:Envelope>\n",
        )
    )


def post(url: str, body: bytes, *, path: str = PATH, content_type: str = "text/xml; charset=utf-8") -> Answer:
    answer = requests.post(
        url + path, data=body, headers={"Content-Type": content_type, "SOAPAction": '""'}, timeout=20
    )
    root = etree.fromstring(answer.content)
    code = root.findtext(f".//{{{TNS}}}processResponse/{{{TNS}}}code")
    return Answer(
        status=answer.status_code,
        code=None if code is None else int(code),
        result=root.findtext(f".//{{{TNS}}}result") or "",
        fault=root.findtext(".//faultcode") or "",
        said=root.findtext(".//faultstring") or "",
    )


def edxl(content: bytes, *, distribution: str = "d-1", status: str = "Exercise", sent: str | None = None) -> bytes:
    """EDXL-DE 1.0 around an XML document, without a declaration."""
    sent = sent or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"""<edxlde:EDXLDistribution xmlns:edxlde="urn:oasis:names:tc:emergency:EDXL:DE:1.0">
<edxlde:distributionID>{distribution}</edxlde:distributionID><edxlde:senderID>centre@example.jp</edxlde:senderID>
<edxlde:dateTimeSent>{sent}</edxlde:dateTimeSent><edxlde:distributionStatus>{status}</edxlde:distributionStatus>
<edxlde:distributionType>Report</edxlde:distributionType>
<edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</edxlde:combinedConfidentiality>
<edxlde:contentObject><edxlde:xmlContent><edxlde:embeddedXMLContent>""".encode()
        + content
        + (b"</edxlde:embeddedXMLContent></edxlde:xmlContent></edxlde:contentObject></edxlde:EDXLDistribution>")
    )
