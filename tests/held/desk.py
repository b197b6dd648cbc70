"""What the tests of the held list say to a broker over HTTP, and what they are told."""

from typing import Any

import aiohttp
from service.messages import order
from service.serving import Serving, eventually

from broker.core.holder import Holder, Role
from broker.web.keys import KeyStore
from ops.keys import key_file

NOWHERE = "<areaDesc>どこか知らない所</areaDesc><geocode><valueName>JISX0402</valueName><value>339997</value></geocode>"
PARTLY = (
    "<areaDesc>倉敷市</areaDesc><geocode><valueName>JISX0402</valueName><value>332020</value></geocode></area><area>"
    "<areaDesc>旧玉島</areaDesc><geocode><valueName>JISX0402</valueName><value>339997</value></geocode>"
)
KURASHIKI = "<areaDesc>倉敷市</areaDesc><geocode><valueName>JISX0402</valueName><value>332020</value></geocode>"


def make_key(serving: Serving, holder: Holder) -> str:
    """Make a key beside the running broker, as the command line does."""
    keys = KeyStore(key_file(serving.data))
    try:
        return keys.add(holder)
    finally:
        keys.close()


def issuer(serving: Serving, name: str, *areas: str) -> str:
    return make_key(serving, Holder(name=name, role=Role.ISSUER, areas=areas))


class Desk:
    """One broker and the keys of those who take part."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.town = issuer(serving, "town", "33202", "33203")
        self.other = issuer(serving, "other", "33100")
        self.operator = make_key(serving, Holder(name="tanaka", role=Role.OPERATOR))
        self.second = make_key(serving, Holder(name="suzuki", role=Role.OPERATOR))
        self.media = make_key(serving, Holder(name="media", role=Role.SUBSCRIBER))

    async def ask(self, method: str, path: str, key: str | None = None, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.request(method, self.serving.url + path, **more) as answer,
        ):
            return answer.status, await answer.json(content_type=None)

    async def post(self, body: bytes, key: str | None = None) -> tuple[int, Any]:
        return await self.ask("POST", "/api/v1/alerts", key or self.town, data=body)

    async def stop_at(self, code: str, body: bytes, key: str | None = None) -> int:
        """Send what must be held or rejected for that reason; return its record."""
        _, problem = await self.post(body, key)
        assert problem["code"] == code, problem
        seq: int = problem["record"]
        await self.listed(seq)
        return seq

    async def listed(self, seq: int) -> dict[str, Any]:
        """Return a line of the list, as soon as it is there."""
        found: dict[str, Any] = {}

        async def there() -> bool:
            status, body = await self.ask("GET", f"/api/v1/held/{seq}", self.operator)
            found.clear()
            found.update(body)
            return status == 200

        await eventually(there)
        return found

    async def accepted(self, body: bytes) -> int:
        status, answer = await self.post(body)
        assert status == 202, answer
        seq: int = answer["seq"]
        return seq

    async def decide(self, seq: int, decision: str, key: str | None = None, **given: Any) -> tuple[int, Any]:
        return await self.ask("POST", f"/api/v1/held/{seq}", key or self.operator, json={"decision": decision, **given})

    async def settled(self, seq: int, decision: str, **given: Any) -> dict[str, Any]:
        """Decide, and return the summary of the alert that was sent on."""
        status, done = await self.decide(seq, decision, **given)
        assert status == 200, done
        return await self.summary(done["sent_on"])

    async def summary(self, seq: int) -> dict[str, Any]:
        found: dict[str, Any] = {}

        async def routed() -> bool:
            _, shown = await self.ask("GET", f"/api/v1/alerts/{seq}", self.operator)
            found.update(shown)
            return shown["summary"] is not None and shown["summary"]["owed"] is not None

        await eventually(routed)
        return {"alert": found["alert"]} | found["summary"]

    async def in_force(self, code: str, status: str = "Actual") -> set[str]:
        _, body = await self.ask("GET", f"/api/v1/in-force?code={code}&status={status}")
        return {holding["identifier"] for holding in body["in_force"]}

    async def raw(self, seq: int) -> bytes:
        headers = {"Authorization": f"Bearer {self.operator}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.get(f"{self.serving.url}/api/v1/alerts/{seq}/raw") as answer,
        ):
            return await answer.read()


__all__ = ["KURASHIKI", "NOWHERE", "PARTLY", "Desk", "issuer", "make_key", "order"]
