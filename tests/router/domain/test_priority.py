"""How soon a handoff is due, by the table of the shop and by that of a policy that says nothing."""

import pytest

from router.domain.handoff import Degree, Priority, Reason
from router.domain.priority import CaseFacts, PriorityPolicy, raised, rank
from router.policy import read_policy
from router.settings import ROOT
from tests.router.people import handoff

VIP = frozenset({"diamond"})
HOUSE = read_policy((ROOT / "router" / "policy.toml").read_text("utf-8")).priority


@pytest.mark.parametrize(
    ("facts", "urgency", "impact", "priority", "sla_class"),
    [
        pytest.param(
            CaseFacts(Reason.EXPLICIT_REQUEST, entry="parcel_damaged"),
            *(Degree.HIGH, Degree.HIGH, Priority.HIGH, "critical"),
            id="摔坏了",
        ),
        pytest.param(
            CaseFacts(Reason.LOW_CONFIDENCE, entry="delivered_not_received"),
            *(Degree.HIGH, Degree.HIGH, Priority.HIGH, "critical"),
            id="显示签收没收到",
        ),
        pytest.param(
            CaseFacts(Reason.EXPLICIT_REQUEST, entry="suggestion", category="投诉建议"),
            *(Degree.LOW, Degree.LOW, Priority.LOW, "standard"),
            id="提个建议",
        ),
        pytest.param(
            CaseFacts(Reason.ANGER, mood=2),
            *(Degree.HIGH, Degree.MEDIUM, Priority.HIGH, "case"),
            id="骗子",
        ),
        pytest.param(
            CaseFacts(Reason.SAFETY, entry="suggestion"),
            *(Degree.HIGH, Degree.HIGH, Priority.URGENT, "critical"),
            id="受伤",
        ),
        pytest.param(
            CaseFacts(Reason.EXPLICIT_REQUEST),
            *(Degree.MEDIUM, Degree.MEDIUM, Priority.NORMAL, "standard"),
            id="转人工",
        ),
        pytest.param(
            CaseFacts(Reason.EXPLICIT_REQUEST, tier="diamond"),
            *(Degree.MEDIUM, Degree.MEDIUM, Priority.HIGH, "case"),
            id="a VIP is one step up",
        ),
        pytest.param(
            CaseFacts(Reason.ANGER, mood=2, tier="diamond"),
            *(Degree.HIGH, Degree.MEDIUM, Priority.HIGH, "case"),
            id="a VIP is never urgent for being one",
        ),
    ],
)
def test_the_table_of_the_shop_ranks(
    facts: CaseFacts, urgency: Degree, impact: Degree, priority: Priority, sla_class: str
) -> None:
    ranked = rank(facts, HOUSE, VIP)
    assert (ranked.urgency, ranked.impact) == (urgency, impact)
    assert (ranked.priority, ranked.sla_class) == (priority, sla_class)


@pytest.mark.parametrize(
    ("reason", "tier", "priority"),
    [
        (Reason.SAFETY, "ordinary", Priority.URGENT),
        (Reason.ANGER, "ordinary", Priority.HIGH),
        (Reason.HUMAN_ONLY, "ordinary", Priority.HIGH),
        (Reason.LOW_CONFIDENCE, "ordinary", Priority.NORMAL),
        (Reason.LOW_CONFIDENCE, "diamond", Priority.HIGH),
    ],
)
def test_a_policy_without_a_table_ranks_by_reason(
    reason: Reason, tier: str, priority: Priority
) -> None:
    assert rank(CaseFacts(reason, tier), PriorityPolicy(), VIP).priority is priority


def test_tier_anger_and_having_waited_before_add_up_to_the_longest_and_no_further() -> None:
    calm = rank(CaseFacts(Reason.EXPLICIT_REQUEST), HOUSE, VIP).head_start
    assert calm == 3 * 60
    gold = rank(CaseFacts(Reason.EXPLICIT_REQUEST, "gold", mood=1), HOUSE, VIP).head_start
    assert gold == calm + (2 + 1) * 60
    back = rank(CaseFacts(Reason.TRANSFER, returning=True), HOUSE, VIP).head_start
    assert back == calm + 10 * 60
    most = CaseFacts(Reason.SAFETY, "diamond", mood=2, returning=True)
    assert rank(most, HOUSE, VIP).head_start == HOUSE.longest


def test_a_breach_raises_and_never_lowers() -> None:
    waiting = handoff("c-1", priority=Priority.NORMAL)
    up = raised(waiting, Priority.HIGH, HOUSE)
    assert (up.priority, up.head_start) == (Priority.HIGH, 5 * 60)
    assert raised(up, Priority.LOW, HOUSE) == up
    assert raised(up, Priority.URGENT, HOUSE).head_start == 27 * 60
