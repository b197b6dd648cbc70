"""The envelope of L-Alert: コモンズEDXL around the Control and Head of PCXML, as structs and as the tables they are in.

Source: コモンズEDXL 1.5 and PCXML 1.3 as two senders write them (FORMATS 1.4). The distribution is EDXL-DE 1.0 whose
``targetArea`` and ``contentObject`` are of the commons namespace; of the latter there is exactly one. Reads no body.
"""

from datetime import datetime
from typing import Any, Final

from cap_formats.lalert.element import EMBEDDED, NUMBER, TEXT, TIME, Element, Group, Struct, qualified
from cap_formats.xml import XmlElement

ROOT: Final = qualified("edxlde:EDXLDistribution")
CONTENT_OBJECT: Final = qualified("commons:contentObject")
REPORT: Final = qualified("pcxml:Report")
CONFIDENTIALITY: Final = "UNCLASSIFIED AND NOT SENSITIVE"  # fixed


class TargetArea(Struct, frozen=True, kw_only=True):
    """commons:targetArea. ``code`` is jisX0402, six digits; a circle is "lat,lon radius_km" or "lat,lon,radius_km"."""

    circles: tuple[str, ...] = ()
    name: str | None = None
    name_kana: str | None = None
    code: str | None = None


class ConsumerRole(Struct, frozen=True, kw_only=True):
    """edxlde:consumerRole: which carriers an urgent mail is for (UMC1 docomo, UMC2 KDDI, UMC3 SoftBank)."""

    list_urn: str | None = None
    values: tuple[str, ...] = ()


class Content(Struct, frozen=True, kw_only=True):
    """commons:contentObject. ``embedded`` is edxlde:embeddedXMLContent; its child is the report."""

    description: str | None = None
    consumer_roles: tuple[ConsumerRole, ...] = ()
    embedded: XmlElement | None = None
    publishing_office_name: str | None = None
    publishing_organization_name: str | None = None
    publishing_office_id: str | None = None
    publishing_office_domain_name: str | None = None
    previous_revision: int | None = None
    revision: int | None = None
    document_id: str | None = None
    category: str | None = None


class Distribution(Struct, frozen=True, kw_only=True):
    """edxlde:EDXLDistribution."""

    distribution_id: str | None = None
    sender_id: str | None = None
    sent: datetime | None = None
    status: str | None = None
    type: str | None = None
    confidentiality: str | None = None
    target_areas: tuple[TargetArea, ...] = ()
    content: Content = Content()


class Office(Struct, frozen=True, kw_only=True):
    """EditorialOffice, or PublishingOffice/pcx_eb:OfficeInfo. ``code`` is the six digits of 全国地方公共団体コード.

    The name of the person responsible is not read: it is nobody's business beyond the office.
    """

    code: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    office_name: str | None = None
    office_name_kana: str | None = None
    location: str | None = None
    domain: str | None = None
    organization_name: str | None = None


class Errata(Struct, frozen=True, kw_only=True):
    """Control/Errata: what was wrong, of a 訂正 (with Update) or a 取消 (with Cancel)."""

    description: str | None = None
    at: datetime | None = None


class Control(Struct, frozen=True, kw_only=True):
    """Control. ``title`` is the word of the category."""

    title: str | None = None
    status: str | None = None
    editor: Office = Office()
    publisher: Office = Office()
    errata: Errata | None = None


class Head(Struct, frozen=True, kw_only=True):
    """pcx_ib:Head. ``target`` is 希望公開開始, ``valid`` 希望公開終了."""

    title: str | None = None
    created: datetime | None = None
    first_created: datetime | None = None
    reported: datetime | None = None
    target: datetime | None = None
    valid: datetime | None = None
    distribution_id: str | None = None
    type: str | None = None
    revision: int | None = None
    previous_revision: int | None = None
    document_id: str | None = None
    headline: str | None = None
    areas: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """Control and Head of PCXML's Report."""

    control: Control = Control()
    head: Head = Head()


class Document(Struct, frozen=True, kw_only=True):
    """All of one document: the envelope, Control and Head, and the element of the body (None where there is none)."""

    distribution: Distribution
    report: Report
    body: XmlElement | None = None

    @property
    def content(self) -> Content:
        """The one contentObject."""
        return self.distribution.content

    @property
    def type(self) -> str:
        """Report, Update or Cancel."""
        return self.distribution.type or ""

    @property
    def document_id(self) -> str:
        """What stays while the revision counts."""
        return self.content.document_id or self.report.head.document_id or ""

    @property
    def revision(self) -> int | None:
        """1 for a Report, one more for each Update and for the Cancel."""
        return self.report.head.revision if self.content.revision is None else self.content.revision

    @property
    def category(self) -> str:
        """Which body it is: EvacuationOrder, Shelter ..."""
        return self.content.category or self.report.control.title or ""


