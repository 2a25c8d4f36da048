"""How surefoot was called, so that what is suggested can be pasted as printed."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def command_line(*arguments: object) -> str:
    """A surefoot command with arguments, for the shell that this process was called from."""
    return shlex.join([*_program(), *map(str, arguments)])


def _program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name not in {"surefoot", "surefoot.exe"}:
        return [sys.executable, "-m", "surefoot"]
    found = shutil.which(called.stem)
    return [called.stem if found is not None and Path(found).resolve() == called.resolve() else str(called)]
