"""What each command does, once its arguments are understood."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.ble.discovery import discover_pods
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.run_folder import PodAssignment, RunFolder, create_run
from surefoot.service import VERSION
from surefoot.service import runs as recorded
from surefoot.service.cli import scan as scanning
from surefoot.service.cli.wall import WallAddress, run_wall
from surefoot.service.configuration import load_configuration
from surefoot.service.errors import RunnerUnknownError, TwoSourcesError
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.pipeline.analysis import Analysis, analyze_files
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import FinishedRun, Observer, record_run
from surefoot.service.serialization.csv import export_csv
from surefoot.service.serialization.output_files import check_output, write_json
from surefoot.service.terminal.live_screen import LiveScreen, Title
from surefoot.service.terminal.progress import ProgressBar
from surefoot.service.terminal.summary import WIDTH, show
from surefoot.service.views.reporting import recorded as as_recorded
from surefoot.service.views.reporting import write_reports
from surefoot.service.views.squad_state import ObservedRun, Observers

SCAN_S = 5.0


def analyze_csv(left: Path | None, right: Path | None, json: str | None, report: Path | None) -> None:
    """Analyse CSV files."""
    files = {foot: path for foot, path in ((Foot.LEFT, left), (Foot.RIGHT, right)) if path is not None}
    output = _json_path(json, list(files.values()))
    if report is not None:
        check_output(report, files.values())
    with ProgressBar(Console(stderr=True)) as progress:
        analysis = analyze_files(files, progress)
    _give({"": analysis}, json, output)
    if report is not None:
        write_reports({"": as_recorded(analysis)}, report)


def check_one_source(run: str, files: tuple[Path | None, Path | None]) -> None:
    """Refuse a run and files at once."""
    if any(file is not None for file in files):
        raise TwoSourcesError(f"run {run} and --left or --right", "either a run or files")


def replay(
    named: str, folder: Path | None, runner: str | None, json: str | None, report: Path | None = None, *, refit: bool
) -> None:
    """Analyse a recorded run."""
    run = recorded.find_run(named, folder)
    names = chosen(run, runner)
    if json is not None and len(names) > 1:
        raise RunnerUnknownError(runner, names)
    output = _json_path(json, [run.journal_path])
    if report is not None:
        check_output(report, [run.journal_path])
    with ProgressBar(Console(stderr=True)) as progress:
        analyses = analyze_run(run, progress, refit=refit).conclude()
    analyses = {name: analyses[name] for name in names}
    _give(analyses, json, output)
    if report is not None:
        write_reports({name: as_recorded(each, name, run.manifest) for name, each in analyses.items()}, report)


def chosen(run: RunFolder, runner: str | None) -> tuple[str, ...]:
    """The runners of a run, or the one asked for; RunnerUnknownError where there is none of that name."""
    names = run.manifest.runners
    if runner is not None and runner not in names:
        raise RunnerUnknownError(runner, names)
    return names if runner is None else (runner,)


def scan(seconds: float) -> None:
    """Show the pods in range."""
    with Console(stderr=True).status("Listening for pods"):
        pods = asyncio.run(discover_pods(timeout_s=seconds))
    if pods:
        Console(highlight=False).print(scanning.table(pods))
    else:
        print("No pod is in range. Wake the pods by moving the shoes, bring them near and try again.")


def run(
    left: str | None, right: str | None, runner: str, go_on: str | None, folder: Path | None, wall_address: WallAddress
) -> None:
    """Record and analyse a run, live."""
    named = {foot: name for foot, name in ((Foot.LEFT, left), (Foot.RIGHT, right)) if name is not None}
    if go_on is None:
        parent = recorded.runs_folder(folder)
        started = create_run(parent, _pods(named, runner), software=f"surefoot {VERSION}")
    elif named:
        raise TwoSourcesError("--continue and --left or --right", "only --continue; the run knows its pods")
    else:
        started = recorded.find_run(go_on, folder)
    console = Console(highlight=False)
    observed = ObservedRun(", ".join(started.manifest.runners))
    with ExitStack() as stack:
        address = stack.enter_context(run_wall(observed, started.path.parent, wall_address))
        title = Title("surefoot run", ", ".join(started.manifest.runners), f"Ctrl-C ends the run · wall {address}")
        screen = stack.enter_context(_screen(console, title, shown=console.is_terminal))
        try:
            finished = _record_live(started, Observers(observed, *([screen] if screen else [])))
        except RadioError:
            if go_on is None:
                recorded.discard(started)
            raise
    _show(console, finished.analysis.conclude())
    for pod in finished.health:
        if pod.last_packet_s is None:
            console.print(Text(f"Nothing came from the {pod.foot} pod {pod.serial}: {pod.note}."))
    _tell_place(console, started)


def _record_live(run: RunFolder, observer: Observer) -> FinishedRun:
    """A run from its pods to whoever watches, the store and the servers of the settings."""
    settings, live = load_configuration().settings, LiveRun(run)
    with (
        ExporterThread(settings) as exporters,
        ResultRecorder.for_live_run(live, settings, exporters.notify) as recorder,
    ):
        return asyncio.run(record_run(live, observer, recorder=recorder))


def demo(
    minutes: float,
    scenario: str | None,
    runners: int,
    speed: float,
    seed: int,
    folder: Path | None,
    wall_address: WallAddress = (None, None),
    *,
    headless: bool,
) -> bool:
    """Play a simulated run; whether Ctrl-C ended it."""
    from surefoot.service.runtime.demo import choose_scenarios, record_demo
    from surefoot.service.terminal.truth_check import compare_with_truth

    console = Console(highlight=False)
    scenarios = choose_scenarios(scenario, minutes, runners, seed)
    live = console.is_terminal and not headless
    note = f"{scenarios[0].name if runners == 1 else f'{runners} runners'}, simulated, up to {speed:g} × real time"
    lasts_s = max(each.duration_s for each in scenarios)
    with ExitStack() as stack:
        parent = stack.enter_context(_kept(folder))
        observer: Observer | None = None
        if live:
            observed = ObservedRun(f"Simulated, up to {speed:g} × real time", speed)
            address = stack.enter_context(run_wall(observed, parent, wall_address))
            title = Title("surefoot demo", note, f"Ctrl-C ends the run · wall {address}", lasts_s)
            observer = Observers(observed, stack.enter_context(LiveScreen(console, title, speed)))
        demo_run = record_demo(scenarios, parent, seed=seed, speed=speed if live else math.inf, observer=observer)
    for name, analysis in demo_run.finished.analysis.conclude().items():
        if runners > 1:
            console.print(Text(f"\n{name}  {scenarios[list(demo_run.truth).index(name)].name}", style="bold cyan"))
        show(console, analysis)
        ended_s = max((bout.end_s for bout in analysis.results.bouts), default=0.0)
        told = compare_with_truth(analysis.results, demo_run.truth[name], ended_s)
        console.print(Text(f"\n{told}"), width=min(console.width, WIDTH))
    if folder is not None:
        _tell_place(console, demo_run.run)
    else:
        console.print("\nNot kept. With --folder RUNS it is, for surefoot report, replay and serve.")
    return demo_run.finished.stopped


def runs(folder: Path | None) -> None:
    """List the recorded runs."""
    parent = recorded.runs_folder(folder)
    with ProgressBar(Console(stderr=True)) as progress:
        found = list(recorded.recorded_runs(parent, progress))
    if found:
        Console(highlight=False).print(recorded.table(found))
    else:
        Console(highlight=False).print(f"No runs are recorded in {parent} yet.", soft_wrap=True)


def export(named: str, folder_csv: Path, folder: Path | None) -> None:
    """Write a run's readings as CSV files."""
    run = recorded.find_run(named, folder)
    with ProgressBar(Console(stderr=True)) as progress:
        rows = export_csv(run, folder_csv, progress)
    for path, count in rows.items():
        Console(highlight=False).print(f"{path}  {count} readings", soft_wrap=True)


