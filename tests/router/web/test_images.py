"""What shoppers upload: images are decoded and written anew, everything else is refused."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from knowledge_base.database import Database
from tests.router.harness import House, running

GPS = 0x8825
MAKER = 0x010F


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    mode = "P" if kind == "GIF" else "RGB"
    out = io.BytesIO()
    Image.new(mode, size, 7 if mode == "P" else (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[MAKER] = "Spy Camera"
    exif[0x0112] = 6  # To be shown turned.
    exif.get_ifd(GPS).update({1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 28.0, 0.0)})
    return picture("JPEG", (60, 20), exif=exif, comment=b"taken at home")


def bomb(width: int, height: int) -> bytes:
    """Make a small PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


async def upload(
    house: House, content: Any, mime: str = "image/png", token: str | None = None
) -> tuple[int, dict[str, Any]]:
    token = token or await house.token()
    async with house.client.post(
        "/api/v1/uploads",
        data=content,
        headers={"Authorization": f"Bearer {token}", "Content-Type": mime},
    ) as response:
        return response.status, await response.json()


async def shown(house: House, upload_id: str) -> tuple[bytes, Any]:
    async with house.client.get(f"/api/v1/uploads/{upload_id}") as response:
        assert response.status == 200
        return await response.read(), response.headers


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_an_image_is_shown_under_a_secret_id_with_our_type(house: House, kind: str) -> None:
    mime = f"image/{kind.lower()}"
    status, body = await upload(house, picture(kind), mime)
    assert status == 201
    assert (body["mime"], body["width"], body["height"]) == (mime, 40, 30)
    assert len(body["upload"]) == 40
    content, headers = await shown(house, body["upload"])
    assert headers["Content-Type"] == mime
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == kind
        assert image.size == (40, 30)


async def test_place_camera_and_comment_are_gone_and_the_photo_stands_upright(
    house: House,
) -> None:
    status, body = await upload(house, photo_with_place(), "image/jpeg")
    assert status == 201
    assert (body["width"], body["height"]) == (20, 60)
    content, _ = await shown(house, body["upload"])
    with Image.open(io.BytesIO(content)) as image:
        assert not dict(image.getexif())
        assert not image.getexif().get_ifd(GPS)
    for trace in (b"Exif", b"Spy Camera", b"taken at home"):
        assert trace not in content


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
async def test_what_is_written_beside_the_pixels_is_gone(house: House, kind: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Comment", "taken at home")
    options: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": notes},
        "GIF": {"comment": b"taken at home"},
        "WEBP": {"xmp": b"<x>taken at home</x>"},
    }
    raw = picture(kind, **options[kind])
    assert b"taken at home" in raw
    _, body = await upload(house, raw, f"image/{kind.lower()}")
    assert b"taken at home" not in (await shown(house, body["upload"]))[0]


async def test_a_png_named_as_jpeg_is_kept_as_the_png_it_is(house: House) -> None:
    status, body = await upload(house, picture("PNG"), "image/jpeg")
    assert (status, body["mime"]) == (201, "image/png")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        pytest.param(lambda: b"just text", "image/png", id="text"),
        pytest.param(lambda: b"", "image/png", id="nothing"),
        pytest.param(lambda: SVG, "image/png", id="SVG named PNG"),
        pytest.param(lambda: SVG, "image/svg+xml", id="SVG"),
        pytest.param(lambda: b"<script>alert(1)</script>", "text/html", id="HTML"),
        pytest.param(lambda: b"%PDF-1.7", "application/pdf", id="PDF"),
        pytest.param(lambda: picture()[:50], "image/png", id="truncated PNG"),
        pytest.param(lambda: picture("JPEG")[:200], "image/jpeg", id="truncated JPEG"),
        pytest.param(lambda: picture("GIF")[:20], "image/gif", id="truncated GIF"),
        pytest.param(lambda: b"\x89PNG\r\n\x1a\n" + b"\xff" * 400, "image/png", id="PNG of noise"),
        pytest.param(lambda: b"\xff\xd8\xff\xe1" + b"\xff" * 400, "image/jpeg", id="bad EXIF"),
        pytest.param(lambda: picture("BMP"), "image/png", id="BMP"),
        pytest.param(lambda: picture("TIFF"), "image/png", id="TIFF"),
        pytest.param(lambda: bomb(7_000, 7_000), "image/png", id="49 megapixels"),
        pytest.param(lambda: bomb(60_000, 60_000), "image/png", id="decompression bomb"),
        pytest.param(lambda: bomb(0, 0), "image/png", id="no pixels"),
    ],
)
async def test_what_is_no_image_is_refused_and_nothing_is_kept(
    house: House, content: Callable[[], bytes], mime: str
) -> None:
    status, body = await upload(house, content(), mime)
    assert (status, body["code"]) == (422, "invalid_upload")
    assert not [*(Path(house.settings.data) / "uploads").glob("*")]


