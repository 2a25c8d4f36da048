"""Every fault, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import computers, databases, live, pods, recordings, stores
from tests.faults.outcome import Outcome

LIVE = {name: partial(live.outcome, fault) for name, fault in live.FAULTS.items()}
FAULTS: dict[str, Callable[[Path], Outcome]] = {
    **recordings.FAULTS,
    **pods.FAULTS,
    **stores.FAULTS,
    **databases.FAULTS,
    **computers.FAULTS,
    **LIVE,
}
FAST = (
    "one bit of the journal flipped",
    "a pod's clock wraps at 32 bits",
    "a packet with an impossible time",
    "InfluxDB: no answer to what it took",
)
"""Those that CI can wait for."""


def named(parts: Sequence[str] = ()) -> list[str]:
    """Faults whose name has one of these parts, or all."""
    return [name for name in FAULTS if not parts or any(part in name for part in parts)]


def outcome(name: str) -> Outcome:
    """What comes of a fault."""
    with TemporaryDirectory(prefix="surefoot-faults-", ignore_cleanup_errors=True) as folder:
        return FAULTS[name](Path(folder))
