"""Series of alerts: what belongs together, what came before, what came twice, what came too late."""

import msgspec
import pytest
from core.message import accepted, alert, info, reference

from broker.core import chain as chain_module
from broker.core.chain import Chains, Resolution
from cap_formats.alert import Alert, MsgType, Status


class Story:
    """Chains as the intake uses them: resolve, then apply what was accepted."""

    def __init__(self) -> None:
        self.chains = Chains()
        self.seq = 0

    def take(self, message: Alert, areas: tuple[str, ...] = ("33202",)) -> Resolution:
        resolution = self.chains.resolve(message)
        self.seq += 1
        self.chains.apply(
            self.seq,
            accepted(message, (areas,), chain=resolution.chain, place=resolution.place, late=resolution.late),
        )
        return resolution


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_first_of_a_series_takes_over_nothing(story: Story) -> None:
    first = story.take(alert("a"))
    assert first == Resolution(
        chain="cap:a",
        place=(100,),
        late=False,
        references=(),
        areas=frozenset(),
        duplicate_of=None,
        conflict=False,
        unknown_references=False,
    )


def test_references_chain_through_several_links(story: Story) -> None:
    story.take(alert("a"))
    story.take(alert("b", references=(reference("a"),), chain="cap:a", place=(110,)), ("33203",))
    third = story.take(alert("c", references=(reference("b"),), chain="cap:b", place=(120,)))
    assert (third.chain, third.references, third.late) == ("cap:a", (1, 2), False)
    assert third.areas == {"33202", "33203"}


def test_a_series_without_references_chains_by_its_key(story: Story) -> None:
    story.take(alert("a", chain="jma:1", place=(1,)))
    second = story.take(alert("b", chain="jma:1", place=(2,)))
    assert (second.chain, second.references) == ("jma:1", (1,))


def test_an_older_place_is_late_and_is_taken_over_by_nobody(story: Story) -> None:
    story.take(alert("a", chain="jma:1", place=(1,)))
    story.take(alert("c", chain="jma:1", place=(3,)))
    late = story.take(alert("b", chain="jma:1", place=(2,)))
    same = story.take(alert("d", chain="jma:1", place=(3,)))
    assert (late.late, same.late) == (True, True)
    assert story.chains.resolve(alert("e", chain="jma:1", place=(4,))).references == (1, 2)


def test_what_names_the_newest_is_newer_whatever_its_clock_says(story: Story) -> None:
    story.take(alert("a", place=(100,)))
    same_second = story.take(alert("b", references=(reference("a"),), place=(100,)))
    assert (same_second.late, same_second.place > (100,)) == (False, True)
    wrong_clock = story.take(alert("c", references=(reference("b"),), place=(50,)))
    assert (wrong_clock.late, wrong_clock.place > same_second.place) == (False, True)


def test_what_names_an_older_one_and_is_older_than_the_newest_is_late(story: Story) -> None:
    story.take(alert("a", place=(100,)))
    story.take(alert("b", references=(reference("a"),), place=(120,)))
    assert story.take(alert("c", references=(reference("a"),), place=(110,))).late


def test_the_same_message_again_is_a_duplicate(story: Story) -> None:
    message = alert("a")
    story.take(message)
    assert story.chains.resolve(message).duplicate_of == 1
    other_bytes = msgspec.structs.replace(message, raw_digest="0" * 64)
    assert story.chains.resolve(other_bytes).duplicate_of == 1
    read_otherwise = msgspec.structs.replace(message, infos=(info(event="読み方が変わった"),))
    assert story.chains.resolve(read_otherwise).duplicate_of == 1


def test_the_same_bytes_under_another_name_are_a_duplicate(story: Story) -> None:
    message = alert("a")
    story.take(message)
    assert story.chains.resolve(msgspec.structs.replace(message, identifier="b")).duplicate_of == 1


def test_two_alerts_of_one_telegram_are_two(story: Story) -> None:
    story.take(alert("a", raw_digest="1" * 64))
    second = story.take(alert("b", raw_digest="1" * 64, infos=(info(event="洪水警報"),)))
    assert (second.duplicate_of, second.conflict) == (None, False)


