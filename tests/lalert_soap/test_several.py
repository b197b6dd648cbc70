"""A publish that holds several messages: the interface has one, and none of them may be lost in silence."""

import pytest
from lalert_soap.posting import PRIMARY, envelope, post
from lalert_soap.test_over_the_wire import kept, listed, message
from service.serving import Serving

from receivers.lalert.receiver import MESSAGES_MAX


@pytest.fixture(scope="module")
def operator(serving: Serving) -> str:
    return serving.key("operator", "desk of several")


@pytest.mark.parametrize("between", [b"", b"</pcsoap:message><pcsoap:message>"], ids=["in one", "each in its own"])
def test_of_several_messages_in_one_publish_none_is_lost(serving: Serving, between: bytes):
    names = [f"several-{len(between)}-{number}" for number in range(3)]
    assert post(serving.url, envelope(between.join(message(name) for name in names))).code == 0
    for name in names:
        listed(serving, name)
    answer = post(serving.url, envelope(between.join((message(f"{names[0]}-good"), b"<unknown xmlns='urn:y'/>"))))
    assert (answer.code, answer.result.partition(":")[0]) == (401, "format-unknown")
    listed(serving, f"{names[0]}-good")


def test_more_messages_than_anybody_posts_wait_for_a_person_as_they_came(serving: Serving, operator: str):
    answer = post(serving.url, envelope(b"<x xmlns='urn:many'/>" * (MESSAGES_MAX + 1)))
    assert (answer.code, answer.result.partition(":")[0]) == (402, "lalert-too-many")
    assert PRIMARY[0].encode() not in kept(serving, operator, "lalert-too-many", b"urn:many")
