"""Documents of every body for hypothesis: whatever a sender may write into the elements of FORMATS 1.4 and 1.5."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from cap_formats.lalert import damage, evacuation, event, general, headquarters, shelter, urgent_mail
from cap_formats.lalert.body import Body
from cap_formats.lalert.document import (
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
from cap_formats.lalert.element import write
from cap_formats.lalert.sort import SORTS
from cap_formats.situation import Damage, People, Shelter

JST = timezone(timedelta(hours=9))
LETTERS = st.one_of(
    st.sampled_from("真備町箭田全域市倉敷、・【】訓練取消。：; :-1９<>&\"'=br/li \u3000\n\r\t"),
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
)
TEXTS = st.text(LETTERS, max_size=40)
NAMES = st.one_of(
    st.sampled_from(["全域", "倉敷市", "倉敷市全域", "真備町箭田", "倉敷市真備町", "一部", "1 2", "-"]), TEXTS
)
CODES = st.sampled_from(["332020", "33202", "331007", "33100", "３３２０２０", "330001", "999999", "x"])
FIRST, LAST = datetime(1901, 1, 1), datetime(2199, 1, 1)  # noqa: DTZ001 - hypothesis gives them their zones
TIMES = st.datetimes(FIRST, LAST, timezones=st.sampled_from([JST, UTC]))
COUNTS = st.integers(0, 10**9)
CIRCLES = st.sampled_from(["34.6,133.7,0", "34.6,133.7 2.5", " 34.6 , 133.7 , 1 ", "34.6", "北緯34度", "91,0 1"])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def several(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=most).map(tuple)


TARGETS = st.builds(
    TargetArea, circles=several(CIRCLES, 1), name=maybe(NAMES), name_kana=maybe(TEXTS), code=maybe(CODES)
)
OFFICES = st.builds(
    Office,
    code=maybe(CODES),
    phone=maybe(TEXTS),
    fax=maybe(TEXTS),
    email=maybe(TEXTS),
    office_name=maybe(TEXTS),
    office_name_kana=maybe(TEXTS),
    location=maybe(TEXTS),
    domain=maybe(TEXTS),
    organization_name=maybe(NAMES),
)
ERRATAS = st.builds(Errata, description=TEXTS.filter(str.strip), at=maybe(TIMES))
OFFICE_COUNTS = st.builds(evacuation.Count, households=maybe(COUNTS), persons=maybe(COUNTS))
PLACES = st.builds(evacuation.Place, name=maybe(NAMES), name_kana=maybe(TEXTS), at=maybe(TIMES), count=OFFICE_COUNTS)
ORDERS = st.builds(
    evacuation.EvacuationOrder,
    disaster=maybe(TEXTS),
    note=maybe(TEXTS),
    total=OFFICE_COUNTS,
    details=several(
        st.builds(
            evacuation.Detail,
            sort=st.sampled_from([sort.word for sort in SORTS] + ["避難指示（緊急）", " 避難勧告 "]),
            issue_or_lift=st.sampled_from(["発令", "解除"]),
            count=OFFICE_COUNTS,
            places=several(PLACES),
        ),
        4,
    ).filter(bool),
)
PEOPLE = st.builds(
    People,
    head_count=maybe(COUNTS),
    head_count_voluntary=maybe(COUNTS),
    households=maybe(COUNTS),
    households_voluntary=maybe(COUNTS),
)
SHELTERS = st.builds(
    shelter.Shelters,
    disaster=maybe(TEXTS),
    note=maybe(TEXTS),
    total=PEOPLE,
    count=maybe(COUNTS),
    shelters=several(
        st.builds(
            Shelter,
            name=NAMES,
            name_kana=maybe(TEXTS),
            address=maybe(TEXTS),
            circle=maybe(CIRCLES),
            phone=maybe(TEXTS),
            fax=maybe(TEXTS),
            type=maybe(TEXTS),
            type_detail=maybe(TEXTS),
            sort=st.sampled_from(["未開設", "開設", "閉鎖", "不明", "常設", "準備中", ""]),
            at=maybe(TIMES),
            people=PEOPLE,
            capacity=maybe(COUNTS),
            crowding=maybe(st.sampled_from(["空き", "混雑", "定員一杯", "不明"])),
            checked_at=maybe(TIMES),
        )
    ),
)
HEADQUARTERS = st.builds(
    headquarters.Headquarters,
    disaster=maybe(TEXTS),
    note=maybe(TEXTS),
    type=st.sampled_from(["対策本部", "警戒本部"]),
    status=st.sampled_from(["設置", "解散", "移転"]),
    name=maybe(TEXTS),
    at=maybe(TIMES),
)


def damages_of(kind: damage.Kind) -> st.SearchStrategy[tuple[Damage, ...]]:
    return several(
        st.builds(
            Damage,
            group=st.just(kind.group),
            item=TEXTS if kind.attribute else st.just(kind.item),
            value=st.one_of(COUNTS.map(float), st.decimals(0, 10**6, places=2).map(float)),
            unit=TEXTS if kind.unit_attribute else st.just(kind.unit),
        ),
        2,
    )


DAMAGES = st.builds(
    damage.Damages,
    disaster=maybe(TEXTS),
    note=maybe(TEXTS),
    at=maybe(TIMES),
    **{kind.field: damages_of(kind) for kind in damage.KINDS},
)
FILES = st.builds(
    general.File,
    uri=maybe(TEXTS),
    mime_type=maybe(st.sampled_from(["image/jpeg", "application/pdf", "audio/mpeg", "text/xml"])),
    media_type=maybe(st.sampled_from(["Audio", "Graphic", "Pdf", "Photo", "Text", "Video"])),
    caption=maybe(TEXTS),
)
GENERALS = st.builds(
    general.General,
    type=maybe(st.sampled_from(["Alert", "Disaster", "Ordinary", "Accident", "Unknown"])),
    disaster=maybe(TEXTS),
    category=maybe(st.sampled_from(["交通", "ライフライン", "生活情報", "広報", "観光_文化", "その他", "x"])),
    sub_category=maybe(st.sampled_from(["鉄道", "電気", "防犯", "医療", "環境", "その他"])),
    title=maybe(TEXTS),
    description=maybe(TEXTS),
    url=maybe(TEXTS),
    files=several(FILES),
)
OCCASIONS = st.builds(
    event.Occasion,
    name=maybe(TEXTS),
    duration=maybe(TEXTS),
    fee=maybe(TEXTS),
    description=maybe(TEXTS),
    url=maybe(TEXTS),
)
MAILS = st.builds(urgent_mail.Mail, title=maybe(TEXTS), message=maybe(TEXTS))

OF_BODY: dict[str, tuple[Body, st.SearchStrategy[Any]]] = {
    evacuation.NAME: (evacuation.BODY, ORDERS),
    shelter.NAME: (shelter.BODY, SHELTERS),
    headquarters.NAME: (headquarters.BODY, HEADQUARTERS),
    damage.NAME: (damage.BODY, DAMAGES),
    general.NAME: (general.BODY, GENERALS),
    event.NAME: (event.BODY, OCCASIONS),
    urgent_mail.NAME: (urgent_mail.BODY, MAILS),
}


@st.composite
def documents(draw: st.DrawFn, name: str) -> bytes:
    """Return the bytes of one document with that body; drills, so that no word in it contradicts its status."""
    body, held = OF_BODY[name]
    kind = "Report" if name == urgent_mail.NAME else draw(st.sampled_from(["Report", "Update", "Cancel"]))
    revision = 1 if kind == "Report" else draw(st.integers(2, 10**6))
    errata = draw(ERRATAS if kind == "Cancel" else maybe(st.builds(Errata, description=maybe(TEXTS), at=maybe(TIMES))))
    status = draw(st.sampled_from(["Exercise", "System", "Test"]))
    document_id = draw(st.uuids()).hex
    head = Head(
        title=draw(maybe(TEXTS)),
        reported=draw(maybe(TIMES)),
        target=draw(maybe(TIMES)),
        valid=draw(maybe(TIMES)),
        revision=revision,
        document_id=document_id,
        headline=draw(maybe(TEXTS)),
        areas=draw(several(NAMES)),
    )
    publisher = draw(OFFICES)
    control = Control(
        title=body.name,
        status=status,
        editor=draw(st.just(publisher) | OFFICES),
        publisher=publisher,
        errata=errata,
    )
    report = etree.Element(REPORT)
    write(report, Report(control=control, head=head), REPORT_PARTS)
    write(etree.SubElement(report, body.tag), draw(held), body.content)
    embedded = etree.Element("embedded")
    embedded.append(report)
    roles = several(st.builds(ConsumerRole, list_urn=maybe(TEXTS), values=several(st.sampled_from(["UMC1", "UMC2"]))))
    distribution = Distribution(
        distribution_id=draw(st.uuids()).hex,
        sender_id="city.kurashiki.okayama.jp",
        sent=draw(TIMES),
        status=status,
        type=kind,
        target_areas=draw(several(TARGETS)),
        content=Content(
            description=draw(maybe(TEXTS)),
            consumer_roles=draw(roles) if name == urgent_mail.NAME else (),
            embedded=embedded,
            publishing_office_name=draw(maybe(TEXTS)),
            publishing_organization_name=draw(maybe(TEXTS)),
            publishing_office_id=draw(maybe(CODES)),
            revision=draw(st.none() | st.just(revision)),
            document_id=document_id,
            category=body.name,
        ),
    )
    root = etree.Element(ROOT)
    write(root, distribution, DISTRIBUTION)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
