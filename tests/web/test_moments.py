"""Moments are told in the zone of the chain, near ones by how long ago, in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.web.pages.moments import Moments, moments_in, written_day

NOW = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)


def _by(language: str, zone: str = "Asia/Shanghai") -> Moments:
    return moments_in(zone, language, NOW)


def _at(**away: int) -> str:
    return (NOW + timedelta(**away)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("away", "en", "zh"),
    [
        ({"seconds": 0}, "just now", "刚刚"),
        ({"seconds": -44}, "just now", "刚刚"),
        ({"seconds": -45}, "1 min ago", "1分钟前"),
        ({"seconds": -119}, "1 min ago", "1分钟前"),
        ({"minutes": -59}, "59 min ago", "59分钟前"),
        ({"minutes": -60}, "1 h ago", "1小时前"),
        ({"hours": -23}, "23 h ago", "23小时前"),
        ({"days": -1}, "1 d ago", "1天前"),
        ({"days": -6, "hours": -23}, "6 d ago", "6天前"),
        ({"days": -7}, "25 Mar 2026", "2026年3月25日"),
        ({"minutes": 5}, "in 5 min", "5分钟后"),
        ({"hours": 30}, "in 1 d", "1天后"),
        ({"days": 400}, "6 May 2027", "2027年5月6日"),
    ],
)
def test_near_moments_are_told_by_how_far_they_are(away: dict[str, int], en: str, zh: str) -> None:
    assert _by("en").told(_at(**away), "ago") == en
    assert _by("zh").told(_at(**away), "due") == zh


def test_other_moments_are_told_by_day_and_time_where_the_chain_is() -> None:
    assert _by("en").told(_at()) == "1 Apr 2026 00:30"
    assert _by("zh").told(_at()) == "2026年4月1日 00:30"
    assert _by("en", "America/New_York").told(_at()) == "31 Mar 2026 12:30"


@pytest.mark.parametrize(
    ("zone", "exact"),
    [
        ("Asia/Shanghai", "1 Apr 2026 00:30:00 (UTC+8)"),
        ("America/New_York", "31 Mar 2026 12:30:00 (UTC-4)"),
        ("Asia/Kolkata", "31 Mar 2026 22:00:00 (UTC+5:30)"),
        ("UTC", "31 Mar 2026 16:30:00 (UTC+0)"),
        ("No/Where", "31 Mar 2026 16:30:00 (UTC+0)"),
        ("../etc/passwd", "31 Mar 2026 16:30:00 (UTC+0)"),
    ],
)
def test_the_exact_moment_names_its_zone(zone: str, exact: str) -> None:
    assert _by("en", zone).exact(_at()) == exact


def test_what_is_no_moment_or_day_stays_as_it_is() -> None:
    told = _by("en")
    assert [told.told("soon"), told.exact("soon"), told.over("soon")] == ["soon", "soon", False]
    assert written_day("some day", "en") == "some day"
    assert [written_day("2026-02-09", each) for each in ("en", "zh")] == ["9 Feb 2026", "2026年2月9日"]


def test_a_moment_is_over_when_it_is_past() -> None:
    told = _by("en")
    assert told.over(_at(seconds=-1))
    assert not told.over(_at(seconds=1))
    assert told.zone == ZoneInfo("Asia/Shanghai")
