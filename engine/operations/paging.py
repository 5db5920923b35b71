"""What every list is asked alike: known words, how many, after what. Used by every verb that answers a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.errors import Kind, Refusal, invalid_at, text

USUAL = 50
MOST = 500
LONGEST_NUMBER = 18


def known_only(query: Mapping[str, str], known: Collection[str], prefix: str | None = None) -> None:
    """Refused when something is asked that is no parameter here; with `prefix`, what begins with it is one."""
    for name in query:
        if name not in known and not (prefix and name.startswith(prefix)):
            says = text("There is no such parameter.", "没有此参数。")
            raise invalid_at(f"/{name[:80]}", "unknown_parameter", says)


def read_limit(query: Mapping[str, str]) -> int:
    """`limit`: 1 to 500; above is refused as too much, anything else as invalid."""
    sent = query.get("limit")
    if sent is None:
        return USUAL
    if not (sent.isascii() and sent.isdigit()) or not sent.strip("0"):
        raise invalid_at("/limit", "bad_limit", text("A number from 1 to 500.", "应为 1 到 500 之间的数字。"))
    if len(sent) > LONGEST_NUMBER or int(sent) > MOST:
        raise Refusal(Kind.LIMIT, "limit", text("At most 500 at once.", "一次最多 500 条。"))
    return int(sent)


def counted(sent: str) -> int:
    """A number in a page mark; refused when it is none that we could have given."""
    if not (sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_NUMBER):
        raise bad_cursor()
    return int(sent)


def bad_cursor() -> Refusal:
    """What is no page mark of ours."""
    return invalid_at("/cursor", "bad_cursor", text("This page mark is not ours.", "分页标记无效。"))
