"""Bringing entries in and out: a file uploaded, or downloaded."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from aiohttp import BodyPartReader, web

from router.domain.errors import Malformed
from router.web.keys import EDITOR_DESK, SERVICES
from router.web.knowledge.asking import editor, reader, saying
from router.web.middleware import json_response

routes = web.RouteTableDef()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX, "yaml": "application/yaml"}
TRUTHS = {"true": True, "1": True, "on": True, "false": False, "0": False, "": False}
LONGEST_TRUTH = 16
CHUNK = 65_536
LONGEST_NAME = 60  # characters, which a folder still takes when each is three bytes


@routes.get("/api/v1/kb/export.{ending:xlsx|yaml}")
async def export(request: web.Request) -> web.Response:
    """Give all approved entries as one file."""
    await reader(request)
    ending = request.match_info["ending"]
    content = await request.app[EDITOR_DESK].exchange.give(f".{ending}")
    name = f"knowledge-{request.app[SERVICES].today()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type=TYPES[ending], headers=headers)


@routes.post("/api/v1/kb/import")
async def import_(request: web.Request) -> web.Response:
    """Show what a file would change, and save it where that is asked for."""
    author = await editor(request)
    with tempfile.TemporaryDirectory(prefix="jieli-import-") as folder:
        file, asked = await _uploaded(request, Path(folder))
        preview = await request.app[EDITOR_DESK].exchange.take(
            file,
            apply=asked.get("apply", False),
            remove_missing=asked.get("remove_missing", False),
            author=author,
            at=request.app[SERVICES].now(),
            say=saying(request),
        )
    return json_response(preview)


async def _uploaded(request: web.Request, folder: Path) -> tuple[Path, dict[str, bool]]:
    """Write the uploaded file down, as it comes, and read the fields beside it."""
    if request.content_type != "multipart/form-data":
        raise Malformed("请用 multipart/form-data 上传，文件放在 `file` 里。")
    file: Path | None = None
    asked: dict[str, bool] = {}
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Malformed("每一部分都要有名字。")
            if part.name == "file" and file is None:
                file = folder / _safe_name(part.filename)
                await _write(part, file, request.app[SERVICES].settings.max_import_bytes)
            elif part.name in ("apply", "remove_missing"):
                asked[part.name] = await _truth(part)
            else:
                raise Malformed(f"未知或重复的部分 {part.name}。")
    except ValueError as error:  # What the parser raises on a broken body.
        raise Malformed(f"上传的内容不完整：{error}") from error
    if file is None:
        raise Malformed("没有文件：请把它放在 `file` 里。")
    return file, asked


async def _write(part: BodyPartReader, file: Path, limit: int) -> None:
    with file.open("wb") as target:
        async for chunk in _chunks(part, limit):
            await asyncio.to_thread(target.write, chunk)


async def _chunks(part: BodyPartReader, limit: int) -> AsyncIterator[bytes]:
    size = 0
    while chunk := await part.read_chunk(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Malformed(f"`{part.name}` 超过 {limit} 字节，请分成几个文件。")
        yield chunk


def _safe_name(given: str | None) -> str:
    """Give the bare name of an upload, which only its ending matters of."""
    name = PurePosixPath(PureWindowsPath(given or "").name).name
    printable = "".join(char for char in name if char.isprintable())
    return printable[-LONGEST_NAME:].lstrip(".") or "upload"


async def _truth(part: BodyPartReader) -> bool:
    raw = b"".join([chunk async for chunk in _chunks(part, LONGEST_TRUTH)])
    try:
        return TRUTHS[raw.decode("ascii").strip().casefold()]
    except (KeyError, UnicodeDecodeError) as error:
        raise Malformed(f"`{part.name}` 只能是 true 或 false。") from error
