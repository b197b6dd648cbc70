"""Reports of lifelines for tests, written by hand."""

import json
from typing import Any

from tests.service.messages import stamp

HEADER = "情報区分,発信者,事業者名,管理番号,版,発信日時,種類,状況,件名,市町村コード,地区名,戸数,復旧見込み日時"


def notice(**more: Any) -> dict[str, Any]:
    return {
        "id": "out-42",
        "revision": 1,
        "sent": stamp(),
        "kind": "電気",
        "state": "発生",
        "title": "倉敷市で停電",
        "areas": [{"municipality": "332020", "name": "真備町箭田", "count": 120}],
    } | more


def report(*notices: dict[str, Any], **more: Any) -> bytes:
    head = {"lifeline": "1", "status": "Actual", "sender": "power.example.jp", "company": "例電力"}
    return json.dumps(head | {"notices": list(notices)} | more, ensure_ascii=False).encode()


def sheet(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *rows]) + "\r\n"
