"""Lifelines as JSON and as CSV: what they become, and what is said of those that are wrong."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from cap_formats.alert import Alert, Category, MsgType, ResponseType, Status
from cap_formats.decode import decode, decode_parts
from cap_formats.lifeline import schema
from cap_formats.lifeline.kind import KINDS, STATES, Kind, State
from cap_formats.lifeline.sheet import COLUMNS, ROWS_MAX
from cap_formats.part import Bad, Good
from cap_formats.problem import FormatError, MessageHeldError
from tests.lifeline.report import HEADER, notice, report, sheet
from tests.service.messages import order

ROW = (
    "通常,power.example.jp,例電力,out-42,1,2026/11/21 12:00,電気,発生,倉敷市で停電,332020,真備町箭田,120,"
    "2026/11/21 18:00"
)


def one(data: bytes) -> Alert:
    [alert] = decode(data)
    return alert


def wrong(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(data)
    return caught.value


def test_a_notice_becomes_an_alert_in_cap_s_words():
    alert = one(report(notice(since="2026-11-21T11:50:00+09:00", restoration="2030-01-01T00:00:00+09:00")))
    [info] = alert.infos
    assert (alert.status, alert.msg_type, alert.sender) == (Status.ACTUAL, MsgType.ALERT, "power.example.jp")
    assert (alert.chain, alert.place) == ("lifeline:power.example.jp,out-42", (1,))
    assert (info.event, info.category, info.sender_name) == ("停電", (Category.INFRA,), "例電力")
    assert info.expires == datetime.fromisoformat("2030-01-02T00:00:00+09:00")
    assert [(code.value_name, code.value) for code in info.areas[0].geocodes] == [
        ("JISX0402", "332020"),
        ("areaName", "真備町箭田"),
    ]
    assert {told.value_name: told.value for told in info.parameters} == {
        "lalert:category": "ライフライン",
        "lalert:subCategory": "電気",
        "lifeline:state": "発生",
        "lifeline:restoration": "2030-01-01T00:00:00+09:00",
        "lifeline:count": "120",
        "lifeline:areaCount": "332020 真備町箭田 120",
    }


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words(kind: Kind):
    [info] = one(report(notice(kind=kind))).infos
    assert info.event == KINDS[kind].event
    assert info.parameter("lalert:category") in {"ライフライン", "交通", "広報"}
    assert set(info.category) <= {Category.INFRA, Category.TRANSPORT, Category.SAFETY, Category.OTHER}


@pytest.mark.parametrize(
    ("state", "revision", "msg_type"),
    [
        ("発生", 1, MsgType.ALERT),
        ("継続", 2, MsgType.UPDATE),
        ("見込み", 1, MsgType.ALERT),
        ("復旧", 3, MsgType.UPDATE),
        ("取消", 4, MsgType.CANCEL),
    ],
)
def test_states_are_cap_s(state: str, revision: int, msg_type: MsgType):
    alert = one(report(notice(state=state, revision=revision)))
    assert alert.msg_type is msg_type
    assert (alert.infos[0].response_type == (ResponseType.ALL_CLEAR,)) == (state == "復旧")
    assert alert.place == (revision,)


def test_each_notice_is_a_part_that_stands_alone_and_is_the_same_again():
    parts = decode_parts(report(notice(id="a"), notice(id="b", kind="電話"), notice(id="c")))
    assert [type(part) for part in parts] == [Good, Bad, Good]
    [again] = decode_parts(parts[0].raw)
    assert again == parts[0]
    more = decode_parts(report(notice(id="d"), notice(id="a", sent=one(parts[0].raw).sent.isoformat())))
    assert more[1] == parts[0]  # a list sent again changes nothing of what is in it already
    assert isinstance(parts[1], Bad)
    assert parts[1].error.path == "$.notices[1].kind"
    assert "電気" in parts[1].error.sentence


@pytest.mark.parametrize(
    ("data", "code", "path"),
    [
        (report(notice(), status="Draft"), "lifeline-invalid", "$.status"),
        (report(notice()).replace(b'"status": "Actual", ', b""), "lifeline-invalid", "$"),
        (report(notice(), sender="a b"), "lifeline-invalid", "$.sender"),
        (report(), "lifeline-empty", "$.notices"),
        (report(notice(), lifeline="2"), "lifeline-version", "$.lifeline"),
        (report(notice(), extra=1), "lifeline-invalid", "$"),
        (report(notice(id="a b")), "lifeline-invalid", "$.notices[0].id"),
        (report(notice(sent="2026-11-21T12:00:00")), "lifeline-invalid", "$.notices[0].sent"),
        (report(notice(areas=[])), "lifeline-invalid", "$.notices[0].areas"),
        (report(notice(areas=[{"count": 1}])), "lifeline-invalid", "$.notices[0].areas[0]"),
        (report(notice(areas=[{"municipality": "332021"}])), "lifeline-invalid", "$.notices[0].areas[0]"),
        (report(notice(url="javascript:alert(1)")), "lifeline-invalid", "$.notices[0].url"),
        (report(notice())[:-1], "json-not-well-formed", None),
        (report(notice()).replace(b'"id"', b'"id": "x", "id"'), "json-name-twice", None),
        (b"{" + b",".join(b'"%d":0' % (n % 150_000) for n in range(150_001)) + b"}", "json-name-twice", None),
        (b'{"lifeline": [' + b"[]," * 600_000 + b"[]]}", "lifeline-version", "$.lifeline"),
        (b'{"lifeline": "' + b"a" * (2 << 20) + b'"}', "message-too-large", None),
        (b'{"lifeline": NaN}', "json-not-well-formed", None),
        (b'{"lifeline": ' + b"[" * 100_000, "json-too-deep", None),
        (b'{"lifeline": ' + b"9" * 5000 + b"}", "json-not-well-formed", None),
        (b'{"lifeline": "\xff"}', "json-encoding", None),
        (b'{"lifeline": "\\ud800"}', "json-character", None),
        (b'{"lifeline": [["a\\u0000"]]}', "json-character", None),
        (b'{"a\\udfff": [{"lifeline": 1}]}', "json-character", None),
        (b'{"a": 1}', "format-unknown", "$"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(data: bytes, code: str, path: str | None):
    error = wrong(data)
    assert (error.code, error.path) == (code, path)
    assert error.sentence


def test_a_drill_in_a_live_report_is_held():
    error = wrong(report(notice(title="【訓練】停電")))
    assert isinstance(error, MessageHeldError)
    assert error.code == "status-contradiction"
    assert one(report(notice(title="【訓練】停電"), status="Exercise")).status is Status.EXERCISE


def test_too_many_notices_are_refused():
    assert wrong(report(*[notice()] * 1_001)).code == "lifeline-too-many"


def test_a_sheet_with_what_nobody_can_be_sent_is_refused_with_its_line():
    error = wrong(sheet(ROW.replace("真備町箭田", "真備町\x0b箭田")).encode())
    assert (error.code, error.line) == ("csv-character", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_sheet_says_what_json_says(encoding: str):
    second = ROW.replace("真備町箭田,120", "真備町川辺,３０")
    alert = one(sheet(ROW, second).encode(encoding))
    times = {"sent": "2026-11-21T12:00:00+09:00", "restoration": "2026-11-21T18:00:00+09:00"}
    areas = [
        {"municipality": "332020", "name": name, "count": count}
        for name, count in (("真備町箭田", 120), ("真備町川辺", 30))
    ]
    assert alert.infos == one(report(notice(**times, areas=areas))).infos
    assert alert.chain == "lifeline:power.example.jp,out-42"


def test_english_names_and_words_are_read():
    header = ",".join(column.names[-1] for column in COLUMNS)
    row = "Exercise,a.example,A,x-1,2,2026-11-21T12:00:00+09:00,rail,restored,t,,33202,,,,,,,,"
    alert = one(sheet(row, header=header).encode())
    assert (alert.status, alert.msg_type, alert.infos[0].event) == (Status.EXERCISE, MsgType.UPDATE, "鉄道の運行情報")


def test_rows_of_one_notice_are_one_and_others_are_others():
    rows = [ROW, ROW.replace("out-42", "out-43"), ROW.replace("真備町箭田", "真備町川辺")]
    parts = decode_parts(sheet(*rows).encode("cp932"))
    assert [len(part.alert.infos[0].areas) for part in parts if isinstance(part, Good)] == [2, 1]
    for part in parts:
        [again] = decode_parts(part.raw)
        assert again == part


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (ROW.replace("電気", "電話"), "row 3, column 種類"),
        (ROW.replace(",1,2026", ",一,2026"), "row 3, column 版"),
        (ROW.replace("2026/11/21 12:00", "きのう"), "row 3, column 発信日時"),
        (ROW.replace("2026/11/21 12:00", "2026/13/21 12:00"), "row 3, column 発信日時"),
        (ROW.replace("332020", "33202X"), "row 3, column 市町村コード"),
        (ROW.replace(",120,", ",多数,"), "row 3, column 戸数"),
        (ROW.replace("通常", "本番"), "row 3, column 情報区分"),
        (ROW.replace("倉敷市で停電", ""), "row 3, column 件名"),
        (ROW.replace("332020,真備町箭田", ","), "row 3"),
        (ROW + ",,多い", "row 3"),
    ],
)
def test_what_is_wrong_in_a_sheet_is_told_by_row_and_column(row: str, path: str):
    good, bad = decode_parts(sheet(ROW.replace("out-42", "ok"), row).encode())
    assert isinstance(good, Good)
    assert isinstance(bad, Bad)
    assert (bad.error.path, bad.error.line) == (path, 3)


def test_rows_that_disagree_are_told():
    [bad] = decode_parts(sheet(ROW, ROW.replace("発生", "復旧")).encode())
    assert isinstance(bad, Bad)
    assert (bad.error.path, bad.error.line) == ("row 3, column 状況", 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (sheet(ROW, header=HEADER.replace("戸数", "世帯")), "csv-column"),
        (sheet(ROW, header=HEADER.replace("管理番号,", "")), "csv-column"),
        (sheet(ROW, header=HEADER + ",戸数"), "csv-column"),
        (sheet(), "lifeline-empty"),
        (sheet('"' + ROW), "csv-not-well-formed"),
        (sheet(*[ROW] * (ROWS_MAX + 1)), "lifeline-too-many"),
    ],
)
def test_a_sheet_that_is_wrong_as_a_whole(text: str, code: str):
    assert wrong(text.encode()).code == code


def test_quoted_lines_count_as_a_spreadsheet_counts_them():
    text = io.StringIO(newline="")
    header = [*HEADER.split(","), "内容"]
    csv.writer(text).writerows(
        [header, [*ROW.split(","), "一行目\n二行目"], [*ROW.replace("out-42", "x y").split(","), ""]]
    )
    good, bad = decode_parts(text.getvalue().encode())
    assert isinstance(good, Good)
    assert good.alert.infos[0].description == "一行目\n二行目"
    assert isinstance(bad, Bad)
    assert (bad.error.path, bad.error.line) == ("row 3, column 管理番号", 4)


def test_the_schema_is_of_the_structs():
    told = schema()
    report_of = told["$defs"]["Report"]
    assert set(report_of["required"]) == {"lifeline", "status", "sender", "company", "notices"}
    assert told["$defs"]["Kind"]["enum"] == sorted(Kind)
    assert told["$defs"]["State"]["enum"] == sorted(State)
    assert set(STATES) == set(State)
    assert set(KINDS) == set(Kind)


def canonical(alert: Alert) -> bytes:
    return b'{"file": "-", "alert": ' + alert.to_json() + b"}"


def test_the_canonical_alert_is_read_and_what_is_ours_is_not_taken_from_it():
    alert = one(order("c-1"))
    raw = canonical(alert)
    [part] = decode_parts(raw)
    assert isinstance(part, Good)
    read = part.alert
    assert read.source_format == "json"
    assert read.raw_digest != alert.raw_digest
    assert read.chain == "cap:kurashiki.example.jp,c-1"
    assert (read.infos, read.identifier) == (alert.infos, alert.identifier)
    noted = raw[:-1] + b', "notes": [{"code": "cap-version", "sentence": "-"}]}'
    assert one(noted).infos == read.infos  # as noroshi decode prints what is not as it should be
    forged = one(raw.replace(b'"chain":"cap:kurashiki.example.jp,c-1"', b'"chain":"jma:x"'))
    assert forged.chain == read.chain


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"status":"Actual"', b'"status":"Live"', "alert-json-invalid"),
        (b'"status":"Actual"', b'"status":"Exercise","status":"Actual"', "json-name-twice"),
        (b'"msg_type":"Alert"', b'"msg_type":"Update"', "cap-references-missing"),
        (b'"status":"Actual"', b'"status":"Actual","live":true', "alert-json-invalid"),
        (b'{"file"', b'{"x": 1, "file"', "alert-json-invalid"),
        (b'"identifier":"c-2"', b'"identifier":"c-2\\ud800"', "json-character"),
    ],
)
def test_a_canonical_alert_that_is_wrong(old: bytes, new: bytes, code: str):
    raw = canonical(one(order("c-2")))
    assert old in raw
    assert wrong(raw.replace(old, new, 1)).code == code


def test_the_default_end_follows_what_is_expected():
    sent = datetime.fromisoformat("2026-11-21T12:00:00+09:00")
    [info] = one(report(notice(sent=sent.isoformat()))).infos
    assert info.expires == sent + timedelta(hours=24)
    [info] = one(report(notice(sent=sent.isoformat(), expires="2026-11-21T13:00:00+09:00"))).infos
    assert info.expires == sent + timedelta(hours=1)
