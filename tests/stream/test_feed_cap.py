"""What came as JMA is fetched as CAP that names what it took over."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from stream.house import House

from cap_formats.alert import MsgType, Reference, Status
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.cap.version import CAP_10, CAP_11, CAP_12, Version
from cap_formats.decode import decode
from cap_formats.signature.sign import sign_cap
from channels.feed.cap import linked
from tests.corpus import corpus


def test_an_update_of_jmas_names_what_it_took_over_and_passes_our_own_rules():
    [first] = decode(corpus("corpus", "jma", "36_01_01_240613_VXSE44.xml").read_bytes())
    [update] = decode(corpus("corpus", "jma", "36_01_02_240613_VXSE44.xml").read_bytes())
    [read_back] = decode(encode_cap(linked(update, [first])))
    assert read_back.msg_type is MsgType.UPDATE
    [reference] = read_back.references
    assert (reference.identifier, reference.sender) == (first.identifier, first.sender)
    assert datetime.fromisoformat(reference.sent).astimezone(UTC) == first.sent.astimezone(UTC)


def test_an_update_that_took_nothing_over_stands_alone():
    [update] = decode(corpus("corpus", "jma", "36_01_02_240613_VXSE44.xml").read_bytes())
    [read_back] = decode(encode_cap(linked(update, [])))
    assert read_back.msg_type is MsgType.ALERT


ORDER = """<alert xmlns="{namespace}"><identifier>o-{number}</identifier><sender>kurashiki.example.jp</sender>
<sent>2026-07-01T12:0{number}:00+09:00</sent><status>Actual</status><msgType>{msg_type}</msgType><scope>Public</scope>
{references}<info><language>ja</language><category>Met</category><event>避難指示</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Likely</certainty><headline>避難指示 {number}</headline>
<area><areaDesc>倉敷市</areaDesc><circle>34.6,133.8 1</circle></area></info></alert>"""
NAMED = {CAP_10: "o-0/kurashiki.example.jp", CAP_11: "kurashiki.example.jp,o-0,2026-07-01T12:00:00+09:00"}


@pytest.mark.parametrize("version", [CAP_10, CAP_11])
async def test_what_came_as_an_older_cap_is_fetched_as_1_2(house: House, version: Version):
    fields = {"namespace": version.namespace}
    first = ORDER.format(**fields, number=0, msg_type="Alert", references="").encode()
    named = f"<references>{NAMED[version]}</references>"
    update = ORDER.format(**fields, number=1, msg_type="Update", references=named).encode()
    seqs = [await house.hand_in(raw) for raw in (first, update)]
    documents = []
    for seq in seqs:
        async with house.client.get(f"/api/v1/alerts/{seq}.cap") as response:
            assert response.status == 200
            documents.append(decode(await response.read())[0])
    before, after = documents
    assert {one.source_format for one in documents} == {"cap12"}
    assert after.infos == (await house.broker.archive.accepted(seqs[1])).alert.infos
    assert after.references == (Reference(before.sender, before.identifier, write_time(before.sent)),)


async def test_a_drill_that_is_written_as_cap_bears_its_mark(house: House):
    fields = {"namespace": CAP_11.namespace, "number": 0, "msg_type": "Alert", "references": ""}
    seq = await house.hand_in(ORDER.format(**fields).replace("Actual", "Exercise").encode())
    async with house.client.get(f"/api/v1/alerts/{seq}.cap") as response:
        [alert] = decode(await response.read())
    assert alert.infos[0].headline == "【訓練】避難指示 0"


def drill(headline: str | None) -> bytes:
    """An exercise as CAP 1.2, whose headline may not say that it is one."""
    words = ORDER.format(namespace=CAP_12.namespace, number=0, msg_type="Alert", references="")
    said = f"<headline>{headline}</headline>" if headline else ""
    return words.replace("Actual", "Exercise").replace("<headline>避難指示 0</headline>", said).encode()


def signed(document: bytes) -> bytes:
    """Sign with a key that nobody knows, which is taken with a note."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "city.example.jp")])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=36_500))
    return sign_cap(document, key, [builder.sign(key, hashes.SHA256())])


async def fetched(house: House, raw: bytes) -> tuple[bytes, str, str]:
    """Return the CAP of a message, its status as the header has it, and whose letters it has."""
    seq = await house.hand_in(raw)
    async with house.client.get(f"/api/v1/alerts/{seq}.cap") as response:
        assert response.status == 200
        return await response.read(), response.headers["Noroshi-Status"], response.headers["Noroshi-Letters"]


@pytest.mark.parametrize(("headline", "said"), [("避難指示 0", "【訓練】避難指示 0"), (None, "【訓練】避難指示")])
async def test_a_drill_that_does_not_say_so_is_marked(house: House, headline: str | None, said: str):
    body, status, letters = await fetched(house, drill(headline))
    [alert] = decode(body)
    assert (status, letters) == ("Exercise", "marked")
    assert alert.infos[0].headline == said
    assert alert.status is Status.EXERCISE


async def test_a_drill_that_says_so_stays_as_it_came(house: House):
    raw = drill("【訓練】避難指示 0")
    assert await fetched(house, raw) == (raw, "Exercise", "as-received")


async def test_a_signed_drill_stays_as_it_came_and_is_told_beside(house: House):
    raw = signed(drill("避難指示 0"))
    assert await fetched(house, raw) == (raw, "Exercise", "as-received")
    async with house.client.get("/feeds/alerts.atom?status=Exercise") as response:
        assert '<title xml:lang="ja">【訓練】避難指示 0</title>' in await response.text()


async def test_what_is_real_stays_as_it_came(house: House):
    raw = drill("避難指示 0").replace(b"Exercise", b"Actual")
    assert await fetched(house, raw) == (raw, "Actual", "as-received")
