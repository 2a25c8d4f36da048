"""The firmware core, built by the C compiler of the system once for each version of its sources."""

from __future__ import annotations

import getpass
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

import surefoot.firmware_sim
from surefoot.firmware_sim.pod.core_library import CoreLibrary

SOURCES = Path(surefoot.firmware_sim.__file__).parent / "core"
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
COMPILER = "gcc"


@cache
def core_library() -> CoreLibrary:
    """The core; without a compiler the test is skipped, but under CI it fails."""
    if shutil.which(COMPILER) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{COMPILER} is missing: apt-get install gcc libc6-dev")
    return CoreLibrary(built("core.so", COMPILER, (*STRICT, "-O2", "-shared", "-fPIC"), sources()))


def sources() -> list[Path]:
    """The C files of the core."""
    return sorted(SOURCES.glob("*.c"))


def built(name: str, compiler: str, flags: tuple[str, ...], files: list[Path]) -> Path:
    """What the compiler makes of some files, the core's headers among their includes; kept for the next time."""
    digest = hashlib.sha256(" ".join([compiler, *flags]).encode())
    for file in sorted([*SOURCES.glob("*.h"), *files]):
        digest.update(file.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"surefoot-core-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{digest.hexdigest()[:16]}-{name}"
    if not target.exists():
        fresh = target.with_suffix(f".{os.getpid()}")
        done = subprocess.run(
            [compiler, *flags, f"-I{SOURCES}", "-o", fresh, *files], capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stderr
        fresh.rename(target)
    return target
