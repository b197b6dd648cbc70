"""What came from L-Alert goes out as it came: decoded, encoded and decoded again it says the same."""

import msgspec
import pytest
from documents import BODIES, by_the_front_door, cancelled, decoded, document, later
from edxl import check_envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import OF_BODY, documents

from cap_formats.alert import Alert, Info
from cap_formats.encode import encode
from cap_formats.lalert.markup import markup_of, text_of


def same(one: Alert, other: Alert) -> None:
    for a, b in zip(one.infos, other.infos, strict=True):
        for name in Info.__struct_fields__:
            assert getattr(a, name) == getattr(b, name), name
    for name in Alert.__struct_fields__:
        if name != "raw_digest":
            assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("category", BODIES)
def test_documents_come_out_as_they_came(category: str):
    alert = decoded(document(category))
    again = by_the_front_door(encode(alert, "lalert"))
    same(alert, again)
    assert encode(again, "lalert") == encode(alert, "lalert")


@pytest.mark.parametrize("category", [name for name in BODIES if name != "UrgentMail"])
def test_updates_corrections_and_cancels_do_so(category: str):
    for changes in (later(2), cancelled(3), (*later(2), cancelled(2)[-1])):
        alert = decoded(document(category, *changes))
        same(alert, by_the_front_door(encode(alert, "lalert")))


@pytest.mark.parametrize("category", BODIES)
def test_they_do_so_through_the_canonical_json(category: str):
    alert = decoded(document(category))
    same(alert, by_the_front_door(encode(Alert.from_json(alert.to_json()), "lalert")))


@pytest.mark.parametrize("name", OF_BODY)
def test_whatever_is_in_it(name: str):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(documents(name))
    def check(raw: bytes) -> None:
        alert = by_the_front_door(raw)
        out = encode(alert, "lalert")
        same(alert, by_the_front_door(out))
        check_envelope(out)
        assert msgspec.json.decode(alert.to_json(), type=Alert) == alert

    check()


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_the_text_of_a_description_is_kept(markup: str):
    text = text_of(markup)
    assert text is None or text_of(markup_of(text)) == text