def test_a_name_used_again_for_other_words_is_a_conflict(story: Story) -> None:
    story.take(alert("a"))
    other = alert("a", infos=(info(event="津波警報"),))
    assert (story.chains.resolve(other).conflict, story.chains.resolve(other).duplicate_of) == (True, None)
    assert not story.chains.resolve(msgspec.structs.replace(other, sender="other town")).conflict


def test_references_to_nothing_known_are_said_to_be_unknown(story: Story) -> None:
    update = alert("b", msg_type=MsgType.UPDATE, references=(reference("a"),))
    assert story.chains.resolve(update).unknown_references
    story.take(alert("a"))
    assert not story.chains.resolve(update).unknown_references
    assert story.chains.resolve(
        msgspec.structs.replace(update, references=(reference("a", "other"),))
    ).unknown_references


def test_a_drill_takes_over_nothing_live(story: Story) -> None:
    story.take(alert("a", chain="jma:1"))
    by_reference = alert("b", status=Status.EXERCISE, references=(reference("a"),), place=(200,))
    assert story.chains.resolve(by_reference).unknown_references
    by_chain = story.take(alert("c", status=Status.EXERCISE, chain="jma:1", place=(200,)))
    assert by_chain.references == ()
    assert not story.take(alert("d", chain="jma:1", place=(150,))).late


def test_one_that_names_two_series_makes_them_one(story: Story) -> None:
    story.take(alert("a", chain="jma:1", place=(1,)))
    story.take(alert("b", chain="jma:2", place=(5,)))
    both = story.take(alert("c", references=(reference("a"), reference("b")), place=(7,)))
    assert both.references == (1, 2)
    late = story.take(alert("d", chain="jma:1", place=(6,)))
    assert late.late
    newer = story.take(alert("e", chain="jma:1", place=(8,)))
    other = story.take(alert("f", chain="jma:2", place=(9,)))
    assert (newer.references, other.references) == ((1, 2, 3), (1, 2, 3, 5))
    assert newer.chain == other.chain


def test_what_must_stand_still_while_an_alert_is_taken_in(story: Story) -> None:
    story.take(alert("a", chain="jma:1", place=(1,)))
    story.take(alert("b", chain="jma:2", place=(5,)))
    both = alert("c", chain="cap:a", references=(reference("a"), reference("b")), place=(7,))
    assert story.chains.touched(both) == ("cap:a", "jma:1", "jma:2", "message:town,c")
    story.take(both)
    assert story.chains.touched(alert("d", chain="jma:1")) == story.chains.touched(alert("d", chain="jma:2"))


def test_a_restart_knows_the_same(story: Story) -> None:
    story.take(alert("a", chain="jma:1", place=(1,)))
    story.take(alert("b", chain="jma:2", place=(5,)))
    story.take(alert("c", references=(reference("a"), reference("b")), place=(7,)))
    story.take(alert("x", status=Status.TEST))
    again = Chains.restore(story.chains.checkpoint())
    assert again.alerts_seq == 4
    asked = (
        alert("a", chain="jma:1", place=(1,)),
        alert("d", chain="jma:1", place=(6,)),
        alert("e", references=(reference("c"),), place=(9,)),
        alert("y", status=Status.TEST, references=(reference("x"),)),
        alert("x"),
    )
    assert [again.resolve(one) for one in asked] == [story.chains.resolve(one) for one in asked]


def test_only_so_many_are_remembered(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "CHAIN_ALERTS_MAX", 10)
    monkeypatch.setattr(chain_module, "CHAIN_REFERENCES_MAX", 3)
    for n in range(30):
        story.take(alert(str(n), chain=f"jma:{n % 2}", place=(n,)))
    chains = story.chains
    assert (len(chains._alerts), len(chains._messages), len(chains._raws)) == (10, 10, 10)
    assert chains.resolve(alert("30", chain="jma:0", place=(30,))).references == (25, 27, 29)
    for n in range(30, 50):
        story.take(alert(str(n), chain="jma:9", place=(n,)))
    assert set(chains._chains) == {"jma:9"}
