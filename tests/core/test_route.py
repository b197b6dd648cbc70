"""Who is owed an alert."""

import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from core.message import NOW, accepted, alert, info, routed, subscription
from hypothesis import given
from hypothesis import strategies as st

from broker.core.event import AlertAccepted, AlertRouted, Skipped
from broker.core.lane import Lane
from broker.core.limit import REACH_KEPT
from broker.core.matcher import WORST_FIRST, Matcher
from broker.core.route import DeliveryIds, Reach, deadline_of, route
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import MsgType, NamedValue, ResponseType, Scope, Severity, Status, Urgency

TREE = {
    "33": frozenset({"33202", "33203"}),
    "34": frozenset({"34101", "34102"}),
    "34100": frozenset({"34101", "34102"}),
}


def leaves(code: str) -> frozenset[str]:
    return TREE.get(code, frozenset({code}))


def matcher(*subscriptions: Subscription) -> Matcher:
    made = Matcher(leaves)
    for one in subscriptions:
        made.put(one)
    return made


def to(decision: AlertRouted) -> list[str]:
    return [owed.subscription_id for owed in decision.owed]


def decide(event: AlertAccepted, made: Matcher, *, references: Any = (), earlier: Any = ()) -> AlertRouted:
    return route(event, 7, made, references=references, earlier=earlier)


WISHES = (
    ({}, True),
    ({"areas": ("33202",)}, True),
    ({"areas": ("33",)}, True),
    ({"areas": ("34",)}, False),
    ({"areas": ("34", "33203", "33202")}, True),
    ({"statuses": ()}, False),
    ({"statuses": (Status.EXERCISE,)}, False),
    ({"statuses": (Status.EXERCISE, Status.ACTUAL)}, True),
    ({"min_severity": Severity.EXTREME}, False),
    ({"min_severity": Severity.SEVERE}, True),
    ({"min_severity": Severity.MINOR}, True),
    ({"events": ("大雨",)}, True),
    ({"events": ("津波", "警報")}, True),
    ({"events": ("津波",)}, False),
    ({"events": ("03",)}, True),
    ({"events": ("0",)}, False),
    ({"languages": ("ja",)}, True),
    ({"languages": ("JA-jp",)}, True),
    ({"languages": ("en", "j")}, False),
)


@pytest.mark.parametrize(("wish", "matches"), WISHES)
def test_each_part_of_a_filter(wish: dict[str, Any], matches: bool) -> None:  # noqa: FBT001
    message = alert(infos=(info(event_codes=(NamedValue("JMA", "03"),)),))
    assert to(decide(accepted(message), matcher(subscription("s", **wish)))) == (["s"] if matches else [])


def test_an_area_counts_only_through_an_info_that_satisfies_the_rest() -> None:
    message = alert(infos=(info(severity=Severity.MINOR), info(severity=Severity.EXTREME)))
    event = accepted(message, (("33202",), ("34101",)))
    made = matcher(
        subscription("here", areas=("33202",), min_severity=Severity.SEVERE),
        subscription("there", areas=("34",), min_severity=Severity.SEVERE),
        subscription("mild", areas=("33202",)),
    )
    assert to(decide(event, made)) == ["mild", "there"]


def test_what_names_no_area_is_for_those_who_named_none() -> None:
    made = matcher(subscription("all"), subscription("some", areas=("33202",)))
    assert to(decide(accepted(alert(), ((),)), made)) == ["all"]


def test_a_bare_cancel_is_for_those_who_asked_for_no_kind_and_for_those_who_heard() -> None:
    bare = accepted(alert(msg_type=MsgType.CANCEL, infos=()))
    made = matcher(
        subscription("all"),
        subscription("some", areas=("33202",)),
        subscription("rain", events=("大雨",)),
        subscription("heard", areas=("33202",), events=("大雨",)),
    )
    assert to(decide(bare, made, earlier=["heard"])) == ["all", "heard"]


