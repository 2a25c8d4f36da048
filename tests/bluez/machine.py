"""One guest: a User-Mode Linux on this computer's own file system, in which time passes only while it waits."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bluez.bluetoothd import PROGRAM
from tests.bluez.here import NotHereError

MEMORY = "768M"
INIT = Path(__file__).with_name("init.sh")
ROOT = Path(__file__).parents[2]


TOOLS = {"dbus-daemon": "dbus", PROGRAM: "bluez", "ip": "iproute2", "mount": "mount"}
"""What guests take: program, and Debian package."""


class GuestError(Exception):
    """A guest did not do its part; says what it said."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How guests are started.

    Parameters
    ----------
    kernel : User-Mode Linux.
    work : where guests leave what they have to say; neither in /tmp nor in /run, which are theirs.
    """

    kernel: Path
    work: Path

    def run(self, part: str, limit_s: float) -> str:
        """What a part of the test wrote to its `answer`; GuestError if it wrote nothing, or took too long.

        NotHereError if no guest starts on this computer.
        """
        with TemporaryDirectory(prefix="guest-", dir=self.work) as name:
            folder = Path(name)
            self._run_to_its_end(part, folder, limit_s)
            if not (folder / "console").exists():
                raise NotHereError(f"User-Mode Linux does not start: {_said(folder)}")
            answer = folder / "answer"
            if not answer.exists():
                raise GuestError(f"{part} ended without an answer\n{_said(folder)}")
            return answer.read_text(encoding="utf-8")

    def _run_to_its_end(self, part: str, folder: Path, limit_s: float) -> None:
        with (
            (folder / "kernel").open("wb") as messages,
            subprocess.Popen(self._command(part, folder), stdout=messages, stderr=messages) as guest,
        ):
            try:
                guest.wait(limit_s)
            except subprocess.TimeoutExpired:
                guest.terminate()  # it takes its processes with it, which `kill` would leave
                raise GuestError(f"{part} took more than {limit_s:.0f} s\n{_said(folder)}") from None

    def _command(self, part: str, folder: Path) -> list[str]:
        environment = {
            "FOLDER": ROOT,
            "PART": part,
            "OUTPUT": folder,
            "PYTHON": sys.executable,
            "PATH": os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"]),
            "HOME": "/tmp",
            "PYTHONDONTWRITEBYTECODE": 1,
        }
        return [
            str(self.kernel),
            f"mem={MEMORY}",
            f"uml_dir={folder}/",
            "time-travel=inf-cpu",
            "rootfstype=hostfs",
            "rootflags=/",
            "rw",
            f"init={INIT}",
            "quiet",
            "con=null",
            "con0=null,fd:1",
            *(f"{name}={value}" for name, value in environment.items()),
        ]


def _said(folder: Path) -> str:
    """The last words of the guest and of its kernel."""
    files = [folder / "console", folder / "kernel"]
    return "\n".join(
        line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()[-40:]
    )
