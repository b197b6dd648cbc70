"""GeneralInformation (お知らせ): whatever a municipality, a railway or a power company tells.

Source: FORMATS 1.5. Also the form in which anything that is no order goes out to L-Alert.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info, Resource
from cap_formats.drill import marked
from cap_formats.lalert.body import DISASTER, INFORMATION, Body, no_situation
from cap_formats.lalert.element import TEXT, Element, Group, Leaf, Struct, qualified
from cap_formats.lalert.markup import markup_of, text_of
from cap_formats.lalert.told import Told, is_ours

NAME: Final = "GeneralInformation"
EVENT: Final = "お知らせ"
OTHER: Final = "その他"
ALERT: Final = "Alert"
CATEGORIES: Final = {
    "交通": Category.TRANSPORT,
    "ライフライン": Category.INFRA,
    "生活情報": Category.SAFETY,
    "広報": Category.OTHER,
    "観光_文化": Category.OTHER,
}
SUB_CATEGORIES: Final = {
    "防犯": Category.SECURITY,
    "保健衛生": Category.HEALTH,
    "医療": Category.HEALTH,
    "環境": Category.ENV,
}
"""The finer word wins."""
_OF_CATEGORY: Final = {Category.TRANSPORT: "交通", Category.INFRA: "ライフライン"}
MEDIA_TYPES: Final = {
    "audio": "Audio",
    "image": "Graphic",
    "video": "Video",
    "text": "Text",
    "application": "Pdf",
}
"""MediaType by the first part of the MIME type; a photo cannot be told from a drawing."""


class File(Struct, frozen=True, kw_only=True):
    """AttachmentFiles/File."""

    uri: str | None = None
    mime_type: str | None = None
    media_type: str | None = None
    caption: str | None = None


class General(Struct, frozen=True, kw_only=True):
    """pcx_gi:GeneralInformation."""

    type: str | None = None
    disaster: str | None = None
    category: str | None = None
    sub_category: str | None = None
    title: str | None = None
    description: str | None = None
    url: str | None = None
    files: tuple[File, ...] = ()


MARKUP: Final = Leaf(text_of, markup_of)
_FILE: Final = Group(
    File,
    (
        Element("pcx_gi:URI", "uri", TEXT),
        Element("pcx_gi:MimeType", "mime_type", TEXT),
        Element("pcx_gi:MediaType", "media_type", TEXT),
        Element("pcx_gi:Caption", "caption", TEXT),
    ),
)
CONTENT: Final = Group(
    General,
    (
        Element("pcx_gi:DisasterInformationType", "type", TEXT),
        DISASTER,
        Element("pcx_gi:Category", "category", TEXT),
        Element("pcx_gi:SubCategory", "sub_category", TEXT),
        Element("pcx_gi:Title", "title", TEXT),
        Element("pcx_gi:Description", "description", MARKUP),
        Element("pcx_gi:URL", "url", TEXT),
        Element("pcx_gi:AttachmentFiles/pcx_gi:File", "files", _FILE, many=True),
    ),
)


def infos_of(told: Told, body: General) -> tuple[Info, ...]:
    """Return the one Info."""
    info = told.info(
        EVENT,
        INFORMATION,
        category=_category(body),
        areas=told.areas,
        headline=told.headline or body.title,
        description=body.description,
        web=body.url,
        resources=tuple(resource for file in body.files if (resource := _resource(file))),
        event_codes=(
            (parameter.GENERAL_CATEGORY, body.category),
            (parameter.GENERAL_SUB_CATEGORY, body.sub_category),
        ),
        parameters=(
            (parameter.LALERT_TITLE, body.title),
            (parameter.LALERT_INFORMATION_TYPE, body.type),
            (parameter.GENERAL_CATEGORY, body.category),
            (parameter.GENERAL_SUB_CATEGORY, body.sub_category),
            (parameter.LALERT_DISASTER, body.disaster),
        ),
    )
    return (info,)


def general_of(alert: Alert) -> General:
    """Return the body of an お知らせ; of an alert from elsewhere, all that it says in Japanese, or all that it says."""
    if is_ours(alert):
        return _own(alert.infos[0])
    infos = japanese(alert)
    if not infos:
        words = marked(alert.note or "先の発表を取り消します。", alert.status)
        return General(type=ALERT, category=OTHER, title="取消のお知らせ", description=words)
    first = infos[0]
    category = first.parameter(parameter.GENERAL_CATEGORY) or _OF_CATEGORY.get(first.category[0], OTHER)
    return General(
        type=ALERT,
        disaster=first.parameter(parameter.LALERT_DISASTER),
        category=category,
        sub_category=first.parameter(parameter.GENERAL_SUB_CATEGORY),
        title=marked(first.headline or first.event, alert.status),
        description="\n\n".join(dict.fromkeys(_words(info) for info in infos)),
        url=first.web,
        files=tuple(_file(resource) for info in infos[:1] for resource in info.resources),
    )


def japanese(alert: Alert) -> tuple[Info, ...]:
    """Return what an alert says in Japanese; where it says nothing in it, all that it says."""
    return tuple(info for info in alert.infos if info.language.lower().startswith("ja")) or alert.infos


def _own(info: Info) -> General:
    return General(
        type=info.parameter(parameter.LALERT_INFORMATION_TYPE),
        disaster=info.parameter(parameter.LALERT_DISASTER),
        category=info.parameter(parameter.GENERAL_CATEGORY),
        sub_category=info.parameter(parameter.GENERAL_SUB_CATEGORY),
        title=info.parameter(parameter.LALERT_TITLE),
        description=info.description,
        url=info.web,
        files=tuple(_file(resource) for resource in info.resources),
    )


def _words(info: Info) -> str:
    texts = (info.headline, info.description, info.instruction)
    return "\n".join(dict.fromkeys(text for text in texts if text)) or info.event


def _category(body: General) -> Category:
    return SUB_CATEGORIES.get(body.sub_category or "") or CATEGORIES.get(body.category or "", Category.SAFETY)


def _resource(file: File) -> Resource | None:
    described = file.caption or file.media_type or file.uri or file.mime_type
    return Resource(resource_desc=described, mime_type=file.mime_type, uri=file.uri) if described else None


def _file(resource: Resource) -> File:
    kind = (resource.mime_type or "").partition("/")[0]
    return File(
        uri=resource.uri,
        mime_type=resource.mime_type,
        media_type=MEDIA_TYPES.get(kind),
        caption=resource.resource_desc or None,
    )


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_gi:{NAME}"),
    title="お知らせ",
    content=CONTENT,
    infos=infos_of,
    situation=no_situation,
    struct=general_of,
)
