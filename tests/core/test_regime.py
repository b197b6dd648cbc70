"""The same warning by two ways: said once, never lowered by the older way, never lost where the older way is alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from core.message import NOW, accepted, alert, info

from broker.core.chain import Chains
from broker.core.event import AlertAccepted
from broker.core.limit import REPEAT_LAG, REPEATED_KEPT
from broker.core.regime import news_of
from cap_formats import parameter
from cap_formats.alert import Alert, Info, MsgType, NamedValue, ResponseType, Status, Urgency

HERE, THERE = "33202", "33203"
MINUTE = timedelta(minutes=1)


def told(code: str, *, table: str = "JMA_WeatherWarning", over: bool = False, **words: str) -> Info:
    """One Info of a warning; ``words`` are parameters by their name in cap_formats.parameter."""
    return info(
        event_codes=(NamedValue(table, code),) if code else (),
        parameters=tuple(NamedValue(getattr(parameter, name.upper()), value) for name, value in words.items()),
        urgency=Urgency.PAST if over else Urgency.EXPECTED,
        response_type=(ResponseType.ALL_CLEAR,) if over else (ResponseType.PREPARE,),
    )


class Two:
    """Chains fed by both ways, as the intake feeds them."""

    def __init__(self) -> None:
        self.chains = Chains()
        self.seq = 0
        self.went_out: list[tuple[str, tuple[str, ...]]] = []

    def take(self, message: Alert, areas: Sequence[Sequence[str]]) -> AlertAccepted:
        whole = tuple(map(tuple, areas))
        resolution = self.chains.resolve(message)
        said = self.chains.repeated(message, whole, resolution)
        is_said = said is not None and said.is_whole and not resolution.references
        event = accepted(
            message,
            whole if said is None or is_said else said.areas,
            chain=resolution.chain,
            place=resolution.place,
            late=resolution.late or is_said,
            references=resolution.references,
            repeats=said.seqs if said else (),
            repeated=said.repeated if said and not is_said else (),
        )
        self.seq += 1
        self.chains.apply(self.seq, event)
        self.chains = Chains.restore(self.chains.checkpoint())
        return event

    def new(self, *infos: tuple[Info, Sequence[str]], at: datetime = NOW, chain: str = "jma:vpww55:a") -> AlertAccepted:
        return self._take(infos, at, chain)

    def old(self, *infos: tuple[Info, Sequence[str]], at: datetime = NOW, chain: str = "jma:vpww54:a") -> AlertAccepted:
        marked = [
            (told_, codes) if parameter.DIGEST in str(told_.parameters) else (_marked(told_), codes)
            for told_, codes in infos
        ]
        return self._take(marked, at, chain)

    def _take(self, infos: Sequence[tuple[Info, Sequence[str]]], at: datetime, chain: str) -> AlertAccepted:
        message = alert(
            f"{chain}-{at.isoformat()}",
            sender="jma.go.jp",
            source_format="jma",
            sent=at,
            infos=tuple(one for one, _ in infos),
            chain=chain,
            place=(int(at.timestamp()),),
        )
        return self.take(message, [codes for _, codes in infos])


def _marked(one: Info) -> Info:
    marks = (NamedValue(parameter.TRANSITIONAL, "true"), *one.parameters)
    return info(event_codes=one.event_codes, parameters=marks, urgency=one.urgency, response_type=one.response_type)


@pytest.fixture
def two() -> Two:
    return Two()


def test_what_was_said_is_not_said_again(two: Two) -> None:
    two.new((told("03"), [HERE]))
    again = two.old((told("03", condition="浸水害"), [HERE]), at=NOW + 3 * MINUTE)
    assert (again.late, again.repeats, again.areas) == (True, (1,), ((HERE,),))


def test_the_older_way_alone_goes_out(two: Two) -> None:
    alone = two.old((told("03"), [HERE]))
    assert (alone.late, alone.repeats, alone.areas) == (False, (), ((HERE,),))


@pytest.mark.parametrize("minutes", [3, 60, 60 * 30])
def test_level_4_is_neither_said_again_nor_lowered(two: Two, minutes: int) -> None:
    two.new((told("43"), [HERE]))
    for step, (code, over) in enumerate((("03", False), ("10", False), ("10", True))):
        again = two.old((told(code, over=over), [HERE]), at=NOW + (minutes + step) * MINUTE)
        assert (again.late, again.repeats) == (True, (1,)), (code, over)


def test_what_is_graver_goes_out(two: Two) -> None:
    two.new((told("03"), [HERE]))
    special = two.old((told("33"), [HERE]), at=NOW + 2 * MINUTE)
    assert (special.late, special.areas) == (False, ((HERE,),))


def test_only_what_is_news_goes_out_and_only_where_it_is(two: Two) -> None:
    two.new((told("03"), [HERE]))
    event = two.old((told("03"), [HERE, THERE]), (told("05"), [HERE]), at=NOW + MINUTE)
    assert event.areas == ((THERE,), (HERE,))
    assert (event.repeated, event.repeats, event.late) == (((HERE,), ()), (1,), False)


def test_what_others_have_said_is_not_told_beside_the_news(two: Two) -> None:
    """Else a warning would be heard of once more, with a lower word, wherever anything else is news."""
    two.new((told("43"), [HERE]))
    said = two.old((told("03"), [HERE]), (told("05"), [HERE]))
    assert said.areas == ((), (HERE,))
    heard = news_of(said)
    assert (heard.areas, heard.alert.infos) == (((HERE,),), said.alert.infos[1:])
    alone = two.old((told("07"), [THERE]), at=NOW + MINUTE)
    assert news_of(alone) == alone


def test_an_end_that_the_newer_way_lost_is_news_when_its_word_is_old(two: Two) -> None:
    two.new((told("03"), [HERE]))
    behind = two.old((told("10"), [HERE]), at=NOW + REPEAT_LAG)
    assert behind.late
    over = two.old((told("03", over=True), [HERE]), at=NOW + REPEAT_LAG + MINUTE)
    assert not over.late
    risen = two.old((told("03"), [HERE]), at=NOW + 10 * REPEAT_LAG)
    assert risen.areas == ((HERE,),)


def test_a_level_4_that_rises_again_on_the_older_way_alone_goes_out(two: Two) -> None:
    two.new((told("49"), [HERE]))
    two.old((told("29"), [HERE]), at=NOW + 60 * MINUTE)
    again = two.old((told("3", table="JMA_SoilWarning"), [HERE]), at=NOW + 120 * MINUTE, chain="jma:vxww50:a")
    assert not again.late


def test_the_newest_word_of_a_series_replaces_the_ones_before(two: Two) -> None:
    two.new((told("03"), [HERE]))
    two.new((told("03"), [THERE]), at=NOW + MINUTE)
    assert not two.old((told("03"), [HERE]), at=NOW + 2 * MINUTE).late


def test_heavy_rain_is_two_things(two: Two) -> None:
    two.new((told("03"), [HERE]))
    both = told("03", condition="土砂災害、浸水害")
    assert not two.old((both, [HERE]), at=NOW + MINUTE, chain="jma:vpww54:b").late
    two.new((told("09"), [HERE]), at=NOW + MINUTE, chain="jma:vpww56:a")
    assert two.old((both, [HERE]), at=NOW + 2 * MINUTE, chain="jma:vpww54:c").late


def test_a_landslide_alert_is_that_of_level_4(two: Two) -> None:
    two.new((told("09"), [HERE]), chain="jma:vpww56:a")
    soil = told("3", table="JMA_SoilWarning")
    assert not two.old((soil, [HERE]), at=NOW + MINUTE, chain="jma:vxww50:a").late
    two.new((told("49"), [THERE]), chain="jma:vpww56:b")
    assert two.old((soil, [THERE]), at=NOW + MINUTE, chain="jma:vxww50:b").late


def test_news_is_the_same_only_within_minutes(two: Two) -> None:
    def news(title: str) -> Info:
        return told("", telegram=title)

    two.new((news("府県気象解説情報"), [HERE]), chain="jma:x")
    assert two.old((news("府県気象情報"), [HERE]), at=NOW + 5 * MINUTE, chain="jma:y").late
    assert not two.old((news("府県気象情報"), [HERE]), at=NOW + 2 * REPEAT_LAG, chain="jma:z").late
    two.new((news("全般気象解説情報"), []), chain="jma:v")
    assert two.old((news("全般気象情報"), []), at=NOW + MINUTE, chain="jma:w").late


def test_a_flash_of_record_rain_is_the_older_bulletin(two: Two) -> None:
    two.new((told("", telegram="府県気象防災速報", condition="記録雨"), [HERE]), chain="jma:x")
    assert two.old((told("1", table="JMA_HazardousRain"), [HERE]), at=NOW + MINUTE, chain="jma:vpoa50:a").late


def test_an_update_of_what_went_out_by_the_older_way_still_goes_out(two: Two) -> None:
    two.old((told("03"), [HERE]))
    two.new((told("03"), [HERE]), at=NOW + MINUTE)
    update = two.old((told("03"), [HERE]), at=NOW + 2 * MINUTE)
    assert (update.late, update.references, update.areas, update.repeated) == (False, (1,), ((),), ((HERE,),))


def test_the_cancel_of_what_nobody_heard_is_heard_by_nobody(two: Two) -> None:
    two.new((told("03"), [HERE]))
    two.old((told("03"), [HERE]), at=NOW + MINUTE)
    cancel = alert(
        "c", sender="jma.go.jp", source_format="jma", msg_type=MsgType.CANCEL, chain="jma:vpww54:a", place=(2,),
        infos=(_marked(told("", over=True)),),
    )  # fmt: skip
    assert two.take(cancel, [[HERE]]).late


def test_a_drill_says_nothing_for_the_real_thing(two: Two) -> None:
    drill = alert("d", sender="jma.go.jp", source_format="jma", status=Status.EXERCISE, infos=(told("03"),))
    two.take(drill, [[HERE]])
    assert not two.old((told("03"), [HERE]), at=NOW + MINUTE).late


def test_the_digest_says_again_what_was_lost_and_nothing_else(two: Two) -> None:
    two.new((told("03"), [HERE]))
    digest = told("03", digest="true")
    event = two.old((digest, [HERE]), (told("43", digest="true"), [THERE]), at=NOW + MINUTE, chain="jma:vpws50:a")
    assert event.areas == ((), (THERE,))


def test_words_are_forgotten_in_time(two: Two) -> None:
    two.new((told("03"), [HERE]))
    assert not two.old((told("03"), [HERE]), at=NOW + REPEATED_KEPT + MINUTE).late
    two.new((told("14"), [THERE]), at=NOW + REPEATED_KEPT + 2 * MINUTE, chain="jma:vpww61:a")
    assert list(two.chains._regime.words) == ["jma:vpww61:a"]


def test_an_alert_of_another_format_is_left_alone(two: Two) -> None:
    two.new((told("03"), [HERE]))
    town = alert("t", infos=(_marked(told("03")),))
    assert two.chains.repeated(town, ((HERE,),), two.chains.resolve(town)) is None
