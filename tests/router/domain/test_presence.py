"""An open tab is not a present agent."""

import pytest

from router.domain.people import Presence
from router.domain.presence import Attendance, PresencePolicy, is_lost, presence_of
from tests.router.people import NOON, after

POLICY = PresencePolicy()
HERE = Attendance("lina", heard_at=NOON, active_at=NOON)


@pytest.mark.parametrize(
    ("known", "seconds", "presence"),
    [
        pytest.param(None, 0, Presence.OFFLINE, id="never seen"),
        pytest.param(HERE, 5, Presence.ONLINE, id="just heard"),
        pytest.param(HERE, 60, Presence.OFFLINE, id="a client that died without a word"),
        pytest.param(
            Attendance("lina", heard_at=after(900), active_at=NOON),
            *(901, Presence.AWAY),
            id="a tab left open",
        ),
        pytest.param(
            Attendance("lina", Presence.BUSY, after(900), NOON),
            *(901, Presence.BUSY),
            id="busy stays busy",
        ),
        pytest.param(
            Attendance("lina", heard_at=NOON, active_at=NOON, gone_at=NOON),
            *(1, Presence.OFFLINE),
            id="closed the last tab",
        ),
        pytest.param(
            Attendance("lina", heard_at=NOON, active_at=NOON, missed_offers=2),
            *(1, Presence.AWAY),
            id="let two offers run out",
        ),
        pytest.param(HERE, -3600, Presence.OFFLINE, id="heard an hour ahead: the clock went back"),
    ],
)
def test_presence_is_what_the_client_shows(
    known: Attendance | None, seconds: float, presence: Presence
) -> None:
    assert presence_of(known, after(seconds), POLICY) is presence


@pytest.mark.parametrize(
    ("gone", "seconds", "lost"),
    [(True, 89, False), (True, 91, True), (False, 134, False), (False, 136, True)],
)
def test_an_agent_is_lost_after_the_grace_period(gone: bool, seconds: float, lost: bool) -> None:
    known = Attendance("lina", heard_at=NOON, active_at=NOON, gone_at=NOON if gone else None)
    assert is_lost(known, after(seconds), POLICY) is lost
