"""The lines at the top of a thread: each says one thing and where it is known from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from router import wire_brief as wb
from router.desk.services import Services
from router.domain.cases import Case, Correction
from router.domain.known import Fact, FactKind, Said, facts_of, with_facts
from router.domain.message import Message, OrderCard, Sender
from router.domain.promises import Promise, PromiseState
from router.store import DecisionLine, Listed

TRIED = 4
LEVELS = ("平静", "不耐烦", "生气")
SUMMARY = "summary"
"""The line of what an agent said when the bot got the conversation back."""


def lines_of(
    services: Services,
    listed: Listed,
    asked: str,
    decisions: Sequence[DecisionLine],
    answered: Mapping[int, tuple[str, str]],
    messages: Sequence[Message],
    orders: Sequence[OrderCard],
    promises: Sequence[Promise],
    cases: Sequence[Case],
    staff: dict[str, str],
) -> list[wb.BriefLine]:
    """Give the lines in the order an agent reads them; what is not known has no line."""
    policy = services.rules().cases
    lines = [_wants(listed, asked, messages)]
    lines += [_order(card) for card in orders[:1]]
    tried = [line for line in decisions if line.seq in answered]
    lines += [_tried(line, *answered[line.seq]) for line in tried[-TRIED:]]
    lines += [_promise(one) for one in promises if one.state in OPEN]
    lines += _mood(decisions)
    lines += _images(messages)
    for case in reversed(cases):
        cause = policy.causes.get(case.closing.cause or "", case.closing.cause or "")
        outcome = policy.outcomes.get(case.closing.outcome or "", case.closing.outcome or "")
        told = " · ".join(
            part
            for part in (cause, outcome, case.closing.summary, staff.get(case.agent, ""))
            if part
        )
        key = f"case:{case.case}"
        lines.append(wb.BriefLine(key, "earlier", told or "没有小结", seq=case.first_seq))
    return lines


OPEN = frozenset({PromiseState.OPEN, PromiseState.LATE})


def known_of(
    messages: Iterable[Message], orders: Sequence[OrderCard], name: str | None
) -> tuple[wb.KnownFact, ...]:
    """Give what nobody has to ask this shopper again."""
    said = [
        Said(m.seq, m.body.text, m.body.image is not None)
        for m in messages
        if m.sender is Sender.SHOPPER
    ]
    more: list[Fact] = []
    if name:
        more.append(Fact(FactKind.NAME, name))
    if orders:
        order = orders[0]
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


def _wants(listed: Listed, asked: str, messages: Sequence[Message]) -> wb.BriefLine:
    said = [m.seq for m in messages if m.sender is Sender.SHOPPER and m.body.text == asked]
    seq = said[-1] if said else listed.thread.conversation.shopper_seq or None
    return wb.BriefLine("wants", "wants", asked, seq=seq)


def _order(card: OrderCard) -> wb.BriefLine:
    items = "、".join(f"{item.title} ×{item.quantity}" for item in card.items)
    return wb.BriefLine(f"order:{card.number}", "order", items, order=card.number, state=card.state)


def _tried(line: DecisionLine, question: str, title: str) -> wb.BriefLine:
    release = f"（知识库 {line.release} 版）" if line.release is not None else ""
    said = f"{question} → {title}{release}"
    return wb.BriefLine(f"tried:{line.seq}", "tried", said, seq=line.seq, entry=line.entry)


def _promise(one: Promise) -> wb.BriefLine:
    key = f"promise:{one.id}"[:80]
    return wb.BriefLine(key, "promise", one.text, seq=one.seq, due_at=one.due_at)


def _mood(lines: Sequence[DecisionLine]) -> list[wb.BriefLine]:
    worst = max(lines, key=lambda line: (line.level, line.anger), default=None)
    if worst is None or worst.level == 0:
        return []
    course = " → ".join(
        LEVELS[level]
        for place, level in enumerate(line.level for line in lines)
        if place == 0 or level != lines[place - 1].level
    )
    return [wb.BriefLine("mood", "mood", course, seq=worst.seq)]


def _images(messages: Sequence[Message]) -> list[wb.BriefLine]:
    shown = [m.seq for m in messages if m.body.image is not None and m.sender is Sender.SHOPPER]
    return [wb.BriefLine("images", "images", f"{len(shown)} 张", seq=shown[-1])] if shown else []
