"""The arithmetic of votes against a model that tries every way the outstanding votes could still go."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.models import Decide
from engine.workflow.votes import needed, outcome

NEEDS = st.one_of(st.integers(1, 6).map(str), st.just("all"), st.integers(1, 100).map(lambda share: f"{share}%"))
DECIDES = st.builds(
    Decide,
    need=NEEDS,
    refusal=st.sampled_from(["ends", "counts"]),
    wait=st.sampled_from(["result", "all"]),
    tie=st.sampled_from(["refused", "approved"]),
)
BALLOTS = st.lists(st.booleans(), max_size=5)


def final(decide: Decide, ballots: tuple[bool, ...]) -> str:
    """The result when everybody has voted, said without the arithmetic of the engine."""
    base, yes = len(ballots), sum(ballots)
    if decide.refusal == "ends" and yes < base:
        return "refused"
    if decide.need == "all":
        return "approved" if yes == base else "refused"
    if not decide.need.endswith("%"):
        return "approved" if yes >= int(decide.need) else "refused"
    share = int(decide.need[:-1])
    exactly_half = share == 50 and 2 * yes == base
    if exactly_half and decide.refusal == "counts":
        return decide.tie
    return "approved" if yes * 100 >= share * base else "refused"


@given(decide=DECIDES, ballots=BALLOTS, outstanding=st.integers(0, 4))
def test_a_step_is_decided_exactly_when_no_outstanding_vote_can_change_it(
    decide: Decide, ballots: list[bool], outstanding: int
) -> None:
    base = len(ballots) + outstanding
    if base == 0:
        return
    ends = {final(decide, (*ballots, *rest)) for rest in product([True, False], repeat=outstanding)}
    known = outcome(decide, base, sum(ballots), len(ballots) - sum(ballots))
    if decide.wait == "all" and outstanding:
        assert known is None
    elif decide.refusal == "ends" and all(ballots) and outstanding:
        reachable = "approved" in ends
        enough = sum(ballots) >= needed(decide, base)
        assert known == ("approved" if enough else None if reachable else "refused")
    else:
        assert known == (ends.pop() if len(ends) == 1 else None)


@given(decide=DECIDES, ballots=BALLOTS.filter(bool), data=st.data())
def test_the_order_of_votes_never_matters_once_everybody_has_voted(
    decide: Decide, ballots: list[bool], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(ballots))
    results = {outcome(decide, len(ballots), sum(each), len(each) - sum(each)) for each in (ballots, other)}
    assert len(results) == 1
    assert results.pop() in ("approved", "refused")


def test_a_percentage_rounds_up_as_the_chain_expects() -> None:
    assert [needed(Decide(need="60%"), base) for base in (5, 4, 1)] == [3, 3, 1]
    assert needed(Decide(need="23%"), 10) == 3


def test_three_of_five_stays_open_until_it_is_reached_or_impossible() -> None:
    decide = Decide(need="3", refusal="counts")
    assert outcome(decide, 5, approvals=2, rejections=2) is None
    assert outcome(decide, 5, approvals=3, rejections=2) == "approved"
    assert outcome(decide, 5, approvals=1, rejections=3) == "refused"


def test_with_wait_all_the_result_comes_only_after_the_last_vote() -> None:
    decide = Decide(need="1", wait="all", refusal="counts")
    assert outcome(decide, 5, approvals=4, rejections=0) is None
    assert outcome(decide, 5, approvals=1, rejections=4) == "approved"


def test_half_against_half_is_a_tie_and_the_definition_says_what_it_means() -> None:
    assert outcome(Decide(need="50%", refusal="counts"), 4, 2, 2) == "refused"
    assert outcome(Decide(need="50%", refusal="counts", tie="approved"), 4, 2, 2) == "approved"
    assert outcome(Decide(need="50%", refusal="counts"), 4, 2, 1) is None


def test_a_need_above_the_number_of_people_is_refused_rather_than_hanging() -> None:
    assert outcome(Decide(need="3"), 2, approvals=0, rejections=0) == "refused"
