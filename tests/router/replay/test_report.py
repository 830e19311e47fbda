"""The figures of a replay."""

from __future__ import annotations

import io

import msgspec
from rich.console import Console

from router.replay.report import Decision, Played, Recorded, report, tables
from router.replay.verdict import Verdict

REPLY = Decision(1, "reply", "confident", entry="shipping_time", confidence=0.93, took_ms=12.0)
HANDOFF = Decision(3, "hand_off", "explicit_request", reason="explicit_request")
CLEAN = Verdict()


def played(verdict: Verdict = CLEAN, unanswered: int = 0) -> Played:
    return Played(
        turns=3,
        acks=(0.001, 0.003),
        answers=(0.02,),
        refused=("invalid_text",),
        unanswered=unanswered,
        reconnects=0,
        verdict=verdict,
        recorded=Recorded((REPLY, HANDOFF), misses=1),
    )


def test_conversations_are_added_up() -> None:
    result = report([played(), played()], seconds=1.234)
    assert msgspec.to_builtins(result) == {
        "conversations": 2,
        "turns": 6,
        "sent": 4,
        "refused": {"invalid_text": 2},
        "decisions": {"reply": 2, "hand_off": 2},
        "reasons": {"confident": 2, "explicit_request": 2},
        "misses": 2,
        "latency_ms": {"ack": {"p50": 1.0, "p99": 3.0}, "answer": {"p50": 20.0, "p99": 20.0}},
        "lost": 0,
        "duplicated": 0,
        "out_of_order": 0,
        "unanswered": 0,
        "reconnects": 0,
        "seconds": 1.2,
    }
    assert result.is_clean


def test_one_lost_or_unanswered_message_is_not_clean() -> None:
    assert not report([played(), played(Verdict(lost=1))], 1.0).is_clean
    assert not report([played(unanswered=1)], 1.0).is_clean


def test_an_empty_replay_has_no_latency_but_can_be_shown() -> None:
    for result in (report([], 0.0), report([played()], 1.0)):
        console = Console(file=io.StringIO(), width=120)
        for table in tables(result):
            console.print(table)
        assert "out of order" in console.file.getvalue()  # type: ignore[attr-defined]
