"""Rendering our own pages: Jinja in an immutable sandbox, autoescaped, templates of this package only. Used by `pages`.

The web's only door to Jinja.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.web.answers import Reply

HERE = Path(__file__).resolve().parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Renderer:
    """Turns a template and plain values into a page."""

    def __init__(self, folder: Path = HERE / "templates") -> None:
        self._templates = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, template: str, language: str, values: Mapping[str, Any], status: int = 200) -> Reply:
        """One page; `language` chooses among the words of the template."""
        shown = self._templates.get_template(template).render(language=language, **values)
        headers = {"Content-Security-Policy": POLICY, "Content-Language": language}
        return Reply(status, shown.encode(), "text/html; charset=utf-8", headers)


_WORDS = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
_LONGEST = 4_000


def render_words(template: str, values: Mapping[str, Any]) -> str:
    """The words of a notice, as plain text; what a value says is never read as a template."""
    return _WORDS.from_string(template[:_LONGEST]).render(**values)[:_LONGEST]
