"""Published libraries: numbers go up, nothing is ever changed. Called by operations, the command line and bootstrap.

Rolling back is publishing the old texts again. A text is kept byte for byte as its author wrote it, comments and all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select

from engine.clock import from_stored, to_stored
from engine.definitions.assembly import library_hash
from engine.definitions.documents import Document, name_of_key
from engine.definitions.loading import Loaded, Numbers, load_documents
from engine.definitions.models import Library
from engine.definitions.numbers import all_paths, numbered
from engine.definitions.order import all_fields
from engine.definitions.tables import definition, definition_text, definition_version, field_number
from engine.definitions.vocabulary import Vocabulary
from engine.errors import Kind, Refusal, not_found, text

Key = tuple[str, str]
_Key = tuple[tuple[Document, ...], tuple[tuple[str, tuple[tuple[str, int], ...]], ...], Vocabulary]
MOST_KEPT = 4
_read: dict[_Key, Loaded] = {}
"""What texts make, with the numbers of their fields. Publishing needs a library several times, also untaken yet."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a version beside its note."""

    proposed: tuple[str, ...] = ()
    """Who wrote the drafts that were published."""


PLAIN = About()


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, and which definitions it changed, added or took away."""

    version: int
    author: str
    note: str
    at: datetime
    hash: str
    changed: tuple[Key, ...]
    about: About = PLAIN


def published(connection: Connection) -> int:
    """The newest version; 0 while nothing is published."""
    return int(connection.scalar(select(func.max(definition_version.c.version))) or 0)


def documents(connection: Connection, version: int) -> list[Document]:
    """The texts of a version; refused as not there when it was never published."""
    rows = connection.execute(
        select(definition, definition_text.c.text)
        .join(definition_text, definition_text.c.hash == definition.c.hash)
        .where(definition.c.version == version)
        .order_by(definition.c.layer, definition.c.path)
    ).all()
    if not rows:
        raise not_found()
    return [Document(row.kind, name_of_key(row.name)[0], row.layer, row.path, row.text) for row in rows]


def texts(connection: Connection, version: int) -> dict[Key, str]:
    """The texts of a version by kind and name, as they were written."""
    return {each.key: each.text for each in documents(connection, version)}


def load(connection: Connection, version: int, vocabulary: Vocabulary) -> Library:
    """A published library, compiled. Refused as unavailable when this engine cannot read it any more."""
    kept, known = documents(connection, version), numbers(connection)
    key = _key(kept, known, vocabulary)
    loaded = _read.get(key)
    if loaded is None:
        loaded = load_documents(kept, vocabulary, numbers=known, published=True)
        _keep(key, loaded)
    if loaded.library is None:
        first = loaded.findings[0]
        words = text(
            f"Version {version} of the definitions cannot be read: {first.file}:{first.line} {first.message['en']}",
            f"定义版本 {version} 无法读取：{first.file}:{first.line} {first.message['zh']}",
        )
        raise Refusal(Kind.UNAVAILABLE, "library_unreadable", words)
    return stamped(loaded.library, version)


def _key(kept: Sequence[Document], known: Numbers, vocabulary: Vocabulary) -> _Key:
    ordered = sorted(kept, key=lambda each: (each.layer, each.path, each.key))
    paths = sorted((form, tuple(sorted(paths.items()))) for form, paths in known.items())
    return tuple(ordered), tuple(paths), vocabulary


def _keep(key: _Key, loaded: Loaded) -> None:
    """Have it at hand when the same texts are asked for with the same numbers."""
    while len(_read) >= MOST_KEPT:
        _read.pop(next(iter(_read)), None)
    _read[key] = loaded


def stamped(library: Library, version: int) -> Library:
    """The library and its variants with their version."""
    variants = {names: replace(each, version=version) for names, each in library.variants.items()}
    return replace(library, version=version, variants=variants)


def numbers(connection: Connection) -> dict[str, dict[str, int]]:
    """The numbers of all fields that were ever published, by form and path."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(field_number)):
        found.setdefault(row.form, {})[row.path] = row.number
    return found


