"""The queue: who is next for whom, what is offered, and what runs out.

A deal looks at the free agents and at the heads of the lanes they fit, lets the domain decide
(`router/domain/assignment.py`) and applies that. One deal at a time, over all nodes; whatever
others have locked it leaves to the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa

from router.domain.assignment import AssignmentPolicy, Candidate, HandOut, Match, assign
from router.domain.conversation import Status
from router.domain.errors import OfferOver
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft
from router.domain.people import Presence, Role
from router.domain.presence import is_lost, presence_of
from router.domain.queue import in_order
from router.domain.skills import Needs, Skills
from router.store import attendance as presence
from router.store import claims, moves
from router.store import tables as t
from router.store.claims import Greeting, offer_stands
from router.store.moves import HELD, Changed
from router.store.queue_tables import attendance
from router.store.rows import handoff_of, staff_of, to_json

h = t.handoffs.c
QUEUED = h.state == HandoffState.QUEUED.value
Place = tuple[dt.datetime, str]
SPARE = 20
"""Read beyond what the free agents can take: some are for others, or declined lately."""
PAGES = 6
DEAL_LOCK = 0x6A69656C69
"""PostgreSQL's advisory lock under which one node deals at a time."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """What a deal did: offers made and over, claims made."""

    offers: tuple[Match, ...] = ()
    over: tuple[Handoff, ...] = ()
    claimed: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """The head of the queue, in order, and how many wait."""

    conversations: tuple[str, ...]
    waiting: int


def deal(
    connection: sa.Connection, policy: AssignmentPolicy, greeting: Greeting, now: dt.datetime
) -> Dealt:
    """Offer, or under `HandOut.AUTO` give, what waits to whoever is free and fits."""
    _alone(connection)
    standing, over = _offers(connection, policy, now)
    if policy.hand_out is HandOut.NONE:
        return Dealt(over=over)
    candidates = _candidates(connection, policy, now, standing)
    directed = policy.gives_transfers
    matches = _assigned(connection, candidates, policy, now, directed=directed)
    if policy.hand_out is HandOut.AUTO:
        given = claims.take_many(connection, matches, greeting, now)
        return Dealt(over=over, claimed=tuple(given))
    until = now + dt.timedelta(seconds=policy.offer_seconds)
    return Dealt(_offered(connection, matches, until), over)


def take_next(
    connection: sa.Connection,
    agents: Sequence[str],
    policy: AssignmentPolicy,
    greeting: Greeting,
    now: dt.datetime,
) -> list[Changed]:
    """Give each of these agents, who ask for it, the next that is theirs by the order."""
    _alone(connection)
    asking = msgspec.structs.replace(policy, hand_out=HandOut.OFFER, supervisors_take_turns=True)
    candidates = _candidates(connection, asking, now, {}, frozenset(agents))
    matches = _assigned(connection, candidates, asking, now, directed=True)
    return claims.take_many(connection, matches, greeting, now)


def decline(connection: sa.Connection, conversation: str, agent: str, now: dt.datetime) -> Handoff:
    """Let an offer pass; OfferOver when it is not the agent's any more."""
    row = connection.execute(
        sa.select(t.handoffs)
        .where(h.conversation == conversation, QUEUED, h.offered_to == agent)
        .with_for_update()
    ).first()
    if row is None:
        raise OfferOver("这个会话已经不在等你接入了。")
    handoff = handoff_of(row)
    presence.acted(connection, agent, now)
    return _passed(connection, handoff, now, declined=True)


def return_lost(
    connection: sa.Connection,
    following: Handoff,
    drafts: Sequence[Draft],
    policy: AssignmentPolicy,
    now: dt.datetime,
) -> Changed | None:
    """Queue a conversation again whose agent is gone; None when they are back, or it moved on.

    `following` is the handoff it waits under; its `wanted_agent` is who had it.
    """
    before = moves.load(connection, following.conversation)
    agent = following.wanted_agent or ""
    held = before.status in {Status.ACTIVE, Status.ON_HOLD} and before.agent == agent
    if not held or not is_lost(presence.everyone(connection).get(agent), now, policy.presence):
        return None
    moved = replace(before.transfer(agent, now), handoff=following.id)
    moves.end_handoff(connection, before.handoff, now)
    following = moves.join_queue(connection, following)
    changed = moves.append(connection, moved, drafts, now, before=before)
    return replace(changed, handoff=following)


