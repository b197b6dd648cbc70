"""What a channel gave as its evidence or its reason, in the reader's language. Channels write English, for the journal;
an officer reads Japanese. What no row knows is shown as it was written.
"""

import re
from typing import Final

# The beginning of what was written, and what it means. Groups are kept: numbers, lines of answers, names of zones.
ROWS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"in force as of record (\d+)", r"公開ページに出した（記録 \1）"),
        (r"feeds show (\d+)", r"フィードに出した（記録 \1 まで）"),
        (r"connection (\d+) acknowledged event (\d+)", r"受け手が受領を返した（接続 \1、記録 \2）"),
        (r"PUBACK (.+)", r"無線の送り先が受け取った（\1）"),
        (r"already on the air as message (\S+)", r"すでに放送中（メッセージ \1）"),
        (r"(2\d\d [^:]*?)message (\S+) code (\S+)", r"通信事業者が受け付けた（\1メッセージ \2）"),
        (r"(2\d\d\b[^:]*)", r"相手が受け付けた（\1）"),
        (r"newer by (\d+)", r"新しい発令（記録 \1）に置きかわった"),
        (r"newer\b", "新しい発令に置きかわった"),
        (r"subscription-removed", "登録が削除された"),
        (r"nothing-to-cancel", "届いていないので、取り消すものがない"),
        (r"every message id of this centre is on the air", "空いている放送の番号がない"),
        (r"message (\S+) could not be taken off the air", r"放送中のメッセージ \1 を止められない"),
        (r"expired before it could be sent|expired", "送るまえに期限が切れた"),
        (r"address not allowed", "許されていない宛先"),
        (r"name not resolved", "宛先の名前が見つからない"),
        (r"timeout while connecting", "つながるまえに時間切れ"),
        (r"timeout", "返事がないまま時間切れ"),
        (r"no answer within ([\d.]+) s", r"\1秒待っても返事がない"),
        (r"certificate not trusted", "相手の証明書を信用できない"),
        (r"TLS failed", "暗号化した接続（TLS）ができない"),
        (r"connection refused", "相手につながらない"),
        (r"connection closed before the answer", "返事のまえに接続が切れた"),
        (r"answer broken off", "返事が途中で切れた"),
        (r"not an HTTP answer", "相手の返事が読めない"),
        (r"connection (?:lost|failed)", "接続が切れた"),
        (r"connection does not read", "相手が読み取っていない"),
        (r"not connected", "相手がつないでいない"),
        (r"no MQTT broker", "無線の配信サーバーにつながらない"),
        (r"no answer \(PUBACK\) from the MQTT broker", "無線の配信サーバーの返事がない"),
        (r"(?:map|feed|stream)-behind", "画面やフィードの更新が追いついていない"),
        (r"the contact was erased", "宛先が削除された"),
        (r"channel \S+ is not running", "この経路は動いていない"),
        (r"internal\b", "内部の障害"),
        (r"((?:3|4|5)\d\d\b[^:]*)", r"相手が受け付けない（\1）"),
    )
)


def told(words: str | None, language: str) -> str:
    """Say it in the reader's language: the first row that the words begin with, or the words themselves."""
    if not words or language != "ja":
        return words or ""
    for pattern, meaning in ROWS:
        if found := pattern.match(words):
            return found.expand(meaning).replace(" ）", "）")
    return words
