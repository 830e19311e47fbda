from dataclasses import replace

import pytest

from knowledge_base.entries import Answer
from knowledge_base.search import SearchIndex, Where
from tests.knowledge_base.samples import REFUND, SHIPPING

RING = replace(
    REFUND,
    key="ring_resize",
    title="戒指改圈",
    phrasings=("戒指小了能改吗", "手寸改大"),
    answers=(Answer("门店免费改一次。\n请带上证书。"),),
)
INDEX = SearchIndex([SHIPPING, REFUND, RING])


@pytest.mark.parametrize(
    ("query", "key", "where"),
    [
        pytest.param("退款", "refund_time", Where.TITLE, id="a word of a title"),
        pytest.param("咋还不发货", "shipping_time", Where.PHRASING, id="a phrasing"),
        pytest.param("证书", "ring_resize", Where.ANSWER, id="an answer's second line"),
        pytest.param("手寸", "ring_resize", Where.PHRASING, id="a word jieba may not know"),
        pytest.param("改手寸大小", "ring_resize", Where.PHRASING, id="characters in another order"),
        pytest.param("jzgq", "ring_resize", Where.TITLE, id="pinyin initials"),
        pytest.param("tuikuan", "refund_time", Where.TITLE, id="whole pinyin"),
        pytest.param("Ring_Re", "ring_resize", Where.KEY, id="the key"),
        pytest.param("１６：００", "shipping_time", Where.ANSWER, id="full-width figures"),
        pytest.param("ycdy", None, None, id="initials of nothing"),
        pytest.param("量子力学", None, None, id="nothing like it"),
        pytest.param("  ？", None, None, id="only marks"),
        pytest.param("q", None, None, id="one letter"),
    ],
)
def test_what_an_editor_types_finds_the_entry(query: str, key: str | None, where: Where | None):
    found = INDEX.find(query)
    if key is None:
        assert found == []
    else:
        assert (found[0].key, found[0].where) == (key, where)


def test_each_entry_is_found_once_and_the_limit_holds():
    assert len(INDEX.find("改")) == 1
    assert len(INDEX.find("时候", limit=1)) == 1
