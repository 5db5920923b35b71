"""Definitions laid over what a server has published, over HTTP, as an administrator does. Used by tests of pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.definitions.reader import read_yaml
from tests.serving import Server

LAB = Path(__file__).parents[1] / "operations" / "definitions"
KINDS = ("workflow", "overlay", "notice", "form")
"""In this order: a workflow names its form too."""


def lay(server: Server, *texts: str, policy: Sequence[str] = ()) -> None:
    """Publish texts, and lines of rights beside those that there are."""
    adm, sent = server.be("adm"), []
    for each in texts:
        told = read_yaml(each, "test.yaml").data
        kind = next(word for word in KINDS if word in told)
        sent.append({"kind": "template" if kind == "notice" else kind, "name": str(told[kind]), "text": each})
    if policy:
        old = adm.get("definitions/permissions/policy")["text"]
        sent.append({"kind": "permissions", "name": "policy", "text": old + "\n" + "\n".join(policy) + "\n"})
    adm.does("definitions/publish", {"texts": sent, "note": "in a test"})


def lab(*names: str) -> list[str]:
    """Forms and workflows that tests of operations know."""
    return [(LAB / f"{name}.{kind}.yaml").read_text() for name in names for kind in ("form", "workflow")]
