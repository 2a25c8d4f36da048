"""What runs inside a guest, from init.sh: `python -m tests.bluez.guest PART OUTPUT`; at its end the guest is off."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

from tests.bluez.guest_loop import GuestLoop
from tests.bluez.parts import PARTS

POWER_OFF = 0x4321FEDC
"""Of the system call `reboot`."""


def main(part: str, output: Path) -> None:
    """Do a part, and leave its findings as `answer`."""
    logging.getLogger().addHandler(logging.NullHandler())
    with asyncio.Runner(loop_factory=GuestLoop) as runner:
        findings = runner.run(PARTS[part]())
    (output / "answer").write_text(json.dumps([asdict(finding) for finding in findings]), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        ctypes.CDLL(None).reboot(POWER_OFF)
