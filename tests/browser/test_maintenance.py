"""A process that nobody had when the pages were written: a repair with a photo, through generated pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WINDOWS, People, small_server
from tests.browser.laying import lay
from tests.browser.test_transfer import acts
from tests.docs.test_docs import FIRST, blocks
from tests.images import red_png
from tests.serving import Server, command, environment

LIBRARY = Path(__file__).parents[1] / "libraries" / "maintenance"
WORDS = {
    "en": {
        "subject": "Subject",
        "urgency": "Urgency",
        "photo": "Photo",
        "what": "Or what else",
        "quantity": "Quantity",
    },
    "zh": {"subject": "标题", "urgency": "紧急程度", "photo": "照片", "what": "其他配件", "quantity": "数量"},
}
MORE = {
    "en": {
        "price": "Estimated price",
        "report": "What was done",
        "on": "Done on",
        "done": "Done",
        "working": "Work in progress",
    },
    "zh": {"price": "预估单价", "report": "维修记录", "on": "完成日期", "done": "已完成", "working": "维修中"},
}


@pytest.fixture(scope="module")
def pages(small_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the chain `small`, into whose database the process is published while it runs."""
    folder = tmp_path_factory.mktemp("maintenance")
    with small_server(small_sqlite, folder) as server:
        env = environment(f"sqlite:///{folder / 'pages.db'}", folder / "data")
        done = command("publish", str(LIBRARY), env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        server.be("fin1").makes("limit", {"form": "maintenance", "level": "store", "amount": "5000.00"})
        yield server


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_a_repair_is_asked_for_approved_and_done(people: People, size: tuple[int, int], language: str) -> None:
    words = WORDS[language] | MORE[language]
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto("/records/maintenance/new")
    clerk.get_by_label(words["subject"], exact=True).fill("冷库门坏了")
    clerk.get_by_label(words["urgency"], exact=True).select_option("high")
    clerk.get_by_label(f"{words['what']} 1", exact=True).fill("Hinge")
    clerk.get_by_label(f"{words['quantity']} 1", exact=True).fill("2")
    clerk.get_by_label(f"{words['price']} 1", exact=True).fill("640.00")
    expect(clerk.locator("tr[data-row]").first).to_contain_text(re.compile(r"1,?280"))
    clerk.locator("[data-action=submit]").click()
    expect(clerk.locator("[data-field=photo] .fault")).to_be_visible()
    photo = clerk.locator("[data-field=photo] input[type=file]")
    with clerk.expect_response("**/api/attachments"):
        photo.set_input_files({"name": "door.png", "mimeType": "image/png", "buffer": red_png()})
    expect(clerk.locator("[data-field=photo] .fault")).to_have_count(0)
    clerk.locator("[data-action=submit]").click()
    expect(clerk).to_have_url(re.compile(r"/records/maintenance/[0-9a-f-]{36}$"))
    record = clerk.url

    manager = people.sign_in("mgr1", size, language)
    manager.goto("/tasks")
    manager.locator("a.task", has_text=re.compile("MR-S01-")).last.click()
    acts(manager, "approve")

    worker = people.sign_in("clerk1b", size, language)
    worker.goto(record)
    acts(worker, "begin", words["working"], asks=False)
    worker.goto(f"{record}/edit")
    worker.get_by_label(words["report"], exact=True).fill("new hinge")
    worker.get_by_label(words["on"], exact=True).fill("2026-01-02")
    worker.locator("[data-action=save]").click()
    expect(worker).to_have_url(record)
    acts(worker, "finish", words["done"])
    expect(worker.locator("main img").first).to_be_visible()


@pytest.fixture(scope="module")
def tutorial(pages: Server) -> Server:
    """The same server, with the form, workflow and rights that the administrator's first page writes."""
    texts = blocks(FIRST)
    (form,) = (each for each in texts if each.startswith("format: 1\nform:"))
    (flow,) = (each for each in texts if each.startswith("format: 1\nworkflow:"))
    (rights,) = (each for each in texts if each.startswith("p, clerk"))
    lay(pages, form, flow, policy=rights.splitlines())
    return pages


@pytest.mark.parametrize(("size", "language"), WINDOWS)
def test_what_an_action_lets_one_write_is_filled_in_with_it(
    people: People, tutorial: Server, size: tuple[int, int], language: str
) -> None:
    part = {"name": "Hinge", "pieces": 1, "price": "20"}
    asked = tutorial.be("clerk1").makes("repair", {"what": "Door", "urgency": "low", "parts": [part]}, "submit")
    (task,) = [each for each in tutorial.be("mgr1").get("tasks")["items"] if each["record"]["id"] == asked]
    tutorial.be("mgr1").does(f"tasks/{task['id']}/approve", {})
    told = tutorial.be("clerk1").get(f"records/repair/{asked}", actions="all")
    assert [(each["name"], each.get("fills")) for each in told["actions"] if each["name"] == "finish"] == [
        ("finish", True)
    ]
    clerk = people.sign_in("clerk1", size, language)
    clerk.goto(f"/records/repair/{asked}")
    clerk.locator("[data-action=finish]").click()
    expect(clerk).to_have_url(re.compile(rf"{asked}/edit\?action=finish$"))
    expect(clerk.locator("[data-action=save]")).to_have_count(0)
    clerk.locator("[data-action=finish]").click()
    expect(clerk.locator("[data-field=done_on] .fault")).to_be_visible()
    clerk.locator("[data-field=done_on] input").fill("2026-01-02")
    clerk.locator("[data-action=finish]").click()
    clerk.locator("dialog .primary").click()
    expect(clerk).to_have_url(re.compile(rf"{asked}$"))
    assert tutorial.be("clerk1").get(f"records/repair/{asked}")["state"] == "done"
