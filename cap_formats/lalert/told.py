"""What a body is told in: the envelope's part of every Info, and the same read back from an Alert."""

import re
from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import replace

from cap_formats import parameter
from cap_formats.alert import Alert, Area, Category, Info, NamedValue, Resource, ResponseType, Status
from cap_formats.lalert.document import Document, Office, TargetArea, any_of
from cap_formats.lalert.municipality import area_of_target, five_digits, six_digits
from cap_formats.situation import AnySituation

LANGUAGE: Final = "ja"
SOURCE_FORMAT: Final = "lalert"
CONTACTS: Final = (("phone", "phone"), ("fax", "fax"), ("e-mail", "email"))
_CONTACT: Final = re.compile(r"(?:^|; )(phone|fax|e-mail): ")
_SPACE: Final = re.compile(r"\s+")

OFFICE: Final = (
    (parameter.LALERT_OFFICE_CODE, "code"),
    (parameter.LALERT_OFFICE, "office_name"),
    (parameter.LALERT_OFFICE_KANA, "office_name_kana"),
    (parameter.LALERT_OFFICE_LOCATION, "location"),
    (parameter.LALERT_OFFICE_DOMAIN, "domain"),
)
"""Which parameter holds which field of the publishing office; its name is the senderName."""

# Of a hazard that is named: the words that name it (first in the list wins) and its category. 大雨, 豪雨 and 台風 name
# no hazard by themselves: they bring floods and landslides alike.
HAZARDS: Final[dict[str, tuple[Category, tuple[str, ...]]]] = {
    "津波": (Category.GEO, ("津波",)),
    "土砂災害": (Category.GEO, ("土砂災害", "土砂崩れ", "土石流", "がけ崩れ", "崖崩れ", "地すべり")),
    "高潮": (Category.MET, ("高潮",)),
    "洪水": (Category.MET, ("洪水", "浸水", "氾濫", "はん濫", "決壊", "河川の増水")),
    "火山": (Category.GEO, ("噴火", "火山")),
    "火災": (Category.FIRE, ("火災", "山火事")),
    "地震": (Category.GEO, ("地震", "震災")),
}


class Told:
    """One document as its body sees it: what the envelope says, ready to be put into Infos."""

    def __init__(self, document: Document) -> None:
        control, head, content = document.report.control, document.report.head, document.content
        self.document = document
        self.status = Status(document.distribution.status or "")
        self.office = _office(document)
        self.headline = any_of(head.headline, content.description)
        self.targets = _targets(document, self.office)
        self.municipality = five_digits(self.targets[0].code if self.targets else self.office.code)
        self._event_codes = (NamedValue(parameter.LALERT_BODY, document.category),)
        self._parameters = tuple(
            NamedValue(name, value)
            for name, value in (
                *((name, getattr(self.office, field)) for name, field in OFFICE),
                *_editor(control.editor, self.office),
                (parameter.LALERT_ERRATA_TIME, _time(control.errata.at) if control.errata else None),
                (parameter.TRAINING, None if self.status is Status.ACTUAL else "true"),
            )
            if value
        )

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas of a body that names none itself: all of each target."""
        return tuple(area_of_target(target) for target in self.targets)

    def info(
        self,
        event: str,
        grade: Any,
        *,
        category: Category,
        areas: tuple[Area, ...],
        headline: str | None,
        description: str | None,
        instruction: str | None = None,
        parameters: Iterable[tuple[str, Any]] = (),
        event_codes: Iterable[tuple[str, str | None]] = (),
        response_type: tuple[ResponseType, ...] | None = None,
        onset: Any = None,
        web: str | None = None,
        resources: tuple[Resource, ...] = (),
    ) -> Info:
        """Build one Info; ``grade`` is a row of a table of grades. What is None or empty is left out."""
        head = self.document.report.head
        told = tuple(NamedValue(name, str(value)) for name, value in parameters if value is not None and value != "")
        codes = tuple(NamedValue(name, value) for name, value in event_codes if value)
        return Info(
            language=LANGUAGE,
            category=(category,),
            event=event,
            response_type=grade.response_type if response_type is None else response_type,
            urgency=grade.urgency,
            severity=grade.severity,
            certainty=grade.certainty,
            event_codes=(*self._event_codes, *codes),
            effective=head.target,
            onset=onset,
            expires=head.valid,
            sender_name=self.office.organization_name,
            headline=headline,
            description=description,
            instruction=instruction,
            web=web,
            contact=_contact(self.office),
            parameters=(*told, *self._parameters),
            resources=resources,
            areas=areas,
        )


def hazard_of(*texts: str | None) -> str | None:
    """Return the hazard that the first of the texts names, or None where none does."""
    for text in texts:
        for hazard, (_, words) in HAZARDS.items():
            if text and any(word in text for word in words):
                return hazard
    return None


def values(info: Info, name: str) -> list[str]:
    """Return the values of all parameters of that name."""
    return [one.value for one in info.parameters if one.value_name == name]


def is_ours(alert: Alert) -> bool:
    """Tell whether an alert came from an L-Alert document."""
    return alert.source_format == SOURCE_FORMAT


def body_name(alert: Alert) -> str | None:
    """Return which body an alert from L-Alert came in."""
    codes = (code for info in alert.infos for code in info.event_codes)
    return next((code.value for code in codes if code.value_name == parameter.LALERT_BODY), None)


def office_of(info: Info) -> Office:
    """Return the publishing office of an Info, as ``Told`` put it in."""
    pieces = _CONTACT.split(info.contact or "")[1:]
    contacts = dict(zip(pieces[::2], pieces[1::2], strict=True))
    return Office(
        organization_name=info.sender_name,
        **{field: info.parameter(name) for name, field in OFFICE},
        **{field: contacts.get(kind) for kind, field in CONTACTS},
    )


def editor_of(alert: Alert, publisher: Office) -> Office:
    """Return the editorial office: another one where the alert names it (代行), else the publisher's own."""
    info = alert.infos[0] if alert.infos else None
    code = info.parameter(parameter.LALERT_EDITOR_CODE) if info else None
    name = info.parameter(parameter.LALERT_EDITOR_OFFICE) if info else None
    if not is_ours(alert) or not (code or name or alert.source):
        return Office(
            code=publisher.code, office_name=publisher.office_name, organization_name=publisher.organization_name
        )
    return Office(code=code, office_name=name, organization_name=alert.source)