def _contact(kind: str, field: str) -> Element:
    return Element("pcx_eb:ContactInfo", field, TEXT, attributes=(("pcx_eb:contactType", kind),), chosen=True)


_TARGET_AREA: Final = Group(
    TargetArea,
    (
        Element("edxlde:circle", "circles", TEXT, many=True),
        Element("commons:areaName", "name", TEXT),
        Element("commons:areaNameKana", "name_kana", TEXT),
        Element("commons:jisX0402", "code", TEXT),
    ),
)

_CONTENT: Final = Group(
    Content,
    (
        Element("edxlde:contentDescription", "description", TEXT),
        Element(
            "edxlde:consumerRole",
            "consumer_roles",
            Group(
                ConsumerRole,
                (
                    Element("edxlde:valueListUrn", "list_urn", TEXT),
                    Element("edxlde:value", "values", TEXT, many=True),
                ),
            ),
            many=True,
        ),
        Element("edxlde:xmlContent/edxlde:embeddedXMLContent", "embedded", EMBEDDED),
        Element("commons:publishingOfficeName", "publishing_office_name", TEXT),
        Element("commons:publishingOrganizationName", "publishing_organization_name", TEXT),
        Element("commons:publishingOfficeID", "publishing_office_id", TEXT),
        Element("commons:publishingOfficeDomainName", "publishing_office_domain_name", TEXT),
        Element("commons:previousDocumentRevision", "previous_revision", NUMBER),
        Element("commons:documentRevision", "revision", NUMBER),
        Element("commons:documentID", "document_id", TEXT),
        Element("commons:category", "category", TEXT),
    ),
)

DISTRIBUTION: Final = Group(
    Distribution,
    (
        Element("edxlde:distributionID", "distribution_id", TEXT),
        Element("edxlde:senderID", "sender_id", TEXT),
        Element("edxlde:dateTimeSent", "sent", TIME),
        Element("edxlde:distributionStatus", "status", TEXT),
        Element("edxlde:distributionType", "type", TEXT),
        Element("edxlde:combinedConfidentiality", "confidentiality", TEXT),
        Element("commons:targetArea", "target_areas", _TARGET_AREA, many=True),
        Element("commons:contentObject", "content", _CONTENT, missing=Content()),
    ),
)

_OFFICE: Final = Group(
    Office,
    (
        Element("pcx_eb:OrganizationCode", "code", TEXT),
        _contact("phone", "phone"),
        _contact("fax", "fax"),
        _contact("e-mail", "email"),
        Element("pcx_eb:OfficeName", "office_name", TEXT),
        Element("pcx_eb:OfficeNameKana", "office_name_kana", TEXT),
        Element("pcx_eb:OfficeLocation/commons:areaName", "location", TEXT),
        Element("pcx_eb:OfficeDomainName", "domain", TEXT),
        Element("pcx_eb:OrganizationName", "organization_name", TEXT),
    ),
)

_ERRATA: Final = Group(
    Errata,
    (Element("pcx_eb:Description", "description", TEXT), Element("pcx_eb:DateTime", "at", TIME)),
)

_CONTROL: Final = Group(
    Control,
    (
        Element("pcxml:Title", "title", TEXT),
        Element("edxlde:distributionStatus", "status", TEXT),
        Element("pcxml:EditorialOffice", "editor", _OFFICE, missing=Office()),
        Element("pcxml:PublishingOffice/pcx_eb:OfficeInfo", "publisher", _OFFICE, missing=Office()),
        Element("pcxml:Errata", "errata", _ERRATA),
    ),
)

_HEAD: Final = Group(
    Head,
    (
        Element("pcx_ib:Title", "title", TEXT),
        Element("pcx_ib:CreateDateTime", "created", TIME),
        Element("pcx_ib:FirstCreateDateTime", "first_created", TIME),
        Element("pcx_ib:ReportDateTime", "reported", TIME),
        Element("pcx_ib:TargetDateTime", "target", TIME),
        Element("pcx_ib:ValidDateTime", "valid", TIME),
        Element("edxlde:distributionID", "distribution_id", TEXT),
        Element("edxlde:distributionType", "type", TEXT),
        Element("commons:documentRevision", "revision", NUMBER),
        Element("commons:previousDocumentRevision", "previous_revision", NUMBER),
        Element("commons:documentID", "document_id", TEXT),
        Element("pcx_ib:Headline/pcx_ib:Text", "headline", TEXT),
        Element("pcx_ib:Headline/pcx_ib:Areas/pcx_ib:Area/commons:areaName", "areas", TEXT, many=True),
    ),
)

REPORT_PARTS: Final = Group(
    Report,
    (
        Element("pcxml:Control", "control", _CONTROL, missing=Control()),
        Element("pcx_ib:Head", "head", _HEAD, missing=Head()),
    ),
)


def any_of(*values: Any) -> Any:
    """Return the first value that is there."""
    return next((value for value in values if value is not None), None)
