"""A town's key is not 気象庁, not even for that town: over HTTP, with an official telegram and with CAP."""

import pytest

from tests.corpus import corpus
from tests.service.messages import order
from tests.service.serving import Serving
from tests.service.test_permission import post

TELEGRAM = "15_08_01_130412_VPWW53.xml"  # warnings of Nara


@pytest.mark.parametrize(
    ("words", "status"),
    [(("--areas", "29"), 403), (("--areas", "29", "--senders", "jma.go.jp"), 202), ((), 200)],
    ids=["for an area", "for an area, as the agency", "for the country"],
)
async def test_a_telegram_takes_a_key_that_may_say_so(serving: Serving, words: tuple[str, ...], status: int):
    telegram = corpus("corpus", "jma", TELEGRAM).read_bytes()
    key = serving.key("issuer", f"sender {' '.join(words)}", *words)
    answered, told = await post(serving, key, telegram)
    assert answered == status, told
    assert (told.get("code") == "sender-not-allowed") is (status == 403)


async def test_cap_in_the_agencys_name_is_refused_and_says_what_to_do(serving: Serving):
    key = serving.key("issuer", "倉敷市 sender", "--areas", "33202")
    status, told = await post(serving, key, order("s1", sender="jma.go.jp"))
    assert (status, told["code"], told["path"]) == (403, "sender-not-allowed", "/alert/sender")
    assert "the sender jma.go.jp (noroshi keys add --senders; " in told["detail"]
    assert "senders in noroshi.toml" in told["detail"]  # of topics and signed files, which have no command
    assert (await post(serving, key, order("s2")))[0] == 202
