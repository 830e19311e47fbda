"""The lines at the top of a thread: each says one thing and where it is known from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from router import wire
from router import wire_brief as wb
from router.domain.cases import Case, CasesPolicy, Correction
from router.domain.known import Fact, FactKind, Said, facts_of, with_facts
from router.domain.message import Message, OrderCard, Sender
from router.domain.promises import Promise, PromiseState
from router.store import DecisionLine, Listed

TRIED = 4
OPEN = frozenset({PromiseState.OPEN, PromiseState.LATE})
SUMMARY = "summary"
"""The line of what an agent said when the bot got the conversation back."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a brief is made from; `messages` are those of the present case."""

    listed: Listed
    asked: str
    decisions: Sequence[DecisionLine]
    tried: Sequence[wire.TriedAnswer]
    messages: Sequence[Message]
    orders: Sequence[OrderCard]
    promises: Sequence[Promise]
    cases: Sequence[Case]
    staff: Mapping[str, str]
    policy: CasesPolicy

    @property
    def of_shopper(self) -> list[Message]:
        """Give what the shopper said in this case."""
        return [m for m in self.messages if m.sender is Sender.SHOPPER]


def lines_of(known: Known) -> list[wb.BriefLine]:
    """Give the lines in the order an agent reads them; what is not known has no line."""
    return [
        _wants(known),
        *(_order(card) for card in known.orders[:1]),
        *(_tried(turn) for turn in known.tried[-TRIED:]),
        *(_promise(one) for one in known.promises if one.state in OPEN),
        *_mood(known.decisions),
        *_images(known.of_shopper),
        *(_earlier(case, known) for case in reversed(known.cases)),
    ]


def known_of(known: Known) -> tuple[wb.KnownFact, ...]:
    """Give what nobody has to ask this shopper again."""
    said = [Said(m.seq, m.body.text, m.body.image is not None) for m in known.of_shopper]
    more: list[Fact] = []
    name = known.listed.thread.shopper.name
    if name:
        more.append(Fact(FactKind.NAME, name))
    if known.orders:
        order = known.orders[0]
        more.append(Fact(FactKind.ORDER, order.number, order=order.number))
        more += [Fact(FactKind.ITEM, item.title, order=order.number) for item in order.items[:1]]
        specs = [item.spec for item in order.items if item.spec]
        more += [Fact(FactKind.SIZE, spec, order=order.number) for spec in specs[:1]]
    facts = with_facts(facts_of(said), more)
    return tuple(wb.KnownFact(fact.kind, fact.text, fact.seq, fact.order) for fact in facts)


def corrected(
    lines: Iterable[wb.BriefLine], corrections: Iterable[Correction]
) -> tuple[wb.BriefLine, ...]:
    """Give the lines with what agents have put right; the last word on a line counts.

    A summary is a line of its own: an agent said it, nothing stored says it.
    """
    last = {one.line: one for one in corrections}
    found = []
    for line in lines:
        one = last.get(line.key)
        if one is not None:
            line.correction = wb.CorrectionView(one.text, one.author_name, one.at)
        found.append(line)
    summary = last.get(SUMMARY)
    if summary is not None:
        said = wb.CorrectionView(summary.text, summary.author_name, summary.at)
        found.insert(1, wb.BriefLine(SUMMARY, "summary", summary.text, correction=said))
    return tuple(found)


def _wants(known: Known) -> wb.BriefLine:
    said = [m.seq for m in known.of_shopper if m.body.text == known.asked]
    seq = said[-1] if said else known.listed.thread.conversation.shopper_seq or None
    return wb.BriefLine("wants", "wants", known.asked, seq=seq)


def _order(card: OrderCard) -> wb.BriefLine:
    items = " · ".join(f"{item.title} ×{item.quantity}" for item in card.items)
    return wb.BriefLine(f"order:{card.number}", "order", items, order=card.number, state=card.state)


def _tried(turn: wire.TriedAnswer) -> wb.BriefLine:
    said = f"{turn.question} → {turn.title or turn.answer}"
    return wb.BriefLine(
        f"tried:{turn.seq}", "tried", said, seq=turn.seq, entry=turn.entry, release=turn.release
    )


def _promise(one: Promise) -> wb.BriefLine:
    key = f"promise:{one.id}"[:80]
    return wb.BriefLine(key, "promise", one.text, seq=one.seq, due_at=one.due_at)


def _mood(decisions: Sequence[DecisionLine]) -> list[wb.BriefLine]:
    worst = max(decisions, key=lambda line: (line.level, line.anger), default=None)
    if worst is None or worst.level == 0:
        return []
    levels = tuple(level for level, _ in groupby(line.level for line in decisions))
    return [wb.BriefLine("mood", "mood", "", seq=worst.seq, levels=levels)]


def _images(messages: Sequence[Message]) -> list[wb.BriefLine]:
    shown = [m.seq for m in messages if m.body.image is not None]
    return [wb.BriefLine("images", "images", "", seq=shown[-1], count=len(shown))] if shown else []


def _earlier(case: Case, known: Known) -> wb.BriefLine:
    """Give what a former case came to: cause and outcome in the operator's words."""
    closing, policy = case.closing, known.policy
    told = (
        policy.causes.get(closing.cause or "", closing.cause or ""),
        policy.outcomes.get(closing.outcome or "", closing.outcome or ""),
        closing.summary,
        known.staff.get(case.agent, ""),
    )
    text = " · ".join(part for part in told if part)
    return wb.BriefLine(f"case:{case.case}", "earlier", text, seq=case.first_seq)
