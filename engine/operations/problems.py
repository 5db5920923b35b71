"""A refusal as the problem document of the HTTP contract (RFC 9457). Used by `batch`, `acting` (bulk), and the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Fault, Kind, Refusal, Text, say, text

TITLES: Mapping[Kind, Text] = {
    Kind.INVALID: text("The request is not right", "请求有误"),
    Kind.RIGHT: text("Not allowed", "没有权限"),
    Kind.RULE: text("A rule says no", "不符合规则"),
    Kind.CONFLICT: text("Not as you saw it", "内容或状态已不同"),
    Kind.NOT_FOUND: text("Not found", "未找到"),
    Kind.LIMIT: text("Too much", "超出限制"),
    Kind.UNAVAILABLE: text("Not available now", "暂不可用"),
}


def problem(refusal: Refusal, language: str) -> dict[str, Any]:
    """The body of the answer, in the reader's language."""
    faults = refusal.faults or (Fault("", refusal.code, refusal.says),)
    body: dict[str, Any] = {
        "type": f"/api/docs#{refusal.kind}",
        "title": say(TITLES[refusal.kind], language),
        "status": refusal.status,
        "detail": say(refusal.says, language),
        "kind": str(refusal.kind),
        "errors": [_error(each, language) for each in faults],
    }
    if refusal.rule:
        body["rule"] = refusal.rule
    if refusal.who:
        body["who"] = list(refusal.who)
    return body


def _error(fault: Fault, language: str) -> dict[str, Any]:
    error: dict[str, Any] = {"path": fault.path, "code": fault.code, "message": say(fault.says, language)}
    if fault.row:
        error["row"] = fault.row
    error |= _listed(fault)
    return error


def _listed(fault: Fault) -> dict[str, Any]:
    """How many, and some of them, where a fault tells what is in the way."""
    return {name: fault.params[name] for name in ("count", "records", "tasks") if name in fault.params}


def remember(refusal: Refusal) -> dict[str, Any]:
    """What an idempotency key keeps of a refusal: kind, codes, paths and words in every language."""
    return {
        "kind": str(refusal.kind),
        "code": refusal.code,
        "says": dict(refusal.says),
        "status": refusal.status,
        "rule": refusal.rule,
        "who": list(refusal.who),
        "faults": [
            {"path": each.path, "code": each.code, "says": dict(each.says), "row": each.row, "params": _listed(each)}
            for each in refusal.faults
        ],
    }


def recall(kept: Mapping[str, Any]) -> Refusal:
    """The refusal that a key remembers."""
    return Refusal(
        Kind(kept["kind"]),
        kept["code"],
        kept["says"],
        faults=[
            Fault(each["path"], each["code"], each["says"], each["row"], each.get("params", {}))
            for each in kept["faults"]
        ],
        status=kept["status"],
        rule=kept["rule"],
        who=kept["who"],
    )
