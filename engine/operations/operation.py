"""One operation: its connection, moment, actor, library, directory, and the records it works on.

Made by `once.perform` for whatever a command asks; handed through `writing`, `taking`, `applying` to `settling`.
`now`, `today`, rights and people are read once, here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.access.directory import Directory
from engine.access.matrix import Matrix
from engine.access.substitutes import Substitute
from engine.clock import to_stored
from engine.definitions.models import Form, Library, Workflow
from engine.errors import Kind, Refusal, Text, not_found
from engine.expressions import Environment, Reference, Subject, Value
from engine.operations import absence, inforce, loading, pinning, writing
from engine.operations.calendars import Calendars
from engine.operations.calls import Call
from engine.operations.eyes import CHAIN, SYSTEM, LibraryEyes
from engine.operations.factbook import FactBook
from engine.operations.folder import Folder
from engine.operations.ids import new_id, references
from engine.operations.shelf import Shelf
from engine.operations.stockview import StockView
from engine.operations.tables import Tables
from engine.operations.trails import Trails
from engine.records import archive, forms_json
from engine.records.archive import Stored
from engine.workflow import memory
from engine.workflow.plan import SYSTEM as SYSTEM_ID
from engine.workflow.plan import Memory, Situation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

OLDEST = timedelta(days=45)


class Operation:
    """Everything that one operation reads and proposes; not shared between threads."""

    def __init__(
        self,
        services: Services,
        connection: Connection,
        call: Call,
        beside: Operation | None = None,
        foreseen: tuple[loading.State, Shelf] | None = None,
    ) -> None:
        """`beside` is another one of the same moment and transaction: what both read is read once.

        `foreseen` is what another version would put in force, and records as that reads them.
        """
        self.services = services
        self.connection = connection
        self.call = call
        self.is_foreseen: bool = foreseen is not None or (beside is not None and beside.is_foreseen)
        self.now: datetime = beside.now if beside else services.now(connection)
        state, shelf = foreseen or (beside and (beside.state, beside.shelf)) or (None, None)
        state = state or loading.state_of(services, connection, self.now)
        self.state: loading.State = state
        self.library: Library = state.library
        self.directory: Directory = state.directory
        self.matrix: Matrix = state.matrix
        self.zone: ZoneInfo = state.zone
        self.shelf: Shelf = shelf or Shelf(connection, self.library)
        self.looked: set[str] = set()
        """What it asked about that others write: forms whose records it searched or counted, `stockview.LOOKED`."""
        self.folders: dict[str, Folder] = {}
        self.stock = StockView(self)
        self.facts = FactBook(self)
        self.tables = Tables(self)
        self.trails = Trails(self)
        self.calendars = Calendars(self)
        self.firing: str | None = None
        """The timer that is being fired."""
        self.because: Text | None = None
        """Why *system* acts: time has passed."""
        self.about: Mapping[str, Value] = {}
        """What an alert that fires names beside its record."""
        self.alerted: Mapping[str, Any] = {}
        """The same, as its notices keep it."""
        self.standing_in: tuple[Substitute, ...] | None = beside.standing_in if beside else None
        self.drawn: Iterator[int] = beside.drawn if beside else count()
        """How many ids those of one moment have drawn."""
        self.depth = 0
        self.seq = 0
        self.chosen: dict[str, Folder] = {}
        """By row: the record of each row of a report that was chosen."""

    @cached_property
    def today(self) -> date:
        """Today where the chain is."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def happened(self) -> int:
        """The device's moment of the command, kept within the last 45 days; information only."""
        at = self.call.at
        moment = self.now if at is None else min(max(at, self.now - OLDEST), self.now)
        return to_stored(moment)

    @property
    def actor_id(self) -> str:
        """Record id of the person who acts, or `system`."""
        return self.call.actor.person if self.call.actor else SYSTEM_ID

    @cached_property
    def _unit(self) -> str | None:
        """The org unit at which the person acts: the first unit of his own; None for the chain."""
        units = self.directory.units_of(self.actor_id)
        return units[0] if units else None

    def let_go(self) -> None:
        """It is over: nothing holds anything of it in a circle, so that its memory is free at once."""
        self.__dict__.clear()

    def new_id(self) -> str:
        """An id that sorts by time; after every other of this operation."""
        return new_id(self.now, place=next(self.drawn))

    # -- expressions ---------------------------------------------------------------------------------------------

    def environment(
        self,
        folder: Folder | None,
        values: dict[str, Any] | None = None,
        *,
        locking: bool = False,
        asks: Mapping[str, Any] | None = None,
    ) -> Environment:
        """What an expression about this record sees, with the library's eyes; `values` instead of the record's own."""
        names: dict[str, Value] = {
            "chain": CHAIN,
            "system": SYSTEM,
            "actor": self._actor_subject,
            "now": self.now,
            "today": self.today,
        }
        if folder is not None:
            known = writing.meant(self, folder, locking=locking) if values is None else values
            subject = Subject(folder.form.name, folder.id, {**known, **folder.kept})
            names["record"] = subject
            names["state"] = folder.state
            names["decided"] = bool(folder.memory.approval and folder.memory.approval.votes)
            names["came_from"] = folder.memory.came_from
            for name, field in folder.form.fields.items():
                if field.type == "table":
                    names[name] = subject.values.get(name)
            if asks:
                names |= asks
        return Environment(names, LibraryEyes(self, folder, locking=locking), self.now, self.today, zone=self.zone)

    @cached_property
    def _actor_subject(self) -> Value:
        """The actor as expressions see him: his person record and the unit he acts at."""
        if self.actor_id == SYSTEM_ID:
            return SYSTEM
        unit = self.directory.unit(self._unit) if self._unit else None
        store = Reference(unit.form, unit.id) if unit else None
        form = self.person_form
        person = Reference(form, self.actor_id)
        return Subject(form, self.actor_id, {"store": store, "unit": store, "person": person})

    @cached_property
    def person_form(self) -> str:
        """The form whose records are people who sign in."""
        return next((form.name for form in self.library.forms.values() if form.told.get("account")), "person")

    def situation(
        self,
        folder: Folder,
        actor: str | None = None,
        *,
        locking: bool = False,
        asks: Mapping[str, Any] | None = None,
    ) -> Situation:
        """The record, the actor and the moment, as the interpreter wants them."""
        return Situation(
            form=folder.form,
            workflow=folder.workflow,
            state=folder.state,
            memory=folder.memory,
            actor=actor or self.actor_id,
            environment=self.environment(folder, locking=locking, asks=asks),
            finder=self.directory,
            now=self.now,
            away=absence.away(self, folder),
        )

    # -- records -------------------------------------------------------------------------------------------------

    def definition(self, form: str) -> tuple[Form, Workflow]:
        """The newest form and workflow of a name; refused as not there when the library has none."""
        found = self.library.forms.get(form)
        workflow = self.library.workflows.get(form)
        if found is None or workflow is None:
            raise not_found()
        return found, workflow

    def open(self, form: str | None, record: str, *, lock: bool) -> Folder:
        """The working copy of a stored record; the same one each time within this operation."""
        held = self.folders.get(record)
        if held is not None:
            return held
        stored = archive.load(self.connection, [record], lock=lock).get(record)
        if stored is None or (form is not None and stored.form != form):
            raise not_found()
        folder = self.unfold(stored)
        if lock:
            self.folders[record] = folder
        return folder

    def unfold(self, stored: Stored) -> Folder:
        """A working copy of what is stored, under the definition that it is pinned to."""
        library = self._library_for(stored)
        form = library.forms.get(stored.form)
        if form is not None and stored.version is not None:
            form = inforce.with_rights(form, inforce.newest_of(self.library, stored.form, tuple(stored.overlays)))
        workflow = library.workflows.get(stored.form)
        if form is None or workflow is None:
            raise not_found()
        values = forms_json.decode(form, stored)
        self.shelf.prefetch(references(form, values))
        return Folder(
            library=library,
            form=form,
            workflow=workflow,
            stored=stored,
            id=stored.id,
            values=values,
            state=stored.state,
            memory=memory.from_json(stored.memory),
            number=stored.number,
            version=stored.version,
            overlays=tuple(stored.overlays),
            created=stored.created,
            created_by=stored.created_by,
            person_form=self.person_form,
            submitted=stored.submitted,
            submitted_by=stored.submitted_by,
            place_before=(stored.state, _step_of(stored)),
            touched={(path, row) for path, row in stored.memory.get("touched", ())},
        )

    def _library_for(self, stored: Stored) -> Library:
        """The library a stored record follows: its pin, or the newest (with its unit's overlays) before that."""
        if stored.version is not None:
            return loading.library(self.services, self.connection, stored.version).variant(tuple(stored.overlays))
        form = self.library.forms.get(stored.form)
        if form is None or form.variant is None:
            return self.library
        return self.library.variant(pinning.overlays(self, form, stored.values.get(form.variant)))

    def fresh(self, form: str, record: str) -> Folder:
        """The working copy of a record that is being made."""
        newest, workflow = self.definition(form)
        folder = Folder(
            library=self.library,
            form=newest,
            workflow=workflow,
            stored=None,
            id=record,
            values=forms_json.blank(newest),
            state=workflow.start,
            memory=Memory(),
            created=to_stored(self.now),
            created_by=self.actor_id,
            person_form=self.person_form,
            fresh={None},
            making=True,
        )
        self.folders[record] = folder
        return folder


def unfolded(operation: Operation, stored: Stored | None) -> Folder | None:
    """What is stored as a working copy; None when there is nothing, or its form is gone. Any other refusal passes."""
    try:
        return operation.unfold(stored) if stored is not None else None
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            return None
        raise


def _step_of(stored: Stored) -> str | None:
    """The step of the approval that goes on, as it is stored."""
    approval = stored.memory.get("approval")
    step: str | None = approval.get("step") if approval else None
    return step
