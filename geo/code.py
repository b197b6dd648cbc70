"""The code of a municipality and its check digit (総務省 全国地方公共団体コード; JIS X 0401 and JIS X 0402).

A code is two digits of the prefecture and three of the municipality; the sixth digit, where there is one, checks the
five. A prefecture stands as two digits, or as five or six with ``000`` in the municipality's place.
"""

from typing import Final

WEIGHTS: Final = (6, 5, 4, 3, 2)
PREFECTURE_LENGTH: Final = 2
MUNICIPALITY_LENGTH: Final = 5
CHECKED_LENGTH: Final = 6


def check_digit(code: str) -> str:
    """Return the sixth digit for five: (11 - S mod 11) mod 10, where S weighs the digits by 6, 5, 4, 3 and 2."""
    total = sum(int(digit) * weight for digit, weight in zip(code, WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def with_check_digit(code: str) -> str:
    """Return the six digits of a two- or five-digit code, as L-Alert writes them in ``jisX0402``."""
    five = code.ljust(MUNICIPALITY_LENGTH, "0")
    return five + check_digit(five)


def plain(code: str) -> str | None:
    """Return the code as the registry keys it: two digits for a prefecture, five for all else.

    Takes two, five or six digits; None where it is no such number or where the check digit does not agree.
    """
    if not (code.isascii() and code.isdigit()):
        return None
    if len(code) == CHECKED_LENGTH:
        if check_digit(code[:MUNICIPALITY_LENGTH]) != code[MUNICIPALITY_LENGTH]:
            return None
        code = code[:MUNICIPALITY_LENGTH]
    if len(code) == MUNICIPALITY_LENGTH:
        return code[:PREFECTURE_LENGTH] if code.endswith("000") else code
    return code if len(code) == PREFECTURE_LENGTH else None
