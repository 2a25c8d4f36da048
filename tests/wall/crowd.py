"""Process that serves a wall with twenty simulated runners; prints its port, and when an ankle roll is known.

Its arguments are the time it lasts, in seconds, and `restless` for runners whose pods come and go.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import PodStatus, RunnerState, SquadState
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.replay import runner_at
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout
from surefoot.service.views.reporting import recorded
from tests.dashboards.no_recorded_runs import NoRecordedRuns
from tests.dashboards.runs import analysed

RUNNERS = 20
SPEEDS_MPS = (2.5, 2.9, 3.3, 3.8)
FIRST_S, APART_S = 120.0, 30.0
"""Run time of the first group of four runners when the wall opens, and lead of each further group."""
ROLL_AFTER_S = 20.0
EVERY_S = 1.0
AWAY_EVERY_S, AWAY_S = 60.0, 20.0
"""A restless runner's left pod is out of reach for so long, one runner after the other."""


class Crowd(NoRecordedRuns):
    """Source that shows four recorded runs as twenty runners in progress, updated once a second."""

    def __init__(self, lasts_s: float, *, restless: bool = False) -> None:
        self._restless = restless
        latest_s = FIRST_S + APART_S * (RUNNERS // len(SPEEDS_MPS)) + lasts_s
        roll = InversionEvent(Foot.LEFT, FIRST_S + ROLL_AFTER_S, peak_deg=36.0, rise_s=0.08)
        self._runs = [
            recorded(analysed((PlannedBout("run", latest_s + 30.0, speed),), (roll,) if not place else ()))
            for place, speed in enumerate(SPEEDS_MPS)
        ]
        self._began_s = time.monotonic()
        self._squad = SquadState("Everybody now", 0, ())
        self._rolled = False

    def begin(self) -> None:
        """Start the clock."""
        self._began_s = time.monotonic()

    def squad_state(self) -> SquadState:
        """State of all runners now."""
        number = int((time.monotonic() - self._began_s) / EVERY_S) + 1
        if number != self._squad.revision:
            runners = [self._runner(place, number * EVERY_S) for place in range(RUNNERS)]
            self._squad = SquadState(self._squad.title, number, runners)
            self._tell(runners[0], number)
        return self._squad

    def _runner(self, place: int, passed_s: float) -> RunnerState:
        ahead, which = divmod(place, len(SPEEDS_MPS))
        now = runner_at(self._runs[which], FIRST_S + APART_S * ahead + passed_s)
        away = self._restless and (passed_s + AWAY_EVERY_S * place / RUNNERS) % AWAY_EVERY_S < AWAY_S
        pods = tuple(_pod(foot, place, away=away and foot is Foot.LEFT) for foot in Foot)
        return replace(now, runner=f"runner-{place + 1}", name=f"runner-{place + 1}", pods=pods)

    def _tell(self, runner: RunnerState, number: int) -> None:
        """Print the start of the second in which the roll became known, not the time of the poll."""
        if not self._rolled and any(finding.kind is Kind.INVERSION_EVENT for finding in runner.findings):
            self._rolled = True
            late_s = time.monotonic() - self._began_s - (number - 1) * EVERY_S
            print(f"{time.time() - late_s:.3f}", flush=True)


def _pod(foot: Foot, place: int, *, away: bool) -> PodStatus:
    state = "out of reach" if away else "connected"
    return PodStatus(foot, state, not away, 90.0 - place, -55.0 - place, 0.1)


if __name__ == "__main__":
    crowd = Crowd(float(sys.argv[1]), restless="restless" in sys.argv[2:])
    with WallServer(crowd) as server:
        print(server.port, flush=True)
        sys.stdin.readline()
        crowd.begin()
        sys.stdin.readline()
