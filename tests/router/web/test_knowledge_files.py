"""The editors' REST edge: entries brought in and out as YAML and Excel."""

import io
from typing import Any

import aiohttp
import pytest
from openpyxl import load_workbook

from tests.router.harness import House
from tests.router.web.editors import AN, Console, body

YAML = """category: 售前
entries:
  - key: gift_wrap
    title: 能包装成礼物吗
    phrasings:
      - 可以包礼盒吗
    answers:
      - text: 可以，免费。
"""


@pytest.fixture
async def console(house: House) -> Console:
    return await Console.of(house, AN)


async def bring(
    console: Console, content: bytes, name: str, status: int = 200, **asked: str
) -> dict[str, Any]:
    form = aiohttp.FormData()
    for field, value in asked.items():
        form.add_field(field, value)
    form.add_field("file", content, filename=name)
    headers = {"X-Jieli": "1"}
    async with console.client.post("/api/v1/kb/import", data=form, headers=headers) as response:
        assert response.status == status, await response.text()
        return await response.json()  # type: ignore[no-any-return]


async def taken_out(console: Console, ending: str) -> bytes:
    async with console.client.get(f"/api/v1/kb/export.{ending}") as response:
        assert response.status == 200
        assert "attachment" in response.headers["Content-Disposition"]
        return await response.read()


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
async def test_what_is_taken_out_and_brought_in_again_changes_nothing(
    console: Console, ending: str
) -> None:
    rich = body("gift_wrap", "能包装成礼物吗", "可以。\n- 免费\n- 当天")
    rich["answers"] += [
        {
            "text": "=1+1",
            "condition": {"store": ["online", "hangzhou_hubin"], "until": "2026-12-31"},
            "buttons": [{"title": "运费", "entry": "shipping_fee"}],
            "card": "order",
        }
    ]
    rich |= {"negative_phrasings": ["包邮吗"], "valid_from": "2026-11-01", "owner": "an"}
    await console.save("gift_wrap", rich)
    await console.ready("gift_wrap", 1)
    content = await taken_out(console, ending)
    preview = await bring(console, content, f"kb.{ending}", remove_missing="true")
    assert preview == {
        "diff": {"added": [], "changed": [], "removed": []},
        "problems": [],
        "applied": False,
    }


async def test_a_preview_saves_nothing_and_applying_does(console: Console) -> None:
    preview = await bring(console, YAML.encode(), "new.yml")
    assert [entry["key"] for entry in preview["diff"]["added"]] == ["gift_wrap"]
    await console.get("entries/gift_wrap", status=404)
    applied = await bring(console, YAML.encode(), "new.yml", apply="true")
    assert applied["applied"]
    page = await console.get("entries/gift_wrap")
    assert (page["approved"]["author"], page["approved"]["reason"]) == (AN.login, "import new.yml")
    alone = await bring(console, YAML.encode(), "new.yml", remove_missing="true")
    assert len(alone["diff"]["removed"]) == 5


async def test_a_workbook_with_errors_names_sheet_row_and_column(console: Console) -> None:
    book = load_workbook(io.BytesIO(await taken_out(console, "xlsx")))
    book["phrasings"]["B3"] = "包"
    book["answers"]["C2"] = "mars"
    told = io.BytesIO()
    book.save(told)
    preview = await bring(console, told.getvalue(), "kb.xlsx", apply="true")
    assert not preview["applied"]
    where = {one["where"].split()[0]: one["what"] for one in preview["problems"]}
    assert where["phrasings!B3"] == "「包」只有一个字"
    assert "未知的门店" in where["answers!C2"]


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (b"category: [", "a.yml", "不是正确的 YAML"),
        (b"category: a\ncolour: red\n", "a.yaml", "未知字段「colour」"),
        ("标题: 发货\n".encode("gbk"), "a.yml", "不是 UTF-8"),
        (b"", "a.yml", "文件是空的"),
        (b"PK\x03\x04broken", "a.xlsx", "不是 .xlsx 工作簿"),
        (YAML.replace("gift_wrap", "Gift Wrap").encode(), "a.yml", "不能作为标识"),
        ((YAML + YAML.partition("entries:\n")[2]).encode(), "a.yml", "已有条目用了这个标识"),
        (YAML.replace("title:", "when: {}\n    title:").encode(), "a.yml", "未知字段「when」"),
    ],
    ids=["broken", "unknown field", "encoding", "empty", "workbook", "key", "twice", "when"],
)
async def test_a_broken_file_is_told_with_its_place_and_saves_nothing(
    console: Console, content: bytes, name: str, what: str
) -> None:
    preview = await bring(console, content, name, apply="true")
    assert not preview["applied"]
    assert any(what in one["what"] for one in preview["problems"]), preview
    assert all("/tmp" not in one["what"] for one in preview["problems"])
    assert (await console.get(""))["unpublished"] == 0


async def test_what_is_no_file_of_entries_is_refused(console: Console, house: House) -> None:
    assert (await bring(console, b"x", "a.pdf", 422))["code"] == "unknown_format"
    assert "true 或 false" in (await bring(console, b"x", "a.yml", 422, apply="maybe"))["detail"]
    await console.post("import", {}, status=422)
    large = b"#" * (house.settings.max_import_bytes + 1)
    assert "请分成几个" in (await bring(console, large, "a.yml", 422))["detail"]


@pytest.mark.no_cover
async def test_ten_thousand_rows_are_brought_in(console: Console) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    columns = load_workbook(io.BytesIO(await taken_out(console, "xlsx")))
    sheets = {name: book.create_sheet(name) for name in ("entries", "phrasings", "answers")}
    for name, sheet in sheets.items():
        sheet.append([cell.value for cell in columns[name][1]])
    for number in range(1_000):
        sheets["entries"].append([f"made_{number}", f"第{number}个问题", "售前"])
        sheets["answers"].append([f"made_{number}", f"第{number}个答案。"])
        for place in range(10):
            sheets["phrasings"].append([f"made_{number}", f"第{number}个问题的第{place}种问法"])
    told = io.BytesIO()
    book.save(told)
    preview = await bring(console, told.getvalue(), "kb.xlsx", apply="true")
    assert preview["problems"] == []
    assert len(preview["diff"]["added"]) == 1_000
    assert (await console.get(""))["unpublished"] == 1_000
