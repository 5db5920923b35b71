"""One faulty library for each check: the sample with a small change, found by its code at its line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from engine.definitions.checks import CHECKS
from tests.definitions.sample import (
    FILES,
    FLOW_FILE,
    FORMS,
    LIBRARY_FILE,
    POLICY_FILE,
    REQUEST_FILE,
    ROLES_FILE,
    changed,
    read,
)

GOOD_FILE = f"{FORMS}/masters/good.yaml"
SHOP_FILE = f"{FORMS}/masters/shop.yaml"
HUMAN_FILE = f"{FORMS}/masters/human.yaml"


class Fault(NamedTuple):
    """A change, the check that must see it, and the line (its words) where it must be seen."""

    check: str
    file: str
    old: str
    new: str
    code: str
    at: str
    seen_in: str = ""


WHOLE = "format: 1"

FAULTS = [
    Fault("names_are_free", GOOD_FILE, "  active: {", "  today: {type: date}\n  active: {", "reserved", "  today:"),
    Fault("names_are_free", FLOW_FILE, "  send:\n", "  save: {from: open, to: sent, by: [clerk at shop]}\n  send:\n", "reserved", "  save:"),
    Fault("names_are_free", FLOW_FILE, "  send:\n", "  to_open: {from: open, to: sent, by: [clerk at shop]}\n  send:\n", "reserved", "  to_open:"),
    Fault("names_are_free", FLOW_FILE, "  send:\n", "  may_send: {from: open, to: sent, by: [clerk at shop]}\n  send:\n", "reserved", "  may_send:"),
    Fault("names_are_free", ROLES_FILE, "  boss: {", "  admin: {title: {en: A}, purpose: {en: A}}\n  boss: {", "reserved", WHOLE),
    Fault("paths_exist", REQUEST_FILE, "list: [number, shop,", "list: [number, shp,", "unknown_name", WHOLE),
    Fault("paths_exist", REQUEST_FILE, "lines.good]", "lines.goods]", "unknown_name", WHOLE),
    Fault("paths_exist", REQUEST_FILE, "unique: [good]", "unique: [goods]", "unknown_name", "  lines:"),
    Fault("paths_exist", REQUEST_FILE, "field: shop", "field: shops", "unknown_name", "  known_shop:"),
    Fault("paths_exist", REQUEST_FILE, "show: [code]", "show: [cod]", "unknown_name", "      good:"),
    Fault("paths_exist", REQUEST_FILE, "given_at: submit", "given_at: submitt", "unknown_name", WHOLE),
    Fault("paths_exist", REQUEST_FILE, "{shop.code}", "{shop.cod}", "unknown_name", WHOLE),
    Fault("paths_exist", REQUEST_FILE, "-{counter:5}", "", "numbering", "number: {"),
    Fault("paths_exist", REQUEST_FILE, "period: month, ", "", "numbering", "number: {"),
    Fault("org_units_are_org_units", REQUEST_FILE, "org: [shop]", "org: [reason]", "not_an_org_unit", "  reason:"),
    Fault("org_units_are_org_units", REQUEST_FILE, "variant: shop", "variant: shopp", "unknown_name", WHOLE),
    Fault("org_units_are_org_units", REQUEST_FILE, "amount: total", "amount: shop", "not_money", WHOLE),
    Fault("told_fields_exist", SHOP_FILE, "parent: region", "parent: regio", "unknown_name", WHOLE),
    Fault("told_fields_exist", GOOD_FILE, "unit: unit,", "unit: units,", "unknown_name", WHOLE),
    Fault("told_fields_exist", HUMAN_FILE, "account: login,", "account: logn,", "unknown_name", WHOLE),
    Fault("one_source_each", REQUEST_FILE, "compute: sum(lines.value)", "compute: sum(lines.value), default: 0", "two_sources", "  total:"),
    Fault("one_source_each", GOOD_FILE, "active: {type: boolean,", "active: {type: boolean, fixed_at: create,", "nothing_to_fix", "  active:"),
    Fault("kept_fields_only", REQUEST_FILE, "live: row.good.cost, fixed_at: submit,", "live: row.good.cost, index: true,", "not_stored", "      cost:"),
    Fault("fixing_names_an_action", REQUEST_FILE, "fixed_at: submit", "fixed_at: submitt", "unknown_name", "      cost:"),
    Fault("quantities_have_their_item", REQUEST_FILE, "of: good, above", "of: goods, above", "unknown_name", "      asked:"),
    Fault("nothing_hidden_shows_through", REQUEST_FILE, "index: true, sees: {by: [boss at chain]}", "index: true", "leak", "  total:"),
    Fault("nothing_hidden_shows_through", REQUEST_FILE, "index: true, sees: {by: [boss at chain]}", "index: true, sees: {by: [boss at chain, clerk at shop]}", "leak", "  total:"),
    Fault("nothing_hidden_shows_through", REQUEST_FILE, "fixed_at: submit, sees: {by: [boss at chain]}", "fixed_at: submit", "leak", "      cost:"),
    Fault("states_exist", FLOW_FILE, "start: draft", "start: drft", "unknown_name", WHOLE),
    Fault("states_exist", FLOW_FILE, "    from: draft\n", "    from: drft\n", "unknown_name", "  submit:"),
    Fault("states_exist", FLOW_FILE, "    to: sent\n", "    to: snt\n", "unknown_name", "  send:"),
    Fault("states_exist", FLOW_FILE, "expects: [send]", "expects: [submit]", "unknown_name", "  open: {"),
    Fault("states_exist", FLOW_FILE, "steps: review}", "steps: reviw}", "unknown_name", "  review: {"),
    Fault("approvals_fit", FLOW_FILE, "approved: accept", "approved: acept", "unknown_name", "  review:"),
    Fault("approvals_fit", FLOW_FILE, "to: refused, by: [system]}", "to: refused, by: [boss at chain]}", "not_system", "  refuse: {"),
    Fault("approvals_fit", FLOW_FILE, "refuse: {from: review,", "refuse: {from: open,", "approval_state", "  refuse: {"),
    Fault("approvals_fit", FLOW_FILE, ", steps: review}", "}", "unused_approval", "  review:\n    approved"),
    Fault("approvals_fit", FLOW_FILE, "[submitter, first_look]", "[submitter, last_look]", "unknown_name", "  review:\n    approved"),
    Fault("paths_exist", FLOW_FILE, "fields: [shop, reason, ", "fields: [shop, reasn, ", "unknown_name", "  draft:"),
    Fault("paths_exist", FLOW_FILE, "scan: asked", "scan: askd", "unknown_name", "  draft:"),
    Fault("paths_exist", FLOW_FILE, "required: [lines.given]", "required: [lines.givn]", "unknown_name", "  send:"),
    Fault("names_mean_one_thing", FLOW_FILE, "      first_look: {ask", "      send: {ask", "ambiguous", "      send:"),
    Fault("names_mean_one_thing", FLOW_FILE, "goods: {state: open}", "goods: {state: open, do: {promise: {release: {}}}}", "ambiguous", "      goods:"),
    Fault("duties_and_timers_fit", FLOW_FILE, "not_both: [submit, second_look]", "not_both: [submit, third_look]", "unknown_name", WHOLE),
    Fault("duties_and_timers_fit", FLOW_FILE, "did(submit)", "did(submitt)", "unknown_name", "      second_look:"),
    Fault("duties_and_timers_fit", FLOW_FILE, "late: {in: open,", "late: {in: opn,", "unknown_name", "  late:"),
    Fault("duties_and_timers_fit", FLOW_FILE, "late: {in: open,", "late: {", "timer", "  late:"),
    Fault("nobody_writes_what_is_worked_out", FLOW_FILE, "cut: {fields: [lines.given]", "cut: {fields: [lines.given, total]", "worked_out", "      first_look:"),
    Fault("states_can_be_reached", FLOW_FILE, "  sent: {title", "  lost: {title: {en: Lost}, end: true}\n  sent: {title", "unreachable", "  lost:"),
    Fault("states_can_be_left", FLOW_FILE, "  sent: {title: {en: Sent, zh: 已发}, end: true}", "  sent: {title: {en: Sent, zh: 已发}}", "dead_end", "  sent:"),
    Fault("states_can_be_left", FLOW_FILE, "    from: open\n", "    from: [open, refused]\n", "end_leaves", "  refused:"),
    Fault("states_can_be_left", FLOW_FILE, "    to: sent\n", "    to: loop\n", "unknown_name", "  send:", "states_exist"),
    Fault("alternatives_have_a_last_resort", FLOW_FILE, "goods: {state: open}", "goods: {state: open, when: sum(lines.given) > 0}", "no_last_resort", "  accept:"),
    Fault("alternatives_have_a_last_resort", FLOW_FILE, "nothing: {state: refused, when: sum(lines.given) == 0}", "nothing: {state: refused}", "unreachable_alternative", "  accept:"),
    Fault("required_can_be_written", FLOW_FILE, "reason, lines.good,", "lines.good,", "never_writable", "  reason:", REQUEST_FILE),
    Fault("required_can_be_written", REQUEST_FILE, "default: row.asked, at_most: row.asked}", "at_most: row.asked}\n      spare: {type: quantity, of: good, required: true}", "never_writable", "      spare:"),
    Fault("facts_count_where_they_wait", FLOW_FILE, "    required: [lines.given]\n", "    guard: {room: {check: 'open_requests(record.shop, first(lines.good)) < 9', says: {en: No.}}}\n    required: [lines.given]\n", "", ""),
    Fault("effects_have_targets", FLOW_FILE, "template: told", "template: tld", "unknown_name", "      tell:"),
    Fault("effects_have_targets", FLOW_FILE, "action: send", "action: snd", "unknown_name", "  late:"),
    Fault("effects_have_targets", FLOW_FILE, "by: [clerk at shop, system]", "by: [clerk at shop]", "not_system", "  late:"),
    Fault("system_actions_are_fired", FLOW_FILE, "  send:\n", "  drop: {from: open, to: refused, by: [system]}\n  send:\n", "never_fired", "  drop:"),
    Fault("lines_name_what_exists", POLICY_FILE, "p, boss, stock,", "p, bos, stock,", "unknown_name", "p, bos,"),
    Fault("lines_name_what_exists", POLICY_FILE, "p, boss, stock,", "p, boss, stok,", "unknown_name", "p, boss, stok"),
    Fault("lines_name_what_exists", POLICY_FILE, "request.total", "request.totl", "unknown_name", "p, boss, request.totl"),
    Fault("lines_name_what_exists", POLICY_FILE, "p, clerk, request, send, own", "p, clerk, request, sendd, own", "unknown_name", "p, clerk, request, sendd"),
    Fault("roles_exist", ROLES_FILE, "excludes: [boss]", "excludes: [bos]", "unknown_name", WHOLE),
    Fault("roles_exist", LIBRARY_FILE, "role: boss}", "role: bos}", "unknown_name", WHOLE),
    Fault("actions_are_granted", POLICY_FILE, "p, clerk, request, send, own\n", "", "not_granted", "  send:", FLOW_FILE),
    Fault("actions_are_granted", POLICY_FILE, "p, clerk, request, send, own\n", "p, boss, request, send, own\n", "not_granted", "  send:", FLOW_FILE),
    Fault("policy", POLICY_FILE, "p, boss, stock, see, chain", "p, boss, stock, see", "policy_line", "p, boss, stock"),
    Fault("policy", POLICY_FILE, "p, boss, stock, see, chain", "p, boss, stock, see, everywhere", "policy_line", "p, boss, stock"),
    Fault("policy", POLICY_FILE, "p, boss, stock, see, chain", "p, *, stock, see, chain", "policy_line", "p, *,"),
    Fault("policy", POLICY_FILE, "p, boss, stock, see, chain", "g, boss, stock, see, chain", "policy_line", "g, boss"),
    Fault("policy", POLICY_FILE, "p, boss, stock, see, chain", "p, role:admin, stock, see, chain", "policy_line", "p, role:admin"),
    Fault("people", FLOW_FILE, "to: [boss at chain]", "to: [bos at chain]", "unknown_name", "      tell:"),
    Fault("people", FLOW_FILE, "to: [boss at chain]", "to: [boss near chain]", "people", "      tell:"),
    Fault("people", FLOW_FILE, "to: [boss at chain]", "to: [boss at shopp]", "unknown_name", "      tell:"),
    Fault("people", FLOW_FILE, "to: [boss at chain]", "to: [decider of nobody]", "unknown_name", "      tell:"),
    Fault("effects", FLOW_FILE, "free: {release: {each: lines}}", "free: {release: {each: line}}", "unknown_name", "      free:"),
    Fault("effects", FLOW_FILE, "free: {release: {each: lines}}", "free: {set: {values: {shp: record.shop}}}", "unknown_name", "      free:"),
    Fault("effects", FLOW_FILE, "free: {release: {each: lines}}", "free: {release: {}, unhold: {}}", "effect", "      free:"),
    Fault("effects", FLOW_FILE, "free: {release: {each: lines}}", "free: {create: {form: requst}}", "unknown_name", "      free:"),
    Fault("facts", LIBRARY_FILE, "row.good == good and ", "", "fact_key", "    where:"),
    Fault("facts", LIBRARY_FILE, "row.good == good", "row.good != good", "fact_key", "    where:"),
    Fault("facts", LIBRARY_FILE, "over: request.lines", "over: request.line", "unknown_name", "    over:"),
    Fault("fields", REQUEST_FILE, "options: reason", "options: reasons", "unknown_name", "  reason:"),
    Fault("fields", REQUEST_FILE, "to: good, required", "to: goods, required", "unknown_name", "      good:"),
    Fault("expressions", REQUEST_FILE, "compute: sum(lines.value)", "compute: sum(lines.valu)", "", "  total:"),
    Fault("expressions", REQUEST_FILE, "at_most: row.asked", "at_most: record.shop", "", "      given:"),
    Fault("expressions", REQUEST_FILE, "check: record.shop.open", "check: os.system", "", "  known_shop:"),
    Fault("expressions", FLOW_FILE, "when: record.total > 100", "when: builtins.eval", "", "      second_look:"),
    Fault("cycle", REQUEST_FILE, "default: actor.store", "default: record.shop", "cycle", "  shop:"),
    Fault("cycle", REQUEST_FILE, "default: row.asked", "default: row.value", "cycle", "      given:"),
]  # fmt: skip


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.at])
def test_a_faulty_library_is_found_out(tmp_path: Path, fault: Fault) -> None:
    files = changed(fault.file, fault.old, fault.new)
    file = fault.seen_in if fault.seen_in in FILES else fault.file
    lines = [files[file][: files[file].index(fault.at)].count("\n") + 1]
    found = [(each.code, each.file, each.line) for each in read(tmp_path, files).findings]
    wanted = [each for each in found if each[1:] == (file, lines[0]) and (not fault.code or each[0] == fault.code)]
    assert wanted, found


def test_a_library_with_an_error_is_not_given_and_one_with_a_warning_is(tmp_path: Path) -> None:
    faulty = read(tmp_path / "a", changed(FLOW_FILE, "start: draft", "start: drft"))
    warned = read(
        tmp_path / "b",
        changed(FLOW_FILE, "  send:\n", "  drop: {from: open, to: refused, by: [system]}\n  send:\n"),
    )
    assert faulty.library is None
    assert warned.library is not None
    assert [each.severity for each in warned.findings] == ["warning"]


def test_a_fact_that_does_not_count_where_its_record_waits_is_a_warning(tmp_path: Path) -> None:
    files = changed(
        FLOW_FILE,
        "    required: [lines.given]\n",
        "    guard: {room: {check: 'open_requests(record.shop, first(lines.good)) < 9', says: {en: No.}}}\n",
    )
    files[LIBRARY_FILE] = files[LIBRARY_FILE].replace("['review', 'open']", "['review']")
    found = read(tmp_path, files).findings
    assert [(each.code, each.severity) for each in found] == [("fact_misses_state", "warning")]


def test_every_form_needs_a_workflow(tmp_path: Path) -> None:
    files = {path: words for path, words in FILES.items() if path != "workflow_definitions/human.yaml"}
    files[POLICY_FILE] = files[POLICY_FILE].replace("p, boss, human, retire, chain\n", "")
    found = read(tmp_path, files).findings
    assert [(each.code, each.file) for each in found] == [("no_workflow", HUMAN_FILE)]


def test_a_state_from_which_no_end_is_reached_is_found(tmp_path: Path) -> None:
    files = changed(FLOW_FILE, "    to: sent\n", "    to: loop\n")
    files[FLOW_FILE] = files[FLOW_FILE].replace("  sent: {title: {en: Sent, zh: 已发}, end: true}", "  loop: {title: {en: Loop}}")
    files[FLOW_FILE] = files[FLOW_FILE].replace("  refuse: {", "  again: {from: loop, to: loop, by: [clerk at shop]}\n  refuse: {")
    files[POLICY_FILE] += "p, clerk, request, again, own\n"
    assert [each.code for each in read(tmp_path, files).findings] == ["no_end"]


def test_every_check_has_a_faulty_library() -> None:
    named = {fault.check for fault in FAULTS} | {"every_form_has_a_workflow"}
    assert {check.__name__ for check in CHECKS} <= named
