"""`jieli staff`: what somebody can do is set with options, and what is not given stays."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli import main


@pytest.fixture
def run(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    (tmp_path / "jieli.db").write_bytes(template.read_bytes())
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--data", str(tmp_path), "staff", *arguments])

    added = run(
        *("add", "lina", "--name", "李娜", "--role", "agent", "--capacity", "8"),
        *("--language", "zh-CN", "--language", "en", "--product-line", "jewellery"),
        *("--password", "a-long-enough-password"),
    )
    assert added.exit_code == 0, added.output
    return run


def test_skills_and_capacity_are_listed_as_they_were_given(run) -> None:  # type: ignore[no-untyped-def]
    listed = run("list").output
    assert "8" in listed
    assert "languages: zh-CN, en; product_lines: jewellery" in listed


def test_what_is_not_given_stays(run) -> None:  # type: ignore[no-untyped-def]
    assert run("set", "lina", "--store", "杭州店", "--angry-cap", "2").exit_code == 0
    listed = run("list").output
    assert "languages: zh-CN, en; product_lines: jewellery; stores: 杭州店" in listed
    assert run("set", "lina", "--no-limits", "--angry-cap", "0").exit_code == 0
    assert "policy" in run("list").output
    assert "any" in run("list").output


@pytest.mark.parametrize(
    "wrong",
    [
        ("set", "nobody", "--capacity", "3"),
        ("set", "lina", "--capacity", "0"),
        ("set", "lina", "--language", " "),
        ("set", "lina", "--store", "店" * 41),
    ],
)
def test_what_is_wrong_is_refused(run, wrong: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert run(*wrong).exit_code != 0
