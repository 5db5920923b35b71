"""Pictures, files and signatures: how far a file is, calling it off, what cannot be used, and a name drawn by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, WINDOWS, People
from tests.images import red_png
from tests.serving import Server

STROKE = [(20, 120), (60, 30), (100, 120), (140, 40), (200, 100)]


def chooses_picture(page: Page, name: str = "door.png", content: bytes | None = None) -> None:
    """Picks a file for the field `photo`."""
    file = {"name": name, "mimeType": "image/png", "buffer": red_png() if content is None else content}
    page.locator("[data-field=photo] [data-file]").set_input_files(file)


def test_a_file_under_way_is_seen_and_called_off(people: People) -> None:
    clerk = people.sign_in("bmgr", DESK, "en")
    clerk.goto("/records/item/new")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    clerk.route("**/api/attachments", hold)
    chooses_picture(clerk)
    photo = clerk.locator("[data-field=photo]")
    expect(photo.locator("progress")).to_be_visible()
    expect(photo).to_contain_text("door.png")
    photo.get_by_role("button", name="Cancel").click()
    expect(photo.locator("progress")).to_have_count(0)
    expect(photo.locator("img")).to_have_count(0)
    clerk.unroute("**/api/attachments", hold)
    chooses_picture(clerk)
    expect(photo.locator("img")).to_be_visible()
    photo.get_by_role("button", name="Remove").click()
    expect(photo.locator("img")).to_have_count(0)


def test_what_is_no_picture_is_refused_beside_its_field(people: People) -> None:
    clerk = people.sign_in("bmgr", DESK, "en")
    clerk.goto("/records/item/new")
    chooses_picture(clerk, content=b"<html><script>alert(1)</script></html>")
    expect(clerk.locator("[data-field=photo] .fault")).to_be_visible()
    expect(clerk.locator("[data-field=photo] img")).to_have_count(0)


def signs(pages: Server, account: str, part: str, record: str) -> None:
    """Somebody signs his part of a write-off."""
    tasks = pages.be(account).get("tasks", limit="500")["items"]
    task = next(each["id"] for each in tasks if each["record"]["id"] == record)
    pages.be(account).does(
        f"tasks/{task}/approve", {"asks": {f"{part}_signature": {"typed": pages.be(account).get("me")["name"]}}}
    )


def test_what_was_missing_is_wrong_no_more_when_it_is_given(people: People, pages: Server) -> None:
    """In a dialogue each fault goes with its own field, what is said over them with the last."""
    values = {"store": {"code": "S01"}, "reason": "broken", "lines": [{"item": {"code": "A100"}, "quantity": "1"}]}
    record = pages.be("clerk1").makes("write_off", values, "submit")
    signs(pages, "mgr1", "manager", record)
    signs(pages, "sec1", "witness", record)
    manager = people.sign_in("mgr1", PHONE, "en")
    manager.goto(f"/records/write_off/{record}")
    manager.locator("[data-action=destroy]").first.click()
    dialogue = manager.locator("dialog")
    send = dialogue.locator(".acts .primary")
    send.click()
    expect(dialogue.locator(".fault")).to_have_text(["This is needed.", "This is needed."])
    file = {"name": "proof.png", "mimeType": "image/png", "buffer": red_png()}
    dialogue.locator("[data-file]").set_input_files(file)
    expect(dialogue.locator("img")).to_be_visible()
    expect(dialogue.locator(".fault")).to_have_count(1)
    dialogue.get_by_label("Who was there").fill("Li, Wang")
    expect(dialogue.locator(".fault")).to_have_count(0)
    expect(dialogue.get_by_role("alert")).to_have_count(0)
    manager.context.set_offline(True)
    send.click()
    expect(dialogue.get_by_role("alert")).to_contain_text("press again when the line is back")
    manager.context.set_offline(False)
    expect(dialogue.get_by_role("alert")).to_have_count(0)
    send.click()
    expect(dialogue).to_have_count(0)
    assert pages.be("mgr1").get(f"records/write_off/{record}")["state"] == "destroyed"
    people.complaints[:] = [each for each in people.complaints if "ERR_INTERNET_DISCONNECTED" not in each]


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_delivery_is_signed_by_hand(people: People, pages: Server, size: tuple[int, int], language: str) -> None:
    line = {"item": {"code": "A100"}, "requested": "1"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    record = pages.be("clerk1").makes("transfer", values, "submit")
    pages.be("mgr1").decides("transfer")
    pages.be("clerk1").takes("transfer", record, "ship")
    row = pages.be("clerk2").get(f"records/transfer/{record}")["values"]["lines"][0]["row"]
    body = {"lines": [{"row": row, "received": "1", "damaged": "0"}]}
    revision = pages.be("clerk2").get(f"records/transfer/{record}")["revision"]
    answer = pages.be("clerk2").send("PATCH", f"records/transfer/{record}", body, **{"If-Match": f'"{revision}"'})
    assert answer.status_code == 200, answer.text
    clerk = people.sign_in("clerk2", size, language)
    clerk.goto(f"/records/transfer/{record}")
    draw, take, receive = ("Draw", "Take this", "receive") if language == "en" else ("手写", "采用", "receive")
    clerk.locator(f"[data-action={receive}]").first.click()
    dialogue = clerk.locator("dialog")
    dialogue.get_by_role("button", name=draw, exact=True).click()
    expect(dialogue.get_by_role("button", name=take)).to_be_disabled()
    box = dialogue.locator("canvas").bounding_box()
    assert box is not None
    clerk.mouse.move(box["x"] + STROKE[0][0], box["y"] + STROKE[0][1])
    clerk.mouse.down()
    for x, y in STROKE[1:]:
        clerk.mouse.move(box["x"] + x, box["y"] + y)
    clerk.mouse.up()
    if language == "zh":
        dialogue.get_by_role("button", name=take).click()
        expect(dialogue.locator("img")).to_be_visible()
    dialogue.locator(".primary").last.click()
    expect(dialogue).to_have_count(0)
    assert pages.be("clerk2").get(f"records/transfer/{record}")["state"] == "done"
    picture = clerk.locator("main .file img").first
    expect(picture).to_be_visible()
    address = picture.get_attribute("src") or ""
    assert re.fullmatch(r"/api/attachments/[0-9a-f-]{36}", address)
    seen = {who: pages.be(who).client.get(address).status_code for who in ("mgr1", "mgr2", "mgr3", "vendor1")}
    assert seen == {"mgr1": 200, "mgr2": 200, "mgr3": 404, "vendor1": 404}
