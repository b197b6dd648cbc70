"""More messages than one page has room for: each of them can be reached, and what a message follows is found."""

import asyncio
import re

from held.desk import NOWHERE, Desk, issuer, order
from held.page import Page
from service.messages import stamp

from ops.dashboard.held import FOLLOWS_MAX, HELD, SHOWN_MAX


async def test_what_has_no_room_on_the_first_page_is_on_the_next_ones(desk: Desk):
    seqs = {await desk.stop_at("area-unknown", order(f"many-{n}", area=NOWHERE)) for n in range(SHOWN_MAX + 1)}
    shown: set[int] = set()
    async with Page(desk) as page:
        path: str | None = HELD
        while path is not None:
            text = await page.text_of(path)
            shown.update(listed_on(text))
            path = older_on(text)
            assert path is None or "kind=held" in path
    assert seqs <= shown
    await asyncio.gather(*(desk.decide(seq, "drop", reason="試し") for seq in seqs))


async def test_what_may_be_real_stands_before_the_drills_of_a_whole_day(desk: Desk):
    drill = {"status": "Exercise", "headline": "【訓練】避難指示", "area": NOWHERE}
    doubtful = await desk.stop_at("status-contradiction", order("day-1", headline="【訓練】避難指示"))
    real = await desk.stop_at("area-unknown", order("day-2", area=NOWHERE))
    drills = [await desk.stop_at("area-unknown", order(f"day-drill-{n}", **drill)) for n in range(SHOWN_MAX + 1)]
    async with Page(desk) as page:
        first = listed_on(await page.text_of(HELD))
        assert first.index(real) < first.index(doubtful) < first.index(drills[-1])
        assert len(first) == SHOWN_MAX
        board = await page.text_of("/ops")
        assert f'id="t{real}"' in board
        found, path = set(first), older_on(await page.text_of(HELD))
        while path is not None:
            text = await page.text_of(path)
            assert not found & set(listed_on(text))
            found |= set(listed_on(text))
            path = older_on(text)
    assert {real, doubtful, *drills} <= found
    await asyncio.gather(*(desk.decide(seq, "drop", reason="試し") for seq in (real, doubtful, *drills)))


def listed_on(text: str) -> list[int]:
    """Return the seqs of what is held, in the order of a page."""
    held = text.partition('id="held"')[2].partition("</section>")[0]
    return [int(seq) for seq in re.findall(r'id="h(\d+)"', held)]


def older_on(text: str) -> str | None:
    """Return where the next page of what is held is, None on the last one."""
    held = text.partition('id="held"')[2].partition("</section>")[0]
    older = re.search(r'class="older" href="([^"]+)"', held)
    return older[1].replace("&amp;", "&") if older else None


async def test_what_a_message_follows_is_offered_though_a_hundred_others_came_after_it(desk: Desk):
    sender = "long-ago.example.jp"
    first = await desk.accepted(order("long-ago", sender=sender, sent=stamp(-60)))
    other = issuer(desk.serving, "busy neighbour", "33203")
    area = "<areaDesc>津山市</areaDesc><geocode><valueName>JISX0402</valueName><value>332038</value></geocode>"
    for n in range(FOLLOWS_MAX):
        assert (await desk.post(order(f"busy-{n}", sender="busy.example.jp", area=area), other))[0] == 202
    seq = await desk.stop_at("identifier-reused", order("long-ago", sender=sender, headline="区域を広げました。"))
    async with Page(desk) as page:
        await page.open(seq)
        assert re.findall(r'<option value="(\d+)"', page.text)[0] == str(first)
