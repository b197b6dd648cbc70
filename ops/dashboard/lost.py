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
        (r".*[Cc]onnection refused", "相手につながりません"),
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
