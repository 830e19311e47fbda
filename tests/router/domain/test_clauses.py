"""Taking a message apart into what it asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.clauses import MOST_CLAUSES, asked


def asking(text: str) -> list[str]:
    return [clause.text for clause in asked(text).clauses if clause.asks]


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("你好，请问什么时候发货", "什么时候发货"),
        ("亲，麻烦问一下怎么开发票，谢谢", "怎么开发票"),
        ("您好！打扰一下！请问可以开专票吗？", "可以开专票吗"),
        ("哦哦，明白了，那怎么申请价保", "那怎么申请价保"),
        ("什么时候发货", "什么时候发货"),
        ("还有货吗", "还有货吗"),
        ("再见", "再见"),
    ],
)
def test_courtesies_and_ways_of_leading_in_are_not_read(text: str, core: str) -> None:
    assert asked(text).core == core


@pytest.mark.parametrize("text", ["你好", "谢谢", "好的，谢谢", "在吗？", "嗯嗯", "……", "？"])
def test_a_message_of_courtesies_alone_is_read_as_it_stands(text: str) -> None:
    assert asked(text).core == text
    assert asked(text).clauses == ()


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("能退吗，运费谁出", ["能退吗", "运费谁出"]),
        ("能退吗 运费谁出", ["能退吗", "运费谁出"]),
        ("怎么开发票另外运费怎么算", ["怎么开发票", "运费怎么算"]),
        ("怎么开发票，再问一个，包邮吗", ["怎么开发票", "包邮吗"]),
        ("1.能退吗 2.运费谁出", ["能退吗", "运费谁出"]),
        ("①什么时候发货 ②发票怎么开", ["什么时候发货", "发票怎么开"]),
        ("羽绒服怎么洗，还有多久发货", ["羽绒服怎么洗", "多久发货"]),
        ("证书丢了能补吗，顺便项链也想洗一下", ["证书丢了能补吗", "项链也想洗一下"]),
    ],
)
def test_two_questions_are_two_clauses_that_ask(text: str, questions: list[str]) -> None:
    assert asking(text) == questions


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("衣服破了，怎么办", 0),
        ("羊毛大衣能机洗吗，还是要干洗", 0),
        ("1.5米的项链有吗", 0),
        ("收到货了，可是盒子压坏了，怎么处理", 2),
    ],
)
def test_what_cannot_stand_alone_belongs_to_the_clause_before(text: str, clauses: int) -> None:
    assert len(asked(text).clauses) == clauses


def test_a_long_story_is_read_as_a_whole() -> None:
    story = "，".join(f"第{number}天又发生了一件事" for number in range(MOST_CLAUSES + 1))
    assert asked(story).clauses == ()


@given(st.text(max_size=300))
def test_any_text_keeps_something_to_read(text: str) -> None:
    said = asked(text)
    assert said.core == text or said.core.strip()
    assert len(said.clauses) <= MOST_CLAUSES


@pytest.mark.parametrize("letter", ["嗯", "哦", "请问", "谢谢你", "，", "1.", " "])
def test_a_text_of_one_word_over_and_over_is_taken_apart_too(letter: str) -> None:
    assert asked(letter * 4_000 + "怎么开发票").core
