"""Every static check of a library. One function each, all of one shape; a new check is one function and its line here.

Called by the loader, on the library and on each of its variants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definitions.checks import (
    alerts,
    bands,
    built,
    conditions,
    fields,
    flow,
    forms,
    loops,
    notices,
    rights,
    rowwise,
    seats,
    stock,
    targets,
    times,
    trails,
    webhooks,
    workflows,
)
from engine.definitions.findings import Finding
from engine.definitions.models import Library

Check = Callable[[Library], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    forms.names_are_free,
    forms.one_number_one_field,
    forms.paths_exist,
    forms.org_units_are_org_units,
    forms.told_fields_exist,
    forms.every_form_has_a_workflow,
    fields.one_source_each,
    fields.kept_fields_only,
    fields.fixing_names_an_action,
    fields.quantities_have_their_item,
    fields.nothing_hidden_shows_through,
    workflows.states_exist,
    workflows.approvals_fit,
    workflows.paths_exist,
    workflows.names_mean_one_thing,
    rowwise.rows_are_walked,
    workflows.duties_and_timers_fit,
    trails.deeds_elsewhere_are_there,
    times.the_library_has_a_clock,
    times.calendars_fit,
    times.timers_lead_somewhere,
    times.schedules_make_once,
    times.schedules_have_a_clock,
    times.rulings_have_a_step,
    alerts.alerts_fit,
    workflows.nobody_writes_what_is_worked_out,
    flow.states_can_be_reached,
    flow.states_can_be_left,
    flow.alternatives_have_a_last_resort,
    flow.required_can_be_written,
    flow.facts_count_where_they_wait,
    conditions.conditions_can_hold,
    conditions.alternatives_can_be_taken,
    bands.amounts_are_covered,
    loops.nothing_runs_for_ever,
    loops.timers_find_their_action,
    seats.steps_can_find_somebody,
    stock.nothing_is_posted_twice,
    targets.effects_have_targets,
    targets.system_actions_are_fired,
    notices.notices_are_words_and_values,
    webhooks.told_values_have_eyes,
    webhooks.endpoints_can_be_sent_to,
    rights.lines_name_what_exists,
    rights.roles_exist,
    rights.actions_are_granted,
    rights.deciders_are_granted,
    built.only_what_is_built,
)


def check_library(library: Library) -> Iterator[Finding]:
    """Everything that the checks find, in the library and in its variants."""
    for each in (library, *library.variants.values()):
        for check in CHECKS:
            yield from check(each)
