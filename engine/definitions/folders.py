"""Writes a published version into a folder, byte for byte as it was read. Used by `chainstock pull`."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from engine.definitions import shelf
from engine.definitions.documents import Document
from engine.errors import Kind, Refusal, not_found, text

_PART = re.compile(r"[a-z][a-z0-9_]{0,62}(\.tests)?(\.yaml|\.csv|\.conf)?\Z", re.ASCII)


def pull(connection: Connection, folder: Path, version: int | None = None) -> list[Path]:
    """Write every file of a version (the newest) below `folder`; the paths that were written, in order.

    A library of several layers gets one folder for each: `layer_0`, `layer_1` ... What lies there is overwritten.
    """
    wanted = version if version is not None else shelf.published(connection)
    if not wanted:
        raise not_found()
    documents = shelf.documents(connection, wanted)
    several = any(each.layer for each in documents)
    base = folder.resolve()
    return [_write(base / f"layer_{each.layer}" if several else base, base, each) for each in documents]


def _write(root: Path, base: Path, document: Document) -> Path:
    parts = PurePosixPath(document.path).parts
    if not all(_PART.match(part) for part in parts):
        raise _refused(document.path)
    target = root.joinpath(*parts)
    if target.is_symlink() or not target.parent.resolve().is_relative_to(base):
        raise _refused(document.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(document.text.encode())
    return target


def _refused(path: str) -> Refusal:
    return Refusal(Kind.INVALID, "path", text(f"'{path}' leads out of the folder.", f"“{path}”指向文件夹之外。"))
