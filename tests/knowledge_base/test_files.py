import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from knowledge_base.conditions import Field
from knowledge_base.entries import Entry, problems
from knowledge_base.errors import InvalidVocabulary
from knowledge_base.files import (
    FileProblem,
    read_file,
    read_folder,
    read_vocabulary,
    write_file,
    write_folder,
)
from tests.knowledge_base.samples import REFUND, SHIPPING, VOCABULARY, entries, saying, thorough

DEMO = Path(__file__).resolve().parents[2] / "data"

ENTRY = """\
category: 发货物流
entries:
  - key: shipping_time
    title: 什么时候发货
    phrasings:
      - 啥时候发货
    answers:
      - text: |
          现货当天发。
"""


def read(folder: Path, text: str) -> tuple[list[Entry], list[FileProblem]]:
    (folder / "shipping.yml").write_text(text, encoding="utf-8")
    return read_folder(folder, VOCABULARY)


def complaints(folder: Path, text: str) -> list[tuple[int, str, str]]:
    found = read(folder, text)[1]
    return [(problem.line, problem.field, problem.what) for problem in found]


def test_an_entry_with_everything_is_read(tmp_path: Path):
    text = """\
category: 发货物流
entries:
  - key: shipping_time
    title: 什么时候发货
    owner: 小李
    review: 2027-05-31
    human_only: true
    valid: {from: 2026-10-20, until: 2026-12-12}
    phrasings: [啥时候发货, 618, yes, 12:30]
    negative:
      - 多久能送到
    answers:
      - text: |
          现货当天发。

          晚了次日发。
        buttons:
          - {title: 申请退货, flow: return_request}
          - {title: 再问, say: 到哪了}
      - when: {tier: [gold, diamond], channel: app, from: 2026-11-01, until: 2026-11-11}
        text: 优先发。
        card: order
        flow: return_request
"""
    (entry,), problems_found = read(tmp_path, text)
    assert problems_found == []
    assert entry.phrasings == ("啥时候发货", "618", "yes", "12:30")
    assert entry.negative_phrasings == ("多久能送到",)
    assert (entry.owner, entry.human_only) == ("小李", True)
    assert entry.valid_until == dt.date(2026, 12, 12)
    assert entry.review_on == dt.date(2027, 5, 31)
    default, gold = entry.answers
    assert default.text == "现货当天发。\n\n晚了次日发。"
    assert [button.flow or button.say for button in default.buttons] == ["return_request", "到哪了"]
    assert gold.condition.allowed(Field.TIER) == {"gold", "diamond"}
    assert gold.condition.starts == dt.date(2026, 11, 1)
    assert (gold.card, gold.flow) == ("order", "return_request")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "what"),
    [
        pytest.param(
            "title:", "titel:", 4, "shipping_time", "unknown field 'titel'", id="misspelt field"
        ),
        pytest.param(
            "    title: 什么时候发货\n", "", 3, "shipping_time.title", "missing", id="no title"
        ),
        pytest.param(
            "- 啥时候发货",
            "- 啥时候发货\n      -",
            7,
            "shipping_time.phrasings[1]",
            "it is nothing",
            id="empty phrasing",
        ),
        pytest.param(
            "- 啥时候发货",
            "- 货",
            6,
            "shipping_time.phrasings[0]",
            "one character",
            id="one-character phrasing",
        ),
        pytest.param(
            "- 啥时候发货", "- {a: b}", 6, "shipping_time.phrasings[0]", "a mapping", id="mapping"
        ),
        pytest.param(
            "\n      - 啥时候发货", " 啥时候", 5, "shipping_time.phrasings", "not a list", id="text"
        ),
        pytest.param(
            "- text:",
            "- when: {tier: platinum}\n        text:",
            8,
            "shipping_time.answers[0].when.tier",
            "unknown tier",
            id="unknown value",
        ),
        pytest.param(
            "- text:",
            "- when: {tier: }\n        text:",
            8,
            "shipping_time.answers[0].when.tier",
            "nothing",
            id="empty value",
        ),
        pytest.param(
            "- text:",
            "- when: {tier: []}\n        text:",
            8,
            "shipping_time.answers[0].when.tier",
            "it is empty",
            id="no values",
        ),
        pytest.param(
            "- text:",
            "- when: {}\n        text:",
            8,
            "shipping_time.answers[0].when",
            "it is empty",
            id="empty condition",
        ),
        pytest.param(
            "- text:",
            "- when: {from: 11月1日}\n        text:",
            8,
            "shipping_time.answers[0].when.from",
            "not a day",
            id="bad day",
        ),
        pytest.param(
            "- text:",
            "- when: {from: 2026-02-30}\n        text:",
            8,
            "shipping_time.answers[0].when.from",
            "not a day",
            id="day that does not exist",
        ),
        pytest.param(
            "    title:",
            "    human_only: maybe\n    title:",
            4,
            "shipping_time.human_only",
            "'maybe', not true or false",
            id="bad flag",
        ),
        pytest.param(
            "    title:", "    key: other\n    title:", 4, "shipping_time.key", "twice", id="twice"
        ),
        pytest.param(
            "          现货当天发。\n",
            "          现货当天发。\n        buttons:\n          - {title: 看, entry: refund}\n",
            11,
            "shipping_time.answers[0].buttons[0].entry",
            "no entry 'refund'",
            id="dangling button",
        ),
        pytest.param(
            "title: 什么", "title: 问: 什么", 4, "", "it is not YAML: mapping values", id="colon"
        ),
        pytest.param("category: 发货物流\n", "", 1, "category", "missing", id="no category"),
        pytest.param("- 啥时候发货", "- \x00", 6, "", "U+0000", id="unreadable character"),
        pytest.param(
            "title: 什么时候发货",
            "title: !!python/object/apply:os.system ['echo']",
            4,
            "shipping_time.title",
            "the tag tag:yaml.org,2002:python",
            id="tag that would run code",
        ),
        pytest.param(
            "title: 什么", "title: !x 什么", 4, "shipping_time.title", "tag !x", id="own tag"
        ),
    ],
)
def test_a_mistake_is_found_on_its_line(
    tmp_path: Path, old: str, new: str, line: int, field: str, what: str
):
    assert old in ENTRY
    found = complaints(tmp_path, ENTRY.replace(old, new, 1))
    assert [one for one in found if one[:2] == (line, field) and what in one[2]], found


