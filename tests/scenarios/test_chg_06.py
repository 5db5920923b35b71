"""CHG-06: a wrong definition is caught before anyone meets it: file, line and a sentence, several at once."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from tests.scenarios.shuffle import read
from tests.scenarios.test_pur_01 import values
from tests.scenarios.world import Reply, World, text

BROKEN = dict(re.findall(r"^(\w+):\n((?:  .*\n)+)", text("chg_06/broken.yaml"), re.MULTILINE))
EXPECTED = {
    "unknown_field": "unknown_field",
    "wrong_sign": "syntax",
    "text_with_number": "type",
    "no_way_out": "dead_end not_granted",
    "no_way_in": "unreachable",
    "no_such_role": "unknown_name",
    "required_but_hidden": "never_writable",
    "computed_in_a_ring": "cycle",
    "both_true": "never_taken",
    "no_such_bin": "unknown_field",
}
"""What is wrong with each, as it is told."""
HEAD = "format: 1\noverlay: {0}\nover: starter_minimal\ntitle: {{en: Broken, zh: 有误}}\nchange:\n"
IDLE = """
  workflow requisition:
    transitions:
      submit: {guard: {any: {check: record.total < 10 or record.total >= 10, says: {en: Never said., zh: 从不提示。}}}}
"""
OPEN = {"The visual designer marks the same places": "designer"}


def overlay(name: str) -> str:
    """One of them as a text of its own."""
    return HEAD.format(name) + BROKEN[name]


def errors(reply: Reply) -> list[dict[str, Any]]:
    """The errors of a check."""
    assert isinstance(reply.body, list), reply.text
    return [each for each in reply.body if each["severity"] == "error"]


def publishes(world: World, *texts: str) -> Reply:
    """Publish without a check before."""
    sent = [world._sent("overlay", read(words)["overlay"], words) for words in texts]
    return world.be("adm").send("POST", "definitions/publish", {"texts": sent, "note": "broken"})


def test_each_is_refused_where_it_is_broken_and_what_is_live_goes_on(world: World) -> None:
    assert set(BROKEN) == set(EXPECTED)
    live = world.be("adm").get("definitions/workflow/requisition")
    clerk, record = world.be("clerk1"), world.be("clerk1").makes("requisition", values(("B201", 1)))
    found = {}
    for name in BROKEN:
        told = errors(world.unchanged(partial(world.tries, overlay(name))))
        found[name] = " ".join(sorted({each["code"] for each in told}))
        for each in told:
            assert each["line"] > 0, each
            assert each["file"].endswith(".yaml"), each
            assert len(each["message"].split()) > 3, each
        refused = world.refused("INVALID", partial(publishes, world, overlay(name)))
        assert {each["code"] for each in refused.body["errors"]} == set(found[name].split())
    assert found == EXPECTED
    (turned,) = errors(world.tries(overlay("wrong_sign")))
    assert "write “>=”" in turned["message"]

    # several at once, each at its place
    three = [overlay(name) for name in ("unknown_field", "no_such_role", "no_such_bin")]
    together = errors(world.unchanged(partial(world.tries, *three)))
    assert len({each["file"] for each in together}) == 3

    # the live version goes on untouched
    assert world.be("adm").get("definitions/workflow/requisition") == live
    assert clerk.takes("requisition", record, "submit") == "submitted"


def test_what_may_be_meant_is_a_warning_and_can_be_accepted(world: World) -> None:
    reply = world.tries(HEAD.format("idle") + IDLE)
    assert reply.status == 200, reply.text
    assert world.warned != []
    world.versions.append(reply.body["version"])
