"""The paths of the contract: each is found once, the operations know all of them, and nothing else."""

from __future__ import annotations

import pytest

from engine.operations import routes
from engine.web.routes import JSON, ROUTES, find

WORDS = {
    "form": "note",
    "kind": "form",
    "name": "note",
    "action": "ship",
    "verb": "approve",
    "id": "0190a6f0-0000-7000-8000-000000000001",
    "other": "0190a6f0-0000-7000-8000-000000000002",
}


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: f"{route.method} {'/'.join(route.path)}")
def test_every_command_can_be_reached(route: routes.Route) -> None:
    found = find("/api/" + "/".join("note" if word == "*" else word for word in route.path))
    assert found is not None
    assert found.route.door == JSON
    assert route.method in found.route.methods


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, route.template.format(**WORDS))
        for route in ROUTES
        if route.door == JSON
        for method in route.methods
        if route.template not in ("/api/batch", "/api/tasks/actions/{verb}", "/api/records/{form}/actions/{action}")
        if (method, route.template) != ("PUT", "/api/clock")
    ],
)
def test_every_path_leads_to_a_command(method: str, path: str) -> None:
    route, words = routes.route_of(method, path.removeprefix("/api/"))
    assert route.method == method
    assert set(words) <= set(WORDS.values())


@pytest.mark.parametrize("template", [route.template for route in ROUTES])
def test_a_path_is_matched_to_its_last_letter(template: str) -> None:
    path = template.format(**WORDS)
    assert find(path) is not None
    for wrong in (path + "/", path + "x/y/z/q", path + "\n", path.upper(), "/" + path, path.replace("/api", "/ap1")):
        assert find(wrong) is None
