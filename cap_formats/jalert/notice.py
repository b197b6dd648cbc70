"""What a 国民保護 message says: its text, the fields of its ini, whether it is real, and where it holds.

Of the ini only ``[Contents000] TrainingFlg`` is known (LGDIS; the format is not public). The names under which it may
tell its areas are therefore a guess, kept in AREA_FIELDS alone: UNCONFIRMED. All fields go on as parameters, and a
message from which no area can be told is held unless its envelope tells where.
"""

import configparser
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import msgspec

from cap_formats.alert import Area, NamedValue, Status
from cap_formats.jalert.envelope import NAME, Envelope, read_envelope
from cap_formats.jalert.unpack import Member, is_tar, untar
from cap_formats.problem import MessageHeldError, MessageRuleError, MessageSyntaxError

TRAINING_FIELD: Final = ("Contents000", "TrainingFlg")
AREA_FIELDS: Final = frozenset(
    {"areacode", "areaname", "area", "targetarea", "targetareacode", "prefcode", "地域コード", "対象地域"}
)
FIELDS_MAX: Final = 100  # of the ini, kept as parameters
TEXT_MAX: Final = 20_000  # characters; the longest known announcement has 120

_AREA_LINE: Final = re.compile(r"(?:対象|発令|該当)(?:となる)?地域\s*(?:は|[:：])\s*([^。\n]+)")
_SEPARATORS: Final = re.compile(r"[、,，・\s/]+|及び|および|並びに")
_CODE: Final = re.compile(r"[0-9]{2}|[0-9]{5,6}")
_DRILL_WORDS: Final = (("訓練", Status.EXERCISE), ("テスト", Status.TEST), ("試験", Status.TEST))
_TAKEN_BACK: Final = re.compile(r"誤報|誤って|取り?消")
# How announcements of 2017 to 2023 say that a danger is over, with the time or the place that the official phrases do
# not have (「先程のミサイルは、２２時５５分頃、太平洋へ通過したものとみられます」). What still calls people is no end.
_ENDS: Final = re.compile(
    r"避難の呼び?かけを解除|ミサイル通過"
    r"|ミサイル[はが][^。\n]*(?:通過した|[海域][^。\n]{0,6}落下した|飛来しない|落下しない)"
)
_GOES_ON: Final = re.compile(r"避難して(?:下さい|ください)|続報|引き?続き")
_PREFECTURES: Final = (
    *(
        "北海道",
        "青森県",
        "岩手県",
        "宮城県",
        "秋田県",
        "山形県",
        "福島県",
        "茨城県",
        "栃木県",
        "群馬県",
        "埼玉県",
        "千葉県",
    ),
    *(
        "東京都",
        "神奈川県",
        "新潟県",
        "富山県",
        "石川県",
        "福井県",
        "山梨県",
        "長野県",
        "岐阜県",
        "静岡県",
        "愛知県",
        "三重県",
    ),
    *(
        "滋賀県",
        "京都府",
        "大阪府",
        "兵庫県",
        "奈良県",
        "和歌山県",
        "鳥取県",
        "島根県",
        "岡山県",
        "広島県",
        "山口県",
        "徳島県",
    ),
    *("香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
)
_NUMBERS: Final = {name: f"{number:02d}" for number, name in enumerate(_PREFECTURES, 1)}


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message. ``fields`` are those of its ini files, by section and name as written."""

    text: str
    fields: dict[tuple[str, str], str]
    envelope: Envelope

    @property
    def status(self) -> Status:
        """Return what flag, words and channel agree on.

        Raises MessageHeldError ``status-contradiction`` where they do not, ``status-unknown`` where none of them says.
        """
        flag = self.fields.get(TRAINING_FIELD)
        said = next((status for word, status in _DRILL_WORDS if word in self.text), None)
        channel = self.envelope.status
        if flag is not None and flag.strip() == self.envelope.training:
            return said or Status.EXERCISE
        if flag is None and channel is None:
            raise MessageHeldError(
                "status-unknown", "Neither a TrainingFlg nor the channel says whether this is real; a person must look."
            )
        if said is None:
            return Status.ACTUAL if flag is not None else channel or Status.ACTUAL
        if channel in {None, Status.ACTUAL}:
            raise MessageHeldError(
                "status-contradiction", f"The message calls itself {said}, but its flag or its channel says it is real."
            )
        return said

    @property
    def is_taken_back(self) -> bool:
        """Tell whether it says that what came before was a mistake."""
        return _TAKEN_BACK.search(self.text) is not None

    @property
    def is_over(self) -> bool:
        """Tell whether it says that the danger is over, and calls on nobody any more."""
        return _ENDS.search(self.text) is not None and _GOES_ON.search(self.text) is None

    def areas(self) -> tuple[Area, ...]:
        """Return where it holds: as its ini says, else its text, else its envelope. The end of a danger, which names
        where a missile fell rather than who was warned, is for its envelope's places as well.

        Raises MessageHeldError ``jalert-area-missing`` where none of them says.
        """
        told: list[Iterator[Area]] = [self._in_fields(), self._in_text(), self._in_envelope()]
        if self.is_over or self.is_taken_back:
            told = [chain.from_iterable(told)]
        for found in told:
            areas = tuple(dict.fromkeys(found))
            if areas:
                return areas
        raise MessageHeldError(
            "jalert-area-missing",
            "The message does not say where it holds, and [jalert] here does not say where its receiver stands; "
            "nothing went out. A person must issue it.",
        )

    def _in_fields(self) -> Iterator[Area]:
        for (_, name), value in self.fields.items():
            if name.lower() in AREA_FIELDS:
                yield from _named(value)

    def _in_text(self) -> Iterator[Area]:
        line = _AREA_LINE.search(self.text)
        if line is not None:
            yield from _named(line[1])
        else:
            yield from (_prefecture(name) for name in _PREFECTURES if name in self.text)

    def _in_envelope(self) -> Iterator[Area]:
        return (_coded(code, name) for code, name in self.envelope.areas)


def read_notice(data: bytes) -> Notice:
    """Open a tar: that of J-Alert, or the one in which a receiver sealed it.

    Raises MessageSyntaxError (of ``untar``), and MessageRuleError ``jalert-text-missing``, ``jalert-envelope`` and
    ``jalert-ini``.
    """
    members = untar(data)
    envelope = Envelope()
    sealed = next((member for member in members if member.name == NAME), None)
    if sealed is not None:
        envelope = read_envelope(sealed.data)
        members = [inner for member in members if member is not sealed for inner in _opened(member)]
    texts = [_decoded(member.data) for member in members if member.name.lower().endswith(".txt")]
    text = "\n".join(part.strip() for part in texts if part.strip())
    if not text:
        raise MessageRuleError("jalert-text-missing", "The tar holds no text (.txt); that is what is announced.")
    if len(text) > TEXT_MAX:
        raise MessageSyntaxError("message-too-large", f"The text has {len(text)} characters; at most {TEXT_MAX}.")
    fields = {
        key: value for member in members if member.name.lower().endswith(".ini") for key, value in _fields(member)
    }
    return Notice(text=text, fields=fields, envelope=envelope)


def _opened(member: Member) -> Sequence[Member]:
    return untar(member.data) if is_tar(member.data) else (member,)


def _fields(member: Member) -> Iterator[tuple[tuple[str, str], str]]:
    told = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=("=",))
    told.optionxform = str  # type: ignore[assignment,method-assign] # configparser's own way to keep names as written
    try:
        told.read_string(_decoded(member.data))
    except (configparser.Error, AttributeError) as error:  # of a line that goes on after a name alone
        raise MessageRuleError("jalert-ini", f"{member.name} cannot be read: {error}.") from error
    for section in told.sections():
        for name, value in told.items(section):
            yield (section, name), value or ""


def _decoded(data: bytes) -> str:
    """Return a text: in UTF-8 if it is that, else in Shift_JIS, in which 内閣官房 writes."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp932", "replace")


def _named(value: str) -> Iterator[Area]:
    plain = unicodedata.normalize("NFKC", value)
    for word in _SEPARATORS.split(plain):
        if _CODE.fullmatch(word):
            yield _coded(word)
        elif word:
            yield _prefecture(word) if word in _NUMBERS else Area(area_desc=word)


def _coded(code: str, name: str = "") -> Area:
    if len(code) == 2:  # noqa: PLR2004 - a prefecture's code (JIS X 0401)
        known = next((name for name, number in _NUMBERS.items() if number == code), code)
        return Area(area_desc=name or known, geocodes=(NamedValue("JISX0401", code),))
    return Area(area_desc=name or code, geocodes=(NamedValue("JISX0402", code),))


def _prefecture(name: str) -> Area:
    return Area(area_desc=name, geocodes=(NamedValue("JISX0401", _NUMBERS[name]),))
