"""The command `demo`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.exit_codes import INTERRUPTED
from surefoot.service.cli.options import Host, Minutes, Port, Seed

if TYPE_CHECKING:
    from rich.console import Console

    from surefoot.firmware_sim.scenarios import Scenario
    from surefoot.service.cli.live_wall import WallAddress
    from surefoot.service.runtime.demo import DemoRun


def demo(
    minutes: Minutes = 20.0,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="Scenario to simulate; an unknown name lists all.")
    ] = None,
    runners: Annotated[int, typer.Option(min=1, max=20, metavar="N", help="How many run at once.")] = 1,
    speed: Annotated[
        float,
        typer.Option(min=0.1, max=100.0, metavar="X", help="Multiple of real time, as far as the computer can."),
    ] = 10.0,
    seed: Seed = 1,
    headless: Annotated[bool, typer.Option("--headless", help="No live view: only the summary, at once.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="RUNS", help="Keep the recorded run in this folder; without it, the run is deleted."),
    ] = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Watch a simulated run, without any hardware.

    The pods of a simulated runner are reached over Bluetooth as real ones are; only the radio waves are missing. The
    left foot stays longer and longer on the ground, and during the run the right pod is out of reach for a while.

    Ctrl-C ends it with the summary so far; the exit code is 130.
    """
    from surefoot.service.terminal.progress import import_with_status

    import_with_status("surefoot.service.cli.live_wall", "surefoot.service.runtime.demo")
    from rich.console import Console

    from surefoot.service.runtime.demo import choose_scenarios

    console = Console(highlight=False)
    scenarios = choose_scenarios(scenario, minutes, runners, seed)
    if run_demo(console, scenarios, speed, seed, folder, (host, port), headless=headless):
        raise typer.Exit(INTERRUPTED)


def run_demo(
    console: Console,
    scenarios: list[Scenario],
    speed: float,
    seed: int,
    folder: Path | None,
    wall_address: WallAddress = (None, None),
    *,
    headless: bool,
) -> bool:
    """Record the scenarios and print each runner's summary; whether Ctrl-C ended the run."""
    from surefoot.service.cli.results import print_place
    from surefoot.service.runtime.demo import record_demo

    with _recordings(folder) as parent:
        if console.is_terminal and not headless:
            demo_run = _record_watched(console, scenarios, speed, seed, parent, wall_address)
        else:
            demo_run = record_demo(scenarios, parent, seed=seed, speed=math.inf, observer=None)
    _print_runners(console, scenarios, demo_run)
    if folder is not None:
        print_place(console, demo_run.run)
    else:
        console.print("\nThis run was not saved. Add --folder RUNS to keep it.")
    return demo_run.finished.stopped


@contextmanager
def _recordings(folder: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that is deleted at the end."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="surefoot-") as temporary:
        yield Path(temporary)


def _record_watched(
    console: Console, scenarios: list[Scenario], speed: float, seed: int, parent: Path, wall_address: WallAddress
) -> DemoRun:
    """Record at the speed asked for, shown on the terminal and on the wall."""
    from surefoot.service.cli.live_wall import run_wall
    from surefoot.service.runtime.demo import record_demo
    from surefoot.service.terminal.live_screen import LiveScreen, Title
    from surefoot.service.views.squad_state import ObservedRun, Observers

    what = scenarios[0].name if len(scenarios) == 1 else f"{len(scenarios)} runners"
    note = f"{what}, simulated, up to {speed:g} × real time"
    duration_s = max(each.duration_s for each in scenarios)
    observed = ObservedRun(f"Simulated, up to {speed:g} × real time", speed)
    with ExitStack() as stack:
        address = stack.enter_context(run_wall(observed, parent, wall_address))
        title = Title("surefoot demo", note, f"Ctrl-C ends the run · wall {address}", duration_s)
        observer = Observers(observed, stack.enter_context(LiveScreen(console, title, speed)))
        return record_demo(scenarios, parent, seed=seed, speed=speed, observer=observer)


def _print_runners(console: Console, scenarios: list[Scenario], demo_run: DemoRun) -> None:
    """Each runner's summary, and how far it is from the simulator's truth."""
    from rich.text import Text

    from surefoot.service.terminal.summary import WIDTH, show
    from surefoot.service.terminal.truth_check import compare_with_truth

    analyses = demo_run.finished.analysis.conclude()
    for name, analysis in analyses.items():
        if len(analyses) > 1:
            console.print(Text(f"\n{name}  {scenarios[list(demo_run.truth).index(name)].name}", style="bold cyan"))
        show(console, analysis)
        ended_s = max((bout.end_s for bout in analysis.results.bouts), default=0.0)
        check = compare_with_truth(analysis.results, demo_run.truth[name], ended_s)
        console.print(Text(f"\n{check}"), width=min(console.width, WIDTH))
