"""Decoding, checking and normalising JMA telegrams, beside a bare lxml parse of the same bytes."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

from lxml import etree

from cap_formats.alert import (
    Alert,
    Category,
    Certainty,
    Info,
    MsgType,
    Scope,
    Severity,
    Status,
    Urgency,
    digest_of,
)
from cap_formats.decode import decode
from cap_formats.jma.element import HEAD
from cap_formats.problem import FormatError
from ops.bench.row import Extent, Goal, Row
from ops.bench.telegram import intensity_report

TARGET: Final = 3.0
_SLICE_S: Final = 0.003  # long enough for the clock, short enough that both sides see the same moments
_SLICES: Final = 5


def run(extent: Extent) -> list[Row]:
    """Return the median family and the worst."""
    families = {name: files for name, files in sorted(telegrams(extent).items()) if files}
    times = {name: timed(decode, files, extent.rounds) for name, files in families.items()}
    ratios = {name: median(ours) / median(bare) for name, (ours, bare) in times.items()}
    middle = sorted(ratios, key=ratios.__getitem__)[len(ratios) // 2]
    worst = max(ratios, key=ratios.__getitem__)
    looking = median(beside(parse_and_look, files, extent.rounds) for files in families.values())
    note = f"{len(families)} families, {sum(map(len, families.values()))} telegrams; median family {middle}; to parse"
    note += f" and look at each element's tag and text once is {looking:.1f}"
    building = beside(parse_and_build, families[worst], extent.rounds)
    least = f"to read Control and Head alone and fill an Alert, with nothing checked or decided, is {building:.1f}"
    return [
        _row("decode a JMA telegram, median family", times[middle], note),
        _row(f"decode a JMA telegram, worst family {worst}", times[worst], least),
    ]


def telegrams(extent: Extent) -> dict[str, list[bytes]]:
    """Return telegrams by code (VXSE53): the official samples where NOROSHI_CORPUS holds them, else written here."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    base = os.environ.get("NOROSHI_CORPUS")
    for path in sorted(Path(base, "corpus", "jma").glob("*.xml")) if base else ():
        data = path.read_bytes()
        family = found[path.stem.rsplit("_", 1)[-1]]
        if len(family) < extent.of(4, 1) and is_understood(data):
            family.append(data)
    if not found:
        return {f"VXSE51 of {count} areas": [intensity_report(count)] for count in (4, 16, 64)}
    return dict(found)


def is_understood(data: bytes) -> bool:
    """Tell whether a telegram decodes at all."""
    try:
        return bool(decode(data))
    except FormatError:
        return False


def timed(
    work: Callable[[bytes], object], files: list[bytes], rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return microseconds a telegram of some work and of a bare parse, a figure each round."""
    ours, bare = [], []
    for _ in range(rounds):
        pairs = [pair(work, data) for data in files]
        ours.append(sum(one for one, _ in pairs) / len(files))
        bare.append(sum(other for _, other in pairs) / len(files))
    return tuple(ours), tuple(bare)


def beside(work: Callable[[bytes], object], files: list[bytes], rounds: int) -> float:
    """Return how many bare parses some work on each telegram takes."""
    ours, bare = timed(work, files, rounds)
    return median(ours) / median(bare)


def parse_and_look(data: bytes) -> None:
    """Parse, and read tag and text of every element: less is not read at all."""
    for element in etree.fromstring(data).iter():
        _ = element.tag, element.text


def parse_and_build(data: bytes) -> None:
    """Parse, read Control and Head and fill an Alert with them: the least that any decoder in Python does."""
    control, head = list(etree.fromstring(data))[:2]
    told = {child.tag: child.text or "" for part in (control, head) for child in part}
    words = list(told.values())
    sent = datetime.fromisoformat(told[HEAD + "ReportDateTime"])
    info = Info(
        category=(Category.GEO,),
        event=words[0],
        urgency=Urgency.UNKNOWN,
        severity=Severity.UNKNOWN,
        certainty=Certainty.UNKNOWN,
        headline=words[-1],
    )
    Alert(
        identifier=words[1],
        sender=words[2],
        sent=sent,
        status=Status.TEST,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=(info,),
        source_format="jma",
        raw_digest=digest_of(data),
        chain=words[3],
        place=(int(sent.timestamp()),),
    )


def pair(work: Callable[[bytes], object], data: bytes) -> tuple[float, float]:
    """Return microseconds a call of some work and of a bare parse, each of its fastest slice of time; the slices take
    turns, and what else the machine does only adds to them.
    """
    slices = [(_slice(work, data), _slice(etree.fromstring, data)) for _ in range(_SLICES)]
    return min(one for one, _ in slices), min(other for _, other in slices)


def _slice(work: Callable[[bytes], object], data: bytes) -> float:
    clock = time.perf_counter
    calls, began = 0, clock()
    while (now := clock()) - began < _SLICE_S or not calls:
        work(data)
        calls += 1
    return (now - began) / calls * 1e6 if calls > 1 else (clock() - began) * 1e6


def _row(work: str, times: tuple[tuple[float, ...], tuple[float, ...]], note: str) -> Row:
    ours, bare = times
    return Row(
        work=work,
        unit="us",
        ours=ours,
        peers=bare,
        peer="lxml parse",
        goal=Goal.RATIO_AT_MOST,
        target=TARGET,
        note=note,
    )
