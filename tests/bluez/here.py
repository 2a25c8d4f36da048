"""What this computer must have for guests to run on it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping


class NotHereError(Exception):
    """The test cannot be run on this computer; says why."""


def require_linux() -> None:
    """NotHereError on systems for which there is no User-Mode Linux."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotHereError(f"User-Mode Linux is for Linux on x86_64, this is {platform.system()} {platform.machine()}")


def require_programs(packages: Mapping[str, str]) -> None:
    """NotHereError if one of these programs is absent, with the Debian packages that have them."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    absent = [package for program, package in packages.items() if shutil.which(program, path=places) is None]
    if absent:
        raise NotHereError(f"it needs: apt-get install {' '.join(absent)}")
