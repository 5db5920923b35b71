"""Views of lists: kept by whoever made them, held to what he may ask, reached by nobody else."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.operations.viewing import MOST
from tests.operations.house import House


def kept(house: House, account: str, **more: Any) -> str:
    """A view of memos; its id."""
    view = uuid.uuid4().hex
    body = {"form": "memo", "name": f"n{view[:8]}", "filters": {"f.days.from": "1"}, **more}
    assert house.be(account).send("PUT", f"me/views/{view}", body).status == 200
    return view


def mine(house: House, account: str) -> dict[str, dict[str, Any]]:
    """Somebody's views of memos by id."""
    return {each["id"]: each for each in house.be(account).get("me/views", form="memo")["items"]}


def test_a_view_is_kept_changed_and_taken_away(own_house: House) -> None:
    view = kept(own_house, "clerk1", name=" 我的 Views ", sort="-days", columns=["number", "days", "created"])
    assert mine(own_house, "clerk1")[view] == {
        "id": view,
        "form": "memo",
        "name": "我的 Views",
        "filters": {"f.days.from": "1"},
        "sort": "-days",
        "columns": ["number", "days", "created"],
        "default": False,
    }
    clerk = own_house.be("clerk1")
    assert clerk.send("PUT", f"me/views/{view}", {"form": "memo", "name": "other"}).status == 200
    assert mine(own_house, "clerk1")[view]["name"] == "other"
    assert mine(own_house, "clerk1")[view]["filters"] == {}
    assert clerk.send("DELETE", f"me/views/{view}").status == 200
    assert view not in mine(own_house, "clerk1")
    assert clerk.send("DELETE", f"me/views/{view}").status == 404


def test_views_of_others_are_not_reached(own_house: House) -> None:
    """The same id is another person's own; nothing of the first is seen, changed or taken away."""
    view = kept(own_house, "clerk1", name="mine")
    assert view not in mine(own_house, "clerk2")
    assert own_house.be("clerk2").send("DELETE", f"me/views/{view}").status == 404
    assert own_house.be("clerk2").send("PUT", f"me/views/{view}", {"form": "memo", "name": "theirs"}).status == 200
    assert mine(own_house, "clerk1")[view]["name"] == "mine"


def test_one_view_at_most_stands(own_house: House) -> None:
    first, second = (kept(own_house, "clerk1", default=True) for _ in range(2))
    found = mine(own_house, "clerk1")
    assert (found[first]["default"], found[second]["default"]) == (False, True)


def test_how_the_whole_list_is_shown_needs_no_name(own_house: House) -> None:
    body = {"form": "memo", "columns": ["days"]}
    assert own_house.be("clerk1").send("PUT", "me/views/own-memo", body).status == 200
    assert mine(own_house, "clerk1")["own-memo"]["name"] is None


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"form": "nothing"}, "/form", "unknown_form"),
        ({"name": ""}, "/name", "name"),
        ({"name": "x" * 81}, "/name", "name"),
        ({"name": "a\nb"}, "/name", "name"),
        ({"name": 7}, "/name", "name"),
        ({"filters": {"f.nothing": "1"}}, "/filters/f.nothing", "unknown_field"),
        ({"filters": {"f.secret": "1"}}, "/filters/f.secret", "unknown_field"),
        ({"filters": {"filter": "secret > 1"}}, "/filters/filter", "unknown_field"),
        ({"filters": {"f.days": "x"}}, "/filters/f.days", "number"),
        ({"filters": {"limit": "1"}}, "/filters/limit", "unknown_filter"),
        ({"filters": {"f.days": 1}}, "/filters/f.days", "unknown_filter"),
        ({"filters": ["f.days"]}, "/filters", "not_an_object"),
        ({"sort": "secret"}, "/sort", "unknown_field"),
        ({"sort": 1}, "/sort", "unknown_field"),
        ({"columns": []}, "/columns", "columns"),
        ({"columns": ["days", "nothing"]}, "/columns/1", "unknown_field"),
        ({"columns": ["days", "days"]}, "/columns/1", "unknown_field"),
        ({"columns": ["lines"]}, "/columns/0", "unknown_field"),
        ({"columns": [{}]}, "/columns/0", "unknown_field"),
        ({"default": "yes"}, "/default", "boolean"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
def test_what_is_no_view_is_refused_where_it_stands(house: House, body: dict[str, Any], where: str, code: str) -> None:
    reply = house.be("clerk1").send("PUT", "me/views/v1", {"form": "memo", "name": "v", **body})
    assert (reply.status, reply.errors) == (422, [(where, code)])


def test_names_are_taken_once_and_views_are_not_without_end(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    kept(own_house, "clerk1", name="Mine")
    reply = clerk.send("PUT", "me/views/other", {"form": "memo", "name": "mine"})
    assert reply.errors == [("/name", "taken")]
    for _ in range(29):
        kept(own_house, "clerk1")
    assert clerk.send("PUT", "me/views/more", {"form": "memo", "name": "more"}).errors == [("", "too_many")]


def test_a_key_for_single_actions_keeps_no_views(house: House) -> None:
    key = house.be("clerk1", (("memo", "see"),))
    assert key.send("PUT", "me/views/v2", {"form": "memo", "name": "v"}).status == 403


def test_a_view_may_be_kept_again_under_the_same_key(own_house: House) -> None:
    body = {"form": "memo", "name": "again"}
    replies = [own_house.be("clerk1").send("PUT", "me/views/v3", body, key="k1") for _ in range(2)]
    assert [each.status for each in replies] == [200, 200]
    assert replies[0].body == replies[1].body


def together(house: House, views: list[str]) -> list[int]:
    """What becomes of these, all kept at once by one person."""
    gate = threading.Barrier(8)

    def keep(view: str) -> int:
        gate.wait(30)
        return (
            house.be("clerk1").send("PUT", f"me/views/{view}", {"form": "memo", "name": f"n{uuid.uuid4().hex}"}).status
        )

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(keep, views))


def test_the_same_view_kept_twice_at_once_is_one(own_house: House) -> None:
    for _ in range(3):
        assert together(own_house, [uuid.uuid4().hex] * 8) == [200] * 8
    assert len(mine(own_house, "clerk1")) == 3


def test_not_even_at_once_are_there_more_than_the_most(own_house: House) -> None:
    statuses = [each for _ in range(5) for each in together(own_house, [uuid.uuid4().hex for _ in range(8)])]
    assert sorted(statuses) == [200] * MOST + [422] * (40 - MOST)
    assert len(mine(own_house, "clerk1")) == MOST
