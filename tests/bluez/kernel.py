"""The guest's kernel: User-Mode Linux with Bluetooth and /dev/vhci, built once from the distribution's source."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bluez.here import NotHereError, require_programs

CONFIGURATION = Path(__file__).with_name("kernel.config")
TOOLS = {"apt-get": "apt", "gcc": "gcc", "make": "make", "flex": "flex", "bison": "bison", "bc": "bc", "xz": "xz-utils"}
"""What building takes: program, and Debian package."""
_METAPACKAGE = "linux-source"
_DEPENDENCY = re.compile(r"^Depends: .*?(linux-source-[\d.]+) \(= (\S+?)\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KernelSource:
    """A source package of the distribution."""

    package: str
    version: str


def newest_source() -> KernelSource:
    """The distribution's newest kernel source; NotHereError if apt knows none."""
    shown = _output(["apt-cache", "show", "--no-all-versions", _METAPACKAGE])
    if (found := _DEPENDENCY.search(shown)) is None:
        raise NotHereError(f"apt knows no package {_METAPACKAGE}; run: apt-get update")
    return KernelSource(*found.groups())


def cached_kernel(source: KernelSource) -> Path:
    """Where the kernel of this source and our configuration is kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(CONFIGURATION.read_bytes()).hexdigest()[:12]
    return cache / "surefoot" / "bluez" / f"linux-{source.version}-{digest}"


def ensure_kernel() -> Path:
    """The kernel, built if it is not in the cache; NotHereError if that fails."""
    require_programs({"apt-cache": "apt"})
    source = newest_source()
    kernel = cached_kernel(source)
    if not kernel.exists():
        require_programs(TOOLS)
        print(f"Building the guest's kernel from {source.package} {source.version}; once, some minutes.", flush=True)
        began_s = time.monotonic()
        kernel.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="surefoot-kernel-", dir="/var/tmp") as folder:
            _build(source, Path(folder), kernel)
        print(f"Built in {time.monotonic() - began_s:.0f} s, kept as {kernel}.", flush=True)
    return kernel


def _build(source: KernelSource, folder: Path, kernel: Path) -> None:
    """Fetch, unpack, configure, compile; the kernel appears only when it is complete."""
    tree = _unpack(source, folder)
    make = ["make", "--silent", "ARCH=um", f"-j{os.cpu_count()}"]
    _output([*make, f"KCONFIG_ALLCONFIG={CONFIGURATION}", "allnoconfig"], tree)
    _check_configuration((tree / ".config").read_text(encoding="utf-8"))
    _output([*make, "linux"], tree)
    _output(["strip", "-o", f"{kernel}.part", "linux"], tree)
    Path(f"{kernel}.part").replace(kernel)


def _unpack(source: KernelSource, folder: Path) -> Path:
    _output(["apt-get", "download", "--quiet", f"{source.package}={source.version}"], folder)
    (package,) = folder.glob("*.deb")
    _output(["dpkg-deb", "--extract", str(package), "package"], folder)
    (archive,) = folder.glob("package/usr/src/*.tar.*")
    _output(["tar", "--extract", f"--file={archive}"], folder)
    return folder / source.package


def _check_configuration(made: str) -> None:
    """Every wish was granted: the kernel's own tool drops what depends on something absent, without a word."""
    wishes = [line for line in CONFIGURATION.read_text(encoding="utf-8").splitlines() if line.endswith("=y")]
    if refused := sorted(set(wishes) - set(made.splitlines())):
        raise NotHereError(f"this kernel cannot be configured so: {', '.join(refused)}")


def _output(command: list[str], folder: Path | None = None) -> str:
    """What a command prints; NotHereError with its last words if it fails."""
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last_words = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise NotHereError(f"{command[0]} failed: {last_words}")
    return done.stdout


if __name__ == "__main__":
    ensure_kernel()
