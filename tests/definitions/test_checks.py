"""One faulty library for each check: the sample with a small change, found by its code at its line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from engine.definitions.checks import CHECKS
from engine.definitions.loading import load_documents
from tests.definitions.sample import (
    FILES,
    FLOW_FILE,
    FORMS,
    LIBRARY_FILE,
    POLICY_FILE,
    REQUEST_FILE,
    VOCABULARY,
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


WARNINGS = {"always_holds", "never_holds", "never_taken", "round_without_person", "never_fired", "no_calendar"}
"""What may be no more than a warning; everything else is refused."""
FAULTS = [Fault(*each) for each in orjson.loads((Path(__file__).parent / "faults.json").read_bytes())]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_library_is_found_out(tmp_path: Path, fault: Fault) -> None:
    files = changed(fault.file, fault.old, fault.new)
    file = fault.seen_in if fault.seen_in in FILES else fault.file
    lines = [files[file][: files[file].index(fault.at)].count("\n") + 1]
    loaded = read(tmp_path, files)
    found = [each for each in loaded.findings if (each.file, each.line) == (file, lines[0])]
    wanted = [each for each in found if not fault.code or each.code == fault.code]
    assert wanted, loaded.findings
    assert loaded.library is None or fault.code in WARNINGS


def test_at_least_forty_kinds_of_findings_refuse_a_library() -> None:
    assert len({fault.code for fault in FAULTS} - WARNINGS - {""}) >= 40


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


def test_an_alert_on_what_nobody_may_see_is_a_warning(tmp_path: Path) -> None:
    alert = "watch: {available: {item: good, place: shop}}, when: watched < 1"
    do = "do: {made: {create: {form: request, values: {shop: each}}}}"
    files = changed(
        LIBRARY_FILE, "    except: this_record\n", f"    except: this_record\nalerts:\n  low: {{{alert}, {do}}}\n"
    )
    files[POLICY_FILE] = "".join(e for e in files[POLICY_FILE].splitlines(keepends=True) if ", stock," not in e)
    found = read(tmp_path, files).findings
    assert [(each.code, each.severity) for each in found] == [("watched_unseen", "warning")]


def test_every_form_needs_a_workflow(tmp_path: Path) -> None:
    files = {path: words for path, words in FILES.items() if path != "workflow_definitions/human.yaml"}
    files[POLICY_FILE] = files[POLICY_FILE].replace("p, boss, human, retire, chain\n", "")
    found = read(tmp_path, files).findings
    assert [(each.code, each.file) for each in found] == [("no_workflow", HUMAN_FILE)]


def test_a_state_from_which_no_end_is_reached_is_found(tmp_path: Path) -> None:
    files = changed(FLOW_FILE, "    to: sent\n", "    to: loop\n")
    files[FLOW_FILE] = files[FLOW_FILE].replace(
        "  sent: {title: {en: Sent, zh: 已发}, end: true}", "  loop: {title: {en: Loop}}"
    )
    files[FLOW_FILE] = files[FLOW_FILE].replace(
        "  refuse: {", "  again: {from: loop, to: loop, by: [clerk at shop]}\n  refuse: {"
    )
    files[POLICY_FILE] += "p, clerk, request, again, own\n"
    assert [each.code for each in read(tmp_path, files).findings] == ["no_end", "no_end"]


def test_no_field_takes_the_name_that_another_had(tmp_path: Path) -> None:
    """Only a chain knows which names there were; it gives both the same number."""
    more = "  remark: {was: note, type: text}\n  note: {type: text}\n  total: {type: money"
    loaded = read(tmp_path, changed(REQUEST_FILE, "  total: {type: money", more))
    assert [each.code for each in loaded.findings if each.severity == "error"] == []
    again = load_documents(loaded.documents, VOCABULARY, numbers={"request": {"note": 90}})
    (found,) = (each for each in again.findings if each.severity == "error")
    words = FILES[REQUEST_FILE].replace("  total: {type: money", more).splitlines()
    assert (found.code, found.file, words[found.line - 1]) == ("name_used", REQUEST_FILE, "  note: {type: text}")


def test_every_check_has_a_faulty_library() -> None:
    alone = {"every_form_has_a_workflow", "facts_count_where_they_wait", "one_number_one_field"}
    named = {fault.check for fault in FAULTS} | alone
    assert {check.__name__ for check in CHECKS} <= named
