"""What a package of surefoot holds, and that nobody calls a module by a second name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("analysis", "dashboards", "firmware_sim", "sensor_ingest", "service")
BARE = re.compile(rf"\bfrom ({'|'.join(PACKAGES)})(\.\w+)* import|(^|; *)import ({'|'.join(PACKAGES)})\b", re.MULTILINE)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_no_module_is_imported_by_its_bare_name() -> None:
    files = [path for name in (*PACKAGES, "src", "tests") for path in (ROOT / name).rglob("*.py")]
    found = [f"{path}: {match[0]}" for path in files for match in BARE.finditer(path.read_text(encoding="utf-8"))]
    assert len(files) > 300
    assert found == []


def test_every_folder_with_code_is_packed() -> None:
    folders = {path.parent.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    wanted = {"surefoot", *(".".join(("surefoot", *folder.parts)) for folder in folders)}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == wanted
