"""The handoff that follows a transfer: what was asked stays, and why it goes on is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from router.desk.handing import again
from router.desk.services import Services
from router.domain.cases import Parting
from router.domain.handoff import Handoff, Reason
from router.store import Listed

LEEWAY = dt.timedelta(seconds=30)
"""How long what nobody answered stays out of the others' reach, so that it goes back first."""


def following(services: Services, listed: Listed, parting: Parting) -> Handoff:
    """Give the handoff a transferred conversation waits under.

    It goes to whom it is meant for, or else to anybody but its former agent.
    """
    made = again(services, listed, Reason.TRANSFER, parting.closing.summary)
    target = parting.target
    patience = dt.timedelta(seconds=services.rules().cases.transfer_answer_seconds) + LEEWAY
    return replace(
        made,
        needs=target.needs or made.needs,
        wanted_agent=target.agent,
        wanted_until=made.queued_at + patience if target.agent else None,
        declined_by=(parting.agent,),
    )
