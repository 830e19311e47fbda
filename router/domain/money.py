"""Money as integer cents inside and as decimal text outside; never a float."""

from __future__ import annotations

import re

from router.domain.errors import InvalidAmount

MAX_CENTS = 100_000_000
"""More than any gesture of a shop: what is larger is a slip of the hand."""
_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


def cents_of(yuan: str) -> int:
    """Read an amount such as `20` or `19.90`; refuse signs, exponents and fractions of a cent."""
    match = _YUAN.fullmatch(yuan.strip())
    if match is None:
        raise InvalidAmount(f"金额 {yuan[:20]!r} 不对：请写正数，最多两位小数，例如 19.90。")
    cents = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
    if not 0 < cents <= MAX_CENTS:
        raise InvalidAmount(f"金额 {yuan} 不对：要大于 0，且不超过 {yuan_of(MAX_CENTS)}。")
    return cents


def yuan_of(cents: int) -> str:
    """Give cents as text with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
