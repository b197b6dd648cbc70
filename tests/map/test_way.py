"""A missile by ground and by satellite: one card where it is surely the same words, else two; never none."""

from datetime import timedelta

import msgspec
import pytest
from map.site import NOON, Site
from map.test_page import info

from broker.views.in_force import Holding
from cap_formats.alert import Alert, MsgType, Scope, Status
from channels.map.notice import notices

SHELTER = "ミサイル発射。ミサイル発射。ミサイルが発射されたものとみられます。建物の中、又は地下に避難して下さい。"
GROUND, SATELLITE = "j-alert:cas", "qzss:dcx:111.2"


def held(sender: str, event: str, seconds: int = 0, words: str = SHELTER, status: Status = Status.ACTUAL) -> Holding:
    """What holds in 和光市 since some seconds after noon."""
    said = msgspec.structs.replace(info(event, 0, "11000"), instruction=words, sender_name=sender)
    return Holding(
        chain=f"{sender}:{seconds}",
        seq=seconds + 1,
        info_index=0,
        identifier=f"{sender}-{seconds}",
        sender=sender,
        status=status,
        event=event,
        level=0,
        since=NOON + timedelta(seconds=seconds),
        until=None,
        info=said,
        codes=("11229",),
    )


def by_ground(seconds: int = 0, words: str = SHELTER) -> Holding:
    return held(GROUND, "弾道ミサイル情報", seconds, words)


def by_satellite(seconds: int = 5, words: str = SHELTER) -> Holding:
    return held(SATELLITE, "弾道ミサイル攻撃", seconds, words)


def test_the_same_words_by_both_ways_are_one_card_that_says_so():
    [card] = notices([by_ground(), by_satellite(words=SHELTER.replace("、", "，").replace("下さい", "ください"))], "ja")
    assert [(way.ja, at) for way, at in card.ways] == [
        ("Jアラート（地上）", NOON),
        ("みちびき（衛星）", NOON + timedelta(seconds=5)),
    ]


@pytest.mark.parametrize(
    "several",
    [
        [by_ground(), by_ground(60)],  # two missiles by one way
        [by_ground(), by_satellite(301)],  # too late to be sure
        [by_ground(), by_satellite(words="ミサイルが、周辺に落下するものとみられます。直ちに避難して下さい。")],
        [by_ground(words=""), by_satellite(words="")],
        [by_ground(), held(SATELLITE, "航空攻撃", 5)],
        [by_ground(), held(SATELLITE, "弾道ミサイル攻撃", 5, status=Status.TEST)],
        [by_ground(), by_satellite(5), by_satellite(90)],  # whose twin is it?
        [by_ground(), by_ground(60), by_satellite(5)],
        [by_ground(), by_satellite(5), by_ground(60), by_satellite(65)],
    ],
)
def test_whatever_is_not_surely_the_same_has_a_card_of_its_own(several: list[Holding]):
    cards = notices(several, "ja")
    assert len(cards) == len(several)
    assert not any(card.ways for card in cards)


async def test_both_are_accepted_and_in_force_and_the_page_says_by_which_ways(site: Site):
    for number, (sender, event) in enumerate(((GROUND, "弾道ミサイル情報"), (SATELLITE, "弾道ミサイル攻撃"))):
        said = msgspec.structs.replace(
            info(event, 0, "11000"), instruction=SHELTER, effective=NOON + timedelta(seconds=number)
        )
        alert = Alert(
            identifier=f"m{number}",
            sender=sender,
            sent=NOON,
            status=Status.ACTUAL,
            msg_type=MsgType.ALERT,
            scope=Scope.PUBLIC,
            infos=(said,),
            source_format="cap-1.2",
            raw_digest="",
            chain="",
            place=(),
        )
        accepted = await site.broker.archive.accepted(await site.say(alert))
        assert (accepted.late, accepted.repeats) == (False, ())  # told to everybody, each for itself
    text = await site.text("/map?code=11229")
    assert text.count('<article class="card') == 1
    assert 'Jアラート（地上） <time datetime="' in text
    assert "みちびき（衛星）" in text