def test_those_who_heard_hear_on_as_long_as_they_want_the_status() -> None:
    made = matcher(
        subscription("moved on", areas=("34",)),
        subscription("wants drills", areas=("34",), statuses=(Status.EXERCISE,)),
        subscription("sleeps", areas=("34",), paused=True),
    )
    earlier = ["moved on", "wants drills", "sleeps", "was removed"]
    decision = decide(accepted(), made, earlier=earlier)
    assert to(decision) == ["moved on"]
    assert [(one.subscription_id, one.reason) for one in decision.skipped] == [("sleeps", "paused")]


def test_a_late_one_is_owed_to_nobody_and_takes_nothing_over() -> None:
    decision = decide(accepted(late=True), matcher(subscription("s")), references=(1, 2), earlier=["s"])
    assert (decision.owed, decision.references) == ((), ())


def test_an_expired_one_is_owed_to_nobody_and_takes_over_what_it_names() -> None:
    message = alert(infos=(info(expires=NOW),))
    decision = decide(accepted(message), matcher(subscription("s")), references=(1,))
    assert (decision.owed, decision.references) == ((), (1,))


@pytest.mark.parametrize(
    ("kind", "minutes", "deadline_minutes"),
    [
        (MsgType.ALERT, (), 24 * 60),
        (MsgType.ALERT, (None,), 24 * 60),
        (MsgType.ALERT, (10, 30, 20), 30),
        (MsgType.ALERT, (10, None), 24 * 60),
        (MsgType.ALERT, (-5,), -5),
        (MsgType.CANCEL, (5,), 5),
        (MsgType.CANCEL, (-5,), 24 * 60),
    ],
)
def test_the_deadline(kind: MsgType, minutes: tuple[int | None, ...], deadline_minutes: int) -> None:
    infos = tuple(info(expires=None if m is None else NOW + timedelta(minutes=m)) for m in minutes)
    message = alert(msg_type=kind, infos=infos)
    assert deadline_of(accepted(message)) == NOW + timedelta(minutes=deadline_minutes)


def test_the_decision_carries_what_the_dispatch_needs() -> None:
    moving = info(response_type=(ResponseType.EVACUATE,))
    urgent = info(urgency=Urgency.IMMEDIATE, severity=Severity.EXTREME)
    decision = decide(accepted(alert(infos=(moving,))), matcher())
    assert (decision.lane, decision.swift, decision.cancels, decision.alert_seq) == (Lane.NORMAL, True, False, 7)
    assert decide(accepted(alert(infos=(urgent,))), matcher()).lane is Lane.URGENT
    drill = decide(accepted(alert(infos=(urgent,), status=Status.EXERCISE)), matcher())
    assert (drill.lane, drill.swift) == (Lane.DRILL, False)
    assert decide(accepted(alert(msg_type=MsgType.CANCEL)), matcher()).cancels


def test_delivery_ids_depend_on_the_alert_and_the_subscription_alone() -> None:
    event = accepted()
    one = DeliveryIds(event, 7).of("s")
    assert one == DeliveryIds(msgspec.structs.replace(event, late=True, via="other"), 7).of("s")
    assert len({one, DeliveryIds(event, 7).of("t"), DeliveryIds(event, 8).of("s")}) == 3
    assert one != DeliveryIds(accepted(alert("b")), 7).of("s"), "a restored journal may give a seq a second time"
    assert one.startswith("dlv_")
    assert len(one) == 36
    assert one[4:].isalnum()


def test_who_is_covered_no_more_hears_so_once_and_of_a_cancel_always() -> None:
    reach = Reach()
    reach.apply(routed(1, "a", "b"))
    assert reach.of((1,), MsgType.UPDATE) == {"a", "b"}
    moved = routed(2, "a", "b", references=(1,))
    moved = msgspec.structs.replace(
        moved, owed=tuple(msgspec.structs.replace(o, covered=o.subscription_id == "a") for o in moved.owed)
    )
    reach.apply(moved)
    assert reach.of((1, 2), MsgType.UPDATE) == {"a"}
    assert reach.of((1, 2), MsgType.CANCEL) == {"a", "b"}


