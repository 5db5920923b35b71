"""What must be found when the sample says one thing otherwise: where, by which code, in which words. For the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from engine.definitions import Finding, Loaded
from engine.definitions.documents import Document
from engine.definitions.findings import Findings
from engine.definitions.loading import load_documents
from tests.definitions.sample import FILES, VOCABULARY, read

Swap = tuple[str, str, str]
Load = Callable[..., Loaded]


class Told(NamedTuple):
    """One finding: words of the line where it stands (none: the first), path, code, both sentences, and the hint."""

    at: str
    path: str
    code: str
    en: str
    zh: str
    hint: str = ""
    file: str = ""
    """When it is not seen in the file that was changed."""


class Case(NamedTuple):
    """Words of a file of the sample, what stands there instead, and everything that must be found."""

    old: str
    new: str
    told: tuple[Told, ...]


def case(old: str, new: str, *told: Told) -> Case:
    """One case."""
    return Case(old, new, told)


@cache
def sample() -> tuple[Document, ...]:
    """The documents of the sample, read once."""
    with TemporaryDirectory() as folder:
        loaded = read(Path(folder))
    assert loaded.findings == ()
    return loaded.documents


def loaded(*swaps: tuple[str, str, str]) -> Loaded:
    """The sample with words of its files exchanged; each must stand there once."""
    texts = dict(FILES)
    for file, old, new in swaps:
        assert texts[file].count(old) == 1, (file, old)
        texts[file] = texts[file].replace(old, new)
    documents = [replace(each, text=texts[each.path]) for each in sample()]
    return load_documents(documents, VOCABULARY, findings=Findings())


def line_of(words: str, at: str) -> int:
    """The line on which something stands that stands there once; the first line when nothing is named."""
    assert not at or words.count(at) == 1, at
    return words[: words.index(at)].count("\n") + 1 if at else 1


def shown(finding: Finding) -> tuple[str, int, str, str, str, str, str]:
    """All that a person sees of a finding."""
    hint = finding.hint["en"] if finding.hint else ""
    return (
        finding.file,
        finding.line,
        finding.path,
        finding.code,
        finding.message["en"],
        finding.message["zh"],
        hint,
    )


def assert_told(file: str, wrong: Case) -> None:
    """Exactly these findings, no more, each at its line with its words, and a hint in both languages."""
    text = FILES[file].replace(wrong.old, wrong.new)
    found = loaded((file, wrong.old, wrong.new))
    expected = []
    for each in wrong.told:
        words = FILES[each.file] if each.file else text
        expected.append((each.file or file, line_of(words, each.at), *each[1:6]))
    seen = [shown(each) for each in found.findings]
    assert sorted(seen) == sorted(expected), seen
    for finding in found.findings:
        if finding.hint:
            assert set(finding.hint) == {"en", "zh"}
            near = finding.hint["en"].removeprefix("Did you mean ").removesuffix("?").strip("'")
            assert not finding.hint["en"].startswith("Did you mean") or near in finding.hint["zh"]
    assert (found.library is None) == any(each.severity == "error" for each in found.findings)


def named(wrong: object) -> str:
    """A name for a case: what stands there now."""
    return wrong.new.strip()[:50].encode("ascii", "replace").decode() if isinstance(wrong, Case) else str(wrong)
