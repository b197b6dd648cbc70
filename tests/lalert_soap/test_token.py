"""Signing in: the digest of the standard's own recipe, a window around the clock, each token once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lalert_soap.posting import BACKUP, PRIMARY, SOAP, security
from lxml import etree

from receivers.lalert import used as used_module
from receivers.lalert.envelope import Fault
from receivers.lalert.token import Guard, Secret
from receivers.lalert.used import Used

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
CREATED = "2026-07-01T03:00:00Z"


@pytest.fixture
def guard() -> Guard:
    return guard_of(Used())


def guard_of(used: Used) -> Guard:
    return Guard({PRIMARY[0]: Secret("primary", PRIMARY[1])}, timedelta(minutes=5), used)


def header(text: str) -> etree._Element:
    return etree.fromstring(f'<S:Header xmlns:S="{SOAP}">{text}</S:Header>')[0]


def refused(guard: Guard, text: str, now: datetime = NOW) -> str:
    with pytest.raises(Fault) as caught:
        guard.check(header(text), now)
    return caught.value.code


def test_who_knows_the_password_is_let_in_once(guard: Guard):
    token = security(created=CREATED, nonce=b"n1")
    assert guard.check(header(token), NOW) == "primary"
    assert refused(guard, token) == "wsse:FailedAuthentication"
    assert guard.check(header(security(created=CREATED, nonce=b"n2")), NOW) == "primary"


def test_the_digest_is_that_of_the_profile():
    """The vector that was published with Atom's WSSE: there the nonce is taken as the letters that it is."""
    known = Guard({"user": Secret("c", "taadtaadpstcsm")}, timedelta(minutes=5), Used())
    text = security(
        ("user", "taadtaadpstcsm"), nonce=b"d36e316282959a9ed4c89851497a717f", created="2003-12-15T14:43:07Z"
    )
    assert "quR/EWLAV4xLf9Zqyw4pDmfV9OY=" in text
    assert known.check(header(text), datetime(2003, 12, 15, 14, 43, 7, tzinfo=UTC)) == "c"


@pytest.mark.parametrize("minutes", [-4, 0, 4])
def test_a_token_is_good_around_its_time(guard: Guard, minutes: float):
    assert guard.check(header(security(created=CREATED)), NOW + timedelta(minutes=minutes)) == "primary"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_token_is_not_good_long_before_or_after(guard: Guard, minutes: float):
    assert refused(guard, security(created=CREATED), NOW + timedelta(minutes=minutes)) == "wsse:MessageExpired"


def test_a_wrong_name_and_a_wrong_password_are_told_alike(guard: Guard):
    sentences = set()
    for who in ((PRIMARY[0], "wrong"), ("nobody", PRIMARY[1]), BACKUP):
        with pytest.raises(Fault) as caught:
            guard.check(header(security(who, created=CREATED)), NOW)
        sentences.add((caught.value.code, caught.value.sentence))
    assert sentences == {("wsse:FailedAuthentication", "Username or password is wrong.")}


def test_a_token_that_was_refused_is_not_remembered_for_the_true_sender(guard: Guard):
    assert refused(guard, security((PRIMARY[0], "wrong"), nonce=b"n", created=CREATED))
    assert guard.check(header(security(nonce=b"n", created=CREATED)), NOW) == "primary"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("PasswordDigest", "PasswordText", "wsse:UnsupportedSecurityToken"),
        ("<wsse:Nonce>bg==</wsse:Nonce>", "", "wsse:InvalidSecurity"),
        ("bg==", "%%", "wsse:InvalidSecurity"),
        ("bg==", "AAAA" * 200, "wsse:InvalidSecurity"),
        ("wsse:UsernameToken", "wsse:BinarySecurityToken", "wsse:InvalidSecurity"),
        (CREATED, "yesterday", "wsse:FailedAuthentication"),
    ],
)
def test_what_is_no_such_token_is_said_so(guard: Guard, old: str, new: str, code: str):
    assert refused(guard, security(nonce=b"n", created=CREATED).replace(old, new)) == code


def test_no_header_at_all(guard: Guard):
    with pytest.raises(Fault, match="Sign in"):
        guard.check(None, NOW)


def test_a_time_without_offset_is_universal_time_and_one_that_is_none_is_said_so(guard: Guard):
    assert guard.check(header(security(created="2026-07-01T03:00:00.123")), NOW) == "primary"
    assert guard.check(header(security(created="2026-07-01T12:00:00+09:00")), NOW) == "primary"
    assert refused(guard, security(created="never")) == "wsse:InvalidSecurity"


def test_a_nonce_may_be_wrapped_as_some_senders_wrap_it(guard: Guard):
    text = security(nonce=b"n" * 60, created=CREATED)
    start = text.index("<wsse:Nonce>") + len("<wsse:Nonce>")
    assert guard.check(header(f"{text[:start]}\n{text[start : start + 60]}\n{text[start + 60 :]}"), NOW) == "primary"


def test_a_restart_does_not_forget_what_was_used(tmp_path: Path):
    text = security(created=CREATED, nonce=b"n1")
    used = Used(tmp_path / "lalert.db")
    assert guard_of(used).check(header(text), NOW) == "primary"
    again = Used(tmp_path / "lalert.db")  # the first was killed, and closed nothing
    assert refused(guard_of(again), text) == "wsse:FailedAuthentication"
    assert guard_of(again).check(header(security(created=CREATED, nonce=b"n2")), NOW) == "primary"
    for each in (used, again):
        each.close()
    assert PRIMARY[0].encode() not in (tmp_path / "lalert.db").read_bytes()


def test_a_damaged_file_keeps_nobody_out(tmp_path: Path):
    (tmp_path / "lalert.db").write_bytes(b"no database" * 1_000)
    used = Used(tmp_path / "lalert.db")
    assert guard_of(used).check(header(security(created=CREATED)), NOW) == "primary"
    used.close()


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(used_module, "REMEMBERED_MAX", 10)
    used = Used(tmp_path / "lalert.db")
    guard = guard_of(used)
    for number in range(50):
        guard.check(header(security(created=CREATED, nonce=str(number).encode())), NOW)
    assert len(used) == 10
    guard.check(header(security(created="2026-07-01T03:11:00Z")), NOW + timedelta(minutes=11))
    assert len(used) == 1, "what cannot be used again is forgotten"
    used.close()
    assert len(Used(tmp_path / "lalert.db")) == 1
