"""What is wrong with a file that was to be imported."""


class SourceError(ValueError):
    """The file cannot be taken; the message says what to do, in Japanese and in English, and nothing was changed."""

    def __init__(self, japanese: str, english: str) -> None:
        super().__init__(f"{japanese}\n{english}")
