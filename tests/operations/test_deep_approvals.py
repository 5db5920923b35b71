"""Deep approvals: rows with every move, votes whose people leave, a part sent back alone, resuming with parallel parts.

One form whose states are each an approval of its own, made from the tables below; a story is a list of words: `+fin1`
agrees, `-fin1` refuses, `!fin1` leaves the chain; after each the approval is open (`.`), passed (`y`) or refused (`n`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.operations import timing
from tests.operations.conftest import Copy
from tests.operations.house import House, Reply

EVERYBODY = ("fin1", "fin2", "buyA", "buyB", "cfo", "dir1", "mgr1", "ame")
FIVE = "[finance at chain, buyer at chain, cfo at chain]"
FOUR = "[finance at chain, buyer at chain]"

VOTES: dict[str, tuple[str, str, str, str]] = {
    "shrinks": (FIVE, 'need: "60%", refusal: counts, base: shrinks', "+fin1 +fin2 !buyA !buyB", "...y"),
    "stays": (FIVE, 'need: "60%", refusal: counts, base: stays', "+fin1 +fin2 !buyA !buyB +cfo", "....y"),
    "all_shrinks": (FIVE, "need: all, base: shrinks", "+fin1 +fin2 +buyA !cfo +buyB", "....y"),
    "last_leaves": (FIVE, "need: all, base: shrinks", "+fin1 +fin2 +buyA +buyB !cfo", "....y"),
    "all_stays": (FIVE, "need: all, base: stays", "+fin1 +fin2 +buyA +buyB !cfo +dir1", ".....y"),
    "tie_refused": (FOUR, 'need: "50%", refusal: counts, tie: refused', "+fin1 -fin2 +buyA -buyB", "...n"),
    "tie_approved": (FOUR, 'need: "50%", refusal: counts, tie: approved', "+fin1 -fin2 +buyA", "..y"),
    "no_tie_any_more": (
        FIVE, 'need: "50%", refusal: counts, tie: refused, base: shrinks', "+fin1 -fin2 +buyA !buyB !cfo", "....y"
    ),
    "out_of_reach": (FIVE, "need: 3, refusal: counts, base: shrinks", "+fin1 -fin2 !buyA !buyB", "...n"),
    "stand_in_fills_up": (FOUR, "need: 3, refusal: counts, base: shrinks", "!buyA !buyB +fin1 +fin2 +dir1", "....y"),
    "wait_for_all": (FIVE, "need: 1, wait: all, base: shrinks", "+fin1 +buyA +fin2 +buyB !cfo", "....y"),
    "in_order": (FIVE, "need: all, order: listed, base: shrinks", "!fin1 +fin2 +buyA +buyB +cfo", "....y"),
    "rounded_up": (FIVE, 'need: "21%", refusal: counts', "-buyA +fin1 +fin2", "..y"),
    "gone_but_counted": (FIVE, 'need: "60%", refusal: counts, base: shrinks', "+fin1 !fin1 +fin2 +buyA", "...y"),
    "one_refusal_ends": (FIVE, "need: all, refusal: ends, base: shrinks", "+fin1 !cfo -buyA", "..n"),
}  # fmt: skip
"""By name: whom the step asks, how votes count, the story, and how the approval stands after each of its words."""

FORM = """format: 1
form: motion
title: {en: Motion, zh: 议案}
kind: document
org: [store]
amount: amount
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  amount: {type: money}
  lines:
    type: table
    fields:
      owner: {type: reference, to: person}
      said: {type: text}
      dropped: {type: boolean}
"""
MAY = "{hand_over: {}, add_signer: {}, delegate: {}, take_back: {within: 1h}}"
BY_ROW = f"""
    steps:
      owners:
        each: lines
        ask: [row.owner]
        asks: {{why: {{type: text, required: true}}}}
        edit: {{say: {{fields: [lines.said], rows: fixed}}}}
        on_refusal: {{drop: {{set: {{each: lines, values: {{dropped: true}}}}}}}}
      chief: {{ask: [area_manager above store]}}
    may: {MAY}
    may_return_to: [submitter, earlier]
    after_return: {{resume: returner, all_again_when: changed(record.amount)}}
