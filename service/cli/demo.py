"""The command `demo`."""

from __future__ import annotations

import math
import sys
from contextlib import suppress
from pathlib import Path
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
    minutes: Minutes = 18.0,
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

    from surefoot.service.configuration import usable_configuration
    from surefoot.service.runtime.demo import choose_scenarios

    console = Console(highlight=False)
    scenarios = choose_scenarios(scenario, minutes, runners, seed)
    parent = folder or usable_configuration().settings.data / "demo"
    if run_demo(console, scenarios, speed, seed, parent, (host, port), headless=headless):
        raise typer.Exit(INTERRUPTED)


def run_demo(
    console: Console,
    scenarios: list[Scenario],
    speed: float,
    seed: int,
    folder: Path,
    wall_address: WallAddress = (None, None),
    *,
    headless: bool,
) -> bool:
    """Record the scenarios, print each runner's summary and write the report; whether Ctrl-C ended the run."""
    from surefoot.service.runtime.demo import record_demo

    if console.is_terminal and not headless:
        return _run_watched(console, scenarios, speed, seed, folder, wall_address)
    demo_run = record_demo(scenarios, folder, seed=seed, speed=math.inf, observer=None)
    _show_results(console, scenarios, demo_run)
    return demo_run.finished.stopped


def _run_watched(
    console: Console, scenarios: list[Scenario], speed: float, seed: int, folder: Path, wall_address: WallAddress
) -> bool:
    """The same at the speed asked for, shown on the terminal and on the wall, which stays up until Enter."""
    from surefoot.service.cli.live_wall import run_wall
    from surefoot.service.runtime.demo import record_demo
    from surefoot.service.terminal.live_screen import LiveScreen, Title
    from surefoot.service.views.squad_state import ObservedRun, Observers

    what = scenarios[0].name if len(scenarios) == 1 else f"{len(scenarios)} runners"
    note = f"{what}, simulated, up to {speed:g} × real time"
    duration_s = max(each.duration_s for each in scenarios)
    observed = ObservedRun(f"Simulated, up to {speed:g} × real time", speed)
    with run_wall(observed, folder, wall_address, is_demo=True) as address:
        title = Title("surefoot demo", note, f"Ctrl-C ends the run · wall {address}", duration_s)
        with LiveScreen(console, title, speed) as screen:
            demo_run = record_demo(scenarios, folder, seed=seed, speed=speed, observer=Observers(observed, screen))
        _show_results(console, scenarios, demo_run)
        if not demo_run.finished.stopped and sys.stdin is not None and sys.stdin.isatty():
            _wait_for_enter(console, address)
    return demo_run.finished.stopped


def _show_results(console: Console, scenarios: list[Scenario], demo_run: DemoRun) -> None:
    """Each runner's summary, the reports, and what to do with the run."""
    from surefoot.service.cli.invocation import command_line
    from surefoot.service.views.reporting import recorded, write_reports

    _print_runners(console, scenarios, demo_run)
    run = demo_run.run
    analyses = demo_run.finished.analysis.conclude()
    reports = write_reports(
        {name: recorded(analysis, name, run.manifest) for name, analysis in analyses.items()}, run.path / "report.html"
    )
    console.print(f"\nRecorded in {run.path}", soft_wrap=True)
    for report in reports:
        console.print(f"Report: {report}", soft_wrap=True)
    console.print(f"Replay it: {command_line('replay', run.path)}", soft_wrap=True)
    console.print(f"On the wall: {command_line('serve', '--folder', run.path.parent)}", soft_wrap=True)


def _wait_for_enter(console: Console, address: str) -> None:
    """Keep the wall up until Enter, Ctrl-C or the end of input."""
    console.print(f"\nThe wall stays at {address} until you press Enter.")
    with suppress(EOFError, KeyboardInterrupt):
        input()


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
