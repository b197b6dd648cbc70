"""A town's disaster radio, through a real process and over MQTT: what it hears when it is concerned no more."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt
import msgspec

from tests.service.messages import order, stamp
from tests.service.serving import Serving

HERE, NEXT, FAR = ("332020", "倉敷市"), ("332038", "津山市"), ("032018", "盛岡市")


def areas(*places: tuple[str, str]) -> str:
    return "</area><area>".join(
        f"<areaDesc>{name}</areaDesc><geocode><valueName>JISX0402</valueName><value>{code}</value></geocode>"
        for code, name in places
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def post(url: str, key: str, **words: Any) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as client, client.post(url, **words) as answer:
        assert answer.status in (201, 202), await answer.text()


async def test_a_town_that_an_update_leaves_out_hears_that_and_not_what_holds_elsewhere(tmp_path: Path):
    port = free_port()
    config = f'[mqtt]\nport = {port}\n[mqtt.stations]\nR-01 = "word"\n'
    serving = Serving(tmp_path / "data", config).start()
    try:
        issuer, operator = serving.key("issuer", "県"), serving.key("operator", "当直")
        for town, callsign, asked in (("33202", "倉敷市", ["33202"]), ("33204", "玉野市", ["33"])):
            contact = {"town": town, "callsign": callsign}
            wish = {"channel": "radio", "filter": {"areas": asked}, "contact": contact}
            await post(f"{serving.url}/api/v1/subscriptions", operator, json=wish)
        first, sent = "radio-1", stamp()
        taken_over = f"kurashiki.example.jp,{first},{sent}"
        update = {"msg_type": "Update", "references": taken_over, "headline": ""}
        async with aiomqtt.Client("127.0.0.1", port, username="R-01", password="word") as station:
            await station.subscribe("radio/+/live/call/#", qos=1)
            heard: dict[str, list[dict[str, Any]]] = {"33202": [], "33204": []}

            async def calls(number: int) -> None:
                async with asyncio.timeout(20):
                    while min(map(len, heard.values())) < number:
                        message = await anext(station.messages)
                        heard[message.topic.value.split("/")[1]].append(msgspec.json.decode(bytes(message.payload)))

            alerts = f"{serving.url}/api/v1/alerts"
            await post(alerts, issuer, data=order(first, sent=sent, area=areas(HERE, NEXT)))
            await calls(1)
            await post(alerts, issuer, data=order("radio-2", area=areas(NEXT, FAR), level="5", **update))
            await calls(2)
    finally:
        assert serving.stop() == 0, serving.log()[-3000:]
    assert [call["event"] for call in heard["33202"]] == ["避難指示", "対象地域の変更"]
    assert heard["33202"][1]["siren"] is None
    assert "この地域は対象から外れました。" in heard["33202"][1]["text_voice"]
    assert "津山市" not in heard["33202"][1]["text_display"]
    wide = heard["33204"]  # its radio asked for the prefecture, of which the update still speaks
    assert [call["event"] for call in wide] == ["避難指示", "避難指示"]
    assert "津山市" in wide[1]["text_display"]
    assert [call["siren"] for call in wide] == [None, None]
