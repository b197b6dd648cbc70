"""Alert -> one document of L-Alert, コモンズEDXL with PCXML 1.3.

What came from L-Alert goes out in the body that it came in. A municipality's order from elsewhere (our console, CAP)
becomes an EvacuationOrder, a situation its own body, and anything else a GeneralInformation. All names and times are
those of the alert. Polygons have no place in these bodies: areas go out by name and code.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from lxml import etree

from cap_formats import parameter
from cap_formats.alert import Alert, Info, MsgType, Status
from cap_formats.drill import marked_alert
from cap_formats.lalert import damage, evacuation, general, headquarters, shelter, urgent_mail
from cap_formats.lalert.bodies import BY_NAME
from cap_formats.lalert.body import Body
from cap_formats.lalert.cancelled import as_said
from cap_formats.lalert.decode import CORRECTION, TYPES
from cap_formats.lalert.document import (
    CONFIDENTIALITY,
    DISTRIBUTION,
    REPORT,
    REPORT_PARTS,
    ROOT,
    ConsumerRole,
    Content,
    Control,
    Distribution,
    Errata,
    Head,
    Office,
    Report,
    TargetArea,
)
from cap_formats.lalert.element import PREFIXES, write
from cap_formats.lalert.limit import HEADLINE_MAX, check_name, cut, cut_texts
from cap_formats.lalert.municipality import code_of
from cap_formats.lalert.name import DocumentName, distribution_id, name_of
from cap_formats.lalert.told import body_name, editor_of, is_ours, office_of, values
from cap_formats.problem import MessageRuleError
from cap_formats.situation import DamageSituation, HeadquartersSituation, ShelterSituation
from cap_formats.xml import XmlElement

REASON: Final = "誤って発信したため取り消します。"  # of a Cancel that gives none
_OF_SITUATION: Final[dict[type[Any], Body]] = {
    ShelterSituation: shelter.BODY,
    HeadquartersSituation: headquarters.BODY,
    DamageSituation: damage.BODY,
}
_TYPES: Final = {msg_type: word for word, msg_type in TYPES.items()}
_ENVELOPE_PREFIXES: Final = {prefix: PREFIXES[prefix] for prefix in ("edxlde", "commons")}


def encode_lalert(alert: Alert, *, document: DocumentName | None = None) -> bytes:
    """Write one alert as one document of L-Alert, in UTF-8.

    ``document`` is the name that a sender keeps for a series; without it the alert's own, see
    ``cap_formats.lalert.name``.

    Raises MessageRuleError where L-Alert has no such document: ``lalert-not-for-publication`` (Draft, Ack, Error),
    ``lalert-urgent-mail-new-only``, ``lalert-body-unknown``, ``lalert-area-name-too-long``, ``lalert-damage-unknown``,
    ``lalert-character`` (a control character).
    """
    if alert.status is Status.DRAFT or alert.msg_type not in _TYPES:
        raise MessageRuleError(
            "lalert-not-for-publication",
            f"L-Alert has no {alert.status} {alert.msg_type}; it takes Alert, Update and Cancel that are no Draft.",
            path="/alert/msgType",
        )
    body = _body(alert)
    said = _said(alert)
    held = body.struct(said)
    name = document or name_of(alert)
    try:
        report = _report(said, body, held, name)
        root = etree.Element(ROOT, nsmap=_ENVELOPE_PREFIXES)
        write(root, _distribution(said, body, name, report), DISTRIBUTION)
    except ValueError as error:
        raise MessageRuleError(
            "lalert-character", "A text holds a control character; XML has no such thing."
        ) from error
    etree.cleanup_namespaces(root, top_nsmap=_ENVELOPE_PREFIXES, keep_ns_prefixes=["pcx_eb", "pcx_ib"])
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _body(alert: Alert) -> Body:
    """Return the body that the alert goes out in."""
    if is_ours(alert):
        name = body_name(alert)
        if name not in BY_NAME:
            raise MessageRuleError(
                "lalert-body-unknown",
                f"The alert came in a body that is not written here ({name}); hand its own bytes on.",
                path="/alert/info/eventCode",
            )
        return BY_NAME[name]
    if alert.situation is not None:
        return _OF_SITUATION[type(alert.situation)]
    return evacuation.BODY if any(evacuation.is_order(info) for info in alert.infos) else general.BODY


def _said(alert: Alert) -> Alert:
    """Return the alert with the words of its body: those of a Cancel taken off; a drill from elsewhere marked."""
    if not is_ours(alert):
        return marked_alert(alert)
    if alert.msg_type is not MsgType.CANCEL:
        return alert
    infos = tuple(as_said(info, alert.note or "") for info in alert.infos)
    return msgspec.structs.replace(alert, infos=infos)


def _infos(alert: Alert, body: Body) -> tuple[Info, ...]:
    """Return the Infos that the body is made of."""
    if is_ours(alert):
        return alert.infos
    if body is evacuation.BODY:
        return tuple(info for info in alert.infos if evacuation.is_order(info))
    return general.japanese(alert)


def _report(alert: Alert, body: Body, held: Any, name: DocumentName) -> XmlElement:
    prefixes: Any = {None: PREFIXES["pcxml"], **PREFIXES}
    del prefixes["pcxml"]
    report = etree.Element(REPORT, nsmap=prefixes)
    office = _office(alert, body)
    control = Control(
        title=body.name,
        status=alert.status.value,
        editor=editor_of(alert, office),
        publisher=office,
        errata=_errata(alert),
    )
    write(report, Report(control=control, head=_head(alert, body, name)), REPORT_PARTS)
    write(etree.SubElement(report, body.tag), held if is_ours(alert) else _limited(held), body.content)
    return report


def _head(alert: Alert, body: Body, name: DocumentName) -> Head:
    infos = _infos(alert, body)
    return Head(
        title=body.title,
        created=alert.sent,
        first_created=alert.sent,
        reported=alert.sent,
        target=min((info.effective for info in infos if info.effective), default=None),
        valid=_valid(infos),
        distribution_id=distribution_id(alert),
        type=_TYPES[alert.msg_type],
        revision=name.revision,
        previous_revision=name.revision - 1,
        document_id=name.document_id,
        headline=_headline(alert, body),
        areas=tuple(target.name for target in _targets(alert, body) if target.name),
    )


def _distribution(alert: Alert, body: Body, name: DocumentName, report: XmlElement) -> Distribution:
    office = _office(alert, body)
    embedded = etree.Element("embedded")
    embedded.append(report)
    return Distribution(
        distribution_id=distribution_id(alert),
        sender_id=alert.sender,
        sent=alert.sent,
        status=alert.status.value,
        type=_TYPES[alert.msg_type],
        confidentiality=CONFIDENTIALITY,
        target_areas=_targets(alert, body),
        content=Content(
            description=_headline(alert, body),
            consumer_roles=_consumer_roles(alert),
            embedded=embedded,
            publishing_office_name=office.office_name,
            publishing_organization_name=office.organization_name,
            publishing_office_id=office.code,
            publishing_office_domain_name=office.domain,
            previous_revision=name.revision - 1,
            revision=name.revision,
            document_id=name.document_id,
            category=body.name,
        ),
    )


def _valid(infos: tuple[Info, ...]) -> datetime | None:
    """Return when the last of it ends; None where one has no end."""
    ends = [info.expires for info in infos]
    return max((end for end in ends if end), default=None) if all(ends) else None


def _headline(alert: Alert, body: Body) -> str | None:
    infos = _infos(alert, body)
    if is_ours(alert):
        first = infos[0]
        return first.parameter(parameter.LALERT_TITLE) if body is urgent_mail.BODY else first.headline
    return cut(" ".join(dict.fromkeys(info.headline or info.event for info in infos)) or None, HEADLINE_MAX)


def _targets(alert: Alert, body: Body) -> tuple[TargetArea, ...]:
    infos = _infos(alert, body)
    if body is evacuation.BODY:
        named = [target for info in infos for target in evacuation.targets_of(info)]
    else:
        named = [
            TargetArea(name=check_name(area.area_desc or None), code=code_of(area), circles=area.circles)
            for info in infos
            for area in info.areas
        ]
    return tuple({(target.name, target.code): target for target in named}.values())


def _office(alert: Alert, body: Body) -> Office:
    """Return the publishing office: the alert's own, or what is known of who sent it."""
    if is_ours(alert):
        return office_of(alert.infos[0])
    infos = _infos(alert, body)
    name = next((info.sender_name for info in infos if info.sender_name), alert.sender)
    codes = (target.code for target in _targets(alert, body) if target.code)
    return Office(
        code=None if body is general.BODY else next(codes, None),
        office_name=name,
        domain=alert.sender,
        organization_name=name,
    )


def _errata(alert: Alert) -> Errata | None:
    note = alert.note
    at = next((value for info in alert.infos for value in values(info, parameter.LALERT_ERRATA_TIME)), None)
    time = datetime.fromisoformat(at) if at else None if is_ours(alert) else alert.sent
    if alert.msg_type is MsgType.CANCEL:
        return Errata(description=note or REASON, at=time)
    if note is None or not note.startswith(CORRECTION):
        return None
    return Errata(description=note.removeprefix(CORRECTION).removeprefix("："), at=time)


def _consumer_roles(alert: Alert) -> tuple[ConsumerRole, ...]:
    carriers = tuple(value for info in alert.infos[:1] for value in values(info, parameter.LALERT_CONSUMER))
    return (ConsumerRole(list_urn=urgent_mail.CARRIERS_URN, values=carriers),) if carriers else ()


def _limited(held: Any) -> Any:
    """Return a body from elsewhere with its texts cut. Raises MessageRuleError for the name of a place that is."""
    for name in _place_names(held):
        check_name(name)
    return cut_texts(held)


def _place_names(held: Any) -> Iterator[str | None]:
    if isinstance(held, evacuation.EvacuationOrder):
        yield from (place.name for detail in held.details for place in detail.places)
