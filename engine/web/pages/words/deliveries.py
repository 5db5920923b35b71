"""Words of the page of what is sent outside. Used by this package's door."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Text, text

WORDS: Mapping[str, Text] = {
    "deliveries": text("Messages sent", "外发消息"),
    "deliveries_dead": text("Given up", "已放弃"),
    "deliveries_waiting": text("Waiting", "待发送"),
    "deliveries_delivered": text("Arrived", "已送达"),
    "none_dead": text("Nothing was given up: every message arrived or is still being tried.", "没有已放弃的消息。"),
    "none_waiting": text("Nothing waits to be sent.", "没有待发送的消息。"),
    "none_delivered": text("Nothing has been sent in the last 30 days.", "最近 30 天没有送达的消息。"),
    "dead_about": text(
        "These were tried until it was no use. Send them again when what was wrong has been mended.",
        "这些消息多次发送失败后已放弃。排除原因后可重新发送。",
    ),
    "message": text("Message", "消息"),
    "sent_to": text("To", "接收方"),
    "about_record": text("About", "相关单据"),
    "last_said": text("What came back", "最后结果"),
    "attempts": text("Attempts", "尝试次数"),
    "happened_at": text("Happened", "发生时间"),
    "ended_at": text("Last try", "最后尝试"),
    "next_at": text("Next try", "下次尝试"),
    "arrived_at": text("Arrived at", "送达时间"),
    "send_again": text("Send again", "重新发送"),
    "send_chosen": text("Send the chosen again", "重新发送所选"),
    "send_all": text("Send all of this page again", "重新发送本页全部"),
    "older": text("Older", "更早"),
    "choose_message": text("Choose", "选择"),
    "choose_all_messages": text("Choose all of this page", "选择本页全部"),
}
