"""Writes a published version into a folder, byte for byte as it was read. Used by `chainstock pull`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from engine.definitions import shelf
from engine.definitions.documents import Document, read_folder
from engine.definitions.findings import Findings
from engine.errors import Kind, Refusal, not_found, text

_PART = re.compile(r"[a-z][a-z0-9_]{0,62}(\.tests)?(\.yaml|\.csv|\.conf)?\Z", re.ASCII)

TESTS = "tests"
"""The kind of process tests."""


def pull(
    connection: Connection, folder: Path, version: int | None = None, below: Sequence[Document] = ()
) -> list[Path]:
    """Write every file of a version (the newest) below `folder`; the paths that were written, in order.

    Definitions that lie there and are not in the version are taken away; whatever is no definition stays, and so do
    process tests when the version was published without any. A library of several layers gets one folder for each:
    `layer_0`, `layer_1` ...; one that lies over what is `below`, which is to be had elsewhere, is only its own layer.
    """
    wanted = version if version is not None else shelf.published(connection)
    if not wanted:
        raise not_found()
    documents = shelf.documents(connection, wanted)
    if _under(documents) and _under(documents) == {(each.path, each.text) for each in below}:
        documents = [each for each in documents if each.layer]
    layers = sorted({each.layer for each in documents})
    base = folder.resolve()
    roots = {each: base / f"layer_{each}" if len(layers) > 1 else base for each in layers}
    written = [_write(roots[each.layer], base, each) for each in documents]
    for layer, root in roots.items():
        _take_away(root, layer, [each for each in documents if each.layer == layer])
    return written


def _under(documents: Sequence[Document]) -> set[tuple[str, str]]:
    """What lies under the second of two layers; nothing where there are not two."""
    if {each.layer for each in documents} != {0, 1}:
        return set()
    return {(each.path, each.text) for each in documents if not each.layer}


def _take_away(root: Path, layer: int, kept: Sequence[Document]) -> None:
    """Files that would be read as definitions, and are none of this version."""
    paths, tested = {each.path for each in kept}, any(each.kind == TESTS for each in kept)
    for each in read_folder(root, layer, Findings()):
        if each.path not in paths and (tested or each.kind != TESTS):
            root.joinpath(*PurePosixPath(each.path).parts).unlink()


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
