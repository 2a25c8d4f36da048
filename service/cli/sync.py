"""The command `sync`."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.cli.log_output import log_to_stderr
from surefoot.service.cli.options import LeftPod, RightPod, RunnerName, Seed

if TYPE_CHECKING:
    from surefoot.analysis.model import Foot
    from surefoot.sensor_ingest.ble.visiting import PodProgress
    from surefoot.sensor_ingest.recording.manifest import PodAssignment
    from surefoot.service.pipeline.analysis import ProgressCallback
    from surefoot.service.runtime.syncing import Synced
    from surefoot.service.settings import Settings


def sync(
    left: LeftPod = None,
    right: RightPod = None,
    runner: RunnerName = "runner-1",
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Simulated pods that kept a run, instead of real ones.")
    ] = False,
    minutes: Annotated[
        float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long the simulated run was.")
    ] = 20.0,
    seed: Seed = 1,
) -> None:
    """Take over what pods kept while nobody was near: runs, alerts and reports as if they had been heard live.

    Without --left and --right: the pods of the settings, else all pods in range. What is interrupted, by a lost link or
    a closed computer, goes on with the next sync; the pods forget only what is safe on disk. With a part of the run
    heard live, both become one run.

    The exit code is 1 if a pod could not be taken over to its end.
    """
    from surefoot.service.terminal.progress import import_with_status

    import_with_status("surefoot.service.runtime.syncing", "surefoot.service.exporters.exporter_thread")
    from rich.console import Console

    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.recordings import FootUnknownError
    from surefoot.service.exporters.exporter_thread import ExporterThread
    from surefoot.service.runtime.data_folder import recording_data_folder
    from surefoot.service.runtime.syncing import bring_in
    from surefoot.service.terminal.progress import ProgressBar

    settings = load_configuration().settings
    log_to_stderr(settings)
    with recording_data_folder(settings), ExporterThread(settings) as exporters:
        named = _named(left, right, runner)
        with ProgressBar(Console(stderr=True)) as progress:
            visited = _visit(settings, named, simulated, minutes, seed, progress)
        undone = _print_pods(visited)
        with ProgressBar(Console(stderr=True)) as progress:
            synced = bring_in(
                settings,
                named,
                waiting_for=undone,
                ask=_ask,
                progress=progress,
                on_stored=lambda _: exporters.notify(),
            )
            _print_runs(synced, progress)
    if synced.footless:
        raise FootUnknownError(synced.footless[0])
    if undone:
        raise typer.Exit(PROBLEM)


def _named(left: str | None, right: str | None, runner: str) -> list[PodAssignment]:
    from surefoot.analysis.model import Foot
    from surefoot.service.runtime.pod_sources import named_pods

    named = {foot: name for foot, name in ((Foot.LEFT, left), (Foot.RIGHT, right)) if name is not None}
    return named_pods(named, runner)


def _visit(
    settings: Settings,
    named: Sequence[PodAssignment],
    simulated: bool,
    minutes: float,
    seed: int,
    progress: ProgressCallback,
) -> Mapping[str, PodProgress]:
    """Visit the pods: named, of the settings, or in range; or simulated ones, as fast as it goes."""
    if simulated:
        from surefoot.firmware_sim import virtual_time

        return virtual_time.run(_visit_simulated(settings, minutes, seed, progress), speed=math.inf)
    return asyncio.run(_visit_real(settings, named, progress))


async def _visit_real(
    settings: Settings, named: Sequence[PodAssignment], progress: ProgressCallback
) -> Mapping[str, PodProgress]:
    from surefoot.sensor_ingest.ble.adapter import RadioBackend
    from surefoot.sensor_ingest.ble.discovery import discover_pods
    from surefoot.sensor_ingest.ble.visiting import Visit
    from surefoot.service.cli.pod_choice import SCAN_S
    from surefoot.service.runtime.pod_sources import pods_of
    from surefoot.service.runtime.pod_visits import partners_of, take_over
    from surefoot.service.runtime.session_clock import told_utc_s

    known = named or pods_of(settings.runners)
    pods = [pod.serial for pod in known]
    if not pods:
        progress("Looking for pods", 0.0)
        pods = [pod.tag for pod in await discover_pods(timeout_s=SCAN_S)]
    visit = Visit(utc_s=told_utc_s(settings.store_path), partners=partners_of(known), tell=print)
    return await take_over(settings, pods, RadioBackend(), visit, progress)


async def _visit_simulated(
    settings: Settings, minutes: float, seed: int, progress: ProgressCallback
) -> Mapping[str, PodProgress]:
    from surefoot.sensor_ingest.ble.visiting import Visit
    from surefoot.service.runtime.pod_visits import take_over
    from surefoot.service.runtime.simulated_sync import kept_pods

    async with kept_pods(settings.data / "simulated", minutes, seed) as home:
        return await take_over(settings, home.serials, home.radio, Visit(utc_s=home.utc_s, seed=seed), progress)


def _ask(serial: str) -> Foot | None:
    """On which foot a pod was, from a person at a terminal."""
    from surefoot.analysis.model import Foot

    if sys.stdin is None or not sys.stdin.isatty():
        return None
    return Foot.LEFT if typer.confirm(f"Was pod {serial} on the left foot?") else Foot.RIGHT


def _print_pods(visited: Mapping[str, PodProgress]) -> list[str]:
    """Print what became of each pod; the serial numbers of those that are not done."""
    if not visited:
        print("No pod is in range.")
    for pod in visited.values():
        if not pod.done:
            print(f"{pod.serial}: {pod.problem}; {'sync again to go on' if pod.found else 'left out'}.")
        elif not pod.has_store:
            print(f"{pod.serial}: keeps nothing; it can only be heard live.")
        else:
            print(f"{pod.serial}: {'all taken over' if pod.news else 'nothing new'}.")
    return [pod.serial for pod in visited.values() if pod.found and not pod.done]


def _print_runs(synced: Synced, progress: ProgressCallback) -> None:
    """Print each runner's run, what is to be told of its times, and its reports, which are written."""
    from surefoot.service.pipeline.reanalysis import analyze_run
    from surefoot.service.views.reporting import recorded_run, write_reports

    for runner in synced.runners:
        print(f"{runner} (run {runner.run.manifest.run_id}).")
    for note in synced.notes:
        print(note)
    for run in {runner.run.path: runner.run for runner in synced.runners}.values():
        analyses = analyze_run(run, progress).conclude()
        reports = {name: recorded_run(analysis, name, run) for name, analysis in analyses.items()}
        for path in write_reports(reports, run.path / "report.html"):
            print(f"Report: {path}")
