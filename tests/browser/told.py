"""What a page tells, as its reader meets it: texts, labels, hints and its title. Used by tests of pages."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

GATHER = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const within = node.parentElement;
    const words = within.closest('script, style, noscript, code, pre') ? '' : node.data.trim();
    if (words) found.push(words);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'])
    for (const each of document.querySelectorAll(`[${name}]`)) found.push(each.getAttribute(name));
  return [...new Set(found)].filter(Boolean);
}"""

OPEN = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"


def texts_of(page: Page) -> list[str]:
    """Every text of a page, what is folded included."""
    page.evaluate(OPEN)
    found: list[str] = page.evaluate(GATHER)
    return found


def strings(told: Any) -> set[str]:
    """Every text in an answer of the API."""
    if isinstance(told, str):
        return {told}
    if isinstance(told, dict):
        return {each for value in told.values() for each in strings(value)}
    if isinstance(told, list):
        return {each for value in told for each in strings(value)}
    return set()
