"""Who fits a handoff, and the lane of the queue it stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.skills import Needs, Skills

RINGS = Needs(language="zh-CN", category="售后", product_line="jewellery", store="杭州店")


@pytest.mark.parametrize(
    ("skills", "lacks"),
    [
        pytest.param(Skills(), (), id="nothing said is no limit"),
        pytest.param(Skills(languages=("zh-CN", "en")), (), id="one of several languages"),
        pytest.param(Skills(languages=("en",)), ("zh-CN",), id="another language"),
        pytest.param(Skills(product_lines=("apparel",)), ("jewellery",), id="another line"),
        pytest.param(
            Skills(categories=("发票",), stores=("上海店",)), ("售后", "杭州店"), id="two lacking"
        ),
        pytest.param(Skills(regions=("华东",)), (), id="what is not needed does not matter"),
    ],
)
def test_an_agent_fits_who_lacks_nothing(skills: Skills, lacks: tuple[str, ...]) -> None:
    assert skills.lacks(RINGS) == lacks
    assert skills.cover(RINGS) is not bool(lacks)


PART = st.none() | st.text("|%7C25周 ", min_size=1, max_size=8)


@given(st.builds(Needs, PART, PART, PART, PART, PART))
def test_a_lane_says_what_is_needed_whatever_the_letters(needs: Needs) -> None:
    assert Needs.of_lane(needs.lane) == needs