def _tell_place(console: Console, run: RunFolder) -> None:
    """Where a run is, and what to do with it."""
    console.print(f"\nRecorded in {run.path}\nIts report: surefoot report {run.path}", soft_wrap=True)


def _json_path(json: str | None, recordings: list[Path]) -> Path | None:
    """Where the JSON goes, checked before the work; None for standard output or none at all."""
    if json is None or json == "-":
        return None
    check_output(Path(json), recordings)
    return Path(json)


def _give(analyses: Mapping[str, Analysis], json: str | None, output: Path | None) -> None:
    if json is not None:
        write_json(next(iter(analyses.values())), output)
    if json != "-":
        _show(Console(highlight=False), analyses)


def _show(console: Console, analyses: Mapping[str, Analysis]) -> None:
    """Print summaries, with the runner's name where there are several."""
    for place, (name, analysis) in enumerate(analyses.items()):
        if len(analyses) > 1:
            console.print(Text(f"{chr(10) if place else ''}{name}", style="bold cyan"))
        show(console, analysis)


def _pods(named: Mapping[Foot, str], runner: str) -> list[PodAssignment]:
    """The pods that were named, or the nearest that say left and right."""
    if named:
        return scanning.worn_by(runner, named)
    with Console(stderr=True).status("Listening for pods"):
        return scanning.nearest(asyncio.run(discover_pods(timeout_s=SCAN_S)), runner)


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that is deleted at the end."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="surefoot-") as temporary:
        yield Path(temporary)


@contextmanager
def _screen(console: Console, title: Title, speed: float = 1.0, *, shown: bool) -> Iterator[LiveScreen | None]:
    with LiveScreen(console, title, speed) if shown else nullcontext() as screen:
        yield screen