# --- reads -----------------------------------------------------------------------------------


def lost(connection: sa.Connection, policy: AssignmentPolicy, now: dt.datetime) -> list[str]:
    """Name conversations whose agent is gone for longer than the grace period.

    Those on hold stay until their shopper speaks.
    """
    c = t.conversations.c
    known = presence.everyone(connection)
    rows = connection.execute(sa.select(c.agent).where(c.status.in_(HELD)).distinct())
    gone = [a for a in rows.scalars() if is_lost(known.get(a), now, policy.presence)]
    if not gone:
        return []
    speaks = sa.or_(c.status == Status.ACTIVE.value, c.shopper_seq == c.last_seq)
    held = sa.and_(c.status.in_(HELD), c.agent.in_(gone), speaks)
    return list(connection.execute(sa.select(c.id).where(held).limit(200)).scalars())


def line(connection: sa.Connection, limit: int) -> Line:
    """Give the first of the queue, in order, and how many wait in all."""
    head = connection.execute(
        sa.select(h.conversation).where(QUEUED).order_by(h.order_at, h.id).limit(limit)
    )
    conversations = tuple(head.scalars())
    if len(conversations) < limit:
        return Line(conversations, len(conversations))
    count = sa.select(sa.func.count()).select_from(t.handoffs).where(QUEUED)
    return Line(conversations, connection.execute(count).scalar_one())


def ahead_of(connection: sa.Connection, handoff: Handoff) -> int:
    """Count who stands before a handoff, whether it is stored already or not."""
    before = sa.tuple_(h.order_at, h.id) < sa.tuple_(
        sa.bindparam("at", handoff.order_at, h.order_at.type), sa.bindparam("own", handoff.id)
    )
    count = sa.select(sa.func.count()).select_from(t.handoffs)
    others = h.conversation != handoff.conversation
    return connection.execute(count.where(QUEUED, before, others)).scalar_one()


def offered(connection: sa.Connection, agent: str) -> list[Handoff]:
    """Give what is offered to an agent."""
    rows = connection.execute(sa.select(t.handoffs).where(QUEUED, h.offered_to == agent))
    return [handoff_of(row) for row in rows]


