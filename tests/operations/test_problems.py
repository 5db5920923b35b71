"""A refusal as its document, and as a key remembers it: the same to the byte, in any language in which it is asked."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import LANGUAGES, STATUS, Fault, Kind, Refusal, conflict, forbidden, invalid, not_found, rule, text
from engine.operations.problems import TITLES, problem, recall, remember

SAID = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
WORDS = st.builds(text, SAID, SAID)
FAULTS = st.builds(Fault, st.sampled_from(["", "/a", "/lines/2/shipped", "/lines/0"]), SAID, WORDS, st.none() | SAID)
REFUSALS = st.builds(
    lambda kind, code, says, faults, status, named, who: Refusal(
        kind, code, says, faults=faults, status=status, rule=named, who=who
    ),
    st.sampled_from(list(Kind)),
    SAID,
    WORDS,
    st.lists(FAULTS, max_size=3),
    st.none() | st.sampled_from([401, 412, 428, 429]),
    st.none() | SAID,
    st.lists(SAID, max_size=2),
)


@settings(max_examples=50)
@given(REFUSALS, st.sampled_from(LANGUAGES))
def test_what_a_key_remembers_is_answered_again_to_the_byte(refusal: Refusal, language: str) -> None:
    kept = orjson.loads(orjson.dumps(remember(refusal)))
    again = recall(kept)
    assert orjson.dumps(problem(again, language)) == orjson.dumps(problem(refusal, language))
    assert (again.kind, again.code, again.status) == (refusal.kind, refusal.code, refusal.status)
    assert remember(again) == remember(refusal)


@settings(max_examples=50)
@given(REFUSALS, st.sampled_from(LANGUAGES))
def test_a_document_has_what_the_contract_says_and_at_least_one_fault(refusal: Refusal, language: str) -> None:
    document = problem(refusal, language)
    assert set(document) - {"rule", "who"} == {"type", "title", "status", "detail", "kind", "errors"}
    assert document["type"] == f"/api/docs#{document['kind']}"
    assert (document["status"], document["detail"]) == (refusal.status, refusal.says[language])
    assert ("rule" in document, "who" in document) == (bool(refusal.rule), bool(refusal.who))
    assert [each["message"] for each in document["errors"]] == [
        each.says[language] for each in refusal.faults or (Fault("", refusal.code, refusal.says),)
    ]
    told = [each.get("row") for each in document["errors"]]
    assert told == ([each.row for each in refusal.faults] or [None])


@pytest.mark.parametrize(
    ("refusal", "status", "kind"),
    [
        (invalid([]), 422, "invalid"),
        (forbidden(), 403, "right"),
        (Refusal(Kind.RIGHT, "not_signed_in", text("a", "b"), status=401), 401, "right"),
        (rule("short", text("a", "b")), 409, "rule"),
        (conflict("busy", text("a", "b")), 409, "conflict"),
        (conflict("stale", text("a", "b"), 412), 412, "conflict"),
        (conflict("no_revision", text("a", "b"), 428), 428, "conflict"),
        (not_found(), 404, "not_found"),
        (Refusal(Kind.LIMIT, "too_large", text("a", "b")), 413, "limit"),
        (Refusal(Kind.LIMIT, "too_many", text("a", "b"), status=429), 429, "limit"),
        (Refusal(Kind.UNAVAILABLE, "unavailable", text("a", "b")), 503, "unavailable"),
    ],
)
def test_each_kind_has_the_status_of_the_contract(refusal: Refusal, status: int, kind: str) -> None:
    document = problem(refusal, "en")
    assert (document["status"], document["kind"]) == (status, kind)


def test_every_kind_has_a_status_and_a_title_in_each_language() -> None:
    assert set(STATUS) == set(TITLES) == set(Kind)
    for language in LANGUAGES:
        assert len({words[language] for words in TITLES.values()}) == len(Kind)


@pytest.mark.parametrize(("words", "told"), [({"zh": "甲"}, "甲"), ({"en": "a"}, "a"), ({}, ""), ({"fr": "à"}, "à")])
def test_a_sentence_that_lacks_a_language_is_said_in_another(words: dict[str, str], told: str) -> None:
    assert problem(Refusal(Kind.RULE, "guard", words), "zh")["detail"] == told
