"""What the group robots of 企业微信, 钉钉 and 飞书 are sent, signed by rules worked out here by another way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.delivery.robots import refusal_of, request_of
from engine.records.parcels import Opens, Parcel

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
PARCEL = Parcel(
    "k1", "https://robot.example/send", "standard", (Opens("SEC1", "T&1"),), "news", 1, {"id": "r1"}, "下雨了"
)


def by_hand(key: str, message: str) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()


def test_wecom_is_told_its_key_and_words_and_no_more_than_it_takes() -> None:
    request = request_of(replace(PARCEL, format="wecom", words="雨" * 2000), NOW)
    assert request.url == "https://robot.example/send?key=T%261"
    said = json.loads(request.body)
    assert said["msgtype"] == "text"
    assert said["text"]["content"] == "雨" * 682
    already = request_of(replace(PARCEL, format="wecom", url="https://robot.example/send?x=1"), NOW)
    assert already.url == "https://robot.example/send?x=1&key=T%261"


def test_dingtalk_is_signed_in_its_address() -> None:
    request = request_of(replace(PARCEL, format="dingtalk"), NOW)
    told = parse_qs(urlsplit(request.url).query)
    signed = by_hand("SEC1", f"{SECONDS}000\nSEC1")
    assert told == {"access_token": ["T&1"], "timestamp": [f"{SECONDS}000"], "sign": [signed]}
    assert json.loads(request.body) == {"msgtype": "text", "text": {"content": "下雨了"}}
    unsigned = request_of(replace(PARCEL, format="dingtalk", secrets=(Opens("", "T1"),)), NOW)
    assert unsigned.url == "https://robot.example/send?access_token=T1"


def test_feishu_is_signed_in_its_body() -> None:
    request = request_of(replace(PARCEL, format="feishu", secrets=(Opens("SEC1", "T1"),)), NOW)
    assert request.url == "https://robot.example/send/T1"
    assert json.loads(request.body) == {
        "timestamp": SECONDS,
        "sign": by_hand(f"{SECONDS}\nSEC1", ""),
        "msg_type": "text",
        "content": {"text": "下雨了"},
    }
    assert set(json.loads(request_of(replace(PARCEL, format="feishu", secrets=(Opens(""),)), NOW).body)) == {
        "msg_type",
        "content",
    }


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', None),
        (b'{"code":0}', None),
        (b'{"StatusCode":0}', None),
        (b'{"errcode":310000}', "refused by the robot (310000)"),
        (b'{"code":19021}', "refused by the robot (19021)"),
        (b"[]", "refused by the robot (None)"),
        (b"<html>", "no answer of a robot"),
        (b"", "no answer of a robot"),
    ],
)
def test_a_robot_that_answers_200_may_still_refuse(answer: bytes, refused: str | None) -> None:
    assert refusal_of("feishu", answer) == refused
    assert refusal_of("standard", answer) is None
