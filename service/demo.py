"""The demo: a simulated runner, live at a multiple of real time, or all at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext

from rich.console import Console
from rich.live import Live
from rich.text import Text

from analysis.model import Foot, Strides
from analysis.session import Results, Session
from service.analyze import PIECE_S, conclude, pieces
from service.live import LiveView
from service.simulated import SimulatedRun, simulated_run
from service.stop import StopRequest
from service.table import WIDTH, show
from service.truth_check import check

LIVE_PIECE_S = 0.1
"""Of simulated time pushed at once, about what a pod sends at a time."""
REFRESH_S = 0.25

Heard = Callable[[float, Results], None]
"""Called after each piece with its end and all results so far."""


def demo(console: Console, minutes: float, speed: float, seed: int, *, live: bool) -> bool:
    """Play a simulated run and print its summary; False if it was stopped."""
    with console.status("Preparing the simulated runner") if live else nullcontext():
        run = simulated_run(minutes, seed)
    session = Session()
    with StopRequest() as stop:
        results = _watched(run, session, console, speed, stop) if live else _played(run, session, PIECE_S, stop)
    show(console, conclude(run.recordings, session.mountings, results))
    until_s = max((bout.end_s for bout in results.bouts), default=0.0)
    console.print(Text(f"\n{check(results, run.truth, until_s)}"), width=min(console.width, WIDTH))
    return not stop.made


def _watched(run: SimulatedRun, session: Session, console: Console, speed: float, stop: StopRequest) -> Results:
    """Play at a multiple of real time under a live view."""
    view, pace = LiveView(run.duration_s, speed), Pace(speed)
    shown_s = -REFRESH_S
    with Live(console=console, auto_refresh=False, transient=True) as display:

        def heard(now_s: float, results: Results) -> None:
            nonlocal shown_s
            pace.wait_for(now_s)
            if pace.elapsed_s - shown_s >= REFRESH_S:
                shown_s = pace.elapsed_s
                display.update(view.render(now_s, results, session.mountings), refresh=True)

        return _played(run, session, LIVE_PIECE_S, stop, heard)


def _played(
    run: SimulatedRun, session: Session, piece_s: float, stop: StopRequest, heard: Heard = lambda *_: None
) -> Results:
    """Push the run piece by piece until it ends or is stopped."""
    results = Results({foot: Strides.none(foot) for foot in Foot})
    for piece in pieces(run.samples, piece_s):
        if stop.made:
            break
        results = Results.join([results, session.push(piece)])
        heard(float(piece.time_s[-1]), results)
    return Results.join([results, session.flush()])


class Pace:
    """Simulated time against a real clock."""

    def __init__(
        self,
        speed: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._start_s = clock()

    @property
    def elapsed_s(self) -> float:
        """Real time since the start."""
        return self._clock() - self._start_s

    def wait_for(self, simulated_s: float) -> None:
        """Sleep until the simulated time has come; not at all where the computer is behind."""
        ahead_s = simulated_s / self._speed - self.elapsed_s
        if ahead_s > 0.0:
            self._sleep(ahead_s)
