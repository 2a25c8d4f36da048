"""The validator of BIDS itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")


def complaints(dataset: Path) -> tuple[Sequence[str], dict[str, Any]]:
    """The validator's errors and its summary."""
    done = subprocess.run(
        [VALIDATOR, "--format", "json", "--max-rows", "-1", dataset], capture_output=True, timeout=60, check=False
    )
    told = json.loads(done.stdout)
    return [each["code"] for each in told["issues"]["issues"] if each["severity"] == "error"], told["summary"]
