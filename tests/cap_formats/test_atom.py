"""Feeds and entries follow RFC 4287's own schema, and carry what alert readers look for."""

import functools
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from cap_document import DECODED, canonical, corpus_document, document
from corpus import corpus
from lxml import etree
from relax_ng_compact import schema_of

from cap_formats.alert import Alert
from cap_formats.atom import AtomItem, entry_id, feed
from cap_formats.decode import decode
from cap_formats.encode import encode
from cap_formats.problem import MessageRuleError

ATOM = "{http://www.w3.org/2005/Atom}"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
NOW = datetime(2026, 7, 1, 9, 5, tzinfo=timezone(timedelta(hours=9)))
REFERENCES = "</scope><references>a,b,2026-06-30T09:00:00+09:00</references>"


@functools.cache
def atom_schema() -> etree.RelaxNG:
    return schema_of(corpus("corpus", "cap", "schema", "atom_rfc4287.rng").read_text())


def checked(data: bytes) -> etree.ElementBase:
    """Parse a document that must follow the schema, and the rules that it has for every entry."""
    root = etree.fromstring(data)
    schema = atom_schema()
    assert schema.validate(root), schema.error_log
    for entry in root.iter(f"{ATOM}entry"):
        links = entry.findall(f"{ATOM}link")
        assert entry.find(f"{ATOM}content") is not None or any(one.get("rel") == "alternate" for one in links)
        assert entry.find(f"{ATOM}author") is not None
    return root


def alert_of(*changes: tuple[str, str]) -> Alert:
    return decode(document(*changes))[0]


def feed_of(*items: AtomItem) -> etree.ElementBase:
    address = "https://example.jp/feeds/alerts.atom"
    return checked(feed(items, id=address, title="高梁市の緊急情報", updated=NOW, self_url=address))


@pytest.mark.parametrize("name", ["amber.atom", "weather.atom", "canada_signed.atom", "earthquake_index.atom"])
def test_the_schema_takes_real_feeds(name: str):
    assert atom_schema().validate(etree.fromstring(corpus_document(name)))


@pytest.mark.parametrize("name", ["no_id.atom", "no_title.atom", "invalid_element.atom"])
def test_the_schema_refuses_broken_feeds(name: str):
    assert not atom_schema().validate(etree.fromstring(corpus_document(name)))


@pytest.mark.parametrize("name", DECODED)
def test_an_entry_carries_the_document_inside(name: str):
    data = corpus_document(name)
    entry = checked(encode(decode(data)[0], "atom"))
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "application/cap+xml"
    assert canonical(etree.tostring(content[0])) == canonical(data)


def test_a_feed_links_to_the_documents():
    alert = alert_of()
    item = AtomItem(alert=alert, updated=NOW, cap_url="https://example.jp/a/1.cap", page_url="https://example.jp/a/1")
    root = feed_of(item, msgspec.structs.replace(item, alert=alert_of(("abc-1", "abc-2"))))
    entries = root.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    links = {(one.get("rel"), one.get("type")): one.get("href") for one in entries[0].findall(f"{ATOM}link")}
    assert links == {
        ("alternate", "application/cap+xml"): "https://example.jp/a/1.cap",
        ("enclosure", "application/cap+xml"): "https://example.jp/a/1.cap",
        ("alternate", "text/html"): "https://example.jp/a/1",
    }
    assert entries[0].findtext(f"{ATOM}title") == "避難指示"
    assert entries[0].findtext(f"{ATOM}updated") == "2026-07-01T09:05:00+09:00"
    assert entries[0].findtext(f"{CAP}severity") == "Severe"
    assert entries[0].findtext(f"{CAP}areaDesc") == "高梁市"
    assert root.findtext(f"{ATOM}updated") == "2026-07-01T09:05:00+09:00"


def test_an_empty_feed_is_a_feed():
    assert feed_of().find(f"{ATOM}entry") is None


def test_an_alert_without_info_has_an_entry():
    text = document().decode()
    text = text[: text.index("<info>")] + "</alert>"
    entry = checked(encode(decode(text.encode())[0], "atom"))
    assert entry.findtext(f"{ATOM}title") == "abc-1"


def test_drills_and_cancels_say_so_first():
    drill = alert_of(("Actual", "Exercise"))
    entry = checked(encode(drill, "atom"))
    assert entry.findtext(f"{ATOM}title") == "【訓練】避難指示"
    assert entry.findtext(f"{ATOM}summary").startswith("【訓練】")
    cancel = alert_of(("<msgType>Alert", "<msgType>Cancel"), ("</scope>", REFERENCES), ("Actual", "Test"))
    assert checked(encode(cancel, "atom")).findtext(f"{ATOM}title") == "【試験】【取消】避難指示"


def test_the_id_is_that_of_the_message_and_of_no_other():
    alert = alert_of()
    assert entry_id(alert) == entry_id(Alert.from_json(alert.to_json()))
    others = (("abc-1", "abc-2"), ("bousai@", "bousei@"), ("09:00:00+09:00</s", "09:00:01+09:00</s"))
    assert len({entry_id(alert), *(entry_id(alert_of(change)) for change in others)}) == 4


def test_utc_is_written_with_z():
    item = AtomItem(alert=alert_of(("+09:00", "-00:00")), updated=NOW.astimezone(UTC))
    entry = feed_of(item).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2026-07-01T00:05:00Z"
    assert entry.findtext(f"{ATOM}published") == "2026-07-01T09:00:00Z"


@pytest.mark.parametrize("to", ["cap", "atom"])
def test_a_character_that_xml_has_not_is_refused(to: str):
    with pytest.raises(MessageRuleError) as caught:
        encode(msgspec.structs.replace(alert_of(), note="\x01"), to)
    assert caught.value.code == "cap-character"
