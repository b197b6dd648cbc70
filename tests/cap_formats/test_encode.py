"""What came in another format goes out as CAP that the standard's schema takes, with ids that CAP allows."""

import msgspec
import pytest
from cap_document import document, standard_schema
from corpus import corpus
from lxml import etree

from cap_formats.alert import Reference
from cap_formats.cap.encode import cap_id
from cap_formats.decode import decode
from cap_formats.encode import ENCODERS, encode


def telegrams() -> list[bytes]:
    return [path.read_bytes() for path in sorted(corpus("corpus", "jma").glob("*.xml"))]


def test_every_official_telegram_can_be_written_in_every_format():
    schema = standard_schema()
    ids = set()
    for data in telegrams():
        (alert,) = decode(data)
        root = etree.fromstring(encode(alert, "cap"))
        assert schema.validate(root), schema.error_log
        ids.add(root.findtext("{*}identifier"))
        assert root.findtext("{*}sent").endswith("+09:00")
        for to in ENCODERS:
            assert encode(alert, to) == encode(alert, to)
    assert len(ids) > 300


def test_ids_of_other_formats_lose_what_cap_forbids_and_stay_apart():
    ids = ["a b", "a,b", "a<b", "a&b", "a\u3000b", "a\tb", "ab"]
    assert len({cap_id(text) for text in ids}) == len(ids)
    assert cap_id("高梁市, 1") == "高梁市%2C%201"
    (alert,) = decode(document())
    other = msgspec.structs.replace(
        alert, identifier="x y", sender="a,b", references=(Reference("a,b", "x z", "2026-06-30T09:00:00+09:00"),)
    )
    (again,) = decode(encode(other, "cap"))
    assert (again.identifier, again.sender) == ("x%20y", "a%2Cb")
    assert again.references == (Reference("a%2Cb", "x%20z", "2026-06-30T09:00:00+09:00"),)


def test_a_format_that_is_not_written_is_a_key_error():
    (alert,) = decode(document())
    with pytest.raises(KeyError):
        encode(alert, "tvcml")