def last_agent(connection: sa.Connection, conversation: str, since: dt.datetime) -> str | None:
    """Name who had the conversation last, if that is not too long ago."""
    return connection.execute(
        sa.select(h.agent)
        .where(h.conversation == conversation, h.agent.is_not(None), h.accepted_at >= since)
        .order_by(h.accepted_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def standings(
    connection: sa.Connection, policy: AssignmentPolicy, now: dt.datetime
) -> list[Candidate]:
    """Give how every agent stands, also those who were never at the desk, by name."""
    query = (
        sa.select(t.staff, attendance)
        .join(attendance, attendance.c.staff == t.staff.c.id, isouter=True)
        .where(~t.staff.c.disabled)
        .order_by(t.staff.c.name, t.staff.c.id)
    )
    known = presence.everyone(connection)
    asked = {handoff.offered_to for handoff in _asked(connection, policy, now)}
    rows = [(staff_of(row), row) for row in connection.execute(query)]
    held = claims.loads(connection, [member.id for member, _ in rows])
    return [
        Candidate(
            member,
            presence_of(known.get(member.id), now, policy.presence),
            held.get(member.id, 0),
            member.id in asked,
            row.angry_streak or 0,
            row.last_at,
        )
        for member, row in rows
        if member.may(Role.AGENT)
    ]


def _asked(connection: sa.Connection, policy: AssignmentPolicy, now: dt.datetime) -> list[Handoff]:
    rows = connection.execute(sa.select(t.handoffs).where(QUEUED, h.offered_to.is_not(None)))
    return [one for one in map(handoff_of, rows) if offer_stands(one, now, policy)]


# --- how a deal looks and acts ---------------------------------------------------------------


def _alone(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(DEAL_LOCK)))


def _offers(
    connection: sa.Connection, policy: AssignmentPolicy, now: dt.datetime
) -> tuple[dict[str, Handoff], tuple[Handoff, ...]]:
    """Give the offers that stand, by agent, and end those that do not."""
    rows = connection.execute(
        sa.select(t.handoffs)
        .where(QUEUED, h.offered_to.is_not(None))
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return {}, ()
    known = presence.everyone(connection)
    standing: dict[str, Handoff] = {}
    over = []
    for handoff in map(handoff_of, rows):
        agent = handoff.offered_to or ""
        here = presence_of(known.get(agent), now, policy.presence) is Presence.ONLINE
        stands = offer_stands(handoff, now, policy)
        if here and stands and policy.hand_out is not HandOut.NONE:
            standing[agent] = handoff
            continue
        over.append(handoff)
        _passed(connection, handoff, now, declined=here and not stands)
        if here and not stands:
            _missed(connection, agent)
    return standing, tuple(over)


def _passed(
    connection: sa.Connection, handoff: Handoff, now: dt.datetime, *, declined: bool
) -> Handoff:
    by = handoff.declined_by
    agent = handoff.offered_to
    if declined and agent is not None:
        by = (*(a for a in by if a != agent), agent)
    after = replace(handoff, offered_to=None, offered_until=now, declined_by=by)
    connection.execute(
        t.handoffs.update()
        .where(h.id == handoff.id, QUEUED, h.offered_to == agent)
        .values(offered_to=None, offered_until=now, declined_by=to_json(by))
    )
    return after


def _missed(connection: sa.Connection, agent: str) -> None:
    connection.execute(
        attendance.update()
        .where(attendance.c.staff == agent)
        .values(missed_offers=attendance.c.missed_offers + 1)
    )


def _candidates(
    connection: sa.Connection,
    policy: AssignmentPolicy,
    now: dt.datetime,
    standing: dict[str, Handoff],
    asking: frozenset[str] | None = None,
) -> list[Candidate]:
    """Give how each agent at the desk stands, those who ask counting as online."""
    query = (
        sa.select(t.staff, attendance)
        .join(attendance, attendance.c.staff == t.staff.c.id)
        .where(~t.staff.c.disabled)
        .with_for_update(of=attendance, skip_locked=True)
    )
    query = query.where(
        t.staff.c.id.in_(asking) if asking is not None else attendance.c.gone_at.is_(None)
    )
    found = []
    for row in connection.execute(query):
        member = staff_of(row)
        where = presence_of(presence.attendance_of(row), now, policy.presence)
        if asking is not None:
            where = Presence.ONLINE
        if where is Presence.ONLINE and member.may(Role.AGENT):
            found.append((member, where, row))
    held = claims.loads(connection, [member.id for member, _, _ in found]) if found else {}
    return [
        Candidate(
            member,
            where,
            held.get(member.id, 0),
            member.id in standing,
            row.angry_streak,
            row.last_at,
        )
        for member, where, row in found
    ]


def _assigned(
    connection: sa.Connection,
    candidates: Sequence[Candidate],
    policy: AssignmentPolicy,
    now: dt.datetime,
    *,
    directed: bool,
) -> tuple[Match, ...]:
    """Let the domain decide over the heads of the lanes the free agents fit.

    What a colleague directed to one of them is left to them, unless they ask for the next. A
    page more is read only when those on the first are for others, or were declined lately.
    """
    able = msgspec.structs.replace(policy, supervisors_take_turns=True)
    free = [c for c in candidates if c.why_idle(able) is None]
    if not free:
        return ()
    room = sum(c.staff.capacity - c.load for c in free)
    size = (room if policy.hand_out is HandOut.AUTO else len(free)) + SPARE
    after: Place | None = None
    for _ in range(PAGES):
        page = _heads(connection, free, policy, now, after, size, directed=directed)
        matches = assign(page, free, now, policy)
        if matches or len(page) < size:
            return matches
        after = (page[-1].order_at, page[-1].id)
        size *= 4
    return ()


def _heads(
    connection: sa.Connection,
    free: Sequence[Candidate],
    policy: AssignmentPolicy,
    now: dt.datetime,
    after: Place | None,
    size: int,
    *,
    directed: bool,
) -> list[Handoff]:
    """Give the next handoffs, in order, that are not somebody else's and some free agent fits."""
    agents = [c.staff.id for c in free]
    longest = now + dt.timedelta(seconds=policy.offer_seconds)
    ours = h.offered_to.in_(agents)
    ran_out = sa.or_(h.offered_until <= now, h.offered_until > longest)
    meant = sa.and_(h.wanted_until > now, h.wanted_agent.in_(agents))
    query = sa.select(t.handoffs).where(
        QUEUED,
        sa.or_(h.offered_to.is_(None), ours, ran_out),
        sa.or_(h.wanted_until.is_(None), h.wanted_until <= now, meant if directed else sa.false()),
    )
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], h.order_at.type), sa.literal(after[1]))
        query = query.where(sa.tuple_(h.order_at, h.id) > place)
    query = query.order_by(h.order_at, h.id).limit(size)
    if all(c.staff.skills == Skills() for c in free):
        rows = list(connection.execute(query))
    else:
        rows = list(connection.execute(query.where(meant))) if directed else []
        for lane in _lanes(connection):
            if any(c.staff.skills.cover(Needs.of_lane(lane)) for c in free):
                rows += connection.execute(query.where(h.lane == lane))
    page = {row.id: _free(handoff_of(row), policy, now) for row in rows}
    return in_order(page.values())[:size]


