"""What was read before is not read again, and what is kept is bounded."""

from bot.parsed import Parses


class Reader:
    def __init__(self):
        self.read = []

    async def parse(self, text):
        self.read.append(text)
        return {"text": text}


async def test_the_same_words_are_read_once_however_they_are_typed():
    reader = Reader()
    parses = Parses(reader.parse)
    first = await parses.of("什么时候發貨？？")
    for again in ("什么时候发货? ", "什么时候发货??", "什么时候发货?"):
        assert await parses.of(again) is first
    assert await parses.of("发货") is not first
    assert reader.read == ["什么时候發貨？？", "发货"]


async def test_the_one_not_asked_for_longest_is_forgotten():
    reader = Reader()
    parses = Parses(reader.parse, kept=2)
    for text in ("甲", "乙", "甲", "丙", "甲", "乙"):
        await parses.of(text)
    assert reader.read == ["甲", "乙", "丙", "乙"]