"""
PARTS = """
    steps:
      {0}_first: {{ask: [manager at store]}}
      {0}_both:
        parts:
          {0}_left: {{ask: [finance at chain]}}
          {0}_right: {{ask: [buyer at chain]}}
          {0}_third: {{ask: [cfo at chain]}}
      {0}_last: {{ask: [director at chain]}}
    may_return_to: [submitter, {0}_first, {0}_left]
    after_return: {{resume: {1}, parts: {2}}}
    may: {{hand_over: {{}}, take_back: {{within: 1h}}}}
"""
PARTED = {
    "back_kept": ("returner", "kept"),
    "back_void": ("returner", "void"),
    "again_kept": ("all_again", "kept"),
    "again_void": ("all_again", "void"),
}


def flow() -> str:
    """A state and an approval for each case."""
    approvals = {"by_row": BY_ROW, **{name: PARTS.format(name, *how) for name, how in PARTED.items()}}
    for name, (ask, how, _, _) in VOTES.items():
        step = f"peers_{name}: {{ask: {ask}, decide: {{{how}}}}}"
        approvals[name] = f"\n    steps: {{{step}}}\n    nobody_found: {{ask: [director at chain]}}\n"
    states = "".join(f"  {name}: {{title: {{en: Open}}, steps: {name}}}\n" for name in approvals)
    hands = "".join(f"  begin_{name}: {{from: draft, to: {name}, by: [clerk at store]}}\n" for name in approvals)
    told = "".join(f"  {name}:\n    approved: carry\n    refused: drop{words}" for name, words in approvals.items())
    every = ", ".join(approvals)
    return f"""format: 1
workflow: motion
form: motion
start: draft
states:
  draft:
    title: {{en: Draft}}
    edit: {{maker: {{by: [clerk at store], fields: [store, amount, lines.owner], rows: free}}}}
{states}  carried: {{title: {{en: Carried}}, end: true}}
  dropped: {{title: {{en: Dropped}}, end: true}}
transitions:
{hands}  carry: {{from: [{every}], to: carried, by: [system]}}
  drop: {{from: [{every}], to: dropped, by: [system]}}
approvals:
{told}timers:
  late: {{step: owners, after: 1d, do: {{up: {{ask: {{people: [director at chain]}}}}}}}}
"""


def rights() -> list[str]:
    """Who may do what with a motion."""
    names = ["by_row", *PARTED, *VOTES]
    lines = [
        f"p, clerk, motion, {each}, own" for each in ("see", "create", "edit", *(f"begin_{name}" for name in names))
    ]
    for role in ("finance", "buyer", "cfo", "director", "manager", "area_manager"):
        lines += [f"p, {role}, motion, {each}, chain" for each in ("see", "approve", "reject", "return")]
    return lines


@pytest.fixture(scope="module")
def chain(copy_of: Copy, lab_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A chain with motions; a test brings back whoever it sends away."""
    made = House(copy_of(lab_url), tmp_path_factory.mktemp("data"))
    made.publish(FORM, flow(), policy=rights())
    yield made
    made.close()


def motion(house: House, case: str, *owners: str, **more: object) -> str:
    """A motion of S01 that was handed in to one of the approvals."""
    lines = [{"owner": {"code": each}} for each in owners]
    return house.be("clerk1").makes("motion", {"amount": "5", "lines": lines, **more}, f"begin_{case}")


def is_there(house: House, account: str, *, there: bool) -> None:
    """Somebody leaves the chain, or comes back; what follows from that has followed."""
    adm = house.be("adm")
    person = adm.get("records/person", filter=f"account == '{account}'")["items"][0]["id"]
    assert adm.edits("person", person, {"active": there}).status == 200
    timing.fire_due(house.services)


def asked(house: House, record: str) -> set[str]:
    """Whose task the motion is."""
    return {each for each in EVERYBODY if house.be(each).tasks("motion", record)}


def stands(house: House, record: str) -> str:
    return {"carried": "y", "dropped": "n"}.get(house.be("clerk1").state("motion", record), ".")


def told(house: House, record: str, word: str) -> None:
    """One word of a story."""
    sign, account = word[0], word[1:]
    if sign == "!":
        is_there(house, account, there=False)
        return
    reply = house.be(account).decides("motion", record, {"+": "approve", "-": "reject"}[sign])
    assert reply.status == 200, reply.body


