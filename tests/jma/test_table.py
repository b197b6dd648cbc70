"""Two tables that a person can read: what becomes of each kind of telegram, and of each official sample.

They are written by this test itself with ``NOROSHI_UPDATE=1``; a change in them is a change in what people are told.
"""

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from telegrams import alert, samples

from broker.core.holding import lasts, level_of
from cap_formats import parameter
from cap_formats.alert import Info
from cap_formats.jma.family import FAMILIES, NEWS, family_of

FOLDER = Path(__file__).parent
KINDS_MAX = 12  # of one telegram code; the weather warnings have more, all alike


def graded(info: Info) -> str:
    level = f"L{level_of(info)}" if level_of(info) else "--"
    return f"{level} {info.severity} {info.urgency} {info.certainty}"


def held(info: Info) -> str:
    lasting = lasts(info)
    return "until replaced" if lasting is None else f"{lasting.total_seconds() / 3600:g} h"


def lines_of_samples() -> list[str]:
    found = []
    for name in samples():
        report = alert(name)
        infos = " | ".join(f"{info.event} {graded(info)} {len(info.areas)}" for info in report.infos)
        found.append(f"{name}: {report.status} {report.msg_type} {report.chain}: {infos}")
    return found


def lines_of_families() -> list[str]:
    titles: defaultdict[str, set[str]] = defaultdict(set)
    kinds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name in samples():
        code = name.rsplit("_", 1)[1]
        report = alert(name)
        title = report.infos[0].parameter(parameter.TELEGRAM) or ""
        row = family_of(title)
        chain = re.sub(r":[0-9A-Za-z_/-]{6,}$", ":<EventID>", report.chain) if report.incidents else report.chain
        chain = re.sub(r":[^:]+:[^:]+$", ":<office>:<area>", chain) if not report.incidents else chain
        titles[code].add(f"{title}, read by {row.read.__module__.rsplit('.', 1)[1]}, {chain}")
        for info in report.infos:
            until = info.expires or held(info)
            category = "+".join(info.category)
            kinds[code][f"{info.event}: {category} {graded(info)}, {'Head' if info.expires else until}"] = None
    found = []
    for code in sorted(titles):
        found += [code, *(f"  {title}" for title in sorted(titles[code]))]
        found += [f"    {kind}" for kind in sorted(kinds[code])[:KINDS_MAX]]
    return found


@pytest.mark.parametrize(("name", "lines"), [("samples.txt", lines_of_samples), ("families.txt", lines_of_families)])
def test_what_becomes_of_each(name: str, lines: object) -> None:
    assert callable(lines)
    now = "\n".join(lines()) + "\n"
    path = FOLDER / name
    if os.environ.get("NOROSHI_UPDATE") == "1":
        path.write_text(now, "utf-8")
    before = path.read_text("utf-8")
    changed = sorted(set(now.splitlines()) ^ set(before.splitlines()))
    assert not changed, "run with NOROSHI_UPDATE=1 and look at the difference:\n" + "\n".join(changed[:20])
    assert now == before


def test_every_row_is_reached_by_its_own_title() -> None:
    """A pattern above must not swallow a title below."""
    for row in (*FAMILIES, *NEWS):
        title = re.sub(r"\(([^|()]*)\|?[^()]*\)\??|\[[^]]*\]\??|\.\*", r"\1", row.title.split("|")[0])
        if re.fullmatch(row.title, title):
            assert family_of(title).code == row.code, (title, row.title)
