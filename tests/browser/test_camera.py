"""Codes are read by the camera: into rows, into a field, and to see what something is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE, WINDOWS, People, browsing
from tests.browser.films import film
from tests.browser.test_forms import begins, saved
from tests.serving import Server

UPC = "012345678905"
"""Printed with 12 digits; a camera may read it as an EAN of 13."""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees a film: two codes, and a GTIN."""
    shown = (("code128", "A100"), ("code128", "B200"), ("ean13", f"0{UPC}"))
    seen = film(tmp_path_factory.mktemp("camera") / "seen.y4m", shown)
    with browsing(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={seen}",
    ) as browser:
        yield browser


def test_rows_are_counted_by_the_camera_and_one_sight_is_one_piece(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE)
    begins(clerk)
    clerk.locator("[data-camera-open]").last.click()
    expect(clerk.locator("[data-camera=on]")).to_be_visible()
    expect(clerk.locator("[data-scanned]")).to_contain_text("B200")
    rows = {clerk.get_by_label(f"Item {each}", exact=True).input_value()[:4]: each for each in (1, 2)}
    assert set(rows) == {"A100", "B200"}
    first = clerk.get_by_label(f"Requested {rows['A100']}", exact=True)
    assert first.input_value() == "1", "each of its ten pictures a second showed the same piece"
    expect(first).to_have_value("2", timeout=30_000)
    clerk.get_by_role("button", name="Close the camera").click()
    expect(clerk.locator("video")).to_have_count(0)
    saved(clerk)


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_what_is_scanned_is_told_with_what_is_there_of_it(
    people: People, pages: Server, size: tuple[int, int], language: str
) -> None:
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/scan")
    expect(clerk.locator("[data-code]")).to_be_visible()
    if not clerk.locator("[data-camera]").count():
        clerk.locator("[data-camera-open]").click()
    there = pages.be("clerk1").on_hand("A100", "S01")
    assert there != "0"
    thing = clerk.locator(".thing", has_text="A100").first
    expect(thing.locator(".number")).to_contain_text(there)
    thing.locator("a.line").click()
    expect(clerk.locator(".big .sum")).to_contain_text(there)


def test_a_gtin_is_found_however_many_zeros_stand_before_it(people: People, pages: Server) -> None:
    keeper = pages.be("bmgr")
    item = keeper.get("records/item", q="B201")["items"][0]
    body = {"barcodes": [{"barcode": UPC}]}
    answer = keeper.send("PATCH", f"records/item/{item['id']}", body, **{"If-Match": f'"{item["revision"]}"'})
    assert answer.status_code == 200, answer.text
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto("/scan")
    expect(clerk.locator(".thing", has_text="B201")).to_be_visible(timeout=30_000)


def test_the_camera_is_let_go_when_it_is_closed(people: People) -> None:
    clerk = people.sign_in("clerk1", PHONE)
    clerk.goto("/scan")
    expect(clerk.locator("[data-camera=on]")).to_be_visible()
    track = clerk.evaluate_handle("() => document.querySelector('video').srcObject.getVideoTracks()[0]")
    assert track.evaluate("(it) => it.readyState") == "live"
    clerk.get_by_role("button", name="Close the camera").click()
    expect(clerk.locator("video")).to_have_count(0)
    assert track.evaluate("(it) => it.readyState") == "ended"
