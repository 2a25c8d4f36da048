"""Folders for what all faults of a process share."""

from __future__ import annotations

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory


def temporary_folder() -> Path:
    """A folder that is there until this process ends."""
    folder = TemporaryDirectory(prefix="surefoot-faults-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)
