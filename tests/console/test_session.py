from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.web.keys import KeyStore
from broker.web.session import SESSION_FOR, Sessions
from cap_formats.alert import Status

NOON = datetime(2026, 7, 1, 3, tzinfo=UTC)


class Wall:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    store = KeyStore(tmp_path / "keys.sqlite")
    yield store
    store.close()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def sessions(keys: KeyStore, wall: Wall) -> Sessions:
    return Sessions(keys.verify, wall, cookie="desk", path="/desk")


def asking(token: str) -> web.Request:
    return make_mocked_request("GET", "/desk", headers={"Cookie": f"desk={token}"})


def test_a_session_speaks_for_its_own_mode_alone(keys: KeyStore, sessions: Sessions):
    key = keys.add(Holder(name="town", role=Role.ISSUER, areas=("11229",)))
    _, drill = sessions.sign_in(key, Status.EXERCISE)
    _, live = sessions.sign_in(key, Status.ACTUAL)
    assert drill.speaker.statuses == (Status.EXERCISE,)
    assert live.speaker.statuses == (Status.ACTUAL,)
    assert drill.speaker.areas == ("11229",)


def test_a_key_of_another_role_opens_no_session(keys: KeyStore, sessions: Sessions):
    key = keys.add(Holder(name="media", role=Role.SUBSCRIBER))
    with pytest.raises(Problem) as caught:
        sessions.sign_in(key, Status.EXERCISE, role=Role.ISSUER)
    assert caught.value.code == "role-not-allowed"
    assert sessions._open == {}


def test_a_drill_key_opens_no_live_desk(keys: KeyStore, sessions: Sessions):
    key = keys.add(Holder(name="school", role=Role.ISSUER, statuses=(Status.EXERCISE,)))
    with pytest.raises(Problem) as caught:
        sessions.sign_in(key, Status.ACTUAL)
    assert caught.value.code == "status-not-allowed"


def test_one_who_only_looks_on_may_issue_nothing(keys: KeyStore, sessions: Sessions):
    _, session = sessions.sign_in(keys.add(Holder(name="op", role=Role.OPERATOR)))
    assert session.speaker.statuses == ()


def test_an_unknown_key_opens_nothing(sessions: Sessions):
    with pytest.raises(Problem) as caught:
        sessions.sign_in("nrk_00000000_x", Status.ACTUAL)
    assert caught.value.code == "key-unknown"


def test_a_session_ends_with_its_time(keys: KeyStore, sessions: Sessions, wall: Wall):
    token, session = sessions.sign_in(keys.add(Holder(name="town", role=Role.ISSUER)), Status.ACTUAL)
    assert sessions.find(asking(token)) == session
    wall.now = NOON + SESSION_FOR - timedelta(seconds=1)
    assert sessions.find(asking(token)) is not None
    wall.now = NOON + SESSION_FOR
    assert sessions.find(asking(token)) is None


def test_a_session_ends_with_its_key(keys: KeyStore, sessions: Sessions):
    token, _ = sessions.sign_in(keys.add(Holder(name="town", role=Role.ISSUER)), Status.ACTUAL)
    keys.revoke("town")
    assert sessions.find(asking(token)) is None


def test_a_token_of_another_is_nobodys(keys: KeyStore, sessions: Sessions):
    sessions.sign_in(keys.add(Holder(name="town", role=Role.ISSUER)), Status.ACTUAL)
    assert sessions.find(asking("guess")) is None
    assert sessions.find(make_mocked_request("GET", "/desk")) is None


def test_the_cookie_is_for_the_server_alone(keys: KeyStore, sessions: Sessions):
    token, _ = sessions.sign_in(keys.add(Holder(name="town", role=Role.ISSUER)), Status.ACTUAL)
    response = web.Response()
    sessions.remember(make_mocked_request("GET", "/desk"), response, token)
    morsel = response.cookies["desk"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/desk")
