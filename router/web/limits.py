"""Limits on how often somebody may try, by a monotonic clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from router.domain.errors import TooManyAttempts

LOGIN_TRIES = 8
ADDRESS_TRIES = 40
LOGIN_WINDOW = 900.0
MINUTE = 60.0
REMEMBERED = 10_000

K = TypeVar("K")


class Window:
    """Allows `most` happenings in any `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._times: deque[float] = deque()

    def full(self) -> bool:
        """Tell whether one more would be too many."""
        start = self._clock() - self._seconds
        while self._times and self._times[0] <= start:
            self._times.popleft()
        return len(self._times) >= self._most

    def note(self) -> None:
        """Count one happening."""
        self._times.append(self._clock())

    def forget(self) -> None:
        """Take the last happening back."""
        if self._times:
            self._times.pop()


class Paces:
    """How fast each shopper sends, over all their sockets."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def of(self, shopper: str) -> Window:
        """Give the window of a shopper; the shopper longest away is forgotten for a new one."""
        window = self._windows.pop(shopper, None) or Window(self._per_minute, MINUTE, self._clock)
        self._windows[shopper] = window
        _forget_oldest(self._windows)
        return window


class LoginGuard:
    """Counts tries by login and address, and by address, and refuses to go on after too many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}

    def attempt(self, login: str, address: str) -> None:
        """Count a try before it is made, so that tries at once cannot slip through together."""
        windows = (
            self._window((login, address), LOGIN_TRIES),
            self._window(("", address), ADDRESS_TRIES),
        )
        if any(window.full() for window in windows):
            raise TooManyAttempts("密码错误次数太多，请 15 分钟后再试，或请管理员重设密码。")
        for window in windows:
            window.note()

    def succeeded(self, login: str, address: str) -> None:
        """Forget the tries of a login after a right password."""
        self._windows.pop((login, address), None)
        self._window(("", address), ADDRESS_TRIES).forget()

    def _window(self, key: tuple[str, str], most: int) -> Window:
        window = self._windows.setdefault(key, Window(most, LOGIN_WINDOW, self._clock))
        _forget_oldest(self._windows)
        return window


def _forget_oldest(windows: dict[K, Window]) -> None:
    while len(windows) > REMEMBERED:
        del windows[next(iter(windows))]
