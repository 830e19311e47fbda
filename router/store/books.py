"""What the store's books write and read through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Write(Protocol):
    """Runs work in a transaction that is committed when this returns."""

    def __call__(self, key: str, work: Callable[[sa.Connection], T], /) -> Awaitable[T]:
        """Run work under a key and give its value."""


Read = Callable[..., Awaitable[Any]]