def _free(handoff: Handoff, policy: AssignmentPolicy, now: dt.datetime) -> Handoff:
    """Forget an offer that stands no more."""
    if handoff.offered_to is None or offer_stands(handoff, now, policy):
        return handoff
    return replace(handoff, offered_to=None)


def _lanes(connection: sa.Connection) -> list[str]:
    """Name the lanes somebody waits in: an index step a lane, however many wait in each."""
    first = sa.select(sa.func.min(h.lane)).where(QUEUED).scalar_subquery()
    lanes = sa.select(first.label("lane")).cte("lanes", recursive=True)
    other = t.handoffs.alias()
    following = (
        sa.select(sa.func.min(other.c.lane))
        .where(other.c.state == HandoffState.QUEUED.value, other.c.lane > lanes.c.lane)
        .scalar_subquery()
    )
    lanes = lanes.union_all(sa.select(following).where(lanes.c.lane.is_not(None)))
    rows = connection.execute(sa.select(lanes.c.lane).where(lanes.c.lane.is_not(None)))
    return list(rows.scalars())


def _offered(
    connection: sa.Connection, matches: Sequence[Match], until: dt.datetime
) -> tuple[Match, ...]:
    agents = {match.handoff.id: match.agent.id for match in matches}
    # What a click has locked is being taken: waiting for it here could wait for each other.
    unlocked = sa.select(h.id).where(h.id.in_(agents), QUEUED).with_for_update(skip_locked=True)
    agents = {id: agents[id] for id in connection.execute(unlocked).scalars()}
    if not agents:
        return ()
    rows = connection.execute(
        t.handoffs.update()
        .where(h.id.in_(agents), QUEUED)
        .values(offered_to=sa.case(agents, value=h.id), offered_until=until)
        .returning(h.id)
    )
    made = set(rows.scalars())
    return tuple(
        replace(m, handoff=replace(m.handoff, offered_to=m.agent.id, offered_until=until))
        for m in matches
        if m.handoff.id in made
    )
