"""One document of L-Alert becomes one Alert.

Source: FORMATS 1.3 to 1.9, 4.3, 4.4. ``identifier`` is the distributionID, new on every send and the same from the
normal and the backup centre, so that the second delivery is a duplicate. L-Alert names no earlier message: the
documentID is the chain and the documentRevision the place in it. An envelope may hold a report of 気象庁防災情報XML
instead, which stays JMA's own Alert.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, cast

import msgspec
from lxml import etree

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info, MsgType, Scope, Status, digest_of
from cap_formats.jma.decode import decode_jma
from cap_formats.jma.element import REPORT as JMA_REPORT
from cap_formats.lalert.bodies import BY_NAME
from cap_formats.lalert.body import INFORMATION, Body
from cap_formats.lalert.cancelled import taken_back
from cap_formats.lalert.document import (
    DISTRIBUTION,
    REPORT_PARTS,
    ROOT,
    Distribution,
    Document,
    Errata,
    Report,
)
from cap_formats.lalert.element import local_name, read
from cap_formats.lalert.general import EVENT
from cap_formats.lalert.rule import (
    CANCEL,
    DOUBTS,
    ENVELOPE_RULES,
    RULES,
    STATUS_CONTRADICTION,
    STATUS_UNKNOWN,
    UPDATE,
    check_rules,
    check_words,
    statuses_agree,
)
from cap_formats.lalert.told import SOURCE_FORMAT, Told, source_of
from cap_formats.part import Good, Part
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.xml import XmlElement, line_of, path_of

PCXML_1: Final = "{http://xml.publiccommons.ne.jp/pcxml1/"
CHAIN: Final = "lalert:"
CORRECTION: Final = "訂正"
_REPORT: Final = "/EDXLDistribution/contentObject/xmlContent/embeddedXMLContent/Report"
TYPES: Final = {"Report": MsgType.ALERT, UPDATE: MsgType.UPDATE, CANCEL: MsgType.CANCEL}


def decode_lalert(root: XmlElement, raw: bytes) -> tuple[Part, ...]:
    """Turn a コモンズEDXL document, already read by ``cap_formats.xml.read_xml``, into its one Alert.

    Raises MessageSyntaxError (``lalert-root``, ``lalert-content``), MessageRuleError or MessageHeldError as
    ``cap_formats.lalert.rule``, ``cap_formats.lalert.element`` and the bodies say, and what ``decode_jma`` raises.
    """
    if root.tag != ROOT:
        raise MessageSyntaxError("lalert-root", "The root is not an EDXLDistribution.", line=line_of(root))
    distribution: Distribution = read(root, DISTRIBUTION)
    report = _embedded(root, distribution)
    if report.tag == f"{JMA_REPORT}Report":
        return (Good(raw, _jma(distribution, report, raw)),)
    return (Good(raw, _alert(_document(distribution, report), raw)),)


def _embedded(root: XmlElement, distribution: Distribution) -> XmlElement:
    """Return the one report that the envelope holds."""
    held = distribution.content.embedded
    if held is None or len(held) != 1:
        at = root if held is None else held
        raise MessageSyntaxError(
            "lalert-content",
            "The envelope must hold one report in contentObject/xmlContent/embeddedXMLContent; "
            f"it holds {0 if held is None else len(held)}.",
            line=line_of(at),
            path=path_of(at),
        )
    report: XmlElement = held[0]
    if local_name(report) != "Report":
        raise MessageSyntaxError(
            "lalert-content",
            f"The envelope holds a {report.tag}; what is read in it is PCXML's Report or 気象庁防災情報XML.",
            line=line_of(report),
            path=path_of(report),
        )
    return report


def _document(distribution: Distribution, report: XmlElement) -> Document:
    if not str(report.tag).startswith(PCXML_1):
        raise MessageHeldError(
            "lalert-version",
            f"The report is {report.tag}; what is known here is PCXML 1 ({PCXML_1[1:]}...), so a person must look.",
            line=line_of(report),
            path=path_of(report),
        )
    told: Report = read(report, REPORT_PARTS)
    bodies = [child for child in report if local_name(child) not in {"Control", "Head"}]
    return Document(distribution=distribution, report=told, body=bodies[0] if bodies else None)


def _alert(document: Document, raw: bytes) -> Alert:
    """Return the alert of a document. One that is held for a doubt whether it is real, and for nothing else, comes with
    the alert as it was understood.
    """
    try:
        check_rules(document)
    except MessageHeldError as held:
        if held.code in DOUBTS:
            with contextlib.suppress(FormatError):
                held.alert = _of_doubtful(document, held.code, raw)
        raise
    alert, texts = _read(document, raw)
    try:
        check_words(alert.status, texts)
    except MessageHeldError as error:
        error.alert = alert
        raise
    return alert


def _of_doubtful(document: Document, code: str, raw: bytes) -> Alert:
    """Read a document in spite of that doubt; one whose status is no word that is known, as a test."""
    if code == STATUS_UNKNOWN:
        envelope = msgspec.structs.replace(document.distribution, status=Status.TEST.value)
        document = msgspec.structs.replace(document, distribution=envelope)
    check_rules(document, [rule for rule in RULES if rule.code not in DOUBTS])
    return _read(document, raw)[0]


def _read(document: Document, raw: bytes) -> tuple[Alert, tuple[str | None, ...]]:
    """Return the alert, and all words that could say that it is a drill."""
    told = Told(document)
    body = _body(document)
    held = _read_body(document, body)
    infos = (_bulletin(told),) if body is None else body.infos(told, held)
    errata = document.report.control.errata or Errata()
    texts = tuple(_texts(document, infos))
    if document.type == CANCEL:
        infos = tuple(taken_back(info, errata.description or "") for info in infos)
    distribution = document.distribution
    alert = Alert(
        identifier=distribution.distribution_id or "",
        sender=distribution.sender_id or "",
        sent=cast("datetime", distribution.sent),  # the rules have looked
        status=told.status,
        msg_type=TYPES[document.type],
        source=source_of(document),
        scope=Scope.PUBLIC,
        note=_note(document),
        incidents=tuple(filter(None, (infos[0].parameter(parameter.LALERT_DISASTER),))),
        infos=infos,
        source_format=SOURCE_FORMAT,
        raw_digest=digest_of(raw),
        chain=CHAIN + document.document_id,
        place=(document.revision or 0,),
        situation=None if body is None else body.situation(told, held),
    )
    return alert, texts


def _body(document: Document) -> Body | None:
    """Return the row of the document's body; None for a kind known by its name alone, which is news.

    Raises MessageRuleError ``lalert-body-missing``, or MessageHeldError ``lalert-contradiction`` where the body is
    another than the category says.
    """
    body = BY_NAME.get(document.category)
    if document.body is None and body is not None:
        raise MessageRuleError(
            "lalert-body-missing", f"The category is {body.name} and the Report has no such body.", path=_REPORT
        )
    found = local_name(document.body) if document.body is not None else ""
    if found != document.category and (body is not None or found in BY_NAME):
        raise MessageHeldError(
            "lalert-contradiction",
            f"The category is {document.category!r} and the body a {found}; a person must say which holds.",
            path=_REPORT,
        )
    return body


def _bulletin(told: Told) -> Info:
    """Return the Info of a body that is not read here: what Head says of it (FORMATS 1.4, kinds known by name)."""
    return told.info(
        EVENT,
        INFORMATION,
        category=Category.SAFETY,
        areas=told.areas,
        headline=told.headline or told.document.report.head.title,
        description=None,
    )


def _read_body(document: Document, body: Body | None) -> Any:
    return None if body is None or document.body is None else read(document.body, body.content)


def _texts(document: Document, infos: tuple[Info, ...]) -> Iterator[str | None]:
    """Yield all words that could say that this is a drill."""
    yield document.content.description
    yield document.report.head.title
    yield document.report.head.headline
    for info in infos:
        yield info.headline
        yield info.description


def _note(document: Document) -> str | None:
    """Return why: of a Cancel the reason alone, of a correction 訂正 before it (FORMATS 4.3)."""
    errata = document.report.control.errata
    if errata is None or document.type == CANCEL:
        return None if errata is None else errata.description
    return f"{CORRECTION}：{errata.description}" if errata.description else CORRECTION


def _jma(distribution: Distribution, report: XmlElement, raw: bytes) -> Alert:
    """Turn a report of 気象庁防災情報XML into JMA's own Alert; what the envelope claims of it must agree. One that is
    held because the envelope says otherwise of its status alone comes with the alert.
    """
    check_rules(Document(distribution=distribution, report=Report()), ENVELOPE_RULES)
    # The bytes of the report alone give the Alert its name, so that every envelope around it makes the same one.
    alert = decode_jma(report, _canonical(report))
    alert = msgspec.structs.replace(alert, raw_digest=digest_of(raw))
    if not statuses_agree(distribution.status or "", alert.status.value):
        doubt = MessageHeldError(
            STATUS_CONTRADICTION,
            f"The envelope says {distribution.status} and Control/Status of the telegram means {alert.status}; "
            "all that says whether this is a drill must agree.",
            path=f"{_REPORT}/Control/Status",
        )
        if not _is_misnamed_cancel(distribution, alert):
            doubt.alert = alert
        raise doubt
    if _is_misnamed_cancel(distribution, alert):
        raise MessageHeldError(
            "lalert-contradiction",
            "The envelope is a Cancel and the telegram in it takes nothing back; a person must say which holds.",
            path="/EDXLDistribution/distributionType",
        )
    return alert


def _is_misnamed_cancel(distribution: Distribution, alert: Alert) -> bool:
    """Tell whether the envelope takes back what the telegram in it does not."""
    return distribution.type == CANCEL and alert.msg_type is not MsgType.CANCEL


def _canonical(report: XmlElement) -> bytes:
    """Return the report as bytes that do not depend on the envelope around it."""
    try:
        return etree.tostring(report, method="c14n", exclusive=True, with_tail=False)
    except etree.LxmlError:  # a namespace that canonical XML forbids
        return etree.tostring(report, encoding="utf-8", with_tail=False)
