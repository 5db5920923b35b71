"""Reads a library: from folders, or from texts that were published. Called by the shelf, the command line and the API.

Texts -> guarded YAML -> schemas -> overlays -> outline -> frozen models -> checks. Whatever is wrong becomes a finding;
nothing is raised for bad content. A library is only given when nothing was found that must not be published.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.definitions.assembly import Parts, assemble
from engine.definitions.checks import check_library
from engine.definitions.documents import Document, name_of_key, read_folder
from engine.definitions.findings import Finding, Findings
from engine.definitions.layers import MOST_CONDITIONAL, ordered
from engine.definitions.marked import Marked, marked
from engine.definitions.models import NOTHING, Layer, Library
from engine.definitions.process_tests import ProcessTests, check_tests, uppermost
from engine.definitions.reader import Unreadable, read_yaml
from engine.definitions.validation import Validator
from engine.definitions.vocabulary import Vocabulary
from engine.errors import text

PATHS: Mapping[str, str] = {
    "form": "form_definitions/{}.yaml",
    "overlay": "form_definitions/{}.yaml",
    "report": "form_definitions/{}.yaml",
    "mapping": "form_definitions/{}.yaml",
    "library": "form_definitions/library.yaml",
    "workflow": "workflow_definitions/{}.yaml",
    "tests": "workflow_definitions/{}.tests.yaml",
    "template": "templates/notices/{}.yaml",
}
PERMISSION_PATHS = {
    "model": "permissions/model.conf",
    "policy": "permissions/policy.csv",
    "roles": "permissions/roles.yaml",
}
WORDS = {
    "form": "form",
    "workflow": "workflow",
    "library": "library",
    "overlay": "overlay",
    "report": "report",
    "mapping": "mapping",
    "template": "notice",
    "tests": "tests",
}
"""The word that names a definition inside its file."""
SCHEMAS = {"template": "notice"}
MOST_KEPT, LONGEST_KEPT = 256, 1 << 15
"""Texts whose reading a process keeps, and how long one of them may be: a library has some forty, of 4 kB."""

Numbers = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Loaded:
    """What came of reading a library. `documents` are its texts, as they lie in the folder."""

    library: Library | None
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...] = ()
    tests: tuple[ProcessTests, ...] = ()
    """What is played before it is published."""


def read_library(layers: Sequence[Path], vocabulary: Vocabulary, untested: Container[int] = ()) -> Loaded:
    """Read the folders of a library, the lowest layer first; of layers that are `untested` without their tests."""
    findings = Findings()
    found = [each for index, folder in enumerate(layers) for each in read_folder(folder, index, findings)]
    documents = [each for each in found if each.kind != "tests" or each.layer not in untested]
    return load_documents(documents, vocabulary, findings=findings)


def read_texts(texts: Mapping[tuple[str, str], str], vocabulary: Vocabulary) -> Loaded:
    """Read a library from its texts by kind and name."""
    return load_documents([document_of(kind, name, words) for (kind, name), words in texts.items()], vocabulary)


def document_of(kind: str, name: str, words: str) -> Document:
    """A text as a document, at the path where a file of its kind usually lies."""
    plain, layer = name_of_key(name)
    path = PERMISSION_PATHS[plain] if kind == "permissions" else PATHS[kind].format(plain)
    return Document(kind, plain, layer, path, words)


def load_documents(
    documents: Sequence[Document],
    vocabulary: Vocabulary,
    *,
    numbers: Numbers = NOTHING,
    findings: Findings | None = None,
    published: bool = False,
) -> Loaded:
    """Read a library from its documents. `numbers` are the fields' numbers for life, by form and path.

    What was `published` is not checked again: a stricter rule of a later engine must not lock out a running chain.
    """
    notes = findings or Findings()
    parts = parts_of([each for each in documents if not (published and each.kind == "tests")], vocabulary, notes)
    parts = replace(parts, documents=tuple(documents)) if parts is not None else None
    library = None if notes.blocked or parts is None else assemble(parts, vocabulary, numbers, notes)
    if library is not None and not notes.blocked and not published:
        notes.all.extend(check_library(library))
    tests = parts.tests if parts is not None else ()
    return Loaded(None if notes.blocked else library, _once(notes.all), tuple(documents), tests)


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by place and code: variants of a library repeat what is wrong with it."""
    found = {(each.file, each.line, each.path, each.code, each.message["en"]): each for each in findings}
    return tuple(sorted(found.values(), key=lambda each: (each.file, each.line, each.path, each.code)))


