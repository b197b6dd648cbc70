"""What is wrong with a file that was to be imported."""


class SourceError(ValueError):
    """The file cannot be taken; the message says what to do, and nothing was changed."""
