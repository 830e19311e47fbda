"""What staff give a shopper: within their limits at once, above them with a supervisor's word."""

from __future__ import annotations

from dataclasses import dataclass

from router import hub, wire_care
from router.desk import payouts
from router.desk.deliveries import Deliveries
from router.desk.services import Services
from router.domain.authority import (
    Grant,
    GrantFilter,
    GrantKind,
    GrantState,
    Wanted,
    above,
    charges,
    refuse_judge,
    refuse_what_nobody_may,
)
from router.domain.conversation import Status
from router.domain.errors import Forbidden, IllegalMove, NotFound, ShopSilent
from router.domain.message import Body, Draft, OrderCard, Sender, Visibility, clean_text
from router.domain.money import cents_of, yuan_of
from router.domain.people import Role, Staff
from router.store import Granted, Thread

HELD = {Status.ACTIVE, Status.ON_HOLD}
AUDITED = 1_000
"""Grants an audit shows at once; the days can be narrowed."""


@dataclass(frozen=True, slots=True)
class GrantDesk:
    """Asks, approvals, reversals; budgets are guarded in the store, roles here."""

    services: Services
    deliveries: Deliveries

    async def ask(self, me: Staff, conversation: str, wanted: wire_care.AskGrant) -> Grant:
        """Grant what is within the limits; what is above one waits for a supervisor."""
        thread = await self._held(me, conversation)
        asked, order = await self._wanted(thread, wanted)
        rules, now = self.services.rules().authority, self.services.now()
        refuse_what_nobody_may(asked, order, rules)
        over = above(asked, order, thread.shopper.tier, rules, now)
        state = GrantState.GRANTED if over is None else GrantState.REQUESTED
        grant = Grant(
            id=self.services.new_id(),
            client_id=wanted.client_id,
            conversation=conversation,
            case=thread.conversation.case,
            shopper=asked.shopper,
            tier=thread.shopper.tier,
            kind=asked.kind,
            cents=asked.cents,
            order=asked.number,
            reason=clean_text(wanted.reason, limit=500),
            asked_by=me.id,
            asked_at=now,
            state=state,
            over=over,
            decided_by=me.id if over is None else None,
            decided_at=now if over is None else None,
            next_try_at=now if over is None else None,
        )
        drawn = charges(asked, me, self.services.today(), rules)
        return self._told(await self.services.store.grants.ask(grant, drawn))

    async def decide(self, me: Staff, grant_id: str, decision: wire_care.DecideGrant) -> Grant:
        """Approve or decline a request of somebody else's."""
        book = self.services.store.grants
        grant = await book.get(grant_id)
        refuse_judge(grant, me)
        wanted = Wanted(grant.kind, grant.cents, grant.shopper, grant.order)
        rules, today = self.services.rules().authority, self.services.today()
        granted = await book.decide(
            grant_id,
            me.id,
            approve=decision.approve,
            charges=charges(wanted, me, today, rules, supervising=True),
            note=decision.note.strip(),
            now=self.services.now(),
        )
        if granted.grant.state is GrantState.DECLINED and not granted.duplicate:
            await self._note(granted.grant, f"{me.name} 驳回了补偿申请（{said(grant)}）", me)
        return self._told(granted)

    async def reverse(self, me: Staff, grant_id: str, why: str) -> Grant:
        """Take back what has not reached the shopper, who is told if it was promised."""
        _require_supervisor(me)
        book = self.services.store.grants
        reversed_ = await book.reverse(grant_id, me.id, why.strip(), self.services.now())
        await self.deliveries.tell_reversed(reversed_.grant)
        return self._told(reversed_)

    async def retry(self, me: Staff, grant_id: str) -> Grant:
        """Send a failed grant to the shop's system once more."""
        _require_supervisor(me)
        now = self.services.now()
        return self._told(await self.services.store.grants.retry(grant_id, me.id, now))

    async def view(self, me: Staff, conversation: str) -> wire_care.CareView:
        """Show what was given in a conversation, and what `me` may give."""
        services, rules = self.services, self.services.rules().authority
        thread = await services.store.thread(conversation)
        tier, day = thread.shopper.tier, services.today().isoformat()
        most = rules.day_limit(GrantKind.COUPON, me, supervising=False)
        key = (f"staff:{me.id}", day)
        spent = (await services.store.grants.spent([key])).get(key, 0)
        names = await self._names()
        limits = wire_care.GrantLimits(
            at_once=rules.grant_limit(GrantKind.COUPON, tier),
            left_today=max(0, most - spent),
            most=cents_of(rules.supervisor_per_grant),
            return_value=rules.grant_limit(GrantKind.RETURN, tier),
        )
        grants = await services.store.grants.of_conversation(conversation)
        return wire_care.CareView(
            conversation,
            limits,
            tuple(_line(grant, names) for grant in grants),
            tuple(await payouts.orders(services, thread.shopper)),
            tuple(await services.store.promises.of_conversation(conversation)),
        )

    async def approvals(self, me: Staff) -> tuple[wire_care.Approval, ...]:
        """List what waits for a supervisor, with the facts to decide by."""
        _require_supervisor(me)
        names = await self._names()
        awaiting = await self.services.store.grants.awaiting()
        return tuple([await self._approval(me, grant, names) for grant in awaiting])

    async def budgets(self, me: Staff) -> tuple[wire_care.Budget, ...]:
        """Show what today's budgets have given: the shop's first, then each member's of staff."""
        _require_supervisor(me)
        rules, day = self.services.rules().authority, self.services.today().isoformat()
        spent = dict(await self.services.store.grants.spent_in(day))
        shop = wire_care.Budget(spent.get("shop", 0), cents_of(rules.shop_day))
        staff = {member.id: member for member in await self.services.store.list_staff()}
        own = [
            wire_care.Budget(
                given,
                rules.day_limit(
                    GrantKind.COUPON,
                    staff[scope[6:]],
                    supervising=staff[scope[6:]].may(Role.SUPERVISOR),
                ),
                staff[scope[6:]].name,
            )
            for scope, given in spent.items()
            if scope.startswith("staff:") and scope[6:] in staff
        ]
        return (shop, *sorted(own, key=lambda budget: -budget.spent))

    async def audit(self, me: Staff, wanted: GrantFilter) -> wire_care.GrantAudit:
        """List who gave what to whom, and who approved it."""
        _require_supervisor(me)
        found = await self.services.store.grants.audited(wanted, AUDITED + 1)
        names = await self._names()
        return wire_care.GrantAudit(
            tuple(
                wire_care.AuditLine(_line(grant, names), shopper)
                for grant, shopper in found[:AUDITED]
            ),
            more=len(found) > AUDITED,
        )

    async def trail(self, me: Staff, grant_id: str) -> wire_care.GrantTrail:
        """Show who did what with a grant, when and why."""
        _require_supervisor(me)
        grant = await self.services.store.grants.get(grant_id)
        names = await self._names()
        lines = await self.services.store.grants.trail(grant_id)
        return wire_care.GrantTrail(
            grant,
            tuple(
                wire_care.TrailView(
                    line.at, line.event, names.get(line.by or "", line.by), line.why
                )
                for line in lines
            ),
        )

    async def _held(self, me: Staff, conversation: str) -> Thread:
        thread = await self.services.store.thread(conversation)
        current = thread.conversation
        mine = current.status in HELD and current.agent == me.id
        if not (mine or me.may(Role.SUPERVISOR)):
            if not me.may(Role.AGENT):
                raise Forbidden("只有客服和主管可以补偿顾客。")
            raise IllegalMove("这个会话不在你手上，不能补偿。请先接入。")
        if thread.shopper.anonymous:
            raise IllegalMove("顾客没有登录，没有账户可以发放。请先请顾客登录。")
        return thread

    async def _wanted(
        self, thread: Thread, wanted: wire_care.AskGrant
    ) -> tuple[Wanted, OrderCard | None]:
        shopper = thread.shopper
        order: OrderCard | None = None
        if wanted.order is not None:
            order = await payouts.order(self.services, wanted.order, shopper)
        if wanted.kind is GrantKind.RETURN:
            cents = cents_of(order.total) if order else 0
        else:
            cents = cents_of(wanted.amount or "")
        return Wanted(wanted.kind, cents, shopper.id, order.number if order else None), order

    async def _approval(self, me: Staff, grant: Grant, names: dict[str, str]) -> wire_care.Approval:
        services = self.services
        thread = await services.store.thread(grant.conversation)
        order = None
        if grant.order is not None:
            try:
                order = await payouts.order(services, grant.order, thread.shopper)
            except (NotFound, ShopSilent):
                order = None
        before = await services.store.grants.of_conversation(grant.conversation)
        given = sum(
            one.cents
            for one in before
            if one.kind is not GrantKind.RETURN
            and one.state in {GrantState.GRANTED, GrantState.DELIVERING, GrantState.DELIVERED}
        )
        own = grant.asked_by == me.id
        return wire_care.Approval(_line(grant, names), thread.shopper.name, order, given, own)

    async def _names(self) -> dict[str, str]:
        return {member.id: member.name for member in await self.services.store.list_staff()}

    async def _note(self, grant: Grant, text: str, me: Staff) -> None:
        said_why = f"{text}：{grant.note}" if grant.note else f"{text}。"
        draft = Draft(
            Sender.AGENT,
            Body(said_why),
            sender_id=me.id,
            sender_name=me.name,
            client_id=f"grant:{grant.id}:no",
            visibility=Visibility.STAFF,
        )
        await self.deliveries.say(grant.conversation, draft)

    def _told(self, granted: Granted) -> Grant:
        """Tell the desks, and send what is granted on its way."""
        grant = granted.grant
        if not granted.duplicate:
            self.services.hub.publish(wire_care.GrantChanged(grant), hub.DESK)
        if grant.state is GrantState.GRANTED:
            self.deliveries.wake()
        return grant


def said(grant: Grant) -> str:
    """Name a grant in a few words, for staff."""
    match grant.kind:
        case GrantKind.COUPON:
            return f"{yuan_of(grant.cents)} 元优惠券"
        case GrantKind.AMOUNT:
            return f"退差 {yuan_of(grant.cents)} 元"
        case GrantKind.RETURN:
            return f"订单 {grant.order} 退货"


def _line(grant: Grant, names: dict[str, str]) -> wire_care.GrantLine:
    return wire_care.GrantLine(
        grant,
        names.get(grant.asked_by, grant.asked_by),
        names.get(grant.decided_by, grant.decided_by) if grant.decided_by else None,
    )


def _require_supervisor(me: Staff) -> None:
    if not me.may(Role.SUPERVISOR):
        raise Forbidden("只有主管可以这样做。")
