"""The second pair of eyes: whoever wrote a change does not publish it, where the library says so. For `publishing`.

`publishing: {second_person: true}` of the library that is in force counts, so that it takes two to take it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions import drafts, shelf
from engine.definitions.documents import key_of
from engine.definitions.reader import read_yaml
from engine.errors import Fault, Refusal, rule, text
from engine.records import archive

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.definitions.models import Library
    from engine.definitions.plans import Plan
    from engine.operations.laying import Laid

WORD = ("publishing", "second_person")
_ALONE = text("Going back to this version would let one person publish alone.", "回退到此版本将允许一人独自发布。")
_UNNAMED = text("Say who wrote it and who publishes it.", "请说明由谁编写、由谁发布。")


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who wrote what is published: the place of each part in what was sent, and its writers.

    `proposed` are those whom history names beside the one who published.
    """

    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    proposed: tuple[str, ...] = ()
    back: bool = False
    """It goes back to what was published before."""

    @property
    def about(self) -> shelf.About:
        """What a version says of it."""
        return shelf.About(proposed=self.proposed)


NOBODY = Wrote()


def wrote(actor: str, laid: Laid, body: Mapping[str, Any]) -> Wrote:
    """Who wrote what somebody publishes: drafts those who did, whatever is sent beside them he himself."""
    parts = [(f"/drafts/{index}", each.writers or (each.author,)) for index, each in enumerate(laid.drafts)]
    if laid.texts:
        parts.append(("/texts", (actor,)))
    if isinstance(body.get("mapping"), Mapping) and body["mapping"]:
        parts.append(("/mapping", (actor,)))
    proposed = [each for index in laid.drafts for each in index.writers or (index.author,)]
    return Wrote(tuple(parts), tuple(dict.fromkeys(proposed)))


def going_back(actor: str, body: Mapping[str, Any]) -> Wrote:
    """Of a version that was published before nobody writes anything, unless he sends a mapping with it."""
    sent = isinstance(body.get("mapping"), Mapping) and body["mapping"]
    return Wrote((("/mapping", (actor,)),) if sent else (), back=True)


def named(connection: Connection, plan: Plan) -> tuple[str, ...]:
    """Who has to do with what was planned: the one who planned it, and who wrote its drafts."""
    keys = [key_of(each["kind"], each["name"], each["layer"]) for each in plan.body.get("drafts", ())]
    found = [draft for key in keys if (draft := drafts.of(connection, key)) is not None]
    return tuple(dict.fromkeys([plan.author, *(who for each in found for who in each.writers)]))


def by_account(writer: str) -> Wrote:
    """What one person is said to have written, at the command line."""
    return Wrote((("--proposed-by", (writer,)),), (writer,))


def require(connection: Connection, old: Library, new: Library, author: str, written: Wrote) -> None:
    """Refused when the author wrote any of it. Going back needs no second person, unless to where none was needed."""
    if not _asked(old):
        return
    faults = [_fault(connection, old, path, author) for path, who in written.parts if author in who]
    if written.back and not _asked(new):
        faults.append(Fault("/version", "second_person", _ALONE))
    if not written.back and not written.parts:
        faults.append(Fault("--proposed-by", "second_person", _UNNAMED))
    elif not written.back and not archive.heads(connection, [author]):
        faults.append(Fault("--by", "second_person", _UNNAMED))  # the command line itself is nobody
    if faults:
        raise _refusal(connection, old, faults)


def _asked(library: Library) -> bool:
    return bool((library.settings.get(WORD[0]) or {}).get(WORD[1]))


def _fault(connection: Connection, library: Library, path: str, author: str) -> Fault:
    name = _name(connection, library, author)
    says = text(f"{name} has written this; somebody else publishes it.", f"此内容由{name}编写，须由他人发布。")
    return Fault(path, "second_person", says)


def _name(connection: Connection, library: Library, person: str) -> str:
    """What a person is called."""
    stored = archive.heads(connection, [person]).get(person)
    form = library.forms.get(stored.form) if stored is not None else None
    told = form.told.get("account") if form is not None else None
    return str(stored.values.get(told.get("name", "name")) or person) if stored is not None and told else person


def _refusal(connection: Connection, library: Library, faults: Sequence[Fault]) -> Refusal:
    """It names the line of the library that asks for it."""
    where = ""
    for each in shelf.documents(connection, library.version):
        if each.kind == "library" and (line := read_yaml(each.text, each.path).lines.get(WORD)):
            where = f"{each.path}:{line}"
    says = text(f"Whoever wrote a change does not publish it ({where}).", f"编写者不能发布自己的更改（{where}）。")
    return rule("second_person", says, name="second_person", faults=faults)