@pytest.mark.parametrize("case", VOTES)
def test_votes_come_to_what_the_definition_says_whoever_leaves(chain: House, case: str) -> None:
    _, _, story, expected = VOTES[case]
    record = motion(chain, case)
    gone = [word[1:] for word in story.split() if word[0] == "!"]
    found = ""
    try:
        for word in story.split():
            told(chain, record, word)
            found += stands(chain, record)
            if found[-1] == ".":
                assert asked(chain, record), f"after {word} it is open and nobody is asked"
    finally:
        for account in gone:
            is_there(chain, account, there=True)
    assert found == expected
    assert asked(chain, record) == set()
    left = [each for each in chain.be("clerk1").history("motion", record) if each["action"] == f"left:peers_{case}"]
    assert len(left) == (story.split()[-1][0] == "!"), "who is left has decided, once, and history says so"
    assert all(each["person"]["code"] == "system" and "has left" in each["because"] for each in left)


# -- rows --------------------------------------------------------------------------------------------------------------

WHY = {"asks": {"why": "it is so"}}


def rows_of(house: House, record: str) -> list[str]:
    return [each["row"] for each in house.be("clerk1").reads("motion", record)["lines"]]


def mine(house: House, account: str, record: str) -> list[int]:
    """The numbers of the rows that somebody can decide."""
    rows = rows_of(house, record)
    found = [each for task in house.be(account).tasks("motion", record) for each in task.get("rows") or ()]
    return [rows.index(each["row"]) for each in found if each["mine"]]


def says(house: House, account: str, record: str, verdict: str = "approve", *rows: int, **more: object) -> Reply:
    """Somebody decides those of his rows, else all."""
    named = {"rows": [rows_of(house, record)[each] for each in rows]} if rows else {}
    return house.be(account).decides("motion", record, verdict, **{**WHY, **named, **more})


def moves(house: House, account: str, record: str, move: str, **body: object) -> Reply:
    (task,) = house.be(account).tasks("motion", record)
    return house.be(account).send("POST", f"tasks/{task['id']}/{move}", body)


def test_whoever_has_decided_some_of_his_rows_hands_over_the_others(chain: House) -> None:
    record = motion(chain, "by_row", "buyA", "buyB", "buyA")
    assert says(chain, "buyA", record, "approve", 0).status == 200
    assert moves(chain, "buyA", record, "hand_over", to=chain.be("fin1").person).status == 200
    assert {each: mine(chain, each, record) for each in ("buyA", "buyB", "fin1")} == {
        "buyA": [], "buyB": [1], "fin1": [2],
    }  # fmt: skip
    assert says(chain, "fin1", record, "reject").body["state"] == "by_row"
    lines = chain.be("clerk1").reads("motion", record)["lines"]
    assert [each["dropped"] for each in lines] == [None, None, True]
    assert says(chain, "buyB", record).body["state"] == "by_row"
    assert asked(chain, record) == {"ame"}
    assert chain.be("ame").decides("motion", record).body["state"] == "carried"


def test_a_question_is_answered_with_every_decision_on_rows(chain: House) -> None:
    record = motion(chain, "by_row", "buyA", "buyB", "buyA")
    silent = chain.be("buyA").decides("motion", record, "approve", rows=[rows_of(chain, record)[0]])
    assert (silent.status, silent.errors) == (422, [("/asks/why", "required")])
    assert mine(chain, "buyA", record) == [0, 2], "nothing was done"
    assert says(chain, "buyA", record, "approve", 2, asks={"why": "first"}).status == 200
    assert says(chain, "buyA", record, "approve", 0, asks={"why": "second"}).status == 200
    given = [
        each["asks"]["why"]
        for each in chain.be("clerk1").history("motion", record)
        if each["action"] == "approve:owners"
    ]
    assert given == ["first", "second"]


