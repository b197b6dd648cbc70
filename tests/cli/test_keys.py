"""Keys by the command line: what is given and names nothing makes no key, least of all one for everywhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.web.keys import KeyStore
from ops.keys import app, key_file


def add(data: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["add", *words, "--data", str(data)])
    return done.exit_code, done.output


@pytest.mark.parametrize("option", ["--areas", "--events", "--statuses", "--proxy-for", "--senders"])
@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_an_option_that_names_nothing_is_refused(tmp_path: Path, option: str, text: str):
    code, said = add(tmp_path, "issuer", "town", option, text)
    assert (code, said.partition(":")[0]) == (1, "option-empty")
    assert option in said
    assert KeyStore(key_file(tmp_path)).rows() == []


@pytest.mark.parametrize(
    ("role", "option", "text"),
    [
        ("operator", "--areas", "33202"),
        ("operator", "--statuses", "Exercise"),
        ("operator", "--senders", "a"),
        ("subscriber", "--areas", "33202"),
        ("subscriber", "--events", "避難"),
        ("subscriber", "--proxy-for", "33202"),
    ],
)
def test_a_bound_that_the_role_does_not_have_is_said_to_be_none(tmp_path: Path, role: str, option: str, text: str):
    done = CliRunner().invoke(app, ["add", role, "night", option, text, "--data", str(tmp_path)])
    assert (done.exit_code, f"{option} does not bound a key of role {role}" in done.stderr) == (0, True)
    store = KeyStore(key_file(tmp_path))
    [row] = store.rows()
    assert store.verify(done.stdout.strip()) == row.holder
    assert (row.holder.areas, row.holder.events, row.holder.proxy_for, row.holder.senders) == ((), (), (), ())
    assert len(row.holder.statuses) == 3


def test_a_subscriber_is_bound_to_its_statuses(tmp_path: Path):
    assert add(tmp_path, "subscriber", "school", "--statuses", "Exercise")[0] == 0
    [row] = KeyStore(key_file(tmp_path)).rows()
    assert row.holder.statuses == ("Exercise",)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[2Jb", "倉敷市\u202e", "x" * 101])
def test_a_name_stands_in_one_line_and_can_be_seen(tmp_path: Path, name: str):
    code, said = add(tmp_path, "issuer", name)
    assert (code, said.partition(":")[0]) == (1, "name-invalid")


def test_a_key_is_printed_alone_and_says_what_it_may(tmp_path: Path):
    words = ("--areas", " 33202, 33203 ", "--events", "避難", "--statuses", "Exercise", "--senders", "a,b")
    code, said = add(tmp_path, "issuer", " 倉敷市 ", *words)
    assert code == 0
    store = KeyStore(key_file(tmp_path))
    [row] = store.rows()
    assert store.verify(said.strip()) == row.holder
    assert (row.holder.name, row.holder.areas, row.holder.events) == ("倉敷市", ("33202", "33203"), ("避難",))
    assert (row.holder.statuses, row.holder.senders) == (("Exercise",), ("a", "b"))
    listed = CliRunner().invoke(app, ["list", "--data", str(tmp_path)]).output
    assert said.strip() not in listed
    assert "33202,33203" in listed
