"""How people go through a process on its pages: choose a record, take an action, find their task. Used by walks."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def chooses(page: Page, label: str, code: str) -> None:
    """Types a code as a scanner would, and is given the record."""
    box = page.get_by_label(label, exact=True)
    box.fill(code)
    box.press("Enter")
    expect(box).to_have_value(re.compile(f"^{code} "))


def acts(page: Page, action: str, state: str | None = None, *, asks: bool = True, because: str = "") -> None:
    """Takes an action by its button, and by its dialogue where it asks something or cannot be undone.

    What is not the next thing to do stands in a menu. `because` answers the first thing that the dialogue asks.
    """
    button = page.locator(f".acts [data-action={action}]")
    expect(button).to_be_attached()
    if page.locator(f".menu [data-action={action}]").count():
        page.locator(".menu summary").click()
    button.click()
    if because:
        page.locator("dialog input").first.fill(because)
    if asks:
        page.locator("dialog button:not([type=button])").click()
    expect(page.locator("dialog")).to_have_count(0)
    if state is not None:
        expect(page.locator("main .head .pill").first).to_have_text(state)


def task_of(page: Page, record: str) -> str:
    """The task of a record, as the person who has it is told."""
    found = page.evaluate("async () => (await (await fetch('/api/tasks?limit=500')).json()).items")
    return next(each["id"] for each in found if each["record"]["id"] in record)
