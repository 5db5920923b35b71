"""Puts a library together out of checked texts: outline first, then facts, forms, workflows; variants for overlays.

Used by the loader. What no overlay of a variant touches is taken from the library without overlays, not built again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from engine.definitions.alerts import AlertBuilder
from engine.definitions.compiling import Desk
from engine.definitions.documents import Document
from engine.definitions.facts import FactBuilder, with_facts
from engine.definitions.findings import Findings
from engine.definitions.forms import FormBuilder, build_places, outline_form_data
from engine.definitions.layers import selections
from engine.definitions.mappings import carrying_of
from engine.definitions.marked import Marked
from engine.definitions.merging import merged
from engine.definitions.models import NOTHING, Form, Library, Option, Overlay, Report, Workflow
from engine.definitions.numbers import numbered, paths_in
from engine.definitions.outline import FormOutline, Outline
from engine.definitions.process_tests import ProcessTests
from engine.definitions.reports import ReportBuilder
from engine.definitions.rights import build_roles, read_rights
from engine.definitions.schedules import ScheduleBuilder
from engine.definitions.scopes import scope_of
from engine.definitions.texts import Texts
from engine.definitions.validation import Validator
from engine.definitions.vocabulary import Vocabulary
from engine.definitions.workflows import WorkflowBuilder, step_names
from engine.errors import text

SETTINGS = ("title", "currency", "zone", "fiscal_year_starts", "founder", "layers", "publishing")


@dataclass(frozen=True)
class Parts:
    """The texts of a library, each read and checked by itself. `overlays` are in their order."""

    libraries: Sequence[Marked]
    forms: Mapping[str, Marked]
    workflows: Mapping[str, Marked]
    overlays: Sequence[Marked]
    roles: Sequence[Marked]
    permissions: Sequence[Document]
    notices: Sequence[Marked]
    reports: Sequence[Marked]
    mappings: Sequence[Marked]
    documents: tuple[Document, ...]
    validator: Validator
    tests: tuple[ProcessTests, ...] = ()


@dataclass
class _Assembly:
    parts: Parts
    vocabulary: Vocabulary
    numbers: Mapping[str, Mapping[str, int]]
    findings: Findings
    roles: Mapping[str, Any] = field(default_factory=dict)
    shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)

    def library(self) -> Library | None:
        self.roles = build_roles(self.parts.roles)
        self.shared = {word: self._all(word) for word in ("places", "options", "facts", "schedules", "alerts")}
        conditional = tuple(each.name for each in self.parts.overlays if "applies_to" in each.data)
        always = tuple(each.name for each in self.parts.overlays if "applies_to" not in each.data)
        base = self._built(always, None)
        if base is None:
            return None
        overlays = self._overlays(base)
        variants = {}
        for names in selections(conditional) if len(conditional) <= 6 else ():
            chosen = tuple(each.name for each in self.parts.overlays if each.name in (*always, *names))
            variant = self._built(chosen, base)
            if variant is not None:
                variants[names] = variant
        return replace(base, overlays=overlays, variants=variants)

    def _all(self, word: str) -> dict[str, Any]:
        """What all layers say under one word of library.yaml."""
        found: dict[str, Any] = {}
        for each in self.parts.libraries:
            for name, value in (each.data.get(word) or NOTHING).items():
                old = found.get(name)
                found[name] = {**old, **value} if word == "options" and old else value
        return found

    def _built(self, overlays: tuple[str, ...], base: Library | None) -> Library | None:
        """The library under some overlays; with `base`, only what they touch is built."""
        forms = self._under(self.parts.forms, "form", overlays)
        workflows = self._under(self.parts.workflows, "workflow", overlays)
        if forms is None or workflows is None:
            return None
        by_form = self._by_form(forms, workflows)
        outline = self._outline(forms, by_form)
        facts = FactBuilder(self._desk(self.parts.libraries[-1], outline)).all(self.shared["facts"])
        outline = with_facts(outline, facts)
        touched = {
            name for name, each in forms.items() if base is None or each.overlays != self._plain("form", each, base)
        } | {
            name
            for name, each in by_form.items()
            if base is None or each.overlays != self._plain("workflow", each, base)
        }
        made_forms: dict[str, Form] = dict(base.forms) if base else {}
        made_flows: dict[str, Workflow] = dict(base.workflows) if base else {}
        for name in forms:
            if name in touched:
                made_forms[name] = self._form(forms[name], outline)
        for name, each in by_form.items():
            if name in touched:
                made_flows[name] = WorkflowBuilder(self._desk(each, outline, step_names(each.data))).build()
        if base is not None:
            return replace(base, forms=made_forms, workflows=made_flows)
        schedules = ScheduleBuilder(self._desk(self.parts.libraries[-1], outline)).all(self.shared["schedules"])
        alerts = AlertBuilder(self._desk(self.parts.libraries[-1], outline), facts).all(self.shared["alerts"])
        reports = self._reports(outline, made_forms, made_flows)
        whole = self._whole(made_forms, made_flows, facts)
        return replace(whole, reports=reports, schedules=schedules, alerts=alerts)

    def _reports(
        self, outline: Outline, forms: Mapping[str, Form], workflows: Mapping[str, Workflow]
    ) -> dict[str, Report]:
        places = build_places(self.shared["places"])
        made = [
            ReportBuilder(self._desk(each, outline), forms, workflows, places).build() for each in self.parts.reports
        ]
        return {each.name: each for each in made if each is not None}

    def _plain(self, kind: str, marked: Marked, base: Library) -> tuple[str, ...]:
        """The overlays that a definition has in the library without conditional ones."""
        always = {each.name for each in self.parts.overlays if "applies_to" not in each.data}
        return tuple(each for each in marked.overlays if each in always)

    def _under(self, plain: Mapping[str, Marked], kind: str, overlays: tuple[str, ...]) -> dict[str, Marked] | None:
        """The definitions of a kind with overlays merged in and checked again; None when something is wrong."""
        found = dict(plain)
        good = True
        for overlay in self.parts.overlays:
            if overlay.name not in overlays:
                continue
            for words in overlay.data["change"]:
                changed, name = words.split(" ", 1)
                if changed != kind:
                    continue
                if name not in found:
                    what = text(f"a {kind} of the layers below", "下层中的定义")
                    self.findings.unknown(overlay.place(("change", words)), what, name, found)
                    good = False
                    continue
                found[name] = merged(found[name], overlay, ("change", words), self.findings)
        for each in found.values():
            if each.overlays and not self.parts.validator.check(kind, each, self.findings):
                good = False
        return found if good else None

    def _by_form(self, forms: Mapping[str, Marked], workflows: Mapping[str, Marked]) -> dict[str, Marked]:
        """Workflows by the form that they are for."""
        found: dict[str, Marked] = {}
        for each in workflows.values():
            form = each.data["form"]
            if form not in forms:
                self.findings.unknown(each.place(("form",)), text("a form", "表单"), form, forms)
            elif form in found:
                says = text(
                    f"Form '{form}' has the workflow '{found[form].name}' already.",
                    f"表单“{form}”已有工作流“{found[form].name}”。",
                )
                self.findings.add(each.place(("form",)), "duplicate", says)
            else:
                found[form] = each
        return found

    def _outline(self, forms: Mapping[str, Marked], by_form: Mapping[str, Marked]) -> Outline:
        outlines: dict[str, FormOutline] = {}
        people = next((name for name, each in forms.items() if each.data.get("account")), None)
        for name, each in forms.items():
            states = tuple(by_form[name].data["states"]) if name in by_form else ()
            outlines[name] = outline_form_data(each, states, self.vocabulary, self.shared["options"], people)
        return Outline(outlines, frozenset(self.shared["places"])).settled()

    def _desk(self, marked: Marked, outline: Outline, steps: tuple[str, ...] = ()) -> Desk:
        return Desk(marked, outline, self.vocabulary, self.roles, self.shared["options"], self.findings, steps)

    def _form(self, marked: Marked, outline: Outline) -> Form:
        known = self.given.get(marked.name) or self.numbers.get(marked.name, NOTHING)
        self.given[marked.name] = numbered(paths_in(marked.data["fields"]), known)
        return FormBuilder(self._desk(marked, outline), self.given[marked.name]).build()

    def _overlays(self, base: Library) -> dict[str, Overlay]:
        found = {}
        for each in self.parts.overlays:
            outline = self._outline(self.parts.forms, self._by_form(self.parts.forms, self.parts.workflows))
            scope = scope_of(outline, None).with_names(it=outline.unit)
            condition = self._desk(each, outline).condition(each.data.get("applies_to"), ("applies_to",), scope)
            if "applies_to" in each.data:
                found[each.name] = Overlay(each.name, condition)
        return found

    def _whole(self, forms: dict[str, Form], workflows: dict[str, Workflow], facts: Mapping[str, Any]) -> Library:
        settings = {word: each.data[word] for each in self.parts.libraries for word in SETTINGS if word in each.data}
        options = {
            name: tuple(Option(value, title) for value, title in each.items())
            for name, each in self.shared["options"].items()
        }
        return Library(
            forms=forms,
            workflows=workflows,
            facts=facts,
            places=build_places(self.shared["places"]),
            options=options,
            rights=read_rights(self.parts.permissions, self.roles, self.findings),
            settings=settings,
            mappings={each.name: carrying_of(each.name, each.data, each.place(())) for each in self.parts.mappings},
            templates={each.name: each.data["text"] for each in self.parts.notices},
            texts=Texts({each.key: each.text for each in self.parts.documents}),
            hash=library_hash(self.parts.documents),
        )


def library_hash(documents: Sequence[Document]) -> str:
    """One hash over all texts of a library, whatever the order in which they were read."""
    total = sha256()
    for document in sorted(documents, key=lambda each: each.key):
        for words in (*document.key, document.text):
            raw = words.encode()
            total.update(len(raw).to_bytes(8, "big") + raw)
    return total.hexdigest()


def assemble(
    parts: Parts, vocabulary: Vocabulary, numbers: Mapping[str, Mapping[str, int]], findings: Findings
) -> Library | None:
    """The library that the parts make; None when they do not fit together."""
    return _Assembly(parts, vocabulary, numbers, findings).library()
