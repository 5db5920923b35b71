"""Builds the pages' assets whenever the package is built or installed from its sources. Called by hatchling."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Assets(BuildHookInterface[Any]):
    """Lays the built assets beside the library in the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; an editable install finds them where they were built."""
        here = Path(self.root) / "templates" / "assets"
        spec = importlib.util.spec_from_file_location("build_assets", here / "build.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.main()
        if version != "editable":
            build_data["force_include"][str(here / "built")] = "engine/_library/templates/assets/built"
