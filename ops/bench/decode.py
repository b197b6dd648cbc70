"""Decoding, checking and normalising JMA telegrams, beside a bare lxml parse of the same bytes."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from lxml import etree

from cap_formats.decode import decode
from cap_formats.problem import FormatError
from ops.bench.row import Extent, Goal, Row
from ops.bench.telegram import intensity_report

TARGET: Final = 3.0
_SLICE_S: Final = 0.004  # long enough for the clock, short enough that both sides see the same moments


def run(extent: Extent) -> list[Row]:
    """Return the median family and the worst."""
    families = {name: files for name, files in sorted(telegrams(extent).items()) if files}
    times = {name: timed(files, extent.rounds) for name, files in families.items()}
    ratios = {name: median(ours) / median(bare) for name, (ours, bare) in times.items()}
    middle = sorted(ratios, key=ratios.__getitem__)[len(ratios) // 2]
    worst = max(ratios, key=ratios.__getitem__)
    reading = median(walked(files, extent.rounds) for files in families.values())
    note = f"{len(families)} families, {sum(map(len, families.values()))} telegrams; median family {middle}; to parse"
    note += f" and look at each element's tag and text once is {reading:.1f}"
    return [
        _row("decode a JMA telegram, median family", times[middle], note),
        _row(f"decode a JMA telegram, worst family {worst}", times[worst], ""),
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


def timed(files: list[bytes], rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return microseconds a telegram, ours and bare, a figure each round."""
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(sum(once(decode, data) for data in files) / len(files))
        bare.append(sum(once(etree.fromstring, data) for data in files) / len(files))
    return tuple(ours), tuple(bare)


def walked(files: list[bytes], rounds: int) -> float:
    """Return how many bare parses it takes to parse and to look at each element once: less is not read at all."""
    seen, bare = [], []
    for _ in range(rounds):
        seen.append(sum(once(parse_and_look, data) for data in files))
        bare.append(sum(once(etree.fromstring, data) for data in files))
    return median(seen) / median(bare)


def parse_and_look(data: bytes) -> None:
    """Parse, and read tag and text of every element."""
    for element in etree.fromstring(data).iter():
        _ = element.tag, element.text


def once(work: Callable[[bytes], object], data: bytes) -> float:
    """Return microseconds a call, over as many calls as fill a slice of time."""
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
