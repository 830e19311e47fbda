"""Regions: the words of an address, and what a policy may say of them."""

import pytest

from router.domain.regions import Regions
from router.policy import read_policy
from router.settings import ROOT

HOUSE = read_policy((ROOT / "router" / "policy.toml").read_text("utf-8")).regions


@pytest.mark.parametrize(
    ("address", "region"),
    [
        pytest.param("上海市徐汇区漕溪北路 88 号", "华东", id="a city of its own"),
        pytest.param("江苏省南京市鼓楼区中山路 1 号", "华东", id="province and city"),
        pytest.param("武汉市江汉区建设大道 568 号", "华中", id="a city without its province"),
        pytest.param("上海市黄浦区河南中路 300 号", "华东", id="a street named for a province"),
        pytest.param("南京西路 1788 号，北京市", "华东", id="what stands first counts"),
        pytest.param("吉林省吉林市船营区", "东北", id="the same word twice"),
        pytest.param("内蒙古自治区呼和浩特市", "华北", id="an autonomous region"),
        pytest.param("华南", "华南", id="the region's own name"),
        pytest.param("New York, 5th Avenue", None, id="abroad"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_an_address_names_its_region(address: str, region: str | None) -> None:
    assert HOUSE.named_in(address) == region


def test_of_words_that_begin_together_the_longer_one_counts() -> None:
    regions = Regions(words={"华北": ("吉",), "东北": ("吉林",)})
    assert regions.named_in("吉林市") == "东北"


def test_a_word_of_two_regions_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="`海南` is a word of both 华南 and 华中"):
        Regions(words={"华南": ("海南",), "华中": ("海南",)})


def test_without_words_nothing_is_a_region() -> None:
    assert Regions().named_in("上海市") is None
