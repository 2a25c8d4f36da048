"""Process that serves an empty wall behind a password; prints its port, and its memory whenever it reads a line.

Its arguments are the wait for clients, in seconds, and a certificate with its key.
"""

from __future__ import annotations

import sys
from pathlib import Path

from surefoot.dashboards.data_source import SquadState
from surefoot.dashboards.wall import connections
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.settings import WallSettings
from surefoot.service.views.wall_address import tls_context
from tests.dashboards.accounts import owner
from tests.dashboards.no_recorded_runs import NoRecordedRuns

PASSWORD = "correct horse"


class NobodyRuns(NoRecordedRuns):
    """Source without runners or runs."""

    def squad_state(self) -> SquadState:
        """Nobody."""
        return SquadState("Everybody now", 1, ())


def highest_memory_kib() -> int:
    """Resident memory of this process at its highest since the last call."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(lines["VmHWM"].split()[0])


if __name__ == "__main__":
    connections.MAX_WAIT_S = float(sys.argv[1])
    certificate = WallSettings(cert=Path(sys.argv[2])) if sys.argv[2:] else WallSettings()
    with WallServer(NobodyRuns(), accounts=owner(PASSWORD), tls=tls_context(certificate)) as server:
        print(server.port, flush=True)
        for _ in sys.stdin:
            print(highest_memory_kib(), flush=True)
