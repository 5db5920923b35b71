"""What an uploaded file is, by its bytes and never by its name; limits of size and pixels; pictures without metadata.

Used by attachments. A picture is written anew, so that nothing but its pixels remains: no place, no camera, no comment,
nothing appended. The one module that opens pictures.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from engine.errors import Kind, Refusal, Text, invalid_at, text

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
LONGEST_NAME = 200
UNKNOWN = "application/octet-stream"

_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_MODES = {"PNG": ("RGBA", "RGB", "L", "LA"), "JPEG": ("RGB", "L"), "WEBP": ("RGBA", "RGB"), "GIF": ("RGBA",)}
"""What pixels of each format are kept as; others become the first."""
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)
_OFFICE = (
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|\?xml|iframe|body|head|img)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept: its media type, its bytes as they are kept, a harmless name, and a picture's size."""

    media_type: str
    data: bytes
    name: str
    width: int | None = None
    height: int | None = None

    @property
    def size(self) -> int:
        """Number of bytes that are kept."""
        return len(self.data)


def inspect(data: bytes, name: str, most: int = MOST_BYTES) -> Inspected:
    """The file as it is kept; refused when it is too large or empty, or a picture that cannot be read or kept."""
    if len(data) > most:
        raise Refusal(Kind.LIMIT, "too_large", text("This file is too large.", "文件过大。"))
    if not data:
        raise _refused("empty", text("This file is empty.", "文件为空。"))
    called = file_name(name)
    found = media_type(data)
    if not found.startswith("image/"):
        return Inspected(found, data, called)
    clean, width, height = _picture(data, found)
    return Inspected(found, clean, called, width, height)


def media_type(data: bytes) -> str:
    """The media type, from the bytes. What a browser might run is no text; it is only ever handed out as bytes."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return _zip(data) if found == "application/zip" else found
    start = data[:4096]
    if b"\0" in start or _MARKUP.search(start):
        return UNKNOWN
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return UNKNOWN
    return "text/plain"


def file_name(name: str) -> str:
    """The last part of a name, to be shown only; refused when it holds characters that cannot be seen."""
    last = re.split(r"[/\\]", name)[-1].strip()
    if any(not each.isprintable() for each in last):
        raise _refused(
            "name", text("The file's name holds characters that cannot be seen.", "文件名含有不可见的字符。")
        )
    short = unicodedata.normalize("NFC", last).strip(". ")
    return _shortened(short) or "file"


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending


def _zip(data: bytes) -> str:
    return next((found for part, found in _OFFICE if part in data), "application/zip")


def _picture(data: bytes, expected: str) -> tuple[bytes, int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as opened:
                if _FORMATS.get(opened.format or "") != expected:
                    raise _refused("picture", text("This picture cannot be read.", "无法读取此图片。"))
                _within(opened.size)
                return _anew(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _pixels() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise _refused("picture", text("This picture cannot be read.", "无法读取此图片。")) from error


def _within(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise _pixels()


def _anew(opened: Image.Image) -> tuple[bytes, int, int]:
    """The first picture of the file, turned upright, with nothing but its pixels."""
    kind = opened.format or "PNG"
    ImageOps.exif_transpose(opened, in_place=True)
    opened.load()
    plain = opened if opened.mode in _MODES[kind] else opened.convert(_MODES[kind][0])
    plain.info.clear()
    written = io.BytesIO()
    options = {"quality": 90} if kind in ("JPEG", "WEBP") else {}
    plain.save(written, format=kind, **options)
    return written.getvalue(), plain.width, plain.height


def _pixels() -> Refusal:
    return _refused("pixels", text("This picture has too many pixels.", "图片像素过多。"))


def _refused(code: str, says: Text) -> Refusal:
    return invalid_at("/file", code, says)
