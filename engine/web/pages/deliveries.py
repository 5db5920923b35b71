"""What is sent outside and was given up, waits or has arrived; for whoever looks after deliveries. Used by `routes`.

Nothing of what a message says is shown: who looks after deliveries need not see the records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.errors import Text, say, text
from engine.web.answers import Reply
from engine.web.pages.visit import Visit

MOST = 100
STATES = ("dead", "waiting", "delivered")
TOPICS: Mapping[str, Text] = {
    "webhook": text("Webhook", "Webhook 推送"),
    "mail": text("Mail", "邮件"),
    "gathered": text("Gathered for a mail", "待汇总的邮件"),
}
_SAID: tuple[Text, ...] = (
    text("answered {}", "对方返回 {}"),
    text("no answer within {} s", "{} 秒内没有应答"),
    text("no answer ({})", "没有应答（{}）"),
    text("no safe connection ({})", "无法建立安全连接（{}）"),
    text("too large to send", "内容过大，无法发送"),
    text("broke ({})", "发送时出错（{}）"),
    text("refused by the robot ({})", "机器人拒绝（{}）"),
    text("no answer of a robot", "不是机器人的应答"),
    text("no mail address", "没有邮箱地址"),
    text("no mail server is set", "没有设置邮件服务器"),
    text("recipient refused ({})", "收件人被拒绝（{}）"),
    text("refused by the mail server ({})", "邮件服务器拒绝（{}）"),
    text("the mail server did not answer within {} s", "邮件服务器 {} 秒内没有应答"),
    text("the mail server could not be used ({})", "无法使用邮件服务器（{}）"),
    text("accepted by the mail server", "邮件服务器已接收"),
    text("gathered", "已汇总"),
    text("not for this reader", "接收者无权查看"),
)
"""What senders write down, and how it is said in Chinese."""


def page(visit: Visit) -> Reply:
    """Messages of a state, those that were given up unless another is asked for."""
    state = visit.query.get("state", STATES[0])
    cursor = {"cursor": visit.query["cursor"]} if "cursor" in visit.query else {}
    found = visit.get("deliveries", state=state, limit=str(MOST), **cursor)
    forms = {each["form"]: each["title"] for each in visit.get("forms")["items"]}
    told = {
        "state": state,
        "states": STATES,
        "items": [_line(each, forms, visit.language) for each in found["items"]],
        "next": found["next"],
        "again": state == STATES[0] and "resend" in visit.get("me")["deliveries"],
    }
    return visit.shown("deliveries.html", told=told)


def _line(each: Mapping[str, Any], forms: Mapping[str, str], language: str) -> dict[str, Any]:
    target, record = each["target"], each["record"]
    topic = TOPICS.get(each["topic"])
    return {
        **each,
        "what": say(topic, language) if topic else each["topic"],
        "to": target["title"] or target["code"] or "–",
        "form": forms.get(record["form"]),
        "said": said(each["said"], language),
    }


def said(words: str | None, language: str) -> str:
    """What a sender wrote down, in the language of the page; what is not known is shown as it stands."""
    if not words:
        return "–"
    known = ((_pattern(each["en"]).fullmatch(words), each) for each in _SAID)
    return next((say(each, language).format(*match.groups()) for match, each in known if match), words)


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.escape(sentence).replace(r"\{\}", "(.+)"))
