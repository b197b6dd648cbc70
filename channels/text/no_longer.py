"""What is said where the newest message of a chain speaks of a place no more, having spoken of it before."""

from typing import Final

TITLE: Final = "対象地域の変更"
SENTENCE: Final = "先にお知らせした情報が新しくなり、この地域は対象から外れました。今後の情報に注意してください。"
