"""Reading `multipart/form-data`: one file and a few short fields, whatever else comes is refused. Used by `api`.

The only door to python-multipart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from engine.errors import Fault, Kind, Refusal, invalid, text

_MOST_PARTS = 8
_LONGEST_FIELD = 1000
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """One file with the fields beside it."""

    name: str
    content: bytes
    fields: Mapping[str, str]


@dataclass(slots=True)
class _Part:
    headers: dict[str, bytes] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)


class _Collector:
    """Gathers the parts that the parser reports."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self._header = [b"", b""]

    def begin(self) -> None:
        if len(self.parts) == _MOST_PARTS:
            raise _refused("parts", f"There are more than {_MOST_PARTS} parts.", f"超过 {_MOST_PARTS} 个部分。")
        self.parts.append(_Part())

    def data(self, raw: bytes, start: int, end: int) -> None:
        self.parts[-1].pieces.append(raw[start:end])

    def header_name(self, raw: bytes, start: int, end: int) -> None:
        self._header[0] += raw[start:end]

    def header_value(self, raw: bytes, start: int, end: int) -> None:
        self._header[1] += raw[start:end]

    def header_end(self) -> None:
        name, value = self._header
        self.parts[-1].headers[name.decode("latin-1").lower()] = value
        self._header = [b"", b""]


def read_upload(raw: bytes, content_type: str | None) -> Upload:
    """The file of the part `file`, and the other parts as fields. Refused with 415 or as invalid."""
    kind, options = parse_options_header(content_type or "")
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        says = text("The body must be multipart/form-data.", "请求体必须为 multipart/form-data。")
        raise Refusal(Kind.INVALID, "media_type", says, status=415)
    collector = _Collector()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": collector.begin,
            "on_part_data": collector.data,
            "on_header_field": collector.header_name,
            "on_header_value": collector.header_value,
            "on_header_end": collector.header_end,
        },
    )
    try:
        parser.write(raw)
        parser.finalize()
    except FormParserError as error:
        raise _refused("multipart", "The parts cannot be read.", "无法解析上传内容。") from error
    return _sorted_out(collector.parts)


def _sorted_out(parts: list[_Part]) -> Upload:
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in parts:
        _, options = parse_options_header(part.headers.get("content-disposition", b""))
        name = _words(options.get(b"name", b""))
        content = b"".join(part.pieces)
        if b"filename" in options:
            if name != "file" or file is not None:
                raise _refused("file", "Send one file, as the part “file”.", "只能上传一个文件，部分名为 file。")
            file = (_file_name(options[b"filename"]), content)
        elif name in fields or not name:
            raise _refused("field", "A field has no name or is given twice.", "字段没有名称或重复出现。")
        elif len(content) > _LONGEST_FIELD:
            raise _refused("too_long", "A field is too long.", "字段过长。")
        else:
            fields[name] = _words(content)
    if file is None:
        raise _refused("file", "The part “file” is missing.", "缺少名为 file 的文件部分。")
    return Upload(file[0], file[1], fields)


def _file_name(raw: bytes) -> str:
    """The last part of the name, to be shown; nothing is ever stored under it."""
    name = unicodedata.normalize("NFC", _words(raw)).replace("\\", "/").rpartition("/")[2].strip()
    if not name or len(name.encode()) > _LONGEST_NAME:
        raise _refused("file_name", "The file's name is missing or too long.", "文件名缺失或过长。")
    if any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in name):
        raise _refused("file_name", "The file's name has invisible characters.", "文件名含有不可见字符。")
    return name


def _words(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused("encoding", "A part is not UTF-8.", "内容不是 UTF-8。") from error


def _refused(code: str, en: str, zh: str) -> Refusal:
    return invalid([Fault("", code, text(en, zh))])
