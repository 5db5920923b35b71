"""What goes back: the text of a definition as YAML where that is asked for, JSON everywhere else."""

from __future__ import annotations

import pytest

from engine.operations.calls import Answer
from engine.web.answers import text_reply

DEFINITION = {"kind": "form", "name": "memo", "text": "format: 1\n# 备注\n"}


@pytest.mark.parametrize("accept", ["application/yaml", "Application/YAML;q=0.9", "text/html, application/yaml"])
def test_a_definition_is_sent_as_yaml_with_its_tag_where_that_is_asked_for(accept: str) -> None:
    reply = text_reply(Answer(200, DEFINITION, {"ETag": '"3"'}), accept)
    assert reply is not None
    assert (reply.status, reply.body.decode(), reply.media_type) == (
        200,
        DEFINITION["text"],
        "application/yaml; charset=utf-8",
    )
    assert reply.headers == {"ETag": '"3"'}


@pytest.mark.parametrize(
    ("body", "accept"),
    [
        (DEFINITION, None),
        (DEFINITION, "application/json"),
        (DEFINITION, "*/*"),
        ({"text": "of a record"}, "application/yaml"),
        ({"kind": "form", "text": 1}, "application/yaml"),
        ([DEFINITION], "application/yaml"),
        (None, "application/yaml"),
    ],
)
def test_everything_else_is_json(body: object, accept: str | None) -> None:
    assert text_reply(Answer(200, body), accept) is None
