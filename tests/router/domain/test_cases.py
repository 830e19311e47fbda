"""What a resolve has to say, when an ending takes effect, how far away a hold may end."""

import pytest

from router.domain.cases import (
    CasesPolicy,
    Closing,
    Ending,
    NotThere,
    Parting,
    Target,
    UnknownCause,
    UnknownOutcome,
    aimed,
    checked_closing,
    checked_until,
)
from router.domain.errors import IllegalMove
from router.domain.people import Presence, Role, Staff
from router.domain.skills import Needs, Skills
from tests.router.people import NOON, after


@pytest.mark.parametrize(
    ("closing", "refusal"),
    [
        pytest.param(Closing("product", "solved"), None, id="both"),
        pytest.param(Closing("product"), None, id="no outcome"),
        pytest.param(Closing(), UnknownCause, id="no cause"),
        pytest.param(Closing("weather"), UnknownCause, id="an unknown cause"),
        pytest.param(Closing("product", "fine"), UnknownOutcome, id="an unknown outcome"),
    ],
)
def test_a_resolve_names_a_configured_cause(
    closing: Closing, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        assert checked_closing(closing, CasesPolicy()) == closing
        return
    with pytest.raises(refusal, match=r"商品|product|已解决|solved"):
        checked_closing(closing, CasesPolicy())


def test_a_house_that_does_not_count_causes_resolves_without() -> None:
    assert checked_closing(Closing(), CasesPolicy(cause_required=False)) == Closing()


@pytest.mark.parametrize(
    ("seconds", "due"),
    [(0, False), (4.9, False), (5, True), (3600, True), (-1, True)],
    ids=["at once", "just before", "on time", "late", "clock set back"],
)
def test_an_ending_takes_effect_when_it_can_no_longer_be_taken_back(
    seconds: float, due: bool
) -> None:
    parting = Parting("p", "c", Ending.RESOLVE, "lina", 2, NOON, after(5))
    assert parting.is_due(after(seconds)) is due


@pytest.mark.parametrize("seconds", [-1, 0, 73 * 3600])
def test_a_hold_ends_neither_in_the_past_nor_too_far_away(seconds: float) -> None:
    with pytest.raises(IllegalMove):
        checked_until(after(seconds), NOON, CasesPolicy())
    assert checked_until(after(60), NOON, CasesPolicy()) == after(60)


def member(name: str, *roles: Role, languages: tuple[str, ...] = ("zh",)) -> Staff:
    return Staff(name, name, name, frozenset(roles), skills=Skills(languages=languages))


STAFF = (
    member("lina", Role.AGENT),
    member("wang", Role.AGENT, languages=("zh", "en")),
    member("chen", Role.AGENT, Role.SUPERVISOR),
    member("he", Role.AGENT, Role.SUPERVISOR),
    member("zhaomin", Role.EDITOR),
)


@pytest.mark.parametrize(
    ("target", "there", "goes_to"),
    [
        pytest.param(Target(), {}, None, id="anybody"),
        pytest.param(Target("wang"), {"wang": Presence.BUSY}, "wang", id="a busy colleague"),
        pytest.param(Target("wang"), {"wang": Presence.AWAY}, NotThere, id="one who is away"),
        pytest.param(Target("wang"), {}, NotThere, id="one who is offline"),
        pytest.param(Target("lina"), {"lina": Presence.ONLINE}, IllegalMove, id="oneself"),
        pytest.param(Target("zhaomin"), {"zhaomin": Presence.ONLINE}, NotThere, id="an editor"),
        pytest.param(
            Target(supervisor=True),
            {"chen": Presence.BUSY, "he": Presence.ONLINE},
            "he",
            id="a supervisor who is online before a busy one",
        ),
        pytest.param(Target(supervisor=True), {}, NotThere, id="no supervisor"),
        pytest.param(Target(needs=Needs(language="en")), {}, None, id="a skill somebody has"),
        pytest.param(Target(needs=Needs(language="ja")), {}, NotThere, id="a skill nobody has"),
    ],
)
def test_a_transfer_goes_to_somebody_who_can_take_it_up(
    target: Target,
    there: dict[str, Presence],
    goes_to: str | type[Exception] | None,
) -> None:
    def of(staff: str) -> Presence:
        return there.get(staff, Presence.OFFLINE)

    if isinstance(goes_to, type):
        with pytest.raises(goes_to):
            aimed(target, "lina", STAFF, of)
        return
    assert aimed(target, "lina", STAFF, of).agent == goes_to
