"""A number to call back: read from what a shopper types, shown in full to staff only."""

from __future__ import annotations

import re
import unicodedata

from router.domain.errors import InvalidPhone

_SEPARATORS = re.compile(r"[\s()./·-]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")
_ABROAD = re.compile(r"\+(?!86)[1-9]\d{7,14}")
_KINDS = (_MOBILE, _LANDLINE, _SERVICE, _ABROAD)


def phone_of(typed: str) -> str:
    """Give a number as it is dialled; InvalidPhone when it is none.

    Mobile and landline numbers of China with or without +86, 400 and 800 numbers, and numbers of
    elsewhere with their +; full-width digits and any separators are understood.
    """
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed[:60]))
    for prefix in ("+86", "0086"):
        plain = plain.removeprefix(prefix)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if not any(kind.fullmatch(plain) for kind in _KINDS):
        raise InvalidPhone("这个电话号码不对，请填 11 位手机号，或带区号的座机号。")
    return plain


def shown_phone(phone: str) -> str:
    """Show a number so that its owner knows it and nobody else learns it: 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}"
