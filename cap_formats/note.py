"""What a reader of a message should know of it, though it did not stop it."""

import msgspec


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as its standard or its profile has it, and cannot mislead.

    ``code`` is stable and hyphenated, ``sentence`` says what was found and how it was taken, ``path`` is the element.
    """

    code: str
    sentence: str
    path: str | None = None