async def test_more_than_the_limit_is_refused_with_and_without_a_length(
    sqlite: Database, tmp_path: Path
) -> None:
    async with running(sqlite, tmp_path / "data", max_image_bytes=50_000) as house:

        async def pieces() -> Any:
            for _ in range(12):
                yield b"x" * 5_000

        for content in (b"x" * 60_000, pieces()):
            status, body = await upload(house, content)
            assert (status, body["code"]) == (422, "invalid_upload")
            assert "0.05 MB" in body["detail"]


async def test_nine_megabytes_are_refused_under_the_usual_limit(house: House) -> None:
    status, body = await upload(house, b"x" * 9_000_000)
    assert (status, body["code"]) == (422, "invalid_upload")
    assert "8 MB" in body["detail"]


@pytest.mark.parametrize("token", ["", "forged"])
async def test_without_a_token_nothing_is_taken(house: House, token: str) -> None:
    async with house.client.post(
        "/api/v1/uploads", data=picture(), headers={"Authorization": f"Bearer {token}"}
    ) as response:
        assert response.status == 401
        assert (await response.json())["code"] == "unauthorized"


async def test_a_shopper_who_floods_with_images_is_slowed(sqlite: Database, tmp_path: Path) -> None:
    async with running(sqlite, tmp_path / "data", messages_per_minute=3) as house:
        token = await house.token()
        outcomes = [await upload(house, picture(), token=token) for _ in range(4)]
        assert [status for status, _ in outcomes] == [201, 201, 201, 429]
        assert outcomes[-1][1]["code"] == "too_many_attempts"


async def test_a_shown_image_hands_over_to_a_human_who_sees_it_in_the_brief(
    house: House,
) -> None:
    from tests.router.people import LINA

    token = await house.token()
    shopper, agent = await house.shopper(token), await house.staff(LINA)
    _, body = await upload(house, picture(), token=token)
    await shopper.send("send_image", client_id="client-0001", upload=body["upload"])
    message = await shopper.message("shopper")
    assert message["body"]["image"]["id"] == body["upload"]
    card = (await agent.until("handoff.queued"))["card"]
    assert card["handoff"]["reason"] == "image"
    assert card["last_text"] == "[图片]"
    await agent.send("open", conversation=card["conversation"]["id"])
    brief = (await agent.until("conversation.opened"))["brief"]
    assert [image["id"] for image in brief["images"]] == [body["upload"]]


async def test_anothers_upload_cannot_be_shown_as_ones_own(house: House) -> None:
    _, body = await upload(house, picture())
    shopper = await house.shopper()
    for upload_id in (body["upload"], "0" * 40):
        await shopper.send("send_image", client_id="client-0001", upload=upload_id)
        refused = await shopper.error()
        assert (refused["code"], refused["client_id"]) == ("invalid_upload", "client-0001")
    await shopper.send("send_image", client_id="client-0002", upload="../../etc/passwd")
    assert (await shopper.error())["code"] == "malformed"