def test_a_substitute_and_whom_he_stands_in_for_share_the_rows(chain: House) -> None:
    house = chain
    record = motion(house, "by_row", "buyA", "buyB", "buyA")
    buyer, today = house.be("buyA"), str(house.today())
    body = {"person": house.be("fin2").person, "from": today, "until": today, "forms": ["motion"]}
    made = buyer.does("PUT", "me/substitute", body)
    try:
        assert mine(house, "fin2", record) == mine(house, "buyA", record) == [0, 2]
        assert says(house, "fin2", record, "approve", 0).status == 200
        assert mine(house, "fin2", record) == mine(house, "buyA", record) == [2]
        late = house.be("buyA").decides("motion", record, "approve", rows=[rows_of(house, record)[0]], **WHY)
        assert (late.status, late.code) == (409, "task_done")
        line = house.be("clerk1").history("motion", record)[-1]
        assert (line["person"]["code"], line["for"]["code"]) == ("fin2", "buyA")
        refused = moves(house, "fin2", record, "hand_over", to=house.be("fin1").person)
        assert refused.status == 403, "a substitute decides, or leaves it"
        assert says(house, "buyA", record).status == 200
        assert asked(house, record) == {"buyB"}
    finally:
        buyer.does("DELETE", f"me/substitute/{made['id']}")


def test_rows_that_were_decided_together_are_taken_back_together_until_something_followed(chain: House) -> None:
    record = motion(chain, "by_row", "buyA", "buyB", "buyA")
    task = chain.be("buyA").tasks("motion", record)[0]["id"]
    assert says(chain, "buyA", record).status == 200
    assert mine(chain, "buyA", record) == []
    assert chain.be("buyA").does("POST", f"tasks/{task}/take_back")["state"] == "by_row"
    assert mine(chain, "buyA", record) == [0, 2]
    again = chain.be("buyA").tasks("motion", record)[0]["id"]
    assert says(chain, "buyA", record, "approve", 0).status == 200
    assert says(chain, "buyA", record, "approve", 2).status == 200
    chain.be("buyA").does("POST", f"tasks/{again}/take_back")
    assert mine(chain, "buyA", record) == [2], "only the last decision"
    third = chain.be("buyA").tasks("motion", record)[0]["id"]
    assert says(chain, "buyA", record, "reject").status == 200  # it sets a field
    refused = chain.be("buyA").send("POST", f"tasks/{third}/take_back")
    assert (refused.status, refused.code) == (409, "followed")
    other = motion(chain, "by_row", "buyA", "buyB")
    task = chain.be("buyA").tasks("motion", other)[0]["id"]
    assert says(chain, "buyA", other).status == 200
    assert says(chain, "buyB", other).status == 200
    refused = chain.be("buyA").send("POST", f"tasks/{task}/take_back")
    assert (refused.status, refused.code) == (409, "followed")


def test_a_signer_is_added_to_the_whole_and_never_to_rows(chain: House) -> None:
    record = motion(chain, "by_row", "buyA")
    fin = chain.be("fin1").person
    assert moves(chain, "buyA", record, "add_signer", to=fin, where="beside").status == 404
    assert says(chain, "buyA", record).status == 200
    assert moves(chain, "ame", record, "add_signer", to=fin, where="after").status == 200
    assert chain.be("ame").decides("motion", record).body["state"] == "by_row"
    assert chain.be("fin1").decides("motion", record, "return", to="owners").body["state"] == "by_row"
    assert mine(chain, "buyA", record) == [0]
    assert says(chain, "buyA", record).status == 200
    assert asked(chain, record) == {"ame"}, "what was signed is asked again"
    assert chain.be("ame").decides("motion", record).body["state"] == "by_row"
    assert chain.be("fin1").decides("motion", record).body["state"] == "carried"


def test_whom_a_timer_asks_gets_the_rows_that_are_left(chain: House) -> None:
    record = motion(chain, "by_row", "buyA", "buyB", "buyA")
    assert says(chain, "buyA", record, "approve", 0).status == 200
    chain.pass_time(days=1)
    assert {each: mine(chain, each, record) for each in ("buyA", "buyB", "dir1")} == {
        "buyA": [2], "buyB": [1], "dir1": [1, 2],
    }  # fmt: skip
    assert says(chain, "dir1", record, "approve", 2).status == 200
    assert {each: mine(chain, each, record) for each in ("buyA", "buyB", "dir1")} == {
        "buyA": [], "buyB": [1], "dir1": [1],
    }  # fmt: skip
    assert says(chain, "buyB", record).status == 200
    assert asked(chain, record) == {"ame"}


