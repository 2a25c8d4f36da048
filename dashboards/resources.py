"""Files that are installed with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Path of an installed file or folder, relative to this package."""
    return Path(str(files("surefoot.dashboards").joinpath(*parts)))
