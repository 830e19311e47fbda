"""Measuring answers: the router's own decision, over a scripted bot and mood."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.releases import Release, Revision, RevisionState
from router.bot_client import BotAnswer
from router.evaluation.answers import AnswersReport, Walk, measure
from router.evaluation.rows import AnswerRow, CannotEvaluate
from router.policy import read_policy
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING
from tests.router.harness import ScriptedBot, ScriptedMood, flowing, understood

POLICY = Path(__file__).parents[3] / "router" / "policy.toml"
WARRANTY = replace(SHIPPING, key="warranty", title="保修", human_only=True)


def release() -> Release:
    entries = [SHIPPING, REFUND, WARRANTY]
    revisions = {
        entry.key: Revision(number, entry, 1, "editor", NOW, "begin", RevisionState.APPROVED)
        for number, entry in enumerate(entries, start=1)
    }
    return Release(3, "editor", "begin", NOW, revisions)


BOT = ScriptedBot(
    {
        "啥时候发": understood("shipping_time", 0.95, refund_time=0.03),
        "钱呢": understood("refund_time", 0.4, shipping_time=0.35),
        "坏了保修吗": understood("warranty", 0.9),
        "转人工": understood("shipping_time", 0.2),
        "到哪了": flowing("请告诉我订单号", "where_is_my_order", "left"),
        "会下雪吗": understood("shipping_time", 0.6),
        "讲个笑话": understood("refund_time", 0.01),
    }
)


async def read(*rows: AnswerRow) -> AnswersReport:
    walk = Walk(
        BOT,
        ScriptedMood(),
        release(),
        read_policy(POLICY.read_text("utf-8")),
        dt.date(2026, 11, 22),
        "run",
    )
    return await measure(rows, walk, lambda: None)


@pytest.mark.parametrize(
    ("text", "decision", "entry", "rule"),
    [
        ("啥时候发", "reply", "shipping_time", "confident"),
        ("钱呢", "clarify", None, "low_confidence"),
        ("坏了保修吗", "hand_off", "warranty", "human_only"),
        ("转人工", "hand_off", None, "explicit_request"),
        ("到哪了", "reply", None, "flow"),
        ("讲个笑话", "clarify", None, "low_confidence"),
    ],
)
async def test_a_text_is_decided_as_a_shoppers_first_message(
    text: str, decision: str, entry: str | None, rule: str
):
    report = await read(AnswerRow(text))
    (row,) = report.rows
    assert (row.text, row.decision, row.entry, row.rule) == (text, decision, entry, rule)
    answer = BOT.answers[text]
    assert isinstance(answer, BotAnswer)
    assert (row.confidence, list(row.ranking)) == (
        answer.reading.confidence,
        answer.reading.ranking,
    )
    assert (report.known, report.out_of_scope, report.release) == (None, None, 3)


async def test_a_flow_that_was_started_is_forgotten_and_named():
    BOT.forgot.clear()
    (row,) = (await read(AnswerRow("到哪了"))).rows
    assert row.flow == "where_is_my_order"
    assert BOT.forgot == ["eval-run-1"]


async def test_rows_that_say_what_is_right_are_judged():
    report = await read(
        AnswerRow("啥时候发", "shipping_time"),
        AnswerRow("到哪了", "where_is_my_order"),
        AnswerRow("钱呢", "shipping_time"),
        AnswerRow("转人工", "refund_time"),
        AnswerRow("会下雪吗", None),
        AnswerRow("讲个笑话", None),
    )
    known, outside = report.known, report.out_of_scope
    assert known is not None
    assert outside is not None
    assert (known.rows, known.top1, known.top3) == (4, 0.5, 0.75)
    assert (known.replied, known.replied_right) == (0.5, 0.5)
    assert (known.clarified, known.clarified_with_it, known.handed_off) == (0.25, 0.25, 0.25)
    assert (outside.rows, outside.replied) == (2, 0.5)
    assert outside.auroc == pytest.approx((2 + 2 + 1 + 1) / 8)
    assert report.decisions == {"reply": 3, "clarify": 2, "hand_off": 1}


async def test_a_bot_that_does_not_answer_ends_the_measurement():
    bot = ScriptedBot(down=True)
    walk = Walk(
        bot, ScriptedMood(), release(), read_policy(POLICY.read_text("utf-8")), NOW.date(), "run"
    )
    with pytest.raises(CannotEvaluate, match="row 1: the bot gave no answer: down for a test"):
        await measure([AnswerRow("啥时候发")], walk, lambda: None)


async def test_a_text_the_router_would_refuse_is_told_with_its_row():
    with pytest.raises(CannotEvaluate, match="row 2: the router refuses"):
        await read(AnswerRow("啥时候发"), AnswerRow("长" * 5000))
