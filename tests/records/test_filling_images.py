"""A file is what its bytes say; pictures keep nothing but their pixels and have limits."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.errors import Kind, Refusal
from engine.records import images


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(written, format=kind, **options)
    return written.getvalue()


def zipped(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr(name, "<x/>")
    return written.getvalue()


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")
    )


def refused(data: bytes, name: str = "x", **limits: int) -> Refusal:
    with pytest.raises(Refusal) as caught:
        images.inspect(data, name, **limits)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_picture_is_known_by_its_bytes_whatever_it_is_called(kind: str, media_type: str) -> None:
    found = images.inspect(picture(kind), "invoice.pdf")
    assert (found.media_type, found.width, found.height) == (media_type, 40, 20)
    assert Image.open(io.BytesIO(found.data)).size == (40, 20)
    assert found.size == len(found.data)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        ("plain, 中文\n".encode(), "text/plain"),
        (zipped("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped("anything"), "application/zip"),
        (b"\x00\x01\x02", images.UNKNOWN),
        (b"\xff\xfe\x00a", images.UNKNOWN),
        (b"<html><script>alert(1)</script>", images.UNKNOWN),
        (b"  <SVG onload=alert(1)>", images.UNKNOWN),
        (b"text, then <script>", images.UNKNOWN),
    ],
)
def test_other_files_are_known_by_their_bytes_and_what_a_browser_runs_is_only_bytes(
    data: bytes, media_type: str
) -> None:
    found = images.inspect(data, "photo.png")
    assert found.media_type == media_type
    assert found.data == data


def test_place_camera_and_comments_are_gone_from_a_picture() -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    jpeg = picture("JPEG", exif=exif)
    texts = PngInfo()
    texts.add_text("Comment", "secret words")
    png = picture("PNG", pnginfo=texts) + b"appended <script>"
    assert b"CameraMaker" in jpeg
    for data in (jpeg, png):
        kept = images.inspect(data, "x").data
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert all(each not in kept for each in (b"CameraMaker", b"secret words", b"<script>"))


MADE = (
    *(("PNG", each) for each in ("RGB", "L", "P", "1", "RGBA", "LA", "I;16")),
    *(("JPEG", each) for each in ("RGB", "L", "CMYK")),
    *(("WEBP", each) for each in ("RGB", "RGBA")),
    *(("GIF", each) for each in ("P", "L", "1", "RGB")),
)


@pytest.mark.parametrize(("kind", "mode"), MADE)
def test_pixels_of_every_sort_are_kept(kind: str, mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (8, 4)).save(written, format=kind)
    found = images.inspect(written.getvalue(), "x")
    assert (found.width, found.height) == (8, 4)
    again = images.inspect(found.data, "x")
    assert (again.width, again.height, again.media_type) == (8, 4, found.media_type)


def test_colours_stay_and_metadata_beside_the_pixels_does_not() -> None:
    png = io.BytesIO()
    Image.new("RGBA", (4, 4), (10, 20, 30, 40)).save(png, format="PNG", dpi=(300, 300), icc_profile=b"profile words")
    kept = Image.open(io.BytesIO(images.inspect(png.getvalue(), "x").data))
    assert kept.convert("RGBA").getpixel((1, 1)) == (10, 20, 30, 40)
    assert kept.info == {}
    jpeg = images.inspect(picture("JPEG", comment=b"secret words", icc_profile=b"profile words"), "x").data
    assert b"words" not in jpeg


def test_a_picture_that_lay_on_its_side_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = images.inspect(picture("JPEG", exif=exif), "x")
    assert (found.width, found.height) == (20, 40)


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 10_000), (30_000, 10)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_opened(size: tuple[int, int]) -> None:
    found = refused(huge_png(*size))
    assert (found.kind, found.faults[0].code) == (Kind.INVALID, "pixels")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", picture("PNG")[:60], b"\xff\xd8\xff\xe0 no picture", b"GIF89a"])
def test_a_broken_picture_is_refused(data: bytes) -> None:
    assert refused(data).faults[0].code == "picture"


def test_a_file_that_is_too_large_or_empty_is_refused() -> None:
    assert refused(b"x" * 11, most=10).kind == Kind.LIMIT
    assert refused(b"").faults[0].code == "empty"
    assert images.inspect(b"x" * 10, "x", most=10).size == 10


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\photo.png", "photo.png"),
        ('"><img src=x onerror=1>.png', '"><img src=x onerror=1>.png'),
        ("照片 1.png", "照片 1.png"),
        ("", "file"),
        ("..", "file"),
        ("a" * 300 + ".jpeg", "a" * 195 + ".jpeg"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert images.file_name(name) == kept


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x", "gnp.\u202eexe", "a\0.png", "\ud800"])
def test_a_name_that_hides_something_is_refused(name: str) -> None:
    assert refused(b"x", name).faults[0].code == "name"