def parts_of(documents: Sequence[Document], vocabulary: Vocabulary, findings: Findings) -> Parts | None:
    """Every document read and checked by itself; overlays in their order."""
    validator = _validator(vocabulary)
    found: dict[str, list[Marked]] = {kind: [] for kind in (*WORDS, "roles")}
    names: dict[tuple[str, str], Document] = {}
    owners: dict[int, Marked] = {}
    for document in sorted(documents, key=lambda each: (each.layer, each.path)):
        read = _read(document, vocabulary, findings)
        if read is None:
            continue
        if document.kind not in ("library", "permissions", "tests") and _twice(document, names, read, findings):
            continue
        found[read.kind].append(read)
        if read.kind == "library":
            owners[document.layer] = read
    tests = uppermost(found["tests"])
    check_tests(tests, findings)
    if not found["library"] and not findings.blocked:
        says = text("There is no form_definitions/library.yaml.", "缺少 form_definitions/library.yaml。")
        findings.add(None, "no_library", says)
    if findings.blocked:
        return None
    libraries = found["library"]
    order = libraries[-1].data.get("layers") or ()
    overlays = ordered(found["overlay"], [each.data["library"] for each in libraries], order, findings)
    _count_conditional(overlays, findings)
    permissions = [each for each in sorted(documents, key=lambda each: each.layer) if each.kind == "permissions"]
    return Parts(
        libraries=libraries,
        forms={each.name: _laid(each, names["form", each.name], owners) for each in found["form"]},
        workflows={each.name: _laid(each, names["workflow", each.name], owners) for each in found["workflow"]},
        overlays=overlays,
        roles=found["roles"],
        permissions=permissions,
        notices=found["template"],
        reports=found["report"],
        mappings=found["mapping"],
        documents=tuple(documents),
        validator=validator,
        tests=tests,
    )


def _count_conditional(overlays: Sequence[Marked], findings: Findings) -> None:
    """No more than can be combined with each other: each of them doubles the variants of the library."""
    conditional = [each for each in overlays if "applies_to" in each.data]
    if len(conditional) > MOST_CONDITIONAL:
        says = text(
            f"More than {MOST_CONDITIONAL} overlays with 'applies_to'.",
            f"带 applies_to 的覆盖层超过 {MOST_CONDITIONAL} 个。",
        )
        findings.add(conditional[-1].place(("applies_to",)), "too_many_overlays", says)


def _laid(read: Marked, document: Document, owners: Mapping[int, Marked]) -> Marked:
    """With the library that it belongs to as its first layer: that of its folder, else the nearest below."""
    owner = owners[max((each for each in owners if each <= document.layer), default=min(owners))]
    first = Layer(owner.data["library"], owner.data["title"], overlay=False, marks=read.marks)
    return replace(read, layers=(first,))


def _read(document: Document, vocabulary: Vocabulary, findings: Findings) -> Marked | None:
    """One YAML document, checked by its schema; None for what is no YAML, or is wrong."""
    if document.kind == "permissions" and document.name != "roles":
        return None
    read = _sound if len(document.text) <= LONGEST_KEPT else _sound.__wrapped__
    try:
        found = read(vocabulary, document.kind, document.name, document.path, document.text)
    except _Faulty as faulty:
        findings.all.extend(faulty.findings)
        return None
    return replace(found, data=_copied(found.data)) if found else None


def _copied(data: Any) -> Any:
    """Maps and lists of one's own, since overlays are merged into them; what stands in them is never changed."""
    if isinstance(data, dict):
        return {name: _copied(each) for name, each in data.items()}
    return [_copied(each) for each in data] if isinstance(data, list) else data


class _Faulty(Exception):
    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings


@lru_cache(maxsize=MOST_KEPT)
def _sound(vocabulary: Vocabulary, kind: str, name: str, path: str, words: str) -> Marked | None:
    """What a text says, once for as long as it stays the same: a library is read again for every change of one text."""
    try:
        source = read_yaml(words, path)
    except Unreadable as unreadable:
        raise _Faulty([unreadable.finding]) from unreadable
    kind = "roles" if kind == "permissions" else kind
    read = marked(kind, name, source)
    findings = Findings()
    if not _validator(vocabulary).check(SCHEMAS.get(kind, kind), read, findings):
        raise _Faulty(findings.all)
    word = WORDS.get(kind)
    said = source.data[word] if word else name
    if kind not in ("library", "roles") and said != name:
        says = text(f"The file '{name}.yaml' defines '{said}'.", f"文件“{name}.yaml”定义了“{said}”。")
        findings.add(read.place((word or "",)), "file_name", says)
        raise _Faulty(findings.all)
    return replace(read, name=said)


@lru_cache(maxsize=4)
def _validator(vocabulary: Vocabulary) -> Validator:
    return Validator(vocabulary)


def _twice(document: Document, names: dict[tuple[str, str], Document], read: Marked, findings: Findings) -> bool:
    """Whether a definition of this kind and name was read before."""
    other = names.setdefault((document.kind, document.name), document)
    if other is document:
        return False
    says = text(
        f"'{document.name}' is defined in {other.path} already; change it by an overlay.",
        f"“{document.name}”已在 {other.path} 中定义；请用覆盖层修改。",
    )
    findings.add(read.place(()), "duplicate", says)
    return True
