"""ORG-07: counter-sign by any, all, N of M, a percentage; and what one refusal means: a word of the definition each."""

from __future__ import annotations

from tests.scenarios.world import World, line, rights, text

FIVE = ("fin1", "fin2", "cfo", "buyA", "buyB")
TEN = (*FIVE, "bmgr", "plan1", "dir1", "aud", "mgr1")
RIGHTS = [*rights("org_07/rights.csv"), "p, manager, write_off, approve, own", "p, manager, write_off, reject, own"]


def change(decide: str) -> str:
    return text("org_07/committee.yaml").replace("{DECIDE}", "{" + decide + "}")


def before(world: World, members: tuple[str, ...] = FIVE) -> str:
    """A write-off before the committee."""
    values = {
        "store": {"code": "S01"},
        "reason": "broken",
        "lines": [line("A100", 1)],
        "members": [{"member": {"code": each}} for each in members],
    }
    return world.be("mgr1").makes("write_off", values, "post")


def voted(world: World, record: str, *votes: str, members: tuple[str, ...] = FIVE) -> list[str]:
    """The states that these votes lead to, in the order of the members; `+` is a yes."""
    words = {"+": "approve", "-": "reject"}
    return [
        world.be(who).decides("write_off", record, words[vote], comment="said so")
        for who, vote in zip(members, votes, strict=False)
    ]


def tasks(world: World, record: str, members: tuple[str, ...] = FIVE) -> int:
    return sum(len(world.be(each).tasks("write_off", record)) for each in members)


def test_a_to_c_any_all_and_three_of_five(world: World) -> None:
    world.publish(change("need: 1"), policy=RIGHTS)
    anyone = before(world)
    assert tasks(world, anyone) == 5
    assert voted(world, anyone, "+") == ["posted"]
    assert tasks(world, anyone) == 0
    assert world.stock("S01", "A100") == "39"

    world.publish(change("need: all, refusal: ends"))
    running = before(world)
    everybody = before(world)
    assert voted(world, everybody, "+", "+", "+") == ["voting"] * 3
    assert voted(world, everybody, "-", members=FIVE[3:]) == ["refused"]
    assert tasks(world, everybody) == 0

    world.publish(change("need: 3, refusal: counts"))
    three = before(world)
    assert voted(world, three, "+", "-", "+", "-", "+") == ["voting"] * 4 + ["posted"]
    never = before(world)
    assert voted(world, never, "-", "-", "-") == ["voting", "voting", "refused"]
    assert tasks(world, never) == 0

    # what was running keeps its rule
    assert voted(world, running, "-") == ["refused"]


def test_d_a_percentage_is_rounded_up(world: World) -> None:
    world.publish(change('need: "60%", refusal: counts'), policy=RIGHTS)
    for members in (FIVE, FIVE[:4]):
        record = before(world, members)
        assert voted(world, record, "+", "+", "+", members=members) == ["voting", "voting", "posted"]
    world.publish(change('need: "23%", refusal: counts'))
    record = before(world, TEN)
    assert voted(world, record, "+", "+", "+", members=TEN) == ["voting", "voting", "posted"]


def test_e_in_the_order_in_which_they_are_named(world: World) -> None:
    world.publish(change("need: all, order: listed"), policy=RIGHTS)
    record = before(world)
    for who in FIVE:
        assert [each for each in FIVE if world.be(each).tasks("write_off", record)] == [who]
        world.be(who).decides("write_off", record)
    assert world.be("mgr1").state("write_off", record) == "posted"


def test_f_all_vote_then_it_is_decided(world: World) -> None:
    world.publish(change("need: 3, refusal: counts, wait: all"), policy=RIGHTS)
    record = before(world)
    assert voted(world, record, "+", "+", "+", "+") == ["voting"] * 4
    assert tasks(world, record) == 1
    assert voted(world, record, "-", members=FIVE[4:]) == ["posted"]

    # the last two in the same instant: one result, one transition
    last = before(world)
    assert voted(world, last, "+", "+", "-") == ["voting"] * 3
    said = world.together(*(lambda who=who: world.be(who).tries_to("approve", "write_off", last) for who in FIVE[3:]))
    for who, reply in zip(FIVE[3:], said, strict=True):
        if reply.status != 200:
            assert reply.body["kind"] == "conflict", reply.text
            world.be(who).decides("write_off", last)
    assert world.be("mgr1").state("write_off", last) == "posted"
    assert [each["action"] for each in world.be("aud").history("write_off", last)].count("accept") == 1
    assert world.stock("S01", "A100") == "38"


def test_the_base_stays_though_members_leave(world: World) -> None:
    world.publish(change('need: "60%", refusal: counts, base: stays'), policy=RIGHTS)
    record = before(world)
    world.leaves("buyA")
    world.leaves("buyB")
    assert voted(world, record, "+", "+") == ["voting", "voting"]
    assert voted(world, record, "+", members=("cfo",)) == ["posted"]


def test_the_base_shrinks_as_members_leave(world: World) -> None:
    world.publish(change('need: "60%", refusal: counts, base: shrinks'), policy=RIGHTS)
    record = before(world)
    world.leaves("buyA")
    world.leaves("buyB")
    assert voted(world, record, "+", "+") == ["voting", "posted"]