def test_who_was_paused_when_it_moved_away_is_still_owed_the_next() -> None:
    reach = Reach()
    reach.apply(routed(1, "a", "b"))
    paused = msgspec.structs.replace(
        routed(2, "a", references=(1,)), skipped=(Skipped(subscription_id="b", reason="paused"),)
    )
    reach.apply(paused)
    assert reach.of((1, 2), MsgType.UPDATE) == {"a", "b"}


def test_an_early_warning_is_not_delivered_after_ten_minutes() -> None:
    quake = info(event="緊急地震速報（警報）", expires=None)
    assert deadline_of(accepted(alert(infos=(quake,)))) == NOW + timedelta(minutes=10)


def test_old_news_is_told_to_nobody_and_an_old_order_still_is() -> None:
    yesterday = NOW - timedelta(hours=25)
    news = msgspec.structs.replace(alert(infos=(info(expires=None),)), sent=yesterday)
    assert decide(accepted(news), matcher(subscription("s"))).owed == ()
    order = msgspec.structs.replace(
        alert(infos=(info(expires=None, response_type=(ResponseType.EVACUATE,)),)), sent=yesterday
    )
    assert len(decide(accepted(order), matcher(subscription("s"))).owed) == 1


def test_old_news_of_what_was_told_still_follows_it() -> None:
    over = msgspec.structs.replace(
        alert(infos=(info(expires=None, urgency=Urgency.PAST),)), sent=NOW - timedelta(hours=25)
    )
    event = msgspec.structs.replace(accepted(over), references=(1,))
    assert deadline_of(event) > NOW


def test_that_nothing_holds_is_no_news() -> None:
    nothing = info(urgency=Urgency.PAST, response_type=(ResponseType.NONE,))
    assert decide(accepted(alert(infos=(nothing,))), matcher(subscription("s"))).owed == ()
    ended = info(urgency=Urgency.PAST, response_type=(ResponseType.ALL_CLEAR,))
    assert len(decide(accepted(alert(infos=(ended,))), matcher(subscription("s"))).owed) == 1


def test_reach_of_two_chains_made_one_is_found_by_either() -> None:
    reach = Reach()
    reach.apply(routed(1, "a"))
    reach.apply(routed(2, "b"))
    reach.apply(routed(3, "c", references=(1, 2)))
    assert [reach.of((seq,), MsgType.CANCEL) for seq in (1, 2, 3)] == [{"a", "b", "c"}] * 3
    reach.apply(routed(4, references=(1,)))
    assert reach.of((2,), MsgType.CANCEL) == {"a", "b", "c"}


def test_reach_follows_a_chain_until_it_has_run_out() -> None:
    reach = Reach()
    reach.apply(routed(1, "a", "b", deadline=NOW + timedelta(minutes=30)))
    reach.apply(routed(2, "c", references=(1,), deadline=NOW + timedelta(minutes=10)))
    assert reach.of((1, 2), MsgType.CANCEL) == {"a", "b", "c"}
    again = Reach.restore(reach.checkpoint())
    for one in (reach, again):
        one.forget(NOW + timedelta(minutes=20))
        assert one.of((1, 2), MsgType.CANCEL) == {"a", "b", "c"}
        one.apply(routed(3, references=(1, 2), deadline=NOW))
        assert one.of((3,), MsgType.CANCEL) == {"a", "b", "c"}
        one.forget(NOW + timedelta(minutes=30) + REACH_KEPT)
        assert one.of((1, 2, 3), MsgType.CANCEL) == frozenset()


filters = st.builds(
    Filter,
    areas=st.lists(st.sampled_from(("33", "34", "34100", "33202", "33203", "34102", "13101")), max_size=3).map(tuple),
    events=st.sampled_from(((), ("大雨",), ("津波", "03"))),
    min_severity=st.sampled_from((None, *Severity)),
    statuses=st.sampled_from(((Status.ACTUAL,), (Status.EXERCISE,), (Status.ACTUAL, Status.EXERCISE))),
    languages=st.sampled_from(((), ("ja",), ("en",))),
)
infos_placed = st.lists(
    st.tuples(
        st.builds(
            info,
            event=st.sampled_from(("大雨警報", "津波警報", "訓練")),
            severity=st.sampled_from(Severity),
            language=st.sampled_from(("ja-JP", "en-US")),
        ),
        st.lists(st.sampled_from(("33202", "33203", "34101", "34102", "13101")), max_size=3).map(tuple),
    ),
    max_size=3,
)


