"""Images of shoppers: read by content, freed of metadata, kept as files under secret ids."""

from __future__ import annotations

import asyncio
import io
import secrets
from dataclasses import dataclass
from pathlib import Path

from aiohttp import StreamReader, web
from PIL import Image as Pillow
from PIL import ImageOps

from router.domain.errors import InvalidUpload, NotFound
from router.domain.message import Image
from router.settings import Settings

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
MAX_PIXELS = 40_000_000
ID_BYTES = 20
TOO_WIDE = "图片尺寸太大，请缩小后再发。"


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """The folder of accepted images; the database has their facts."""

    folder: Path
    max_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> ImageFolder:
        """Give the folder the settings name."""
        return cls(settings.folder / "uploads", settings.max_image_bytes)

    async def take(self, content: StreamReader, length: int | None, mime: str) -> Image:
        """Keep an uploaded image, or refuse it saying why."""
        limit_mb = self.max_bytes / 1_000_000
        if mime not in FORMATS.values():
            raise InvalidUpload("只能发送 PNG、JPG、WebP 或 GIF 图片。")
        if length is not None and length > self.max_bytes:
            raise InvalidUpload(f"图片太大，最大 {limit_mb:g} MB，请压缩后再发。")
        raw = bytearray()
        async for chunk in content.iter_chunked(64_000):
            raw += chunk
            if len(raw) > self.max_bytes:
                raise InvalidUpload(f"图片太大，最大 {limit_mb:g} MB，请压缩后再发。")
        clean, kind, width, height = await asyncio.to_thread(_cleaned, bytes(raw))
        image = Image(secrets.token_hex(ID_BYTES), FORMATS[kind], len(clean), width, height)
        await asyncio.to_thread(self._write, image.id, kind, clean)
        return image

    async def show(self, upload: str) -> web.StreamResponse:
        """Answer with an image; its type is ours, not the uploader's."""
        for kind, mime in FORMATS.items():
            path = self._path(upload, kind)
            if path.exists():
                return web.FileResponse(
                    path,
                    headers={
                        "Content-Type": mime,
                        "Cache-Control": "private, max-age=31536000, immutable",
                        "Content-Security-Policy": "default-src 'none'; sandbox",
                        "Cross-Origin-Resource-Policy": "cross-origin",
                    },
                )
        raise NotFound("没有这张图片。")

    def _write(self, upload: str, kind: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(upload, kind)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.rename(path)

    def _path(self, upload: str, kind: str) -> Path:
        return self.folder / f"{upload}.{kind.lower()}"


def _cleaned(raw: bytes) -> tuple[bytes, str, int, int]:
    """Decode and encode anew: what is no image fails, and place and camera are gone."""
    try:
        with Pillow.open(io.BytesIO(raw), formats=tuple(FORMATS)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise InvalidUpload(TOO_WIDE)
            kind = opened.format or ""
            picture = ImageOps.exif_transpose(opened)
            picture.load()
        if kind == "JPEG":
            picture = picture.convert("RGB")
        picture.info.clear()  # Comments and text chunks would be written back.
        out = io.BytesIO()
        picture.save(out, kind, quality=88)
    except InvalidUpload:
        raise
    except Pillow.DecompressionBombError as error:
        raise InvalidUpload(TOO_WIDE) from error
    except Exception as error:  # A hostile file makes the decoders fail in any way there is.
        raise InvalidUpload("这个文件不是可以打开的图片，请换一张。") from error
    return out.getvalue(), kind, picture.width, picture.height
