"""Every page as everybody who may open it: no complaint, whole at each size, accessible, nothing hidden in it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WINDOWS, People
from tests.house.source import ROOT

AXE = ROOT / "templates" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})).violations"
PLAIN = ("/", "/tasks", "/stock", "/scan", "/scan?code=A100", "/new", "/me", "/notices", "/password", "/search?q=A100")


def paths_of(page: Page) -> list[str]:
    """Every page that the navigation leads this person to, a first record of each list, and its form."""
    forms = page.evaluate("async () => (await (await fetch('/api/forms')).json()).items.map((each) => each.form)")
    found = [*PLAIN, "/stock?item=A100"]
    for form in forms:
        found.append(f"/records/{form}")
        first = page.evaluate(
            "async (form) => (await (await fetch(`/api/records/${form}?limit=1`)).json()).items.map((each) => each.id)",
            form,
        )
        found += [f"/records/{form}/{record}" for record in first]
    me = page.evaluate("async () => (await (await fetch('/api/me')).json())")
    may, found = me["may"], [*found, *(["/waiting"] if me["oversees"] else [])]
    found += ["/deliveries", "/deliveries?state=delivered"] if me["deliveries"] else []
    found += ["/definitions/preview"] if me["previews"] else []
    return found + [f"/records/{form}/new" for form, words in may.items() if "create" in words]


UNSTUCK = "() => document.querySelectorAll('.stick').forEach((each) => { each.style.position = 'static' })"


@pytest.mark.parametrize(("size", "language"), WINDOWS)
@pytest.mark.parametrize("account", ["clerk1", "mgr1", "adm"])
def test_every_page_opens_whole_and_in_order(
    people: People, account: str, size: tuple[int, int], language: str
) -> None:
    page = people.sign_in(account, size, language)
    axe = AXE.read_text()
    for path in paths_of(page):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator(".skeleton")).to_have_count(0)
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        page.evaluate(UNSTUCK)  # what the bar covers scrolls out of it; axe would call what shows of it too small
        page.evaluate(axe)
        broken = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in page.evaluate(RUN)]
        assert broken == [], (path, json.dumps(broken, ensure_ascii=False, indent=1))


def test_a_list_is_narrowed_by_what_its_records_name(people: People) -> None:
    """Each filter that a list offers leads to a list, also where what is referred to has no code."""
    page = people.sign_in("adm")
    for form in page.evaluate("async () => (await (await fetch('/api/forms')).json()).items.map((each) => each.form)"):
        page.goto(f"/records/{form}")
        fields = page.locator("form.filters input[name^='f.']")
        for name in [each.get_attribute("name") for each in fields.all()]:
            answer = page.goto(f"/records/{form}?{name}=S01")
            assert answer is not None
            assert answer.status == 200, (form, name)
    page.goto("/records/store?f.kind=warehouse")
    expect(page.locator("table.list tbody tr")).to_have_count(1)
    expect(page.locator("table.list")).to_contain_text("DC1")
    page.goto("/records/store?f.kind=warehouse&state=retired")
    expect(page.get_by_text("Nothing meets all of this.")).to_be_visible()
