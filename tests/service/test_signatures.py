"""Signed CAP over HTTP: what a signature is worth is kept and shown, and what does not fit goes nowhere."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from needed import program

from cap_formats.decode import decode
from cap_formats.signature.sign import read_key, sign_cap
from tests.service.messages import order, stamp
from tests.service.serving import CONFIG, Serving


@pytest.fixture(scope="module")
def keys_of(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("signer")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = [
        program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=kurashiki",
    ]
    subprocess.run([*words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return key, certificate


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, keys_of: tuple[Path, Path]) -> Iterator[Serving]:
    """A broker that takes no CAP message without a signature that it trusts."""
    config = f'{CONFIG}[signature]\npolicy = "require-trusted"\ntrusted = ["{keys_of[1]}"]\n'
    serving = Serving(tmp_path_factory.mktemp("strict") / "data", config).start()
    yield serving
    serving.stop()


def signed(keys_of: tuple[Path, Path], data: bytes) -> bytes:
    return sign_cap(data, *read_key(keys_of[0].read_bytes(), keys_of[1].read_bytes()))


async def post(serving: Serving, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def shown(serving: Serving, seq: int) -> dict[str, Any]:
    async with aiohttp.ClientSession() as client, client.get(f"{serving.url}/api/v1/alerts/{seq}") as answer:
        assert answer.status == 200
        return dict(await answer.json())


async def test_by_default_a_signature_is_noted_and_a_broken_one_held(serving: Serving, keys_of: tuple[Path, Path]):
    key = serving.key("issuer", "signer", "--areas", "33202")
    data = signed(keys_of, order("s1"))
    status, answer = await post(serving, key, data)
    assert status == 202, answer
    [found] = (await shown(serving, answer["seq"]))["signatures"]
    assert (found["state"], found["signer"], found["algorithm"]) == ("untrusted", "CN=kurashiki", "rsa-sha256")
    status, answer = await post(serving, key, data.replace(b">s1<", b">s2<"))
    assert (status, answer["code"], answer["result"]) == (422, "signature-broken", "held")
    status, answer = await post(serving, key, order("s3"))
    assert status == 202
    assert (await shown(serving, answer["seq"]))["signatures"] == []


async def test_where_signatures_are_required_only_what_is_trusted_goes_out(strict: Serving, keys_of: tuple[Path, Path]):
    key = strict.key("issuer", "signer", "--areas", "33202")
    status, answer = await post(strict, key, signed(keys_of, order("t1")))
    assert status == 202, answer
    assert [one["state"] for one in (await shown(strict, answer["seq"]))["signatures"]] == ["trusted"]
    status, answer = await post(strict, key, order("t2"))
    assert (status, answer["code"], answer["result"]) == (422, "signature-missing", "held")
    [alert] = decode(order("t3"))
    status, answer = await post(strict, key, b'{"alert": ' + alert.to_json() + b"}")  # the same in another dress
    assert (status, answer["code"], answer["result"]) == (422, "signature-missing", "held")


async def test_a_monthly_test_sent_as_actual_is_held(serving: Serving):
    key = serving.key("issuer", "monthly", "--areas", "33202")
    code = b"<eventCode><valueName>SAME</valueName><value>RMT</value></eventCode><expires>"
    status, answer = await post(serving, key, order("m1").replace(b"<expires>", code))
    assert (status, answer["code"], answer["result"]) == (422, "event-code-test", "held")


async def test_notes_come_with_the_answer_and_stay_with_the_alert(serving: Serving):
    key = serving.key("issuer", "older", "--areas", "33202")
    sent = stamp()
    body = order("n1", sent=sent).replace(b":cap:1.2", b":cap:1.1").replace(b"</sent>", b"</sent>")
    body = body.replace(f"<sent>{sent}".encode(), f"<sent>{sent[:19]}.5+09:00".encode())
    status, answer = await post(serving, key, body)
    assert status == 202, answer
    said = await shown(serving, answer["seq"])
    assert [note["code"] for note in said["notes"]] == ["cap-time-form"]
    assert said["alert"]["source_format"] == "cap11"


async def test_alerts_of_an_envelope_are_taken_one_by_one(serving: Serving):
    key = serving.key("issuer", "envelope", "--areas", "33202")
    alerts = [order(name).split(b"?>", 1)[1].decode() for name in ("e1", "e2")]
    inner = "".join(
        f"<contentObject><xmlContent><embeddedXMLContent>{one}</embeddedXMLContent></xmlContent></contentObject>"
        for one in alerts
    )
    body = (
        '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
        "<senderID>a@b</senderID><dateTimeSent>2026-07-01T09:00:00+09:00</dateTimeSent>"
        "<distributionStatus>Actual</distributionStatus><distributionType>Report</distributionType>"
        f"<combinedConfidentiality>x</combinedConfidentiality>{inner}</EDXLDistribution>"
    )
    status, answer = await post(serving, key, body.encode())
    assert status == 202, answer
    assert [one["identifier"] for one in answer["accepted"]] == ["e1", "e2"]


async def test_the_page_of_a_message_says_what_its_signature_was_worth(serving: Serving, keys_of: tuple[Path, Path]):
    key, operator = serving.key("issuer", "paged", "--areas", "33202"), serving.key("operator", "desk")
    _, answer = await post(serving, key, signed(keys_of, order("p1", severity="Extreme")))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        async with client.get(f"{serving.url}/ops") as door:
            token = re.search(r'name="csrf" value="([^"]+)"', await door.text())
        assert token
        form = {"key": operator, "csrf": token[1]}
        async with client.post(f"{serving.url}/ops/sign-in", data=form) as signed_in:
            assert signed_in.status == 200
        async with client.get(f"{serving.url}/ops/messages/{answer['seq']}") as page:
            text = await page.text()
    assert page.status == 200
    assert "署名者が未確認" in text
    assert "CN=kurashiki" in text
