"""What the browser is given beside pages: scripts, styles and icons, built when the package was installed.

Each file's name has a mark of what is in it, so that it may be kept for ever. Used by `pages`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.errors import not_found
from engine.settings import pack_folder
from engine.web.answers import Reply
from engine.web.asking import Asked

_TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_POLICIES: Mapping[str, str] = {
    "reader.js": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
}
"""A script on its own thread has its own policy: it reads barcodes by WebAssembly, which no page may compile."""
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


class Assets:
    """The built files, read once. Raises `RuntimeError` where they were never built."""

    def __init__(self, folder: Path | None = None) -> None:
        built = folder or pack_folder() / "templates" / "assets" / "built"
        if not (built / "manifest.json").is_file():
            raise RuntimeError("the pages' assets are not built: run `make assets`")
        self._names: Mapping[str, str] = json.loads((built / "manifest.json").read_text("utf-8"))
        self._policies = {self._names[name]: policy for name, policy in _POLICIES.items()}
        self._files = {file.name: file.read_bytes() for file in built.iterdir() if file.is_file()}

    def paths(self) -> Mapping[str, str]:
        """Where every one of them is found."""
        return {name: f"/assets/{built}" for name, built in self._names.items()}

    def reply(self, asked: Asked) -> Reply:
        """One file, packed where the browser can unpack it."""
        name = asked.path.rpartition("/")[2]
        kind = _TYPES.get(Path(name).suffix)
        content = self._files.get(name)
        if kind is None or content is None:
            raise not_found()
        headers = {**_FOR_EVER, **self._policy(name)}
        packed = self._files.get(f"{name}.gz")
        if packed is not None and "gzip" in asked.headers.get("accept-encoding", ""):
            return Reply(200, packed, kind, {**headers, "Content-Encoding": "gzip"})
        return Reply(200, content, kind, headers)

    def _policy(self, name: str) -> Mapping[str, str]:
        own = self._policies.get(name)
        return {} if own is None else {"Content-Security-Policy": own}
