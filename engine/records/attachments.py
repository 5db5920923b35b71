"""Attachments: bytes in a folder, by their hash; names and links in the database. Used by operations.

The path on disk comes from the hash alone, never from a name. A file is read only through a record that shows it.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from engine.database.dialects import rows_from, run
from engine.errors import Kind, Refusal, invalid_at, text
from engine.records.stored import dumps

LONGEST_NAME = 200
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_INSERT = (
    "INSERT INTO attachment (id, person, name, type, size, hash, at) "
    "VALUES (:id, :person, :name, :type, :size, :hash, :at)"
)


@dataclass(frozen=True)
class Attachment:
    """One uploaded file; `hash` is the SHA-256 of its bytes and their address."""

    id: str
    person: str
    name: str
    type: str
    size: int
    hash: str
    at: int


def clean_name(name: str) -> str:
    """The last part of a file's name as it may be shown; refuses control signs and those that turn the reading."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2].strip()
    odd = any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _TURNING for sign in name)
    if odd or last in ("", ".", "..") or len(last) > LONGEST_NAME:
        raise invalid_at("/name", "bad_name", text("This is no name for a file.", "文件名无效。"))
    return last


class FileStore:
    """The folder of all files; written once, never changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep bytes durably and give their hash; the same bytes are kept once."""
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, content)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of a hash, proved to be still what they were."""
        try:
            content = self._path(name).read_bytes()
        except OSError as error:
            raise _lost() from error
        if hashlib.sha256(content).hexdigest() != name:
            raise _lost()
        return content

    def _path(self, name: str) -> Path:
        if len(name) != 64 or any(sign not in "0123456789abcdef" for sign in name):
            raise ValueError(f"no hash: {name[:80]}")
        return self._folder / name[:2] / name

    def _write(self, path: Path, content: bytes) -> None:
        passing = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with passing.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            passing.replace(path)
        except OSError as error:
            passing.unlink(missing_ok=True)
            raise Refusal(
                Kind.UNAVAILABLE, "no_room", text("The file cannot be kept now.", "暂时无法保存文件。")
            ) from error


def add(connection: Connection, attachment: Attachment, quota: int) -> None:
    """Note an uploaded file; refused when all that the person has uploaded would pass `quota` bytes."""
    used = run(
        connection,
        "SELECT coalesce(sum(size), 0) AS used FROM attachment WHERE person = :person",
        {"person": attachment.person},
    )
    if int(used.scalar_one()) + attachment.size > quota:
        raise Refusal(Kind.LIMIT, "quota", text("You have no room left for files.", "您的附件空间已满。"))
    run(connection, _INSERT, {**attachment.__dict__, "name": clean_name(attachment.name)})


def get(connection: Connection, attachment: str) -> Attachment | None:
    """What is known of a file."""
    sql = "SELECT id, person, name, type, size, hash, at FROM attachment WHERE id = :id"
    line = run(connection, sql, {"id": attachment}).first()
    return None if line is None else Attachment(**line._mapping)


def link(connection: Connection, record: str, shown: Iterable[tuple[str, str]]) -> None:
    """Say which files a record shows, as pairs of file and path of the field; what it showed before stays known."""
    lines = [{"attachment": attachment, "path": path} for attachment, path in dict.fromkeys(shown)]
    if lines:
        source = rows_from(connection.dialect.name, "lines", {"attachment": "words", "path": "words"})
        sql = (
            f"INSERT INTO attachment_record (attachment, record, path) SELECT attachment, :record, path FROM {source} "
            "WHERE true ON CONFLICT DO NOTHING"
        )
        run(connection, sql, {"record": record, "lines": dumps(lines)})


def shown_by(connection: Connection, attachment: str) -> list[tuple[str, str]]:
    """The records that show a file, with the path of the field: one of them must be the reader's to see."""
    sql = "SELECT record, path FROM attachment_record WHERE attachment = :id ORDER BY record, path"
    return [(line.record, line.path) for line in run(connection, sql, {"id": attachment})]


def _lost() -> Refusal:
    return Refusal(Kind.UNAVAILABLE, "file_lost", text("The file cannot be read.", "文件无法读取。"))
