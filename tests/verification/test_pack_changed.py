"""The pack, changed: what is wrong is refused where it stands, and what is sound alarms nobody, however it is drawn.

Sound changes are renamed fields (`was`), inserted steps, added fields and moved limits, up to three at once.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest

from engine import bootstrap
from engine.definitions import Finding, Loaded, read_library
from engine.definitions.loading import load_documents
from engine.definitions.models import Library
from engine.definitions.order import all_fields
from engine.fields import FIELD_TYPES
from engine.settings import pack_folder
from engine.verification.judging import judge

Texts = dict[str, str]
WORDS = frozenset(each.name for each in FIELD_TYPES) | {"title", "item", "lot", "store", "unit"}
"""Words of the language that are names of fields too: these cannot be exchanged letter by letter."""
Chance = random.Random
FLOWS, FORMS, POLICY = "workflow_definitions/", "form_definitions/", "permissions/policy.csv"


@cache
def pack() -> Loaded:
    """The pack as it is shipped."""
    return read_library([pack_folder()], bootstrap.FIELD_AND_EFFECTS)


def library() -> Library:
    found = pack().library
    assert found is not None
    return found


def texts() -> Texts:
    """Its files."""
    return {each.path: each.text for each in pack().documents}


def found_in(changed: Mapping[str, str]) -> list[Finding]:
    """What is found in the pack with these files that is not found in the pack as it is shipped."""
    documents = [replace(each, text=changed[each.path]) for each in pack().documents]
    loaded = load_documents(documents, bootstrap.FIELD_AND_EFFECTS)
    walked = judge(loaded.library, library()) if loaded.library is not None else ()
    known = {(each.code, each.path) for each in pack().findings}
    return [each for each in (*loaded.findings, *walked) if (each.code, each.path) not in known]


WRONG = [
    ("never_holds", FLOWS + "transfer.yaml", "check: sum(lines.shipped) > 0", "check: sum(lines.shipped) < 0",
     "      something:"),
    ("never_holds", FLOWS + "transfer.yaml", "check: sum(lines.shipped) > 0", "check: state == 'draft'",
     "      something:"),
    ("never_taken", FLOWS + "transfer.yaml", "when: sum(lines.approved) == 0", "when: sum(lines.approved) < 0",
     "  accept:  "),
    ("falls_through", FLOWS + "purchase_order.yaml",
     '"record.total > otherwise(limit(\'purchase_order\', \'purchasing\'), 25000)"', "record.total < 1000",
     "  by_amount:\n    approved"),
    ("timer_nowhere", FLOWS + "transfer.yaml", "unshipped: {in: approved,", "unshipped: {in: in_transit,",
     "  unshipped:"),
    ("runs_for_ever", FLOWS + "purchase_order.yaml",
     "count_up: {set: {values: {arrived: record.arrived + record.coming, coming: 0}}}",
     "count_up: {act: {on_record: record, action: arrive}}", "  arrive:"),
    ("nobody_ever", FLOWS + "discrepancy.yaml", "ask: [area_manager above from_store]", "ask: [submitter]",
     "      area: {"),
    ("posts_twice", FLOWS + "transfer.yaml", "row.damaged, from: record.transit, to: record.to_store.damaged",
     "row.received, from: record.transit, to: record.to_store", "      bad: {"),
    ("left_in_place", FLOWS + "transfer.yaml", "quantity: row.shipped, from: record.transit, to: record.from_store",
     "quantity: row.shipped - 1, from: record.transit, to: record.from_store", "  returned: {"),
    ("left_reserved", FLOWS + "transfer.yaml", "    do:\n      free: {release: {each: lines}}\n  ship:", "  ship:",
     "  cancelled: {"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "file", "old", "new", "at"), WRONG, ids=[f"{each[0]}" for each in WRONG])
def test_a_wrong_change_of_the_pack_is_found_for_its_reason_at_its_line(
    code: str, file: str, old: str, new: str, at: str
) -> None:
    whole = texts()
    assert whole[file].count(old) == 1, whole[file].count(old)
    changed = {**whole, file: whole[file].replace(old, new)}
    line = changed[file][: changed[file].index(at)].count("\n") + 1
    errors = [each for each in found_in(changed) if each.severity == "error" or each.code.startswith("left_")]
    assert (code, file, line) in {(each.code, each.file, each.line) for each in errors}, errors


# What is sound


def rename(chance: Chance, whole: Texts) -> Texts:
    """A field of one form has another name, everywhere; `was` says which it was."""
    names = [each.name for form in library().forms.values() for each in all_fields(form.fields)]
    flow = {path: words for path, words in whole.items() if path.endswith((".yaml", ".csv"))}
    usable = []
    for name in sorted({each for each in names if names.count(each) == 1}):
        written = re.compile(rf"^ +{name}: \{{type: ", re.M)
        holders = [path for path, words in flow.items() if re.search(rf"\b{name}\b", words)]
        own = [path for path in holders if written.search(flow[path])]
        told = any(f"'{name}'" in str(form.told) for form in library().forms.values())
        stem = own[0].rsplit("/", 1)[-1] if len(own) == 1 else ""
        if stem and not told and name not in WORDS and all(path.endswith("/" + stem) for path in holders):
            usable.append((name, own[0], holders))
    name, own, holders = chance.choice(usable)
    other = f"{name}_{chance.randrange(100)}x"
    made = {path: re.sub(rf"\b{name}\b", other, whole[path]) for path in holders}
    made[own] = made[own].replace(f"{other}: {{type: ", f"{other}: {{was: {name}, type: ", 1)
    return {**whole, **made}


def step(chance: Chance, whole: Texts) -> Texts:
    """Somebody else is asked too, at some place of an approval."""
    form, flow = chance.choice([each for each in library().workflows.items() if each[1].approvals])
    path = f"{FLOWS}{flow.name}.yaml"
    lines = whole[path].split("\n")
    places = [at for at, words in enumerate(lines) if re.match(r"      [a-z_]+: \{.*ask: \[", words)]
    places += [at + 1 for at, words in enumerate(lines) if words == "    steps:"]
    at = chance.choice(places)
    when = chance.choice(["", ", when: \"today > date('2020-01-01')\""])
    lines.insert(at, f"      extra_{chance.randrange(10_000)}: {{ask: [director at chain], decide: {{need: 1}}{when}}}")
    line = f"p, director, {form}, approve, chain\n"
    granted = whole[POLICY] if line in whole[POLICY] else whole[POLICY].rstrip("\n") + "\n" + line
    return {**whole, path: "\n".join(lines), POLICY: granted}


def field(chance: Chance, whole: Texts) -> Texts:
    """A form asks for something more."""
    path = chance.choice([each for each in whole if re.search(r"^kind: (document|master)$", whole[each], re.M)])
    kind = chance.choice(["text", "integer", "money", "date", "moment", "boolean"])
    more = f"fields:\n  extra_{chance.randrange(10_000)}: {{type: {kind}, title: {{en: More, zh: 更多}}}}\n"
    return {**whole, path: re.sub(r"^fields:\n", more, whole[path], count=1, flags=re.M)}


def limit(chance: Chance, whole: Texts) -> Texts:
    """An amount above which somebody is asked, or a time after which something happens, is another."""
    written = re.compile(r"(record\.total > |record\.loss > |\), |after: )(\d+)")
    path = chance.choice([each for each in whole if each.startswith(FLOWS) and written.search(whole[each])])
    found = chance.choice(list(written.finditer(whole[path])))
    most = 20 if "after" in found.group(1) else 100_000
    moved = found.group(1) + str(chance.choice([each for each in range(1, most) if each != int(found.group(2))]))
    return {**whole, path: whole[path][: found.start()] + moved + whole[path][found.end() :]}


SOUND: tuple[Callable[[Chance, Texts], Texts], ...] = (rename, step, field, limit)


def tried(seed: int) -> None:
    chance = Chance(seed)
    changed, done = texts(), []
    for change in chance.sample(SOUND, chance.randrange(1, 4)):
        before = changed
        changed = change(chance, changed)
        assert changed != before
        done.append(change.__name__)
    assert found_in(changed) == [], (seed, done)


@pytest.mark.parametrize("change", SOUND, ids=lambda each: each.__name__)
def test_a_sound_change_of_the_pack_alarms_nobody(change: Callable[[Chance, Texts], Texts]) -> None:
    changed = change(Chance(change.__name__), texts())
    assert changed != texts()
    assert found_in(changed) == []


@pytest.mark.long
def test_three_hundred_sound_changes_of_the_pack_alarm_nobody() -> None:
    for seed in range(int(os.environ.get("CHAINSTOCK_ROUNDS", "300"))):
        tried(seed)
