"""What the shop says by itself: every text is there, in every language, with the right places."""

from pathlib import Path
from string import Formatter

import msgspec
import pytest

from router.texts import FOLDER, InvalidTexts, Languages, Texts

RIGHT = (FOLDER / "zh-CN.toml").read_text("utf-8")


def test_each_language_of_the_house_fills_the_same_places() -> None:
    languages = Languages.load()
    chinese, english = languages.of("zh-CN"), languages.of("en")
    assert chinese != english
    for field in msgspec.structs.fields(Texts):
        places = [
            {name for _, name, _, _ in Formatter().parse(getattr(one, field.name)) if name}
            for one in (chinese, english)
        ]
        assert places[0] == places[1], field.name


def test_an_unknown_language_gets_the_default() -> None:
    languages = Languages.load()
    assert languages.of("tlh") is languages.of("zh-CN")


def test_a_name_in_a_greeting_is_never_a_place_itself() -> None:
    greeting = Languages.load().of("zh-CN").greeting_named.format(name="{agent} {0} %s")
    assert "{agent} {0} %s" in greeting


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("greeting = ", "zh-CN", id="no TOML"),
        pytest.param('greeting = "x"', "greeting_named", id="a missing text"),
        pytest.param(RIGHT + '\nfarewell = "x"', "farewell", id="an unknown text"),
        pytest.param(RIGHT.replace('clarify = "', "clarify = 1 #"), "clarify", id="no text"),
        pytest.param(RIGHT.replace("{name}", "{nmae}"), "nmae", id="a place nothing fills"),
        pytest.param(RIGHT.replace("{ahead}", "{ahead"), "zh-CN", id="a place without an end"),
    ],
)
def test_wrong_texts_are_refused_by_file_and_field(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "zh-CN.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidTexts, match=word):
        Languages.load(tmp_path)


def test_there_has_to_be_the_default_language(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text((FOLDER / "en.toml").read_text("utf-8"), "utf-8")
    with pytest.raises(InvalidTexts, match="zh-CN"):
        Languages.load(tmp_path)