def scan(wish: Filter, event: AlertAccepted) -> bool:
    """The same question, asked of one subscription at a time and without an index."""
    if event.alert.status not in wish.statuses:
        return False
    if not event.alert.infos:
        return not (wish.areas or wish.events or wish.min_severity or wish.languages)
    wanted = {leaf for code in wish.areas for leaf in leaves(code)}
    return any(
        (not wish.areas or wanted.intersection(codes))
        and (not wish.events or any(word in one.event for word in wish.events))
        and (wish.min_severity is None or WORST_FIRST[one.severity] <= WORST_FIRST[wish.min_severity])
        and (not wish.languages or any(one.language.startswith(tag) for tag in wish.languages))
        for one, codes in zip(event.alert.infos, event.areas, strict=True)
    )


@given(
    wishes=st.lists(filters, max_size=12),
    replaced=st.lists(st.tuples(st.integers(0, 11), st.none() | filters), max_size=8),
    placed=infos_placed,
    status=st.sampled_from((Status.ACTUAL, Status.EXERCISE)),
)
def test_the_index_finds_what_a_scan_finds(
    wishes: list[Filter],
    replaced: list[tuple[int, Filter | None]],
    placed: list[tuple[Any, tuple[str, ...]]],
    status: Status,
) -> None:
    made, kept = Matcher(leaves), {}
    for n, wish in [*enumerate(wishes), *replaced]:
        if wish is None:
            made.remove(f"s{n}")
            kept.pop(f"s{n}", None)
        else:
            made.put(Subscription(id=f"s{n}", channel="webhook", filter=wish))
            kept[f"s{n}"] = wish
    message = alert(infos=tuple(one for one, _ in placed), status=status)
    event = accepted(message, tuple(codes for _, codes in placed))
    assert made.match(event) == {name for name, wish in kept.items() if scan(wish, event)}
    assert len(made) == len(kept)


def test_an_empty_matcher_holds_nothing_of_what_it_held() -> None:
    chance = random.Random(1)  # noqa: S311 - a fixed shuffle
    names = [f"s{n}" for n in range(200)]
    made = matcher(*(subscription(name, areas=("33",), events=(name[-1],)) for name in names))
    chance.shuffle(names)
    for name in names:
        made.remove(name)
    assert (len(made), made._wishes, made._leaves) == (0, {}, {})


def test_what_is_not_public_is_owed_to_no_open_channel() -> None:
    closed = subscription("closed")
    siren = msgspec.structs.replace(subscription("siren"), channel="radio")
    private = accepted(msgspec.structs.replace(alert(), scope=Scope.RESTRICTED, restriction="staff"))
    decision = route(private, 7, matcher(closed, siren), references=(), earlier=(), open_channels=frozenset({"radio"}))
    assert to(decision) == ["closed"]
    assert [(s.subscription_id, s.reason) for s in decision.skipped] == [("siren", "not-public")]


def test_who_heard_that_it_is_over_is_left_in_peace_when_it_goes_on_elsewhere() -> None:
    made = matcher(subscription("lifted", areas=("34",)), subscription("holds", areas=("33",)), subscription("all"))
    over = info(urgency=Urgency.PAST, response_type=(ResponseType.ALL_CLEAR,))
    decision = decide(accepted(alert(infos=(info(), over)), (("33202",), ("34101",))), made)
    assert {owed.subscription_id: owed.covered for owed in decision.owed} == {
        "lifted": False,
        "holds": True,
        "all": True,
    }
    reach = Reach()
    reach.apply(decision)
    assert reach.of((7,), MsgType.UPDATE) == {"holds", "all"}
    assert reach.of((7,), MsgType.CANCEL) == {"lifted", "holds", "all"}
