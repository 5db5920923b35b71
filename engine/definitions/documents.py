"""Texts of a library as they lie in a folder or in the database, before anything of them is understood.

Called by the loader and the shelf. A folder is read without ever building a path from what a file says; a link that
leads out of the folder is refused, and so is a name that is no name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.definitions.findings import Findings
from engine.definitions.models import Place
from engine.definitions.schemas.shapes import NAME_PATTERN
from engine.errors import Text, text

MOST_FILES = 5_000

_NAME = re.compile(NAME_PATTERN.replace("$", r"\Z"), re.ASCII)
_KIND = re.compile(r"^(overlay|report|mapping):", re.MULTILINE)
"""What a file of `form_definitions` defines, when it is no form."""
_NAMED = re.compile(r"^library:\s*['\"]?([a-z][a-z0-9_]*)", re.MULTILINE)
PERMISSIONS = {"model.conf": "model", "policy.csv": "policy", "roles.yaml": "roles"}
PARTS = ("form_definitions", "workflow_definitions", "permissions", "templates/notices")
"""Folders of a library in which definitions lie."""
LIBRARY = "form_definitions/library.yaml"


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its kind, the name it must define, its layer, its path in the folder, and its text."""

    kind: str
    name: str
    layer: int
    path: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name; unique in a library. What every layer may have once is told apart by the layer's number."""
        return key_of(self.kind, self.name, self.layer)

    @property
    def named(self) -> str:
        """What a library calls itself: the name of its layer; empty for other kinds, or when it does not say."""
        found = _NAMED.search(self.text) if self.kind == "library" else None
        return found[1] if found else ""


def key_of(kind: str, name: str, layer: int) -> tuple[str, str]:
    """The key of a definition of a layer."""
    return kind, f"{name}.{layer}" if kind in ("library", "permissions", "tests") and layer else name


def name_of_key(name: str) -> tuple[str, int]:
    """Name and layer out of a key's name."""
    plain, _, layer = name.partition(".")
    return plain, int(layer) if layer.isdecimal() else 0


def is_name(word: str) -> bool:
    """Whether a word may name a definition."""
    return bool(_NAME.match(word))


def read_folder(root: Path, layer: int, findings: Findings) -> list[Document]:
    """The documents of one layer, in a stable order; whatever is refused becomes a finding."""
    base = root.resolve()
    found: list[Document] = []
    for part in PARTS:
        folder = base / part
        if not folder.is_dir():
            continue
        if not folder.resolve().is_relative_to(base):
            _refuse(findings, folder, base, "symlink", _LINK)
            continue
        for file in _files(folder, base, findings):
            document = _document(file, base, layer, findings)
            if document is not None:
                found.append(document)
    return found


def _files(folder: Path, base: Path, findings: Findings) -> Iterator[Path]:
    """Every file below a folder that does not lead out of it."""
    seen = 0
    for here, folders, files in os.walk(folder, followlinks=False):
        current = Path(here)
        for name in sorted(folders):
            if (current / name).is_symlink():
                _refuse(findings, current / name, base, "symlink", _LINK)
            elif not is_name(name) and not name.startswith(("__", ".")):
                _refuse(findings, current / name, base, "file_name", _ODD)
        folders[:] = sorted(
            name for name in folders if is_name(name) and name != "demo" and not (current / name).is_symlink()
        )
        for name in sorted(files):
            seen += 1
            if seen > MOST_FILES:
                _refuse(
                    findings, folder, base, "too_many", text("The folder holds too many files.", "文件夹中的文件过多。")
                )
                return
            file = current / name
            if file.is_symlink() and not _within(file, base):
                _refuse(findings, file, base, "symlink", _LINK)
            else:
                yield file


_LINK = text("A link that leads out of the folder is not followed.", "不跟随指向文件夹外的链接。")
_ODD = text("This is not a name: small letters, digits and _.", "名称只能含小写字母、数字和下划线。")


def _within(file: Path, base: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(base)
    except (OSError, RuntimeError):
        return False


def _refuse(findings: Findings, at: Path, base: Path, code: str, says: Text) -> None:
    findings.add(Place(at.relative_to(base).as_posix(), 0, ""), code, says)


def _document(file: Path, base: Path, layer: int, findings: Findings) -> Document | None:
    """One file as a document; None for what is no definition."""
    path = file.relative_to(base).as_posix()
    top, name = path.split("/", 1)[0], file.name
    if top == "permissions":
        if name not in PERMISSIONS:
            return None
    elif file.suffix not in (".yaml", ".yml"):
        return None
    stem = name.removesuffix(".tests.yaml") if top == "workflow_definitions" else file.stem
    stem = stem.removesuffix(".yaml")
    if top != "permissions" and (not is_name(stem) or file.suffix != ".yaml"):
        _refuse(findings, file, base, "file_name", _ODD)
        return None
    words = _read(file, base, findings)
    if words is None:
        return None
    kind, known = _kind(path, name, stem, words)
    return Document(kind, known, layer, path, words)


def _kind(path: str, name: str, stem: str, words: str) -> tuple[str, str]:
    top = path.split("/", 1)[0]
    if path == LIBRARY:
        return "library", "library"
    if top == "permissions":
        return "permissions", PERMISSIONS[name]
    if top == "templates":
        return "template", stem
    if top == "workflow_definitions":
        return ("tests" if name.endswith(".tests.yaml") else "workflow"), stem
    said = _KIND.search(words)
    return (said[1] if said else "form"), stem


def _read(file: Path, base: Path, findings: Findings) -> str | None:
    try:
        if file.stat().st_size > 1024 * 1024:
            _refuse(findings, file, base, "too_large", text("The file is larger than 1 MiB.", "文件超过 1 MiB。"))
            return None
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        _refuse(findings, file, base, "encoding", text("The file is not UTF-8.", "文件不是 UTF-8 编码。"))
    except OSError:
        _refuse(findings, file, base, "unreadable", text("The file cannot be read.", "文件无法读取。"))
    return None
