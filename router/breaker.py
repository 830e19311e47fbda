"""Leaves a process that fails alone for a while, so that nobody waits for it in vain."""

from __future__ import annotations

from collections.abc import Callable


class Breaker:
    """Stops asking after `failures` in a row, for `pause` seconds; then lets one try."""

    def __init__(self, failures: int, pause: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failed = 0
        self._open_until = 0.0

    def holds_back(self) -> bool:
        """Tell whether a call is held back now; after each pause one caller may try."""
        if not self.failing:
            return False
        now = self._clock()
        if now < self._open_until:
            return True
        self._open_until = now + self._pause
        return False

    @property
    def failing(self) -> bool:
        """Tell whether the last calls failed."""
        return self._failed >= self._limit

    def succeeded(self) -> None:
        """Note an answered call."""
        self._failed = 0

    def failed(self) -> None:
        """Note a call without an answer."""
        self._failed += 1
        if self._failed >= self._limit:
            self._open_until = self._clock() + self._pause