def test_returned_to_its_maker_rows_come_back_to_who_returned_it_or_begin_again(chain: House) -> None:
    clerk = chain.be("clerk1")
    for amount, left in (("5", {"ame"}), ("6", {"buyA", "buyB"})):
        record = motion(chain, "by_row", "buyA", "buyB")
        for who in ("buyA", "buyB"):
            assert says(chain, who, record).status == 200
        assert chain.be("ame").decides("motion", record, "return", to="submitter").body["state"] == "draft"
        assert clerk.edits("motion", record, {"amount": amount}).status == 200
        assert clerk.takes("motion", record, "begin_by_row") == "by_row"
        assert asked(chain, record) == left


# -- parts -------------------------------------------------------------------------------------------------------------

RESUMED: dict[str, tuple[str, ...]] = {
    "back_kept": ("buyA buyB cfo",),
    "back_void": ("buyA buyB cfo fin1 fin2",),
    "again_kept": ("mgr1", "buyA buyB cfo fin1 fin2"),  # a new round: nothing is kept
    "again_void": ("mgr1", "buyA buyB cfo fin1 fin2"),
}
"""Who is asked once it is handed in again, and once the first of them has agreed, when one part has returned it."""


@pytest.mark.parametrize("case", RESUMED)
def test_one_part_returns_it_to_its_maker_and_the_others_stand_or_fall_as_declared(chain: House, case: str) -> None:
    record = motion(chain, case)
    assert chain.be("mgr1").decides("motion", record).status == 200
    assert chain.be("fin1").decides("motion", record).status == 200
    assert chain.be("buyA").decides("motion", record, "return", to="submitter").body["state"] == "draft"
    assert asked(chain, record) == set()
    chain.be("clerk1").takes("motion", record, f"begin_{case}")
    found = [" ".join(sorted(asked(chain, record)))]
    if len(RESUMED[case]) > 1:
        assert chain.be("mgr1").decides("motion", record).status == 200
        found.append(" ".join(sorted(asked(chain, record))))
    assert tuple(found) == RESUMED[case]
    for account in ("fin2", "buyB", "cfo", "dir1"):
        if account in asked(chain, record):
            assert chain.be(account).decides("motion", record).status == 200
    assert chain.be("clerk1").state("motion", record) == "carried"


@pytest.mark.parametrize("case", ["back_kept", "again_void"])
def test_one_part_alone_is_sent_back_while_another_has_decided(chain: House, case: str) -> None:
    record = motion(chain, case)
    for account in ("mgr1", "fin1", "buyA"):
        assert chain.be(account).decides("motion", record).status == 200
    part = f"{case}_left"
    assert chain.be("cfo").decides("motion", record, "return", to=part).body["state"] == case
    assert asked(chain, record) == {"fin1", "fin2", "cfo"}, "what the buyer decided stands"
    assert chain.be("fin2").decides("motion", record).status == 200
    assert chain.be("cfo").decides("motion", record).status == 200
    assert asked(chain, record) == {"dir1"}
    assert chain.be("dir1").decides("motion", record, "return", to=part).status == 200
    assert asked(chain, record) == {"fin1", "fin2"}, "the other parts have decided"
    assert chain.be("fin1").decides("motion", record).status == 200
    assert asked(chain, record) == {"dir1"}
    assert chain.be("dir1").decides("motion", record).body["state"] == "carried"


def test_a_decision_on_a_part_is_taken_back_and_a_part_handed_over_while_others_decide(chain: House) -> None:
    record = motion(chain, "back_void")
    assert chain.be("mgr1").decides("motion", record).status == 200
    task = chain.be("fin1").tasks("motion", record)[0]["id"]
    assert chain.be("fin1").decides("motion", record).status == 200
    assert chain.be("fin1").does("POST", f"tasks/{task}/take_back")["state"] == "back_void"
    assert asked(chain, record) == {"fin1", "fin2", "buyA", "buyB", "cfo"}
    assert moves(chain, "cfo", record, "hand_over", to=chain.be("dir1").person).status == 200
    task = chain.be("fin1").tasks("motion", record)[0]["id"]
    assert chain.be("fin1").decides("motion", record).status == 200
    assert chain.be("dir1").decides("motion", record).status == 200
    refused = chain.be("fin1").send("POST", f"tasks/{task}/take_back")
    assert (refused.status, refused.code) == (409, "followed")
    assert asked(chain, record) == {"buyA", "buyB"}
    assert chain.be("buyB").decides("motion", record).status == 200
    assert asked(chain, record) == {"dir1"}
    assert chain.verified()
