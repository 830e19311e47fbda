"""The knowledge base's English sentences, all of which editors read in Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import knowledge_base
from knowledge_base.errors import InvalidEntries, NothingToPublish, Problem
from router.desk.knowledge.phrasebook import Phrasebook, told
from router.texts import InvalidTexts

BOOK = Phrasebook.load()
FOLDER = Path(knowledge_base.__file__).parent
SAID_BY = {"Problem", "refuse", "refuse_at", "LeftOut", "_Unreadable"}
SAID_AS = {"what", "hint", "why"}
NOT_FOR_EDITORS = {
    # A refusal of entries is told by its problems.
    "'x' problem(s) in the entries: 'x'",
    # The vocabulary is the operator's, folders are the command line's.
    "'x': 'x'.",
    "it is not a mapping",
    "Write `value: title` lines.",
    "The folder 'x' is not empty and holds no earlier export.",
    "Give an empty or new folder.",
}


def sentences() -> Iterator[tuple[str, str]]:
    """Give every text the knowledge base tells people, with something in each place."""
    for file in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for said in _said(node):
                if text := _filled(said):
                    yield file.name, text


def _said(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in SAID_BY:
            yield from (*node.args[1:], *(one.value for one in node.keywords))
        case ast.Call(func=ast.Attribute(attr=name)) if name in SAID_BY:
            yield from node.args[2:]
        case ast.Call(func=ast.Attribute(attr="__init__", value=ast.Call())):
            yield from node.args[1:]
        case ast.Assign(targets=[ast.Name(id=name)]) if name in SAID_AS:
            yield node.value
        case ast.Return(value=ast.Tuple(elts=both)) if len(both) == 2:
            yield from both
        case ast.FunctionDef(name="_unfit" | "_why" | "choices" | "_advice"):
            yield from (
                one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value
            )


def _filled(said: ast.expr) -> str | None:
    match said:
        case ast.Constant(value=str(text)) if " " in text:
            return text
        case ast.JoinedStr(values=parts):
            text = "".join(
                part.value if isinstance(part, ast.Constant) else "'x'" for part in parts
            )
            return text if " " in text else None
    return None


def test_every_sentence_of_the_knowledge_base_is_in_the_book() -> None:
    told = list(sentences())
    assert len(told) > 120
    unknown = [(file, text) for file, text in told if not BOOK.knows(text)]
    assert [one for one in unknown if one[1] not in NOT_FOR_EDITORS] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("unknown field 'colour'", "未知字段「colour」"),
        ("unknown tier 'platinum'", "未知的会员等级 「platinum」"),
        ("it is the same as '包邮吗'", "和「包邮吗」重复"),
        ("it holds HTML: '<b>'", "含有 HTML：「<b>」"),
        ("Release 3 already holds every approved revision.", "发布 3 已经包含全部已批准的修改。"),
        ("a sentence nobody knows", "a sentence nobody knows"),
    ],
)
def test_a_sentence_is_said_with_what_stands_in_it(english: str, chinese: str) -> None:
    assert BOOK.say(english) == chinese


def test_a_text_that_looks_like_a_place_stays_as_it_is() -> None:
    assert BOOK.say("it is the same as '{0}{x}'") == "和「{0}{x}」重复"


def test_a_refusal_lists_all_problems_in_the_language_asked_for() -> None:
    problems = [Problem("phrasings", "there is none", "Write at least one, better a dozen.", "a")]
    refused = told(InvalidEntries(problems * 2), BOOK.speaking("zh-CN,en"))
    assert refused.count("a.phrasings：还没有相似问") == 2
    english = told(NothingToPublish(3), BOOK.speaking("en-GB,en;q=0.9"))
    assert english.startswith("Release 3 already")


def test_a_book_whose_sentence_has_a_place_of_its_own_is_refused(tmp_path: Path) -> None:
    text = '[words]\n[sentences]\n"there is no {key}" = "没有{entry}"\n'
    (tmp_path / "zh-CN.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidTexts, match="other places"):
        Phrasebook.load(tmp_path)
