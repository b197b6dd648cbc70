"""A running broker and centres that post to it: zeep as a client that knows nothing of us, and one that attacks."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import zeep
from lalert_soap.posting import (
    BACKUP,
    CONFIG,
    PATH,
    PRIMARY,
    Answer,
    edxl,
    envelope,
    post,
    security,
)
from lxml import etree
from service.messages import order
from service.serving import Serving
from zeep import xsd
from zeep.wsse.username import UsernameToken
from zeep.xsd.const import xsd_ns

from broker.service.broker import Broker
from cap_formats.xml import MESSAGE_BYTES_MAX
from receivers.lalert import LAlert, Settings


@pytest.fixture(scope="module")
def operator(serving: Serving) -> str:
    return serving.key("operator", "desk")


def message(identifier: str, status: str = "Exercise", **more: str) -> bytes:
    """An order in CAP, in an EDXL of the same status."""
    cap = order(identifier, status=status, **more).partition(b"?>\n")[2]
    return edxl(cap, distribution=f"d-{identifier}", status=status)


def accepted(serving: Serving, identifier: str) -> list[dict[str, object]]:
    answer = requests.get(f"{serving.url}/api/v1/alerts?status=Exercise&limit=200", timeout=10)
    return [row for row in answer.json()["alerts"] if row["identifier"] == identifier]


def listed(serving: Serving, identifier: str) -> dict[str, object]:
    """The one row of an alert, as soon as the views show it."""
    ends = time.monotonic() + 5
    while not (rows := accepted(serving, identifier)):
        assert time.monotonic() < ends, identifier
        time.sleep(0.02)
    [row] = rows
    return row


def troubles(serving: Serving, operator: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {operator}"}
    found: list[dict[str, Any]] = requests.get(f"{serving.url}/api/v1/troubles", headers=headers, timeout=10).json()[
        "troubles"
    ]
    return found


def sources(serving: Serving) -> dict[str, dict[str, object]]:
    return {line["name"]: line for line in requests.get(f"{serving.url}/health", timeout=10).json()["sources"]}


def anything(document: bytes) -> xsd.AnyObject:
    """An element as the value of an xs:anyType, as zeep wants it."""
    kind = xsd.ComplexType(xsd.Sequence([xsd.Any()]), qname=xsd_ns("anyType"))
    return xsd.AnyObject(kind, kind(_value_1=etree.fromstring(document)))


def zeep_client(serving: Serving, who: tuple[str, str]) -> zeep.Client:
    return zeep.Client(f"{serving.url}{PATH}?wsdl", wsse=UsernameToken(*who, use_digest=True))


def test_a_client_that_reads_our_description_posts_and_is_told_0(serving: Serving):
    client = zeep_client(serving, PRIMARY)
    [service] = client.wsdl.services.values()
    assert (service.name, list(service.ports)) == ("MQService", ["endpoint"])
    assert service.ports["endpoint"].binding_options["address"] == f"{serving.url}{PATH}"
    answer = client.service.publish(message=anything(message("by-zeep")))
    assert (answer.code, answer.result) == (0, None)
    listed(serving, "by-zeep")
    over = client.service.publish(message=anything(message("over", expires="2020-01-01T00:00:00+09:00")))
    assert over.code == 402
    assert "cap-expires-early" in str(over.result)


def test_zeep_hears_a_fault_where_the_password_is_wrong(serving: Serving):
    with pytest.raises(zeep.exceptions.Fault, match="wrong") as caught:
        zeep_client(serving, (PRIMARY[0], "x")).service.publish(message=anything(message("never")))
    assert caught.value.code == "wsse:FailedAuthentication"
    assert accepted(serving, "never") == []


def test_both_centres_post_the_same_and_it_is_taken_once(serving: Serving):
    body = message("both")
    answers: list[Answer] = []

    def centre(who: tuple[str, str]) -> None:
        answers.append(post(serving.url, envelope(body, security(who))))

    threads = [threading.Thread(target=centre, args=(who,)) for who in (PRIMARY, BACKUP) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.code for answer in answers] == [0] * 6
    listed(serving, "both")
    found = sources(serving)
    assert {found[name]["state"] for name in ("primary", "backup")} == {"heard"}
    assert int(str(found["backup"]["messages"])) >= 3


def test_a_token_is_good_once(serving: Serving):
    header = security()
    assert post(serving.url, envelope(message("once"), header)).code == 0
    again = post(serving.url, envelope(message("twice"), header))
    assert (again.status, again.code, again.fault) == (500, None, "wsse:FailedAuthentication")
    assert accepted(serving, "twice") == []


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("", "wsse:InvalidSecurity"),
        (security((PRIMARY[0], "guess")), "wsse:FailedAuthentication"),
        (security(minutes=-60), "wsse:MessageExpired"),
        (security(kind="PasswordText"), "wsse:UnsupportedSecurityToken"),
        (security() + '<x:Routing xmlns:x="urn:x" S:mustUnderstand="1"/>', "soap:MustUnderstand"),
    ],
)
def test_who_may_not_post_hears_a_fault_and_leaves_nothing(serving: Serving, operator: str, header: str, fault: str):
    before = troubles(serving, operator)
    answer = post(serving.url, envelope(message("stranger"), header))
    assert (answer.status, answer.fault) == (500, fault)
    assert answer.said
    assert troubles(serving, operator) == before
    assert accepted(serving, "stranger") == []


BOMB = (
    '<!DOCTYPE S:Envelope [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
FETCH = '<!DOCTYPE S:Envelope [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def test_a_centre_whose_clock_is_wrong_counts_as_lost_until_it_is_set(serving: Serving):
    def post_late(minutes: float) -> tuple[str, dict[str, object]]:
        document = message("late")
        fault = post(serving.url, envelope(document, security(BACKUP, minutes=minutes))).fault
        return fault, sources(serving)["backup"]

    assert post(serving.url, envelope(message("clock-1"), security(BACKUP))).code == 0
    fault, source = post_late(-20)  # one alone may have been tried again too late
    assert (fault, source["state"]) == ("wsse:MessageExpired", "heard")
    fault, source = post_late(-19)
    assert (fault, source["state"]) == ("wsse:MessageExpired", "lost")
    assert "Set the clock" in str(source["reason"])
    assert post(serving.url, envelope(message("clock-2"), security(BACKUP))).code == 0
    assert sources(serving)["backup"]["state"] == "heard"


@pytest.mark.parametrize(
    "body",
    [
        envelope(b"<x>&j;</x>", head=BOMB),
        envelope(b"<x>&x;</x>", head=FETCH),
        envelope(b"<x/>", head='<!DOCTYPE S:Envelope SYSTEM "http://127.0.0.1:1/x.dtd">'),
        envelope(b"<a>" * 5_000 + b"</a>" * 5_000, header=""),
        envelope(b"<x/>", header="<Security ")[:-40],
        envelope(b"<x/>", header="<Security " * 6_000)[:-40],
        b"",
        b"\x00" * 10_000,
        b"--b\r\nContent-Type: application/xop+xml\r\n\r\n<x/>\r\n--b--",
        b"<alert/>",
        envelope(b"<x/>").replace(b"pcsoap:publish>", b"pcsoap:erase>"),
        envelope(b" " * (MESSAGE_BYTES_MAX + 1), header="<!-- -->"),
        "<?xml version='1.0' encoding='Shift_JIS'?><真備".encode("shift_jis"),
    ],
    ids=str,
)
def test_what_is_no_envelope_is_a_fault_of_the_client(serving: Serving, body: bytes):
    answer = post(serving.url, body)
    assert (answer.status, answer.code, answer.fault) == (500, None, "soap:Client")
    assert 10 < len(answer.said) < 1_000


def test_an_envelope_of_soap_1_2_is_told_which_version(serving: Serving):
    body = envelope(b"<x/>").replace(
        b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
    )
    assert post(serving.url, body).fault == "soap:VersionMismatch"


def kept(serving: Serving, operator: str, code: str, beginning: bytes) -> bytes:
    """The bytes of what was refused for that reason and begins so, as soon as they are listed."""
    headers = {"Authorization": f"Bearer {operator}"}
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        for row in troubles(serving, operator):
            if (row["code"], row["via"]) == (code, "lalert"):
                url = f"{serving.url}/api/v1/alerts/{row['seq']}/raw"
                if beginning in (raw := requests.get(url, headers=headers, timeout=10).content):
                    return raw
        time.sleep(0.02)
    raise AssertionError(code)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<x/>" * (1 << 20), "message-too-large"),
        (b" " * (MESSAGE_BYTES_MAX + 1), "message-too-large"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "xml-too-deep"),
        (b"<x>", "xml-not-well-formed"),
    ],
    ids=["elements", "bytes", "depth", "torn"],
)
def test_what_cannot_be_read_as_a_whole_is_kept_without_the_sign_in(
    serving: Serving, operator: str, content: bytes, code: str
):
    mark = f"<!-- {code} {len(content)} -->".encode()
    header = security()
    body = envelope(mark + content, header)
    answer = post(serving.url, body)
    assert (answer.status, answer.code, answer.fault) == (200, 402, "")
    assert answer.result.startswith(code)
    assert kept(serving, operator, code, mark) == body.replace(header.encode(), b"")
    assert post(serving.url, body).fault == "wsse:FailedAuthentication"  # each token once, here too


def test_what_cannot_be_read_leaves_nothing_of_who_may_not_post(serving: Serving, operator: str):
    before = len(troubles(serving, operator))
    answer = post(serving.url, envelope(b"<x>", security((PRIMARY[0], "wrong"))))
    assert (answer.status, answer.fault) == (500, "wsse:FailedAuthentication")
    assert len(troubles(serving, operator)) == before


def test_what_is_too_much_to_be_taken_in_stays_with_its_sender_and_a_person_sees_it(serving: Serving, operator: str):
    answer = post(serving.url, envelope(b"<!-- much -->" + b"x" * (17 << 20)))
    assert (answer.status, answer.fault) == (413, "soap:Client")
    head = kept(serving, operator, "message-too-large", b"<!-- much -->")
    assert len(head) < 1 << 17
    assert b"Nonce" not in head


def test_too_much_of_nobody_is_not_read(serving: Serving):
    answer = post(serving.url, envelope(b"x" * (17 << 20), header=""))
    assert (answer.status, answer.fault) == (413, "soap:Client")


def test_a_large_message_is_taken_and_the_memory_stays(serving: Serving):
    before = serving.rss_kb()
    text = message("large").replace(
        b"</edxlde:contentObject>", b"<x>" + b"y " * (3 << 20) + b"</x></edxlde:contentObject>"
    )
    assert post(serving.url, envelope(text)).code in {0, 402}
    many = message("many").replace(b"</edxlde:contentObject>", b"<x/>" * (1 << 20) + b"</edxlde:contentObject>")
    assert post(serving.url, envelope(many)).code == 402  # more elements than any message has
    assert serving.rss_kb() - before < 1_500_000


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", 401, "lalert-message-missing"),
        (b"only text", 401, "lalert-message-missing"),
        (b"<unknown xmlns='urn:x'/>", 401, "format-unknown"),
        (edxl(b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>"), 402, "cap-"),
        (edxl(order("mixed", status="Actual").partition(b"?>\n")[2], status="Exercise"), 402, "status"),
    ],
    ids=["empty", "text", "unknown", "invalid", "two statuses"],
)
def test_what_cannot_be_used_is_answered_with_its_reason_and_kept(
    serving: Serving, operator: str, content: bytes, code: int, word: str
):
    answer = post(serving.url, envelope(content))
    assert (answer.status, answer.code, answer.fault) == (200, code, "")
    assert word in answer.result
    ends = time.monotonic() + 5
    while not any(answer.result.startswith(one["code"]) for one in troubles(serving, operator)[:1]):
        assert time.monotonic() < ends, answer.result
        time.sleep(0.02)
    assert troubles(serving, operator)[0]["via"] == "lalert"


def test_a_request_in_shift_jis(serving: Serving):
    for number, (head, content_type) in enumerate(
        (("Shift_JIS", "text/xml"), ("", 'text/xml; charset="Shift_JIS"'), ("Shift_JIS", "text/xml; charset=utf-8"))
    ):
        body = envelope(message(f"sjis-{number}", headline="真備町箭田に表示")).decode()
        body = body.replace(' encoding="UTF-8"', f' encoding="{head}"' if head else "", 1)
        assert post(serving.url, body.encode("shift_jis"), content_type=content_type).code == 0
        assert str(listed(serving, f"sjis-{number}")["headline"]).endswith("真備町箭田に表示")


def test_the_address_without_its_slash_and_without_its_wsdl(serving: Serving):
    assert post(serving.url, envelope(message("slash")), path=PATH.rstrip("/")).code == 0
    described = requests.get(f"{serving.url}{PATH}?WSDL", headers={"Host": 'a.example"><x'}, timeout=10)
    assert (
        etree.fromstring(described.content).tag.endswith("definitions")
        if described.ok
        else described.status_code == 400
    )
    plain = requests.get(f"{serving.url}{PATH}", timeout=10)
    assert plain.status_code == 405
    assert "?wsdl" in plain.json()["detail"]


def test_what_was_answered_0_is_there_after_a_kill(tmp_path: Path):
    process = Serving(tmp_path / "data", CONFIG).start()
    try:
        bodies = {f"kill-{number}": message(f"kill-{number}") for number in range(5)}
        for body in bodies.values():
            assert post(process.url, envelope(body)).code == 0
        process.kill()
        process.start()
        for identifier, body in bodies.items():
            row = listed(process, identifier)
            again = post(process.url, envelope(body, security(BACKUP)))
            assert again.code == 0
            assert accepted(process, identifier) == [row]
            kept = requests.get(f"{process.url}/api/v1/alerts/{row['seq']}/raw", timeout=10).content
            assert kept.partition(b"?>\n")[2] in body, "the order's own bytes are in the journal"
    finally:
        assert process.stop() == 0


def test_a_token_is_good_once_over_a_restart_too(tmp_path: Path):
    process = Serving(tmp_path / "data", CONFIG).start()
    try:
        header = security()
        assert post(process.url, envelope(message("once-1"), header)).code == 0
        process.kill()
        process.start()
        assert post(process.url, envelope(message("once-2"), header)).fault == "wsse:FailedAuthentication"
        assert post(process.url, envelope(message("once-2"))).code == 0
    finally:
        assert process.stop() == 0


def test_nothing_listens_unless_a_centre_is_named(tmp_path: Path):
    assert LAlert(cast("Broker", tmp_path), Settings()).routes() == []


def test_two_centres_that_sign_in_alike_are_refused_at_the_start(tmp_path: Path):
    path = tmp_path / "noroshi.toml"
    path.write_text(CONFIG.replace(BACKUP[0], PRIMARY[0]), "utf-8")
    words = ["-m", "ops.command", "serve", "--data", str(tmp_path / "data"), "--port", "0", "--config", str(path)]
    ended = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert "lalert.centres.backup signs in like lalert.centres.primary" in " ".join(ended.stderr.split())
