"""What pollers get: valid Atom, GeoJSON in the right order, nothing twice, and no drill that was not asked for."""

from datetime import timedelta

import msgspec
import pytest
from corpus import corpus
from lxml import etree
from stream.house import House
from stream.saying import NOW

from broker.core.delivery import Delivered, Delivery
from broker.core.lane import Lane
from cap_formats.alert import Alert, MsgType, Reference, Scope, Status
from cap_formats.decode import decode
from channels.feed.channel import FeedContact
from tests.cap_formats.relax_ng_compact import schema_of

ATOM = "{http://www.w3.org/2005/Atom}"
POLYGON = "34.60,133.75 34.60,133.80 34.65,133.80 34.65,133.75 34.60,133.75"


async def atom(house: House, query: str = "") -> etree._Element:
    async with house.client.get("/feeds/alerts.atom" + query) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "application/atom+xml"
        return etree.fromstring(await response.read())


async def geojson(house: House, query: str = "") -> dict:
    async with house.client.get("/feeds/alerts.geojson" + query) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "application/geo+json"
        return msgspec.json.decode(await response.read())


def titles(root: etree._Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


def drawn(alert: Alert, *polygons: str) -> Alert:
    (info,) = alert.infos
    area = msgspec.structs.replace(info.areas[0], polygons=polygons)
    return msgspec.structs.replace(alert, infos=(msgspec.structs.replace(info, areas=(area,)),))


def cancel(alert: Alert) -> Alert:
    return msgspec.structs.replace(
        alert,
        identifier=alert.identifier + "-cancel",
        msg_type=MsgType.CANCEL,
        references=(Reference(alert.sender, alert.identifier, "2026-07-01T03:00:00+00:00"),),
    )


async def test_the_atom_feed_keeps_to_its_schema(house: House):
    schema = schema_of(corpus("corpus", "cap", "schema", "atom_rfc4287.rng").read_text())  # RFC 4287, appendix B
    schema.assertValid(await atom(house))
    await house.say(house.order(1))
    await house.say(drawn(house.order(2, severity="Extreme"), POLYGON))
    schema.assertValid(await atom(house))
    schema.assertValid(await atom(house, "?area=33"))


async def test_the_atom_feed_has_what_rfc_4287_asks_of_feed_and_entry(house: House):
    """Sections 4.1.1 and 4.1.2: one id, title and updated each, an author, a link to itself."""
    await house.say(house.order(1))
    await house.say(house.order(2))
    root = await atom(house)
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        assert [len(element.findall(ATOM + name)) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert element.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [element.findtext(f"{ATOM}id") for element in (root, *entries)]
    assert len(set(ids)) == 3
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        "https://noroshi.example/feeds/alerts.atom?status=Actual"
    ]
    assert titles(root) == ["避難指示 2", "避難指示 1"]


async def test_each_entry_leads_to_its_cap_document_letter_for_letter(house: House):
    seq = await house.say(house.order(1))
    (entry,) = (await atom(house)).findall(f"{ATOM}entry")
    (href,) = {link.get("href") for link in entry.findall(f"{ATOM}link") if link.get("type") == "application/cap+xml"}
    assert href == f"https://noroshi.example/api/v1/alerts/{seq}.cap"
    async with house.client.get(href.removeprefix("https://noroshi.example")) as response:
        assert response.content_type == "application/cap+xml"
        assert await response.read() == await house.broker.archive.raw(seq)
    async with house.client.get("/api/v1/alerts/999.cap") as response:
        assert response.status == 404


async def test_a_jma_telegram_is_handed_out_as_cap_with_what_it_takes_over(house: House):
    """Two states of the warnings of Nara, both updates: of the first nothing earlier is known here."""
    seqs = []
    for name in ("15_08_01_130412_VPWW53.xml", "15_08_05_130412_VPWW53.xml"):
        telegram = corpus("corpus", "jma", name).read_bytes()
        house.now = decode(telegram)[0].sent
        seqs.append(await house.hand_in(telegram))
    documents = []
    for seq in seqs:
        async with house.client.get(f"/api/v1/alerts/{seq}.cap") as response:
            assert response.status == 200
            documents.append(decode(await response.read())[0])
    first, second = documents
    assert first.infos == (await house.broker.archive.accepted(seqs[0])).alert.infos
    assert first.msg_type is MsgType.ALERT
    assert second.msg_type is MsgType.UPDATE
    assert [reference.identifier for reference in second.references] == [first.identifier]


async def test_geojson_is_longitude_first(house: House):
    await house.say(drawn(house.order(1), POLYGON))
    found = await geojson(house)
    (feature,) = found["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["properties"]["drawn"] == "as sent"
    assert all(133 < x < 134 and 34 < y < 35 for x, y in feature["geometry"]["coordinates"][0])


async def test_what_has_codes_alone_is_drawn_by_its_borders(house: House):
    await house.say(house.order(1, areas=("33202", "33101")))
    (feature,) = (await geojson(house))["features"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["properties"]["drawn"] == "by code"
    assert feature["properties"]["codes"] == ["33101", "33202"]
    corners = [corner for polygon in feature["geometry"]["coordinates"] for ring in polygon for corner in ring]
    assert all(133 < x < 135 and 34 < y < 35.5 for x, y in corners)


async def test_the_snapshot_says_which_state_it_is_and_what_ended(house: House):
    order = house.order(1)
    seq = await house.say(order)
    before = await geojson(house)
    assert [feature["properties"]["seq"] for feature in before["features"]] == [seq]
    assert before["ended"] == []
    house.pass_time(minutes=5)
    await house.say(msgspec.structs.replace(cancel(order), sent=house.now))
    after = await geojson(house)
    assert after["features"] == []
    assert [(tombstone["chain"], tombstone["reason"]) for tombstone in after["ended"]] == [
        (before["features"][0]["properties"]["chain"], "cancelled")
    ]
    assert after["seq"] > before["seq"]
    assert after["epoch"] == before["epoch"] != ""
    assert (await geojson(house, "?area=33202"))["ended"] == after["ended"]
    assert (await geojson(house, "?area=47201"))["ended"] == []
    house.pass_time(hours=25)
    assert (await geojson(house))["ended"] == []


async def test_what_runs_out_leaves_without_a_record(house: House):
    order = house.order(1)
    (info,) = order.infos
    info = msgspec.structs.replace(info, expires=NOW + timedelta(minutes=30))
    await house.say(msgspec.structs.replace(order, infos=(info,)))
    assert len((await geojson(house))["features"]) == 1
    house.pass_time(minutes=30)
    after = await geojson(house)
    assert after["features"] == []
    assert [tombstone["reason"] for tombstone in after["ended"]] == ["expired"]


@pytest.mark.parametrize("path", ["/feeds/alerts.atom", "/feeds/alerts.geojson"])
async def test_a_poller_is_told_not_modified_until_something_changes(house: House, path: str):
    await house.say(house.order(1))
    async with house.client.get(path) as response:
        tag, modified = response.headers["ETag"], response.headers["Last-Modified"]
        assert response.headers["Content-Encoding"] == "gzip"
        whole = await response.read()
    house.pass_time(seconds=30)  # as_of moves on, what is said does not
    async with house.client.get(path, headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert response.headers["ETag"] == tag
    async with house.client.get(path, headers={"If-Modified-Since": modified}) as response:
        assert response.status == 304
    async with house.client.get(path, headers={"Accept-Encoding": "identity"}) as response:
        assert "Content-Encoding" not in response.headers
        assert len(await response.read()) == len(whole)
    await house.say(house.order(2))
    async with house.client.get(path, headers={"If-None-Match": tag, "If-Modified-Since": modified}) as response:
        assert response.status == 200
        assert response.headers["ETag"] != tag


async def test_thousands_of_polls_build_once(house: House, monkeypatch: pytest.MonkeyPatch):
    await house.say(house.order(1))
    await atom(house)
    reads = 0
    whole = house.broker.archive.accepted

    async def counted(seq: int):
        nonlocal reads
        reads += 1
        return await whole(seq)

    monkeypatch.setattr(house.broker.archive, "accepted", counted)
    for _ in range(50):
        await atom(house)
    assert reads == 0


async def test_drills_only_where_they_were_asked_for(house: House):
    await house.say(house.order(1))
    await house.say(house.order(2, status=Status.EXERCISE))
    live, drill = await atom(house), await atom(house, "?status=Exercise")
    assert titles(live) == ["避難指示 1"]
    assert titles(drill) == ["【訓練】避難指示 2"]
    assert drill.findtext(f"{ATOM}title").startswith("【訓練】")
    assert len((await geojson(house))["features"]) == 1
    (feature,) = (await geojson(house, "?status=Exercise"))["features"]
    assert feature["properties"]["headline"] == "【訓練】避難指示 2"
    async with house.client.get("/feeds/alerts.atom?status=Actual,Exercise") as response:
        assert response.status == 400
        assert (await response.json())["path"] == "status"


async def test_what_is_not_for_the_public_is_in_no_feed(house: House):
    seq = await house.say(msgspec.structs.replace(house.order(1, scope=Scope.RESTRICTED), restriction="消防"))
    assert titles(await atom(house)) == []
    assert (await geojson(house))["features"] == []
    async with house.client.get(f"/api/v1/alerts/{seq}.cap") as response:
        assert response.status == 401


async def test_area(house: House):
    await house.say(house.order(1))
    await house.say(house.order(2, areas=("47201",)))
    assert titles(await atom(house, "?area=33")) == ["避難指示 1"]
    assert len((await geojson(house, "?area=33202"))["features"]) == 1
    async with house.client.get("/feeds/alerts.atom?area=99999") as response:
        assert response.status == 404
        assert (await response.json())["code"] == "area-unknown"


async def test_the_channel_proves_that_the_feeds_show_it(house: House):
    seq = await house.say(house.order(1))
    delivery = Delivery(
        id="d",
        alert_seq=seq,
        chain="c",
        subscription_id="s",
        channel="feed",
        lane=Lane.NORMAL,
        deadline=NOW,
        attempt=1,
    )
    outcome = await house.channel.send(delivery, await house.broker.archive.accepted(seq), FeedContact())
    assert isinstance(outcome, Delivered)