def source_of(document: Document) -> str | None:
    """Return who wrote for the publisher, where the editorial office is another one (代行)."""
    editor = document.report.control.editor
    return editor.organization_name if _is_other(editor, _office(document)) else None


def situation_of(situation: AnySituation | None, kind: type[Any]) -> Any:
    """Return the situation of an alert where it is of that kind; an empty one cannot be made up."""
    return situation if isinstance(situation, kind) else None


def _office(document: Document) -> Office:
    """Return the publishing office, completed by what the contentObject says of it."""
    content, office = document.content, document.report.control.publisher
    office_name = any_of(office.office_name, content.publishing_office_name)
    return Office(
        code=any_of(office.code, content.publishing_office_id),
        phone=_line(office.phone),
        fax=_line(office.fax),
        email=_line(office.email),
        office_name=office_name,
        office_name_kana=office.office_name_kana,
        location=office.location,
        domain=any_of(office.domain, content.publishing_office_domain_name),
        organization_name=any_of(office.organization_name, content.publishing_organization_name, office_name),
    )


def _is_other(editor: Office, office: Office) -> bool:
    named = (editor.code, editor.office_name, editor.organization_name)
    return any(named) and named != (office.code, office.office_name, office.organization_name)


def _editor(editor: Office, office: Office) -> tuple[tuple[str, str | None], ...]:
    if not _is_other(editor, office):
        return ()
    return (
        (parameter.LALERT_EDITOR_CODE, editor.code),
        (parameter.LALERT_EDITOR_OFFICE, editor.office_name),
    )


def _targets(document: Document, office: Office) -> tuple[TargetArea, ...]:
    """Return the target areas, each once, be its code of five digits or six, and once with its name; where none is
    named, the publisher's own municipality, else the headline's names.
    """
    told = (replace(t, code=six_digits(t.code) if t.code else None) for t in document.distribution.target_areas)
    named = {(t.name, t.code): t for t in told if t.name or t.code}
    if named:
        with_name = {code for name, code in named if name}
        return tuple(target for (name, code), target in named.items() if name or code not in with_name)
    if five_digits(office.code):
        return (TargetArea(name=office.organization_name, code=six_digits(office.code or "")),)
    return tuple(TargetArea(name=name) for name in dict.fromkeys(document.report.head.areas))


def _contact(office: Office) -> str | None:
    held = ((kind, getattr(office, field)) for kind, field in CONTACTS)
    return "; ".join(f"{kind}: {value}" for kind, value in held if value) or None


def _line(text: str | None) -> str | None:
    return None if text is None else _SPACE.sub(" ", text)


def _time(at: Any) -> str | None:
    return None if at is None else at.isoformat()
