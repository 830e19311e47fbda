"""Limits on how often somebody may try, by a monotonic clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from router.domain.errors import TooManyAttempts

LOGIN_TRIES = 8
LOGIN_WINDOW = 900.0
REMEMBERED = 10_000


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


class LoginGuard:
    """Counts wrong passwords by login and address, and refuses to try on after too many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}

    def check(self, login: str, address: str) -> None:
        """Refuse a try when there were too many wrong ones."""
        window = self._windows.get((login, address))
        if window is not None and window.full():
            raise TooManyAttempts("密码错误次数太多，请 15 分钟后再试，或请管理员重设密码。")

    def failed(self, login: str, address: str) -> None:
        """Note a wrong password."""
        if len(self._windows) >= REMEMBERED:
            self._windows.pop(next(iter(self._windows)))
        window = self._windows.setdefault(
            (login, address), Window(LOGIN_TRIES, LOGIN_WINDOW, self._clock)
        )
        window.note()

    def succeeded(self, login: str, address: str) -> None:
        """Forget wrong passwords after a right one."""
        self._windows.pop((login, address), None)
