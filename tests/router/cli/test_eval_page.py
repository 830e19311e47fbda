"""The page holds the figures of the terminal and needs no other file."""

from html.parser import HTMLParser

from rich.table import Table
from rich.text import Text

from router.cli.eval_page import page


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name in {"src", "href"}]


def test_a_page_has_its_tables_and_plots_and_fetches_nothing():
    table = Table("is", "times", title="mistakes")
    table.columns[1].justify = "right"
    table.add_row(Text("退款 <到账>"), "3")
    made = page("Intents", [table], ["<svg></svg>"])
    elements = Elements()
    elements.feed(made)
    assert elements.sources == []
    assert [elements.tags.count(tag) for tag in ("table", "th", "td", "svg")] == [1, 2, 2, 1]
    assert "退款 &lt;到账&gt;" in made
    assert "<td class=figure>3</td>" in made
