"""The webhook channel beyond the common suite: signatures, formats, what each answer means, which addresses."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from aiohttp import web
from contracts.channel_case import accepted, delivery_of, order
from standardwebhooks.webhooks import Webhook as StandardWebhook
from standardwebhooks.webhooks import WebhookVerificationError

from broker.core.delivery import Deferred, Delivered, Refused
from cap_formats.alert import Status
from channels.http import HttpClient, retry_after_s
from channels.webhook import Contact, Settings, Webhook
from channels.webhook import body as body_module
from channels.webhook.settings import Format

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?><alert>Détresse</alert>'.encode("latin-1")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class FarEnd:
    """An HTTP server that answers as told and remembers what it was sent."""

    def __init__(self) -> None:
        self.seen: list[tuple[web.Request, bytes]] = []
        self.answer: Callable[[], web.Response] = lambda: web.Response(text="ok")

    async def handle(self, request: web.Request) -> web.Response:
        self.seen.append((request, await request.read()))
        return self.answer()

    async def start(self) -> None:
        app = web.Application(client_max_size=1 << 24)
        app.router.add_post("/{tail:.*}", self.handle)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    end = FarEnd()
    await end.start()
    yield end
    await end.runner.cleanup()


@pytest.fixture
async def channel() -> AsyncIterator[Webhook]:
    channel = Webhook()
    yield channel
    await channel.close()


async def test_the_standard_library_of_webhooks_accepts_our_signature(far_end: FarEnd, channel: Webhook) -> None:
    alert = order()
    await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url, secret=SECRET))
    request, body = far_end.seen[0]
    message = StandardWebhook(SECRET).verify(body, dict(request.headers))
    assert message["type"] == "alert.accepted"
    assert message["data"]["seq"] == 1
    with pytest.raises(WebhookVerificationError):
        StandardWebhook(SECRET).verify(body + b" ", dict(request.headers))


async def test_cap_goes_out_byte_for_byte_and_is_signed_as_bytes(far_end: FarEnd, channel: Webhook) -> None:
    alert = accepted(order().alert, LATIN)
    contact = Contact(url=far_end.url, secret=SECRET, format=Format.CAP)
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, contact)
    assert isinstance(outcome, Delivered)
    request, body = far_end.seen[0]
    assert body == LATIN
    assert request.content_type == "application/cap+xml"
    key = StandardWebhook(SECRET)
    stamp = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    # The library can only sign text; a body that is ASCII but for one letter shows that ours signs the bytes.
    assert key.sign("1-sub-1", stamp, LATIN.decode("latin-1")) != request.headers["webhook-signature"]
    assert request.headers["Noroshi-Status"] == "Actual"


@pytest.mark.parametrize(
    ("source_format", "raw", "content_type"),
    [
        ("cap-1.2", b"<alert/>", "application/cap+xml"),
        ("jma-xml", b'\xef\xbb\xbf<?xml version="1.0"?><Report/>', "application/xml"),
        ("qzss-dcx", b"\x53\xc6\x00", "application/octet-stream"),
    ],
)
async def test_each_source_keeps_its_own_content_type(
    far_end: FarEnd, channel: Webhook, source_format: str, raw: bytes, content_type: str
) -> None:
    alert = accepted(msgspec.structs.replace(order().alert, source_format=source_format), raw)
    await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url, format=Format.CAP))
    request, body = far_end.seen[0]
    assert (request.content_type, body) == (content_type, raw)


async def test_every_text_of_a_drill_is_marked_in_json(far_end: FarEnd, channel: Webhook) -> None:
    alert = order(
        status=Status.EXERCISE, headline="避難指示", description="川の水位が上がっています。", instruction="避難を。"
    )
    await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url))
    data = json.loads(far_end.seen[0][1])["data"]
    assert data["drill"] is True
    (info,) = data["alert"]["infos"]
    assert all(info[name].startswith("【訓練】") for name in ("headline", "description", "instruction"))


async def test_a_drill_in_english_says_so_in_english(far_end: FarEnd, channel: Webhook) -> None:
    alert = order(status=Status.EXERCISE, language="en-US", headline="Evacuate now")
    await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url))
    (info,) = json.loads(far_end.seen[0][1])["data"]["alert"]["infos"]
    assert info["headline"] == "【訓練】[EXERCISE] Evacuate now"


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 405, 408, 409, 415, 425, 429, 500, 502, 503])
async def test_a_far_end_that_may_come_back_is_waited_for(far_end: FarEnd, channel: Webhook, status: int) -> None:
    far_end.answer = lambda: web.Response(status=status, headers={"Location": "http://elsewhere.example/"})
    alert = order()
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url))
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith(str(status))
    assert len(far_end.seen) == 1


@pytest.mark.parametrize("status", [410, 413, 422])
async def test_a_far_end_that_says_never_is_believed(far_end: FarEnd, channel: Webhook, status: int) -> None:
    far_end.answer = lambda: web.Response(status=status)
    alert = order()
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url))
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize(("status", "wish"), [(429, 7.0), (503, 7.0), (500, None)])
async def test_retry_after_is_honoured_where_it_has_a_meaning(
    far_end: FarEnd, channel: Webhook, status: int, wish: float | None
) -> None:
    far_end.answer = lambda: web.Response(status=status, headers={"Retry-After": "7"})
    alert = order()
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, Contact(url=far_end.url))
    assert isinstance(outcome, Deferred)
    assert outcome.retry_after_s == wish


def test_retry_after_may_be_a_date_or_nonsense() -> None:
    now = datetime(2026, 7, 6, 13, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=30), usegmt=True)
    assert retry_after_s({"Retry-After": later}, now) == 30.0
    assert retry_after_s({"Retry-After": "soon"}, now) is None
    assert retry_after_s({}, now) is None


async def test_the_second_address_is_tried_at_once(far_end: FarEnd, channel: Webhook) -> None:
    alert = order()
    contact = Contact(url="http://127.0.0.1:9/", second_url=far_end.url)
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, contact)
    assert isinstance(outcome, Delivered)
    assert len(far_end.seen) == 1


async def test_one_address_that_may_come_back_outweighs_one_that_says_never(far_end: FarEnd, channel: Webhook) -> None:
    far_end.answer = lambda: web.Response(status=410)
    alert = order()
    contact = Contact(url="http://127.0.0.1:9/", second_url=far_end.url)
    outcome = await channel.send(delivery_of(alert, "webhook"), alert, contact)
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("connection refused")


async def test_a_body_is_rendered_once_for_all_subscribers(
    far_end: FarEnd, channel: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    render = body_module.render

    def counting(*args: object) -> object:
        counted.append(args)
        return render(*args)

    monkeypatch.setattr(body_module, "render", counting)
    alert = order()
    for number in range(20):
        delivery = delivery_of(alert, "webhook", subscription=f"sub-{number}")
        await channel.send(delivery, alert, Contact(url=far_end.url, secret=SECRET))
    assert len(counted) == 1
    assert len({body for _, body in far_end.seen}) == 1


async def test_connections_are_kept_and_a_large_telegram_goes_through(far_end: FarEnd, channel: Webhook) -> None:
    alert = accepted(order().alert, b"<Report>" + b"x" * (4 << 20) + b"</Report>")
    peers = set()
    for seq in (1, 2):
        delivery = delivery_of(alert, "webhook", seq=seq)
        outcome = await channel.send(delivery, alert, Contact(url=far_end.url, secret=SECRET, format=Format.CAP))
        assert isinstance(outcome, Delivered)
    for request, body in far_end.seen:
        assert body == alert.raw
        peers.add(id(request.protocol))
    assert len(peers) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "224.0.0.1",
        # the same, spelled as other programs fold it
        "\uff11\uff12\uff17.0.0.1",  # fullwidth digits
        "127\u30020\u30020\u30021",  # ideographic full stops
        "\u246027.0.0.1",  # a circled one
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
async def test_private_addresses_can_be_shut_out(host: str) -> None:
    url = f"http://{host}:1/"
    channel = Webhook(Settings(allow_private=False))
    alert = order()
    outcome = await channel.send(delivery_of(alert, "webhook", within_s=2), alert, Contact(url=url))
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("address not allowed")
    await channel.close()


async def test_asking_again_after_a_closed_connection_takes_no_more_time() -> None:
    sockets: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sockets.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.4)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = HttpClient()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    outcome = await client.request("POST", url, headers={}, body=b"x", timeout_s=0.6)
    await client.close()
    server.close()
    await asyncio.sleep(0.3)
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("timeout")  # with time of its own the second would have been closed as well
    assert len(sockets) == 2


@pytest.mark.parametrize(
    "contact",
    [
        {"url": "ftp://example.org/"},
        {"url": "file:///etc/passwd"},
        {"url": "http:///x"},
        {"url": f"http://{'a' * 64}.example/"},
        {"url": f"http://{'あ' * 64}.example/"},
        {"url": f"http://{'a.' * 130}example/"},
        {"url": "http://a..example/"},
        {"url": "https://user:word@example.org/"},
        {"url": "https://example.org/", "secret": "hush"},
        {"url": "https://example.org/", "secret": "whsec_c2hvcnQ="},
        {"url": "https://example.org/", "second_url": "gopher://example.org"},
        {"url": "https://example.org/", "sekret": "whsec_x"},
    ],
)
def test_a_contact_that_could_never_work_is_refused_when_it_is_made(contact: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(contact, Contact)
