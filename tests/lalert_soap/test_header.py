"""The sign-in is read and taken out of what is kept, whatever is written around it."""

import resource
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lalert_soap.posting import BACKUP, PRIMARY, envelope, security

from receivers.lalert.envelope import read_envelope, read_header, write_bare
from receivers.lalert.used import Used

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
FOREIGN = '<x:Security xmlns:x="urn:example:other"><x:Pass/></x:Security>'
SECRETS = (b"Nonce", b"PasswordDigest", PRIMARY[0].encode())


def test_a_header_that_never_ends_is_not_read_on_into_the_message():
    """Nobody has signed in yet: four million elements would take half a gigabyte."""
    body = envelope(b"<a/>" * 4_000_000 + b"<b>", header='<wsse:Security xmlns:wsse="urn:x">')
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_header(body) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 100_000


@pytest.mark.parametrize("header", [security() + security(BACKUP), security() + FOREIGN + security(BACKUP)])
def test_of_what_cannot_be_read_every_sign_in_is_taken_out(header: str):
    found = read_header(envelope(b"<torn>", header))
    assert found is not None
    assert not [secret for secret in (*SECRETS, BACKUP[0].encode()) if secret in found[1]]
    assert found[1].endswith(b"</pcsoap:publish></S:Body></S:Envelope>\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "header",
    [
        security() + security(BACKUP),
        FOREIGN + security(),
        security().replace("wsse:", "署名:").replace(":wsse", ":署名"),
    ],
    ids=["two", "another's before it", "a prefix in Japanese"],
)
def test_of_an_envelope_without_a_message_every_sign_in_is_taken_out(header: str, encoding: str):
    body = envelope(b"", header, head=f'<?xml version="1.0" encoding="{encoding}"?>')
    found = read_envelope(body.decode().encode(encoding))
    assert found.messages == ()
    assert found.security is not None
    kept = write_bare(found.security)
    assert not [secret for secret in SECRETS if secret in kept]
    assert read_envelope(kept) == (None, ())


def test_a_file_that_cannot_be_written_or_breaks_keeps_nobody_out(tmp_path: Path):
    (tmp_path / "lalert.db").mkdir()
    assert Used(tmp_path / "lalert.db").take(("/", "a", b"1"), NOW, NOW)
    used = Used(tmp_path / "broken.db")
    other = sqlite3.connect(tmp_path / "broken.db", isolation_level=None)
    other.execute("PRAGMA writable_schema = ON")
    other.execute("UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'used'")
    other.execute("PRAGMA user_version = 1")
    other.execute("CREATE TABLE another (a)")
    other.close()
    assert used.take(("/", "a", b"1"), NOW, NOW)
    assert not used.take(("/", "a", b"1"), NOW, NOW), "memory goes on remembering"
    used.close()