def test_all_problems_are_told_at_once_each_with_file_line_column_and_hint(tmp_path: Path):
    text = ENTRY.replace("- 啥时候发货", "- 货").replace("现货当天发。", "<b>现货</b>")
    _, (first, second) = read(tmp_path, text)
    assert str(first) == (
        f"{tmp_path}/shipping.yml:6:9 shipping_time.phrasings[0]: "
        "'货' is one character only. Write a longer phrasing."
    )
    assert (second.line, second.column) == (8, 15)


def test_what_could_not_be_read_is_not_told_twice(tmp_path: Path):
    found = complaints(tmp_path, ENTRY.replace("- 啥时候发货", "- [a, b]"))
    assert found == [(6, "shipping_time.phrasings[0]", "it is a list, not a text")]


def test_problems_across_files_name_the_file(tmp_path: Path):
    write_folder([SHIPPING, replace(REFUND, phrasings=("咋还不发货？",))], tmp_path, VOCABULARY)
    _, found = read_folder(tmp_path, VOCABULARY)
    (problem,) = [one for one in found if "咋还不发货" in one.what]
    assert Path(problem.file).name in ("shipping.yml", "refunds.yml")
    assert problem.field.endswith("phrasings[0]") or problem.field.endswith("phrasings[1]")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param("标题: 发货\n".encode("gbk"), "not UTF-8", id="another encoding"),
        pytest.param(b"- a\n- b\n", "it is a list, not a mapping", id="list"),
        pytest.param(b"[" * 50_000, "nested too deeply", id="bomb of brackets"),
        pytest.param(b"category: a\n---\ncategory: b\n", "it is missing", id="two documents"),
        pytest.param(b"a: &x [*x]\n", "unknown field 'a'", id="list within itself"),
        pytest.param(b"category: a\nentries: 1\n", "not a list", id="entries is a number"),
        pytest.param(b"category: a\nentries: [1]\n", "not a mapping", id="entry is a number"),
        pytest.param(b"#" * 2_000_001, "too large", id="huge"),
    ],
)
def test_a_file_that_is_no_knowledge_is_refused(tmp_path: Path, content: bytes, what: str):
    (tmp_path / "broken.yml").write_bytes(content)
    made, found = read_folder(tmp_path, VOCABULARY)
    assert made == []
    assert [problem for problem in found if what in problem.what], found


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path):
    assert read_folder(tmp_path / "none", VOCABULARY)[1][0].what == "it is no folder"


@thorough
@given(entries(), entries(key="refund_time"))
def test_what_is_written_is_read_back_the_same(tmp_path: Path, one: Entry, other: Entry):
    given_entries = {entry.key: entry for entry in (one, other)}
    write_folder([one, other], tmp_path, VOCABULARY)
    made, _ = read_folder(tmp_path, VOCABULARY)
    assert {entry.key: entry for entry in made} == given_entries
    before = {file: file.read_text() for file in tmp_path.iterdir()}
    write_folder(made, tmp_path, VOCABULARY)
    assert {file: file.read_text() for file in tmp_path.iterdir()} == before


