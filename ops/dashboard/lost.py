"""Why a way in is lost, in the reader's language. Receivers write English, for the log; an operator reads Japanese."""

import re
from typing import Final

# The beginning of what was written, and what it means. What no row knows is shown as it was written.
ROWS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"nothing heard for (\S+) s", r"\1秒間、何も届いていません"),
        (r"the peer closed the connection", "相手が接続を切りました"),
        (r"port (\d+) of (\S+): (.*)", r"ポート\1（\2）で待てません：\3"),
        (
            r".* is missing: the share is not mounted, or the folder was never made",
            "見張る場所（フォルダー）がありません",
        ),
        (
            r"its posts are refused: The token was made (\d+) s .*",
            r"時計が\1秒ずれているため、届いたものを受け付けていません。相手かこちらの時計を合わせてください",
        ),
        (r"the server answered 401", "相手がこちらを認めません。利用者名とパスワードを確かめてください"),
        (r"the server answered (\d+)", r"相手がエラーを返しています（HTTP \1）"),
        (r"(\S+): the server answered (\d+)", r"\1を取りに行くと、相手がエラーを返します（HTTP \2）"),
        (r"no answer within (\S+) s", r"\1秒待っても返事がありません"),
        (r"the server asked to be left alone for another (\d+) s", r"相手が混んでいて、あと\1秒待つように言っています"),
        (r"the answer is no feed", "電文の一覧ではないものが返ってきます"),
        (r"the answer has more than (\d+) bytes", "返ってくるものが大きすぎます"),
        (r"the peer said nothing for (\S+) s", r"\1秒間、相手が何も言いません"),
        (r"the peer stopped within a frame", "相手の電文が途中で止まりました"),
        (r"(?:\S+: )?the other side closed (?:it|the connection)", "相手が接続を切りました"),
        (r"Disconnected during message iteration", "接続が切れました"),
        (r"the broker refuses the subscription to (.*)", r"MQTTブローカーが購読（\1）を認めません"),
        (r".*[Nn]ot authori[sz]ed", "相手がこちらを認めません。利用者名とパスワードを確かめてください"),
        (r".*[Cc]onnect(?:ion refused| call failed)", "相手につながりません"),
        (r".*(?:[Tt]imeout|timed out)", "返事がないまま時間切れです"),
        (r".*No such file or directory", "その場所に装置かファイルがありません"),
        (r".*Permission denied", "読む権限がありません"),
    )
)


def lost_words(reason: str, language: str) -> str:
    """Say it in the reader's language: by the first row that the reason fits, with the reason where that tells more."""
    if language != "ja":
        return reason
    for pattern, meaning in ROWS:
        if found := pattern.match(reason):
            said = found.expand(meaning)
            return said if found.group() == reason and not reason.startswith("[") else f"{said}（{reason}）"
    return reason