def publish(
    connection: Connection,
    loaded: Loaded,
    author: str,
    note: str,
    at: datetime,
    vocabulary: Vocabulary,
    about: About = PLAIN,
) -> int:
    """Publish what was read and return its version; the newest one when nothing differs from it.

    Refused as invalid when there are findings that must not be published.
    """
    if loaded.library is None:
        raise Refusal(Kind.INVALID, "findings", text("The definitions have faults.", "定义存在错误。"))
    newest = published(connection)
    total = library_hash(loaded.documents)
    if newest and total == _hash(connection, newest):
        return newest
    version = newest + 1
    said = json.dumps(asdict(about), sort_keys=True)
    connection.execute(
        insert(definition_version).values(
            version=version, author=author, note=note, at=to_stored(at), hash=total, about=said
        )
    )
    _keep_documents(connection, version, loaded.documents)
    known = _number(connection, loaded.library)
    if _is_numbered(loaded.library, known):
        _keep(_key(loaded.documents, known, vocabulary), loaded)
    return version


def _keep_documents(connection: Connection, version: int, documents: Sequence[Document]) -> None:
    """Which definitions a version has, each with the text that it shares with every version that did not change it."""
    hashes = _keep_texts(connection, {each.text for each in documents})
    rows = [
        {
            "version": version,
            "kind": each.kind,
            "name": each.key[1],
            "layer": each.layer,
            "path": each.path,
            "hash": hashes[each.text],
        }
        for each in documents
    ]
    connection.execute(insert(definition), rows)


def _hash(connection: Connection, version: int) -> str:
    wanted = select(definition_version.c.hash).where(definition_version.c.version == version)
    return str(connection.scalar(wanted))


def _keep_texts(connection: Connection, wanted: set[str]) -> dict[str, str]:
    """Keep each text once; hashes by text."""
    hashes = {words: sha256(words.encode()).hexdigest() for words in sorted(wanted)}
    known = set(connection.scalars(select(definition_text.c.hash).where(definition_text.c.hash.in_(hashes.values()))))
    rows = [{"hash": each, "text": words} for words, each in hashes.items() if each not in known]
    if rows:
        connection.execute(insert(definition_text), rows)
    return hashes


def _is_numbered(library: Library, known: Numbers) -> bool:
    """Whether what was read before it was published has just the numbers that it would now be read with."""
    return all(
        known[form.name].get(each.path) == each.number
        for variant in (library, *library.variants.values())
        for form in variant.forms.values()
        for each in all_fields(form.fields)
    )


def _number(connection: Connection, library: Library) -> dict[str, dict[str, int]]:
    """Give every new field its number; the numbers of all."""
    known = numbers(connection)
    rows = []
    for form, paths in all_paths(library).items():
        old = known.get(form, {})
        new = numbered(paths, old)
        rows += [{"form": form, "path": path, "number": number} for path, number in new.items() if path not in old]
        known[form] = {**old, **new}
    if rows:
        connection.execute(insert(field_number), rows)
    return known


def history(connection: Connection, kind: str | None = None, name: str | None = None) -> tuple[Version, ...]:
    """All versions, the newest first; only those that touched one definition when it is named."""
    hashes: dict[int, dict[Key, str]] = {}
    for row in connection.execute(
        select(definition.c.version, definition.c.kind, definition.c.name, definition.c.hash)
    ):
        hashes.setdefault(row.version, {})[row.kind, row.name] = row.hash
    found = []
    before: Mapping[Key, str] = {}
    for row in connection.execute(select(definition_version).order_by(definition_version.c.version)):
        now = hashes.get(row.version, {})
        changed = tuple(sorted(key for key in {*before, *now} if before.get(key) != now.get(key)))
        before = now
        if name is None or (kind, name) in changed:
            at = from_stored(row.at)
            found.append(Version(row.version, row.author, row.note, at, row.hash, changed, _about(row.about)))
    return tuple(reversed(found))


def _about(words: str) -> About:
    said = json.loads(words)
    return About(proposed=tuple(said.get("proposed", ())))


def changed_in(connection: Connection, key: Key) -> int:
    """The version that last changed a definition, whether it added it, took it away or wrote it anew; 0: none has."""
    rows = connection.execute(
        select(definition_version.c.version, definition.c.hash)
        .outerjoin(
            definition,
            (definition.c.version == definition_version.c.version)
            & (definition.c.kind == key[0])
            & (definition.c.name == key[1]),
        )
        .order_by(definition_version.c.version)
    )
    last, before = 0, None
    for row in rows:
        if row.hash != before:
            last, before = row.version, row.hash
    return last