@thorough
@given(entries(), entries(key="refund_time"))
def test_all_categories_in_one_file_are_read_back_the_same(
    tmp_path: Path, one: Entry, other: Entry
):
    made, _ = read_file(write_file([one, other], tmp_path / "all.yaml"), VOCABULARY)
    assert {entry.key: entry for entry in made} == {entry.key: entry for entry in (one, other)}


def test_a_problem_in_the_second_document_of_a_file_has_its_line(tmp_path: Path):
    file = write_file([SHIPPING, replace(REFUND, phrasings=("退",))], tmp_path / "all.yaml")
    _, found = read_file(file, VOCABULARY)
    line = file.read_text("utf-8").splitlines().index("      - 退") + 1
    assert [(one.line, one.field) for one in found] == [(line, "refund_time.phrasings[0]")]


def test_a_vocabulary_of_two_documents_is_refused(tmp_path: Path):
    file = tmp_path / "vocabulary.yml"
    file.write_text("store: {online: 商城}\n---\ntier: {gold: 金卡}\n", "utf-8")
    with pytest.raises(InvalidVocabulary, match="second document"):
        read_vocabulary(file)


def test_entries_are_written_as_an_editor_would(tmp_path: Path):
    entry = replace(
        SHIPPING,
        phrasings=("啥时候发货", "# 号", "yes", "问: 答"),
        answers=(*SHIPPING.answers, saying("优先。", tier=frozenset({"gold", "diamond"}))),
    )
    (file,) = write_folder([entry], tmp_path, VOCABULARY)
    assert file.name == "shipping.yml"
    assert (
        file.read_text()
        == """\
category: 发货物流
entries:
  - key: shipping_time
    title: 什么时候发货
    review: 2027-05-31
    phrasings:
      - 啥时候发货
      - '# 号'
      - 'yes'
      - '问: 答'
    negative:
      - 多久能送到
    answers:
      - text: |
          现货 16:00 前付款当天发。
      - when: {order_state: presale}
        text: |
          预售按商品页的日期发。
          您可以先看看订单页。
        buttons:
          - {title: 退款多久到, entry: refund_time}
          - {title: 官网, url: /help}
        card: order
      - when: {tier: [diamond, gold]}
        text: |
          优先。
"""
    )


def test_a_category_keeps_its_file_and_its_order(tmp_path: Path):
    second = replace(SHIPPING, key="shipping_urge", phrasings=("催一下",))
    (tmp_path / "mine.yml").write_text(
        "category: 发货物流\nentries:\n  - {key: shipping_urge}\n  - {key: shipping_time}\n"
    )
    (tmp_path / "old.yml").write_text("category: 旧\nentries: []\n")
    (tmp_path / "other.yml").write_text("something: else\n")
    new = replace(REFUND, key="a_new_one", category="发货物流", phrasings=("新的",))
    written = write_folder([SHIPPING, new, second, REFUND], tmp_path, VOCABULARY)
    assert [file.name for file in written] == ["mine.yml", "refunds.yml"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "mine.yml",
        "other.yml",
        "refunds.yml",
    ]
    keys = [entry.key for entry in read_folder(tmp_path, VOCABULARY)[0]]
    assert keys == ["shipping_urge", "shipping_time", "a_new_one", "refund_time"]


def test_the_demo_vocabulary_is_read():
    vocabulary = read_vocabulary(DEMO / "shop" / "vocabulary.yml")
    assert vocabulary.values(Field.TIER) == ("ordinary", "silver", "gold", "diamond")
    assert vocabulary.title(Field.STORE, "hangzhou_hubin") == "杭州湖滨店"
    assert vocabulary.flows >= {"where_is_my_order", "return_request", "cancel_order"}


def test_the_demo_knowledge_base_has_no_problems():
    vocabulary = read_vocabulary(DEMO / "shop" / "vocabulary.yml")
    made, found = read_folder(DEMO / "knowledge", vocabulary)
    assert [str(problem) for problem in found] == []
    assert made
    known = {entry.key for entry in made}
    assert not any(problems(entry, vocabulary, known, vocabulary.flows) for entry in made)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("tier: [gold]\n", "not a mapping"),
        ("tyre: {gold: 金卡}\n", "unknown field 'tyre'"),
        ("tier: {gold: }\n", "nothing, not a text"),
        ("tier: {gold: 金, gold: 卡}\n", "twice"),
        ("", "empty"),
        ("tier: {", "not YAML"),
    ],
)
def test_a_bad_vocabulary_says_where_it_is_bad(tmp_path: Path, text: str, what: str):
    file = tmp_path / "vocabulary.yml"
    file.write_text(text)
    with pytest.raises(InvalidVocabulary, match=what) as caught:
        read_vocabulary(file)
    assert "vocabulary.yml:1" in caught.value.what


def test_a_missing_vocabulary_says_so(tmp_path: Path):
    with pytest.raises(InvalidVocabulary, match="no such file"):
        read_vocabulary(tmp_path / "none.yml")
