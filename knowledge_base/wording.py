"""What is wrong with a piece of text itself, and when two phrasings are the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from knowledge_base.errors import Problem

KEY = re.compile(r"[a-z][a-z0-9_]*")
KEY_LIMIT = 64
TITLE_LIMIT = 120
TEXT_LIMIT = 2000
PHRASING_LIMIT = 300
SHORT_LIMIT = 40  # of a category, a name and a button's title
URL = re.compile(r"(https?://[^\s/]+\S*|tel:[+0-9-]+|/(?!/)\S*)")

# Also tags a browser would read although they are never closed: `<img src=x onerror=...`.
_TAG = re.compile(
    r"</?[a-zA-Z][ -;=?-~]*>|<[a-zA-Z][a-zA-Z0-9:-]*[\s/]+[\w@:-]+\s*="
    r"|</?(?:script|style|iframe|img|svg|object|embed)\b|<!--|<!(?:doctype|\[cdata)|<\?(?:xml|php)"
    r"|&(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#[xX][0-9a-fA-F]+);",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"\*\*\S[^*\n]*\*\*|\[[^\]\n]+\]\([^)\n]+\)|^#{1,6} ", re.MULTILINE)
_LINE_ENDS = "\u0085\u2028\u2029"


def normalised(phrasing: str) -> str:
    """Give what two phrasings share when they differ in case, width, space or punctuation only."""
    folded = unicodedata.normalize("NFKC", phrasing).casefold()
    bare = "".join(char for char in folded if unicodedata.category(char)[0] not in "PZC")
    return bare or "".join(folded.split())


def text_problems(field: str, text: str, limit: int) -> Iterator[Problem]:
    """Yield what is wrong with a text that may have several lines."""
    yield from _blank_or_long(field, text, limit)
    if broken := next((char for char in text if not _printable(char)), None):
        yield Problem(
            field,
            f"it holds the unprintable character U+{ord(broken):04X}",
            "Delete the character; use plain line breaks.",
        )
    if tag := _TAG.search(text):
        yield Problem(field, f"it holds HTML: {tag[0]!r}", "Write plain text; it is shown as is.")
    if mark := _MARKDOWN.search(text):
        yield Problem(
            field, f"it holds Markdown: {mark[0]!r}", "Write plain text; it is shown as is."
        )


def line_problems(field: str, text: str, limit: int) -> Iterator[Problem]:
    """Yield what is wrong with a text that must be one line."""
    yield from text_problems(field, text, limit)
    if "\n" in text:
        yield Problem(field, "it has several lines", "Write it on one line.")


def key_problems(field: str, key: str) -> Iterator[Problem]:
    """Yield what is wrong with an entry's key."""
    if not KEY.fullmatch(key):
        yield Problem(
            field,
            f"{key!r} is not a key",
            "Begin with a letter a-z and go on with a-z, 0-9 and _.",
        )
    if len(key) > KEY_LIMIT:
        yield Problem(
            field, f"it has {len(key)} characters", f"Keep it within {KEY_LIMIT} characters."
        )


def _blank_or_long(field: str, text: str, limit: int) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(field, "it is empty", "Write something here.")
    elif text != text.strip():
        yield Problem(field, "it begins or ends with blank space", "Delete the blank space.")
    if len(text) > limit:
        yield Problem(
            field, f"it has {len(text)} characters", f"Keep it within {limit} characters."
        )


def _printable(char: str) -> bool:
    # Joiners inside emoji are of category Cf and belong to them; a byte order mark does not.
    if char == "\n":
        return True
    if char in _LINE_ENDS or char == "\ufeff":
        return False
    return unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")
