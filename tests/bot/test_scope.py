"""What nothing answers is told from what is taught."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bot.components.grams import Wording, wording
from bot.components.scope import EXPECTED, Scope

THINGS = ["戒指", "项链", "毛衣", "围巾", "皮带", "手镯"]
ASKED = ["{}多少钱", "{}什么时候发货", "{}能退吗", "{}怎么保养", "我的{}到哪了", "{}有发票吗"]
ELSEWHERE = ["明天{}会下雨吗", "{}队昨晚赢球了没", "帮我写首{}的诗", "{}的电影好看吗", "我想去{}玩"]
PLACES = ["北京", "成都", "杭州", "上海", "广州", "西安"]


def texts(patterns: list[str], words: list[str]) -> list[Wording]:
    return [
        wording(pattern.format(word), list(pattern.format(word)))
        for pattern, word in product(patterns, words)
    ]


@pytest.fixture(scope="module")
def learned() -> tuple[Scope, np.ndarray]:
    scope, chances = Scope.learned(texts(ASKED, THINGS), texts(ELSEWHERE, PLACES), seed=1)
    assert scope is not None
    return scope, chances


def test_text_of_elsewhere_is_told_from_text_of_the_shop(learned):
    scope, held_out = learned
    assert scope.outside(wording("苏州明天会下雨吗", [])) > 0.5
    assert scope.outside(wording("耳环多少钱", [])) < 0.2
    assert held_out.mean() < 0.2


def test_what_is_unknown_is_taken_for_the_usual_share(learned):
    assert learned[0].outside(wording("ωψξ", [])) == EXPECTED


def test_a_stored_scope_tells_the_same(learned, tmp_path: Path):
    scope, _ = learned
    scope.save(tmp_path)
    again = Scope.open(tmp_path)
    assert again is not None
    text = wording("明天会下雨吗", [])
    assert again.outside(text) == pytest.approx(scope.outside(text))


def test_without_text_of_elsewhere_nothing_is_learned(tmp_path: Path):
    scope, held_out = Scope.learned(texts(ASKED, THINGS), [], seed=1)
    assert scope is None
    assert held_out.tolist() == [0.0] * 36
    assert Scope.open(tmp_path) is None
