"""What goes back over HTTP: JSON, problem documents (RFC 9457) and headers. Used by every module of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson

from engine.errors import Kind, Refusal, not_found, text
from engine.operations import problems
from engine.operations.calls import Answer

PROBLEM = "application/problem+json"
JSON = "application/json"
YAML = "application/yaml"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, whole; `pieces` instead of `body` for what is sent bit by bit."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes] | None = None


def json_reply(answer: Answer) -> Reply:
    """An operation's answer; a body with a revision is given an `ETag`."""
    headers = dict(answer.headers)
    body = answer.body
    if isinstance(body, dict) and isinstance(body.get("revision"), int) and "ETag" not in headers:
        headers["ETag"] = f'"{body["revision"]}"'
    if body is None:
        return Reply(answer.status, headers=headers)
    return Reply(answer.status, orjson.dumps(body), JSON, headers)


def text_reply(answer: Answer, accept: str | None) -> Reply | None:
    """The text of a definition as YAML, where somebody asks for that (`Accept: application/yaml`) and it is one."""
    wanted = accept is not None and any(each.split(";")[0].strip().lower() == YAML for each in accept.split(","))
    words = answer.body.get("text") if wanted and isinstance(answer.body, dict) and "kind" in answer.body else None
    if not isinstance(words, str):
        return None
    return Reply(answer.status, words.encode(), f"{YAML}; charset=utf-8", dict(answer.headers))


def problem(refusal: Refusal, language: str) -> Reply:
    """A refusal in the caller's language. What is not found is answered alike whatever it was, to the byte."""
    if refusal.kind is Kind.NOT_FOUND:
        refusal = not_found()
    document = problems.problem(refusal, language)
    return Reply(refusal.status, orjson.dumps(document), PROBLEM, _headers(refusal))


def _headers(refusal: Refusal) -> dict[str, str]:
    headers: dict[str, str] = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="chainstock"'
    if refusal.status == 429:
        wait = next((fault.params["wait"] for fault in refusal.faults if "wait" in fault.params), 1)
        headers["Retry-After"] = str(wait)
    if refusal.status == 503:
        headers["Retry-After"] = "2"
    if refusal.status in (408, 413):
        headers["Connection"] = "close"
    return headers


def not_signed_in() -> Refusal:
    """Nobody is signed in, or the token names nobody."""
    says = text("Please sign in.", "请先登录。")
    return Refusal(Kind.RIGHT, "not_signed_in", says, status=401)


def wrong_method(allowed: Iterable[str], language: str) -> Reply:
    """The path exists, the method does not."""
    says = text("This cannot be done to this address.", "该地址不支持此方法。")
    reply = problem(Refusal(Kind.INVALID, "method", says, status=405), language)
    return Reply(reply.status, reply.body, reply.media_type, {"Allow": ", ".join(allowed)})


def too_large(limit: int) -> Refusal:
    """The body is larger than this address takes."""
    says = text(f"The body is larger than {limit} bytes.", f"请求体超过 {limit} 字节。")
    return Refusal(Kind.LIMIT, "too_large", says, status=413)


def unexpected(identity: str, language: str) -> Reply:
    """Something broke. The log knows what, under this id; the caller is told nothing of it."""
    says = text(f"Something went wrong here (id {identity}).", f"系统出现错误（编号 {identity}）。")
    return problem(Refusal(Kind.UNAVAILABLE, "unexpected", says, status=500), language)


def disposition(name: str) -> str:
    """`Content-Disposition` for a download, with any name (RFC 6266)."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "._- ") else "_" for each in name)
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
