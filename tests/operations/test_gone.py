"""What a form once had: hidden as it was, found by its old name, told where it is when it is asked for."""

from __future__ import annotations

import pytest

from engine.operations.oldstates import spelled
from tests.operations.house import Desk, House
from tests.operations.test_in_use import publishes, texts

SECRET = "  secret: {type: text, title: {en: Secret, zh: 机密}, sees: {by: [manager at store]}}\n"

BOTH = "by: [clerk at store, manager at store]"


def told(desk: Desk, record: str) -> dict[str, str]:
    """What history says of values, by path."""
    return {
        each["path"]: each["new"]
        for line in desk.history("duel", record)
        for each in line["changes"]
        if each["new"] is not None
    }


def kept(house: House) -> str:
    """A draft of the manager with what clerks may not see."""
    form, flow = texts(house)
    lets = flow.replace("by: [clerk at store], fields: [store, title,", f"{BOTH}, fields: [store, secret, title,")
    assert publishes(house, form + SECRET, lets).status == 200
    return house.be("mgr1").makes("duel", {"amount": "50", "secret": "hush", "title": "open"})


def test_what_is_renamed_or_gone_stays_hidden_in_history(own_house: House) -> None:
    record = kept(own_house)
    mgr1, clerk = own_house.be("mgr1"), own_house.be("clerk1")
    assert (told(mgr1, record)["/secret"], "/secret" in told(clerk, record)) == ("hush", False)
    form, flow = texts(own_house)
    named = form.replace("  secret: {", "  private: {was: secret, ")
    assert publishes(own_house, named, flow.replace("secret", "private")).status == 200
    for desk, shown in ((mgr1, {"/secret", "/private"}), (clerk, set())):
        assert set(told(desk, record)) & {"/secret", "/private"} == shown
        assert told(desk, record)["/title"] == "open"
    less = "".join(line for line in form.splitlines(keepends=True) if "secret" not in line)
    gone = publishes(
        own_house, less, flow.replace("secret, ", ""), mapping={"fields": {"duel": {"private": "archive"}}}
    )
    assert gone.status == 200, gone.body
    assert set(told(mgr1, record)) >= {"/private", "/secret"}
    assert "hush" not in told(clerk, record).values()
    assert told(clerk, record)["/title"] == "open"

    # what he may not see he is not told to be archived either
    for desk, code in ((mgr1, "archived"), (clerk, "unknown_field")):
        for asked in ({"filter": "private == 'hush'"}, {"sort": "private"}, {"f.private": "hush"}):
            assert desk.send("GET", "records/duel", **asked).errors[0][1] == code
    assert own_house.verified()


def test_what_was_open_once_and_closed_when_it_went_is_not_opened_again_by_its_going(own_house: House) -> None:
    form, flow = texts(own_house)
    lets = flow.replace("by: [clerk at store], fields: [store, title,", f"{BOTH}, fields: [store, secret, title,")
    plain = "  secret: {type: text, title: {en: Secret, zh: 机密}}\n"
    assert publishes(own_house, form + plain, lets).status == 200
    mgr1, clerk = own_house.be("mgr1"), own_house.be("clerk1")
    record = mgr1.makes("duel", {"amount": "50", "secret": "hush", "title": "open"})
    assert told(clerk, record)["/secret"] == "hush"
    called = SECRET.replace("secret: {", "private: {was: secret, ")
    assert publishes(own_house, form + called, lets.replace("secret", "private")).status == 200
    assert "/secret" not in told(clerk, record)
    gone = publishes(own_house, form, flow, mapping={"fields": {"duel": {"private": "archive"}}})
    assert gone.status == 200, gone.body
    assert told(mgr1, record)["/secret"] == "hush"
    assert "hush" not in told(clerk, record).values()
    assert told(clerk, record)["/title"] == "open"


def test_states_are_asked_for_by_what_they_were_called() -> None:
    old = {"asked": "approval", "slow": "done"}
    assert spelled("state == 'asked'", old) == "(state == 'asked' or state == 'approval')"
    assert spelled("not it.state != 'asked' and x", old) == "not (it.state != 'asked' and it.state != 'approval') and x"
    assert spelled("state in ['slow', 'asked']", old) == "state in ['slow', 'done', 'asked', 'approval']"


@pytest.mark.parametrize(
    "words",
    ["state == 'approval'", "title == \"state == 'asked'\"", "store.state == 'asked'", "title == 'asked'", "state =="],
)
def test_nothing_else_is_spelled_anew(words: str) -> None:
    assert spelled(words, {"asked": "approval"}) == words
    assert spelled(words, {}) == words
