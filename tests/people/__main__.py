"""Print what people have, and what is left of who was forgotten, beside targets: `make people`, parts with `ONLY=`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.accuracy.report import Finding, show
from tests.people import forgetting, held, phone, trust

PICTURES = Path("build/people")
PARTS: Mapping[str, Callable[[], Iterable[Finding]]] = {
    "phone": lambda: phone.rows(PICTURES),
    "roles": held.roles,
    "session": held.first_session,
    "forgetting": forgetting.rows,
    "running": trust.while_running,
    "places": trust.places,
}
BESIDE = {"roles", "session"}
"""Run in processes of their own, while the others are."""
MAX_S = 600.0

parser = argparse.ArgumentParser(prog="python -m tests.people", description="Print what people have, beside targets.")
parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}; all")
wanted = parser.parse_args().parts or list(PARTS)
began_s = time.monotonic()
with ThreadPoolExecutor(1) as beside:
    waiting = [beside.submit(lambda name: list(PARTS[name]()), name) for name in wanted if name in BESIDE]
    passed = [show(PARTS[name]()) for name in wanted if name not in BESIDE]
    passed += [show(each.result()) for each in waiting]
lasted_s = time.monotonic() - began_s
limit = Finding("all of it" if len(wanted) == len(PARTS) else "these parts", "time", f"{lasted_s:.0f} s", "≤ 600 s",
                lasted_s <= MAX_S)  # fmt: skip
sys.exit(not (show([limit]) and all(passed)))
