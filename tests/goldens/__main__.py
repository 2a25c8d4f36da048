"""Whether every output for fixed inputs is the same, to the last byte, as when it was kept: `make goldens`.

`make goldens KEEP=1` keeps the present ones, for a change that is meant to move them. Hashes hold on one machine:
another processor or numpy may round otherwise in the last bit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

from tests.goldens.outputs import outputs

KEPT = Path(__file__).with_name("hashes.json")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--keep", action="store_true")
parser.add_argument("--texts", type=Path, help="folder to write the outputs themselves to")


def hashes(texts: Path | None) -> dict[str, str]:
    """Name of each output → SHA-256 of its text."""
    found = {}
    for name, text in outputs():
        found[name] = hashlib.sha256(text.encode()).hexdigest()
        if texts is not None:
            texts.mkdir(parents=True, exist_ok=True)
            (texts / name.replace("/", "_")).write_text(text, encoding="utf-8")
    return found


def compared(kept: dict[str, str], found: dict[str, str]) -> int:
    """Print a line for each output; how many differ."""
    names = sorted(kept.keys() | found.keys())
    for name in names:
        print(f"{'same  ' if kept.get(name) == found.get(name) else 'DIFFERS'} {found.get(name, '-')[:16]} {name}")
    return sum(kept.get(name) != found.get(name) for name in names)


if __name__ == "__main__":
    options = parser.parse_args()
    now = hashes(options.texts)
    if options.keep:
        KEPT.write_text(json.dumps(now, indent=1), encoding="utf-8")
        sys.exit(0)
    sys.exit(1 if compared(json.loads(KEPT.read_text(encoding="utf-8")), now) else 0)
