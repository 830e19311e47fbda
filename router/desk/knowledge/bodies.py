"""Entries and diffs between the knowledge base and the editors' wire, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from knowledge_base.checks import Finding
from knowledge_base.conditions import ALWAYS, Condition, Field, Vocabulary
from knowledge_base.dates import Due, DueKind
from knowledge_base.editing import RevisionStory
from knowledge_base.entries import Answer, Button, Entry
from knowledge_base.errors import Problem
from knowledge_base.nearness import Stray
from knowledge_base.releases import EntryChange, LineChange, ReleaseDiff
from router import wire_knowledge as kb
from router.desk.knowledge.phrasebook import Say

_WIRE_NAMES = (
    (re.compile(r"\.when\b"), ".condition"),
    (re.compile(r"^negative\b"), "negative_phrasings"),
    (re.compile(r"^valid$"), "valid_until"),
)
_FIELD_TITLES = {
    Field.STORE: "门店",
    Field.CHANNEL: "渠道",
    Field.TIER: "会员等级",
    Field.PRODUCT_LINE: "产品线",
    Field.ORDER_STATE: "订单状态",
}
Dated = Literal["not_yet", "ended", "review_due"]

_DATED: dict[DueKind, Dated] = {
    DueKind.ENDED: "ended",
    DueKind.ANSWER_ENDED: "ended",
    DueKind.NOT_YET: "not_yet",
    DueKind.REVIEW: "review_due",
}


def entry_of(body: kb.EntryBody) -> Entry:
    """Read an entry from the wire; blank space around texts is dropped, as from files."""
    return Entry(
        key=body.key.strip(),
        title=body.title.strip(),
        category=body.category.strip(),
        phrasings=_lines(body.phrasings),
        negative_phrasings=_lines(body.negative_phrasings),
        answers=tuple(_answer_of(answer) for answer in body.answers),
        owner=_given(body.owner),
        human_only=body.human_only,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        review_on=body.review_on,
    )


def entry_body(entry: Entry) -> kb.EntryBody:
    """Show an entry as the editor edits it."""
    return kb.EntryBody(
        key=entry.key,
        title=entry.title,
        category=entry.category,
        phrasings=list(entry.phrasings),
        negative_phrasings=list(entry.negative_phrasings),
        answers=[answer_body(answer) for answer in entry.answers],
        owner=entry.owner,
        human_only=entry.human_only,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        review_on=entry.review_on,
    )


def answer_body(answer: Answer) -> kb.AnswerBody:
    """Show an answer with its condition."""
    condition = answer.condition
    values = {field.value: sorted(condition.allowed(field)) for field in Field}
    return kb.AnswerBody(
        text=answer.text,
        condition=kb.ConditionBody(**values, starts=condition.starts, until=condition.until),
        buttons=[
            kb.ButtonBody(one.title, one.say, one.entry, one.flow, one.url)
            for one in answer.buttons
        ],
        card=answer.card,
        flow=answer.flow,
    )


def condition_text(condition: Condition, vocabulary: Vocabulary) -> str:
    """Write a condition for people; the default is empty."""
    if condition == ALWAYS:
        return ""
    parts = [
        f"{_FIELD_TITLES[field]}："
        + "、".join(vocabulary.title(field, one) for one in sorted(condition.allowed(field)))
        for field in condition.constrained
    ]
    parts += [f"{condition.starts} 起"] if condition.starts else []
    parts += [f"到 {condition.until} 止"] if condition.until else []
    return "；".join(parts)


def diff_view(difference: ReleaseDiff, vocabulary: Vocabulary) -> kb.DiffView:
    """Show what is added, changed and removed."""
    return kb.DiffView(
        added=[entry_body(entry) for entry in difference.added],
        changed=[change_view(change, vocabulary) for change in difference.changed],
        removed=[entry_body(entry) for entry in difference.removed],
    )


def change_view(change: EntryChange, vocabulary: Vocabulary) -> kb.EntryChangeView:
    """Show how one entry differs."""
    return kb.EntryChangeView(
        key=change.key,
        title=change.after.title,
        fields=[kb.FieldChangeView(one.name, one.before, one.after) for one in change.fields],
        phrasings=_line_view(change.phrasings),
        negative_phrasings=_line_view(change.negative_phrasings),
        answers=[
            kb.AnswerChangeView(
                condition_text(one.condition, vocabulary),
                answer_body(one.before) if one.before else None,
                answer_body(one.after) if one.after else None,
            )
            for one in change.answers
        ],
    )


def revision_view(story: RevisionStory) -> kb.RevisionView:
    """Show a revision with its steps and releases."""
    one = story.revision
    return kb.RevisionView(
        number=one.number,
        author=one.author,
        at=one.at,
        reason=one.reason,
        state=one.state.value,
        removal=one.removal,
        base=one.base,
        entry=entry_body(one.entry),
        moves=[
            kb.RevisionMoveView(move.state.value, move.author, move.at, move.reason)
            for move in story.moves
        ],
        releases=list(story.releases),
        live=story.live,
    )


def finding_view(finding: Finding, titles: dict[str, str], say: Say) -> kb.FindingView:
    """Show a finding in the editor's language."""
    return kb.FindingView(
        level=finding.level.value,
        field=field_name(finding.problem.field),
        what=say(finding.problem.what),
        hint=say(finding.problem.hint),
        stray=_stray_view(finding.stray, titles) if finding.stray else None,
    )


def problem_view(problem: Problem, say: Say) -> kb.FindingView:
    """Show an error of an entry."""
    return kb.FindingView("error", field_name(problem.field), say(problem.what), say(problem.hint))


def field_name(field: str) -> str:
    """Give the path of a field as the wire names it: conditions of answers, not `when`."""
    for pattern, name in _WIRE_NAMES:
        field = pattern.sub(name, field)
    return field


def dated(found: Iterable[Due]) -> dict[str, Dated]:
    """Say what the dates of each entry ask for; the weightiest of several."""
    said: dict[str, Dated] = {}
    for one in found:
        if one.kind in _DATED:
            said.setdefault(one.entry.key, _DATED[one.kind])
    return said


def _answer_of(body: kb.AnswerBody) -> Answer:
    return Answer(
        text=body.text.replace("\r\n", "\n").strip(),
        condition=_condition_of(body.condition),
        buttons=tuple(
            Button(
                one.title.strip(),
                _given(one.say),
                _given(one.entry),
                _given(one.flow),
                _given(one.url),
            )
            for one in body.buttons
        ),
        card=_given(body.card),
        flow=_given(body.flow),
    )


def _condition_of(body: kb.ConditionBody) -> Condition:
    return Condition(
        store=_values(body.store),
        channel=_values(body.channel),
        tier=_values(body.tier),
        product_line=_values(body.product_line),
        order_state=_values(body.order_state),
        starts=body.starts,
        until=body.until,
    )


def _values(given: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, _lines(given)))


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines)


def _given(text: str | None) -> str | None:
    return (text or "").strip() or None


def _line_view(change: LineChange) -> kb.LineChangeView:
    return kb.LineChangeView(list(change.added), list(change.removed))


def _stray_view(stray: Stray, titles: dict[str, str]) -> kb.StrayView:
    return kb.StrayView(
        position=stray.position,
        phrasing=stray.phrasing,
        own_similarity=stray.own.similarity,
        own_wording=stray.own.wording,
        other=stray.other.key,
        other_title=titles.get(stray.other.key, stray.other.key),
        other_similarity=stray.other.similarity,
        other_wording=stray.other.wording,
        margin=stray.margin,
    )
