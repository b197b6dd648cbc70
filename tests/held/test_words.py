"""Why a message stopped is said in Japanese, whatever stopped it: at night nobody wants to read English first."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from broker.core.settling import ROWS
from broker.web.sentence import JA
from cap_formats.cap.profile.check import PROFILES
from cap_formats.cap.profile.profile import Breach
from cap_formats.cap.rule import RULES as CAP_RULES
from cap_formats.lalert.rule import RULES as LALERT_RULES

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")
SAID_BY = frozenset({"MessageHeldError", "MessageRuleError", "MessageSyntaxError", "ShapeError", "Trouble", "hold"})
WRITES = frozenset({"encode.py", "atom.py", "limit.py"})  # what cannot be written stopped no message that came in
ASKED_FOR = frozenset({"lalert-damage-unknown", "received-at-missing"})  # likewise; and of a caller without a clock


def written() -> Iterator[str]:
    """Yield every code with which a decoder or a receiver stops a message."""
    paths = [path for folder in ("cap_formats", "broker", "receivers", "geo") for path in (ROOT / folder).rglob("*.py")]
    for path in paths:
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        for call in calls if path.name not in WRITES else ():
            if ast.unparse(call.func).rpartition(".")[2] in SAID_BY:
                given = [*call.args, *(word.value for word in call.keywords if word.arg == "code")]
                words = [str(one.value) for one in given if isinstance(one, ast.Constant)]
                yield from filter(CODE.fullmatch, words)


def in_tables() -> Iterator[str]:
    """Yield every code of a table of rules that stops a message."""
    yield from ROWS
    yield from (rule.code for rule in (*CAP_RULES, *LALERT_RULES))
    yield from (rule.code for profile in PROFILES for rule in profile.rules if rule.breach is Breach.HELD)


def test_every_trouble_has_its_japanese_sentence():
    found = {*written(), *in_tables()}
    assert len(found) > 100
    assert sorted(found - JA.keys() - ASKED_FOR) == []
