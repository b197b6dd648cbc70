"""Changes to a message that keep most of it: elements dropped, doubled, moved, renamed, filled with strange words.

Plain bit flips nearly always end at "not well-formed"; these get behind the parser.
"""

import random
import re
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

STRANGE = (
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999",
    "1e400",
    "NaN",
    "２０２６",
    "訓練",
    "Actual",
    "Exercise",
    "取消",
    "解除",
    "\U0001f30a",
    "\u202e倉敷",
    "a" * 5_000,
    "2026-02-30T25:61:61+99:99",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-21T12:00:00",
    "34.6,133.7 1e9",
    "91,181 1",
    "34.6,133.7 34.6,133.8 34.7,133.7 34.6,133.7",
    "+90.1-181.0/",
    "332020",
    "0000000",
    "％s %(x)s {0}",
    "<b>&amp;</b>",
)


Mutate = Callable[[bytes, random.Random, int], bytes]


def mutate_bits(value: int, rng: random.Random, size: int) -> int:
    """Change some bits, or a run of them, of a number of ``size`` bits; the first 14 say what it is and mostly stay."""
    first = 0 if rng.random() < 0.1 else 14
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(size - first)
        run = rng.choice((1, 1, 4, 8, 16))
        value ^= (rng.getrandbits(run) << at) & ((1 << (size - first)) - 1)
    return value


def mutate(data: bytes, rng: random.Random, most: int = 1 << 16) -> bytes:
    """Change a message a little, by its kind."""
    for _ in range(rng.randint(1, 4)):
        data = (mutate_xml if data.lstrip()[:1] == b"<" else mutate_text)(data, rng)
    return data[:most]


def mutate_xml(data: bytes, rng: random.Random) -> bytes:
    """Change one element; bytes where it is no XML any more, and now and then anyway."""
    if rng.random() < 0.1:
        return mutate_text(data, rng)
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return mutate_text(data, rng)
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    rng.choice(CHANGES)(rng.choice(elements), elements, rng)
    return etree.tostring(root)


def drop(element: etree._Element, _: list[etree._Element], rng: random.Random) -> None:
    del rng
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def double(element: etree._Element, _: list[etree._Element], rng: random.Random) -> None:
    if (parent := element.getparent()) is not None:
        for _ in range(rng.choice((1, 1, 2, 50))):
            parent.append(deepcopy(element))


def graft(element: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    element.append(deepcopy(rng.choice(elements)))


def say(element: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    element.text = rng.choice([rng.choice(elements).text or "", rng.choice(STRANGE)])


def rename(element: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    element.tag = rng.choice(elements).tag


def attribute(element: etree._Element, _: list[etree._Element], rng: random.Random) -> None:
    names = list(element.attrib)
    if names and rng.random() < 0.5:
        del element.attrib[rng.choice(names)]
    elif names:
        element.set(rng.choice(names), rng.choice(STRANGE))


CHANGES: tuple[Callable[[etree._Element, list[etree._Element], random.Random], None], ...] = (
    drop,
    double,
    graft,
    say,
    say,
    say,
    rename,
    attribute,
)


def mutate_text(data: bytes, rng: random.Random) -> bytes:
    """Cut, repeat, swap or replace a piece: a number, a word or a run of bytes."""
    if not data:
        return rng.choice(STRANGE).encode()
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.choice((1, 1, 2, 8, 64)))
    kind = rng.randrange(5)
    if kind == 0:
        return data[:start] + data[end:]
    if kind == 1:
        return data[:end] + data[start:end] * rng.choice((1, 2, 100)) + data[end:]
    if kind == 2:
        return data[:start] + bytes(rng.randrange(256) for _ in range(end - start)) + data[end:]
    words = [match.span() for match in re.finditer(rb"[\w.+-]+", data)]
    if not words:
        return data
    start, end = rng.choice(words)
    new = rng.choice(STRANGE).encode() if kind == 3 else data[slice(*rng.choice(words))]
    return data[:start] + new + data[end:]
