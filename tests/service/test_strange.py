"""Requests that no honest program sends are refused with a code of 4xx, not with a fault of ours."""

import asyncio
import json
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.service.serving import Serving

MANY = "9" * 5_000
NOT_UTF_8 = b"\xff\xfe\xe3\x81"


async def said(serving: Serving, method: str, path: str | bytes, *headers: bytes, body: bytes = b"") -> tuple[int, str]:
    """Send bytes as they are, which no HTTP client would; return status and body."""
    at = urlsplit(serving.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    where = path if isinstance(path, bytes) else path.encode()
    lines = [
        method.encode() + b" " + where + b" HTTP/1.1",
        b"Host: x",
        b"Connection: close",
        b"Content-Length: %d" % len(body),
    ]
    writer.write(b"\r\n".join([*lines, *headers]) + b"\r\n\r\n" + body)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")


@pytest.fixture(scope="module")
def subscriber(serving: Serving) -> dict[str, str]:
    return {"Authorization": f"Bearer {serving.key('subscriber', 'strange')}"}


@pytest.mark.parametrize("key", [NOT_UTF_8, b"nrk_" + NOT_UTF_8 + b"_x"])
async def test_a_key_that_is_not_utf_8_is_unknown(serving: Serving, key: bytes):
    status, body = await said(serving, "GET", "/api/v1/subscriptions", b"Authorization: Bearer " + key)
    assert (status, json.loads(body)["code"]) == (401, "key-unknown")


@pytest.mark.parametrize("cookie", [b"noroshi_console=", b"noroshi_console_door=", b"noroshi_lang="])
async def test_a_cookie_that_is_not_utf_8_opens_the_door_and_no_more(serving: Serving, cookie: bytes):
    assert (await said(serving, "GET", "/console", b"Cookie: " + cookie + NOT_UTF_8))[0] == 200
    kind = b"Content-Type: application/x-www-form-urlencoded"
    for path in ("/console/sign-in", "/console/drafts"):
        status, _ = await said(serving, "POST", path, b"Cookie: " + cookie + NOT_UTF_8, kind, body=b"csrf=x&key=y")
        assert status == 403, path


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/in-force?code=",
        b"/api/v1/alerts?chain=",
        b"/api/v1/alerts?status=",
        b"/api/v1/",
        b"/console?lang=",
        b"/",
    ],
)
async def test_a_path_that_is_not_utf_8_is_no_fault_of_ours(serving: Serving, path: bytes):
    assert (await said(serving, "GET", path + NOT_UTF_8))[0] < 500
    assert (await said(serving, "GET", path + b"%ff%fe%ed%a0%80"))[0] < 500


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/v1/alerts/{MANY}", 404),
        (f"/api/v1/alerts/{MANY}/raw", 404),
        (f"/api/v1/alerts?before={MANY}", 400),
        (f"/api/v1/alerts?limit={MANY}", 400),
        (f"/console/orders/{MANY}", 404),
        (f"/ops/messages/{MANY}", 404),
    ],
)
async def test_a_number_of_five_thousand_digits_is_refused(serving: Serving, path: str, status: int):
    assert (await said(serving, "GET", path))[0] == status


@pytest.mark.parametrize("depth", [900, 100_000])
async def test_deep_json_is_refused(serving: Serving, subscriber: dict[str, str], depth: int):
    body = b'{"channel": "stream", "contact": ' + b"[" * depth + b"]" * depth + b"}"
    async with (
        aiohttp.ClientSession(headers=subscriber) as client,
        client.post(f"{serving.url}/api/v1/subscriptions", data=body) as answer,
    ):
        assert answer.status in {400, 422}
        assert (await answer.json(content_type=None))["code"] in {"json-invalid", "contact-invalid"}


async def test_a_body_that_is_not_what_its_headers_say_is_its_senders_fault(serving: Serving):
    issuer = f"Authorization: Bearer {serving.key('issuer', 'strange body')}".encode()
    status, body = await said(
        serving, "POST", "/api/v1/alerts", issuer, b"Content-Encoding: gzip", body=b"<alert>not gzip</alert>"
    )
    assert (status, json.loads(body)["code"]) == (400, "body-unreadable")


FORM = b"Content-Type: application/x-www-form-urlencoded"
PARTS = b"Content-Type: multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((PARTS,), b"no part of it"),
        ((PARTS,), b"a" * (600 << 10)),
        ((FORM, b"Content-Encoding: gzip"), b"not gzip"),
        ((b"Content-Type: application/x-www-form-urlencoded; charset=utf-8",), b"csrf=" + NOT_UTF_8),
    ],
    ids=["no boundary", "a long line", "not gzip", "not utf-8"],
)
async def test_a_form_that_is_none_is_no_fault_of_ours(serving: Serving, headers: tuple[bytes, ...], body: bytes):
    for path in ("/ops/sign-in", "/console/sign-in"):
        assert (await said(serving, "POST", path, *headers, body=body))[0] in {400, 403}, path
