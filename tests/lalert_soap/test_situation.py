"""L-Alert's own documents by SOAP: shelters as both centres post them, revised, taken back, and seen by everybody."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import requests
from lalert_soap.posting import BACKUP, CONFIG, envelope, post, security
from service.serving import Serving

from cap_formats.alert import MsgType
from cap_formats.decode import decode
from cap_formats.lalert.encode import encode_lalert
from ops.demo.refuge import FILLED, OPENED, write_shelters


def crowdings(serving: Serving, status: str = "Exercise") -> dict[str, str]:
    answer = requests.get(f"{serving.url}/api/v1/shelters?area=33202&status={status}", timeout=10).json()
    return {row["shelter"]["name"]: row["shelter"]["crowding"] for row in answer["shelters"]}


def becomes(serving: Serving, wanted: dict[str, str]) -> None:
    ends = time.monotonic() + 5
    while (found := crowdings(serving)) != wanted:
        assert time.monotonic() < ends, found
        time.sleep(0.02)


def seq_of(serving: Serving, identifier: str) -> int:
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        listed = requests.get(f"{serving.url}/api/v1/alerts?status=Exercise&limit=1", timeout=10).json()["alerts"]
        if listed and listed[0]["identifier"] == identifier:
            return int(listed[0]["seq"])
        time.sleep(0.02)
    raise AssertionError(identifier)


def test_shelters_are_opened_fill_up_and_are_taken_back(serving: Serving):
    now = datetime.now(UTC).replace(microsecond=0)
    opened, filled = (write_shelters("soap", number, now, counts) for number, counts in ((1, OPENED), (2, FILLED)))
    for document in (filled, opened, opened):  # the second revision overtakes the first
        for header in (security(), security(BACKUP)):
            assert post(serving.url, envelope(document.partition(b"?>")[2].strip(), header)).code == 0
    becomes(
        serving,
        {
            f"【訓練】{name}": crowding
            for name, crowding in (
                ("岡田小学校", "定員一杯"),
                ("薗小学校", "混雑"),
                ("二万小学校", "空き"),
                ("真備公民館分館", "空き"),
            )
        },
    )
    assert crowdings(serving, "Actual") == {}
    page = requests.get(f"{serving.url}/map?lat=34.63&lon=133.70&status=Exercise", timeout=10).text
    assert '【訓練】二万小学校</b> 空きあり — <span class="num">南へ約2.9 km</span>' in page

    [last] = decode(filled)
    [info] = last.infos
    cancel = msgspec.structs.replace(
        last,
        identifier="city.kurashiki.example.jp-cancel",
        sent=now,
        msg_type=MsgType.CANCEL,
        note="誤って発信しました",
        place=(3,),
        infos=(info,),
    )
    assert post(serving.url, envelope(encode_lalert(cancel).partition(b"?>")[2].strip())).code == 0
    becomes(serving, {})


def test_the_bytes_as_received_name_persons_and_want_a_key(serving: Serving):
    now = datetime.now(UTC).replace(microsecond=0)
    document = write_shelters("raw", 1, now, OPENED).partition(b"?>")[2].strip()
    assert post(serving.url, envelope(document)).code == 0
    seq = seq_of(serving, decode(document)[0].identifier)
    desk = {"Authorization": f"Bearer {serving.key('subscriber', 'who-may-read')}"}
    assert requests.get(f"{serving.url}/api/v1/alerts/{seq}", timeout=10).status_code == 200
    assert requests.get(f"{serving.url}/api/v1/alerts/{seq}/raw", timeout=10).status_code == 401
    assert requests.get(f"{serving.url}/api/v1/alerts/{seq}/raw", headers=desk, timeout=10).content == document


def test_where_a_centre_is_heard_the_map_does_not_say_that_orders_do_not_come_in(tmp_path: Path):
    serving = Serving(tmp_path / "data", f"{CONFIG}[lalert]\nareas = ['33']\n").start()
    sentence = "この市区町村の避難情報は、ここには届きません"

    def says_so(code: str) -> bool:
        return sentence in requests.get(f"{serving.url}/map?code={code}", timeout=10).text

    assert says_so("33202")  # set up, and never heard
    document = write_shelters("cover", 1, datetime.now(UTC).replace(microsecond=0), OPENED)
    assert post(serving.url, envelope(document.partition(b"?>")[2].strip())).code == 0
    assert not says_so("33202")
    assert says_so("34100")  # it may say nothing there
    assert serving.stop() == 0
