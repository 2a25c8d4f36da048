"""Print what pods, gateways and phones bring home, beside targets: `make sync`, some by `python -m tests.sync NAME`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping

from tests.accuracy.report import Finding, show
from tests.sync import bytes_per_sample, gateway, kept_run, pair_clock, phone, three_pieces, transfer_speed

PARTS: Mapping[str, Callable[[], Iterable[Finding]]] = {
    "bytes": bytes_per_sample.rows,
    "speed": transfer_speed.rows,
    "clock": pair_clock.rows,
    "kept": kept_run.rows,
    "pieces": three_pieces.rows,
    "gateway": gateway.rows,
    "phone": phone.rows,
}
met = True
for name, rows in PARTS.items():
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    began_s = time.monotonic()
    met &= show(rows())
    print(f"{name}: {time.monotonic() - began_s:.0f} s", flush=True)
sys.exit(not met)
