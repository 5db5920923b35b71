"""Rendering: our own pages by Jinja, autoescaped; the words of a library in a sandbox. Used by `pages`.

The web's only door to Jinja.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, StrictUndefined
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.settings import pack_folder
from engine.web.answers import Reply

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Renderer:
    """Turns a template and plain values into a page. Our own templates need no sandbox, which asks at every word."""

    def __init__(self, folder: Path | None = None) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(folder or pack_folder() / "templates" / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}

    def page(self, template: str, language: str, values: Mapping[str, Any], status: int = 200) -> Reply:
        """One page; `language` chooses among the words of the template."""
        shown = self._templates.get_template(template).render(language=language, **values)
        headers = {"Content-Security-Policy": POLICY, "Content-Language": language}
        return Reply(status, shown.encode(), "text/html; charset=utf-8", headers)


class _Bounded(ImmutableSandboxedEnvironment):
    """The sandbox for words that come from a library: nothing in it can grow without bound."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply whole numbers and nothing else: a text times a number is how memory is filled."""
        if operator != "*" or not (isinstance(left, int) and isinstance(right, int)):
            raise SecurityError(f"{operator} is not allowed here")
        return super().call_binop(context, operator, left, right)

    def is_safe_callable(self, _called: Any) -> bool:
        """Nothing is called: methods of text can fill memory too."""
        return False


def _words() -> _Bounded:
    environment = _Bounded(autoescape=False, undefined=ChainableUndefined)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in ("default", "first", "join", "last", "length")}
    return environment


_WORDS = _words()
_LONGEST = 4_000


def render_words(template: str, values: Mapping[str, Any]) -> str:
    """The words of a notice, as plain text; what a value says is never read as a template.

    What the reader may not see is left out. A template that asks for what is not allowed says nothing at all.
    """
    try:
        return _WORDS.from_string(template[:_LONGEST]).render(**values)[:_LONGEST]
    except (TemplateError, RecursionError, TypeError, ValueError):
        return ""
